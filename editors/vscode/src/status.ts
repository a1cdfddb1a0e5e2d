import * as vscode from 'vscode';
import { isNix, type Ending } from './documents';
import { pinText, pinTooltip } from './pin';
import type { Pin } from './requests';
import type { Server } from './server';

/** The item of the status bar that names the revision which holds for the Nix file being looked at. */
export class Status implements vscode.Disposable {
  /** What the item shows; undefined where there is nothing to show. */
  pin: Pin | undefined;

  private readonly item = vscode.window.createStatusBarItem('jetpills.pin', vscode.StatusBarAlignment.Right, 90);
  private readonly disposables: Ending[] = [this.item];
  private timer: NodeJS.Timeout | undefined;
  private asked = 0;

  constructor(private readonly server: Server) {
    this.item.name = 'jetpack-nixos revision';
    this.item.command = 'jetpills.menu';
    this.disposables.push(
      server.onDidChange(() => {
        this.refresh(0);
      }),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.refresh(0);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) this.refresh(400);
      }),
    );
    this.refresh(0);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private refresh(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.show(), delay);
  }

  private async show(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isNix(document)) {
      this.pin = undefined;
      this.item.hide();
      return;
    }
    if (this.server.condition === 'missing' || this.server.condition === 'stopped') {
      this.pin = undefined;
      this.item.text = '$(warning) Jetpills';
      this.item.tooltip = this.server.condition === 'missing' ? 'No server was found.' : 'The server is not running.';
      this.item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
      this.item.show();
      return;
    }
    const question = ++this.asked;
    const pin = await this.server.ask<Pin>('jetpills/pin', this.server.documentOf(document));
    if (question !== this.asked) return;
    this.pin = pin;
    this.item.backgroundColor = undefined;
    if (pin?.deals !== true) {
      this.pin = undefined;
      this.item.hide();
      return;
    }
    const chosen = this.server.revision !== undefined;
    this.item.text = (chosen ? '$(pinned) ' : '') + pinText(pin);
    this.item.tooltip = new vscode.MarkdownString(pinTooltip(pin, chosen)); // which trusts no link
    this.item.show();
  }
}
