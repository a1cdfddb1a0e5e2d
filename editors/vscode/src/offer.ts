import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { activeNix, type Ending } from './documents';
import type { PillFolders } from './requests';
import type { Server } from './server';
import { messageOf } from './strangers';

const section = 'jetpills';
const setting = 'pills.path';
const refused = 'refusedPillFolders';

/** Offers to use a folder of pills that lies in the workspace: once for a window, and never again after "No". */
export class Offer implements vscode.Disposable {
  private readonly disposables: Ending[];
  private isAsking = false;
  private isOver = false;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {
    const look = () => void this.look();
    this.disposables = [server.onDidChange(look), vscode.window.onDidChangeActiveTextEditor(look)];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async look(): Promise<void> {
    const editor = activeNix();
    // The setting is not read in a workspace that is not trusted.
    if (this.isOver || this.isAsking || editor === undefined || !vscode.workspace.isTrusted) return;
    this.isAsking = true;
    const folders = await this.server.ask<PillFolders>('jetpills/pillFolders', this.server.documentOf(editor.document));
    this.isAsking = false;
    if (folders === undefined) return; // the server is not there yet, or the document is none of ours
    this.isOver = true;
    const no = this.memory.get<readonly string[]>(refused, []);
    const folder = folders.find((path) => !no.includes(path));
    if (folder !== undefined) await this.offer(folder, no);
  }

  private async offer(folder: string, no: readonly string[]): Promise<void> {
    const use = 'Use Them';
    const never = 'No';
    const shown = vscode.workspace.asRelativePath(folder);
    const answer = await vscode.window.showInformationMessage(
      messageOf(`This workspace has pills in ${shown}. Show them in place of those that come with Jetpills?`),
      use,
      never,
    );
    if (answer === never) await this.memory.update(refused, [...no, folder]);
    if (answer !== use) return;
    const path = inFirstFolder(folder) ?? folder;
    await vscode.workspace.getConfiguration(section).update(setting, path, vscode.ConfigurationTarget.Workspace);
  }
}

/** A path below the first workspace folder as the setting may have it: others who open the workspace have that folder elsewhere. */
function inFirstFolder(path: string): string | undefined {
  const first = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (first?.scheme !== 'file') return undefined;
  const below = relative(first.fsPath, path);
  return below.startsWith('..') ? undefined : below.split(sep).join('/');
}
