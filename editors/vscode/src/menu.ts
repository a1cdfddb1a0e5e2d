import * as vscode from 'vscode';
import { activeNix } from './documents';
import { isRevision } from './pin';
import type { Revision } from './requests';
import type { Server } from './server';
import type { Status } from './status';
import { labelOf } from './strangers';

/** What a click on the status item offers. */
export async function showMenu(server: Server, status: Status): Promise<void> {
  const entry = (label: string, command: string, description = '') => ({ label, command, description });
  const source = status.pin?.source;
  const items = [
    entry('$(versions) Choose a revision for this session…', 'jetpills.chooseRevision', server.revision?.slice(0, 7)),
    ...(source === undefined || source === ''
      ? []
      : [entry('$(lock) Open the file that pins it', 'jetpills.openPin', labelOf(vscode.workspace.asRelativePath(source)))]),
    ...(activeNix() === undefined ? [] : [entry('$(lightbulb) Show the pill for this', 'jetpills.explain', 'what is under the cursor')]),
    entry('$(book) Open a pill…', 'jetpills.openPill'),
    entry('$(search) Search the pills…', 'jetpills.searchPills'),
    entry('$(question) Explain an error…', 'jetpills.why'),
    entry('$(pulse) Doctor', 'jetpills.doctor'),
    entry('$(output) Show the log', 'jetpills.showLog'),
    entry('$(debug-restart) Restart the server', 'jetpills.restart'),
  ];
  const title = status.pin === undefined ? 'Jetpills' : `jetpack-nixos ${status.pin.short} of ${status.pin.date}`;
  const chosen = await vscode.window.showQuickPick(items, { title });
  if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
}

/** Lets the user go by another revision until the window is closed. */
export async function chooseRevision(server: Server): Promise<void> {
  const revisions = await server.ask<readonly Revision[]>('jetpills/revisions', {});
  const follow = { label: '$(lock) The one that the workspace pins', revision: undefined };
  const type = { label: '$(edit) Another commit…', revision: '' };
  const items: (vscode.QuickPickItem & { revision: string | undefined })[] = [follow, type];
  for (const { short, date, jetpack, hash } of revisions ?? []) {
    const description = jetpack === undefined || jetpack.length === 0 ? date : `${date} · JetPack ${jetpack.join(', ')}`;
    items.push({ label: short, description, revision: hash });
  }
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'The jetpack-nixos revision for this session',
    placeHolder: 'The first digits of a commit, or a day such as 2025-12-19',
    matchOnDescription: true,
  });
  if (chosen === undefined) return;
  let revision = chosen.revision;
  if (revision === '') {
    revision = await vscode.window.showInputBox({
      title: 'A commit of jetpack-nixos',
      placeHolder: '4d857d6',
      validateInput: (text) => (isRevision(text.trim()) ? undefined : 'Enter at least seven digits of a commit.'),
    });
    if (revision === undefined) return;
    revision = revision.trim();
  }
  await server.setRevision(revision);
}

/** Opens the lock file, or what else pins the revision. */
export async function openPin(status: Status): Promise<void> {
  const source = status.pin?.source;
  if (source === undefined || source === '') {
    vscode.window.setStatusBarMessage('Jetpills: no file pins jetpack-nixos here.', 4000);
    return;
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(source));
  const at = document.positionAt(Math.max(0, document.getText().indexOf(status.pin?.hash ?? '')));
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
}
