import * as path from 'node:path';
import * as vscode from 'vscode';
import { activeNix } from './documents';
import { linksFrom } from './pills';
import type { Bump } from './requests';
import type { Server } from './server';

/** Shows what the newest known revision of jetpack-nixos would change, as a rendered page. */
export class Bumps {
  constructor(
    private readonly server: Server,
    /** A folder of the extension's own. */
    private readonly storage: vscode.Uri,
  ) {}

  /** Shows it for a document, by its address; for the Nix file in front without one. */
  async show(address: unknown): Promise<void> {
    const document = typeof address === 'string' ? address : activeNix()?.document.uri.toString();
    if (document === undefined) return;
    const bump = await this.server.ask<Bump>('jetpills/bump', { textDocument: { uri: document } });
    if (bump === undefined) {
      vscode.window.setStatusBarMessage('Jetpills: this file does not pin a jetpack-nixos older than the newest known revision.', 5000);
      return;
    }
    // A page that is no file could link to none.
    const page = vscode.Uri.joinPath(this.storage, 'The newest jetpack-nixos.md');
    const pathOf = (link: string) => vscode.Uri.parse(link).fsPath;
    const text = linksFrom(path.dirname(page.fsPath), bump.markdown, await this.server.pills(), pathOf);
    await vscode.workspace.fs.writeFile(page, new TextEncoder().encode(`${text}\n`));
    await vscode.commands.executeCommand('markdown.showPreview', page);
  }
}
