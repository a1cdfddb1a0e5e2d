// The files of the page, and what the server knows of them: each lies on its machine, and those in Nix are open documents, too.
import type { Server, Diagnostic, Position } from './server.js';
import type { ChangeSet, Text } from '@codemirror/state';

export const isNix = (name: string): boolean => name.endsWith('.nix');

export const positionOf = (text: Text, offset: number): Position => {
  const line = text.lineAt(offset);
  return { line: line.number - 1, character: offset - line.from };
};

/** The place of a position, or the nearest one in the text. */
export const offsetOf = (text: Text, { line, character }: Position): number => {
  if (line >= text.lines) return text.length;
  const { from, to } = text.line(line + 1);
  return Math.min(from + character, to);
};

/** How deep the brackets of a text nest, those in strings and comments among them. */
export function depthOf(text: string): number {
  let [depth, most] = [0, 0];
  for (const [bracket] of text.matchAll(/[()[\]{}]/g)) {
    depth = '([{'.includes(bracket) ? depth + 1 : Math.max(0, depth - 1);
    most = Math.max(most, depth);
  }
  return most;
}

/** Beyond this, the server's recursion may outgrow the stack of a browser: in Chromium, 2000 do. */
export const mostDepth = 250;

export class Files {
  readonly diagnostics = new Map<string, Diagnostic[]>();
  private readonly texts = new Map<string, string>();
  private readonly given = new Set<string>(); // the documents that the server has
  private folder = '';
  private serial = 0;
  private version = 0;

  constructor(private readonly server: Server) {}

  get names(): string[] {
    return [...this.texts.keys()];
  }

  get root(): string {
    return `file://${this.folder}`;
  }

  uri(name: string): string {
    return `${this.root}/${name}`;
  }

  /** The name of the file with an address; undefined for one that is not of the page. */
  nameOf(uri: string): string | undefined {
    const name = uri.startsWith(`${this.root}/`) ? decodeURI(uri.slice(this.root.length + 1)) : '';
    return this.texts.has(name) ? name : undefined;
  }

  text(name: string): string {
    return this.texts.get(name) ?? '';
  }

  /** Puts other files in the place of all. They get a folder of their own: nothing that was said of the others is about them. */
  replace(files: Record<string, string>, isFirst: boolean): void {
    const before = this.root;
    if (!isFirst) {
      for (const name of this.names) {
        this.close(name);
        this.server.notify('$files/remove', { path: `${this.folder}/${name}` });
      }
    }
    this.given.clear();
    this.texts.clear();
    this.diagnostics.clear();
    this.folder = `/home/playground/${++this.serial}`;
    for (const [name, text] of Object.entries(files)) {
      this.texts.set(name, text);
      this.write(name, text);
    }
    if (!isFirst) {
      this.server.notify('workspace/didChangeWorkspaceFolders', { event: { added: [{ uri: this.root, name: 'playground' }], removed: [{ uri: before, name: 'playground' }] } });
    }
  }

  /** Gives all files to a server that is new. */
  rewrite(): void {
    this.given.clear();
    this.diagnostics.clear();
    for (const name of this.names) this.write(name, this.text(name));
  }

  /** Opens the documents; before that, the server is to be initialized. */
  open(): void {
    for (const name of this.names) this.give(name);
  }

  /** Whether a file is kept from the server, because it nests too deeply. */
  isWithheld(name: string): boolean {
    return isNix(name) && depthOf(this.text(name)) > mostDepth;
  }

  private give(name: string): void {
    if (!isNix(name) || this.given.has(name)) return;
    if (this.isWithheld(name)) {
      const start = { line: 0, character: 0 };
      const message = `This file nests brackets more than ${mostDepth} deep. That is too deep for the server in a browser: it does not read the file.`;
      this.diagnostics.set(name, [{ range: { start, end: start }, severity: 1, code: '', message }]);
      return;
    }
    this.given.add(name);
    this.server.notify('textDocument/didOpen', { textDocument: { uri: this.uri(name), languageId: 'nix', version: ++this.version, text: this.text(name) } });
  }

  private close(name: string): void {
    if (this.given.delete(name)) this.server.notify('textDocument/didClose', { textDocument: { uri: this.uri(name) } });
  }

  /** Takes an edit in the page over. */
  change(name: string, before: Text, after: Text, changes: ChangeSet): void {
    const text = after.toString();
    this.texts.set(name, text);
    this.write(name, text);
    const uri = this.uri(name);
    if (!isNix(name)) {
      this.server.notify('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
      return;
    }
    if (this.isWithheld(name)) this.close(name);
    if (!this.given.has(name)) {
      this.give(name);
      return;
    }
    const contentChanges: unknown[] = [];
    changes.iterChanges((from, to, _from, _to, inserted) => {
      contentChanges.unshift({ range: { start: positionOf(before, from), end: positionOf(before, to) }, text: inserted.toString() });
    });
    this.server.notify('textDocument/didChange', { textDocument: { uri, version: ++this.version }, contentChanges });
  }

  private write(name: string, text: string): void {
    this.server.notify('$files/write', { path: `${this.folder}/${name}`, text: this.isWithheld(name) ? '' : text });
  }
}
