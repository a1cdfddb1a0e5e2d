import * as vscode from 'vscode';

/** What is to be disposed of at the end. */
export interface Ending {
  dispose(): unknown;
}

/** Whatever its scheme: files on other machines and in a browser's storage, and older versions, too. The server knows what to mark. */
export function isNix(document: vscode.TextDocument): boolean {
  return document.languageId === 'nix';
}

/** The Nix document being looked at. */
export function activeNix(): vscode.TextEditor | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor !== undefined && isNix(editor.document) ? editor : undefined;
}

/** The folder on disk that a question about the workspace is about. */
export function activeFolder(): string | undefined {
  const document = activeNix()?.document;
  const folder = document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document.uri);
  return (folder ?? vscode.workspace.workspaceFolders?.find((f) => f.uri.scheme === 'file'))?.uri.fsPath;
}
