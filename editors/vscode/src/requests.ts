// What the extension asks beyond the Language Server Protocol. A server that lacks a request answers "method not found",
// and what needs the answer is left out.

/** `jetpills/pin`: which jetpack-nixos holds for a document. Null for a document that the server does not have. */
export interface Pin {
  /** The first seven digits of the commit. */
  readonly short: string;
  readonly hash: string;
  /** The day of the commit, as 2026-07-30. */
  readonly date: string;
  /** How that is known: "pinned by flake.lock". */
  readonly note?: string;
  /** The path of the file that says so. */
  readonly source?: string;
  /** The JetPack versions of the revision. */
  readonly jetpack?: readonly string[];
  /** The generation that the document's SoM gets, "6". */
  readonly major?: string;
  /** Whether the document is about jetpack-nixos. */
  readonly deals: boolean;
}

/** A heading of a pill. */
export interface Section {
  readonly title: string;
  /** As code hosts make them. */
  readonly anchor: string;
  /** 1-based line of the heading in the file. */
  readonly line: number;
  /** 1 for the title of the pill. */
  readonly level: number;
}

/** `jetpills/pills`: the pills in their order, as files on the server's machine. */
export interface Pill {
  /** "03" */
  readonly id: string;
  readonly title: string;
  readonly summary?: string;
  /** "03-overlays-and-overrides.md" */
  readonly file: string;
  readonly path: string;
  readonly sections: readonly Section[];
}

/** A position in a document, as parameters of a request. */
export interface Position {
  readonly textDocument: { readonly uri: string };
  readonly position: { readonly line: number; readonly character: number };
}

/**
 * `jetpills/pillFolders`: folders of pills in the workspace of a document, which nobody uses. Empty where the setting names a folder;
 * null for a document that has nothing to do with jetpack-nixos.
 */
export type PillFolders = readonly string[];

/** `jetpills/explain`: the section that explains what is at a position; null where nothing does. */
export interface Place {
  /** The pill's. */
  readonly id: string;
  readonly path: string;
  readonly anchor: string;
  readonly line: number;
}

/** `jetpills/search`: a section that holds all of the words, best first; an empty list without words. */
export interface Hit extends Place {
  readonly title: string;
  /** A line of its text around the first word found. */
  readonly snippet?: string;
}

/** `jetpills/why`: a message in a text, and the section that explains it; the one that most likely made all else fail first. */
export interface Cause extends Place {
  readonly title: string;
  /** 1-based line of the message in the text. */
  readonly at: number;
  /** What the text says there. */
  readonly text: string;
  readonly means: string;
}

/** `jetpills/revisions`: a revision that the server knows, newest first. */
export interface Revision {
  readonly short: string;
  readonly hash: string;
  readonly date: string;
  readonly jetpack?: readonly string[];
}

/**
 * `jetpills/bump`: what the newest known revision would change for a document and its hosts; null where the document pins none
 * that is older.
 */
export interface Bump {
  /** "newest known 4d857d6; 3 changes for you" */
  readonly title: string;
  readonly markdown: string;
}
