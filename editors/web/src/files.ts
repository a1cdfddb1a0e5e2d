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

export class Files {
  readonly diagnostics = new Map<string, Diagnostic[]>();
  private readonly texts = new Map<string, string>();
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
    for (const name of this.names) {
      if (isNix(name)) this.server.notify('textDocument/didClose', { textDocument: { uri: this.uri(name) } });
      this.server.notify('$files/remove', { path: `${this.folder}/${name}` });
    }
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

  /** Opens the documents; before that, the server is to be initialized. */
  open(): void {
    for (const name of this.names.filter(isNix)) {
      this.server.notify('textDocument/didOpen', { textDocument: { uri: this.uri(name), languageId: 'nix', version: ++this.version, text: this.text(name) } });
    }
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
    const contentChanges: unknown[] = [];
    changes.iterChanges((from, to, _from, _to, inserted) => {
      contentChanges.unshift({ range: { start: positionOf(before, from), end: positionOf(before, to) }, text: inserted.toString() });
    });
    this.server.notify('textDocument/didChange', { textDocument: { uri, version: ++this.version }, contentChanges });
  }

  private write(name: string, text: string): void {
    this.server.notify('$files/write', { path: `${this.folder}/${name}`, text });
  }
}
