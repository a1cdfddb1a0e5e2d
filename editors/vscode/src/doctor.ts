import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import * as vscode from 'vscode';
import { activeFolder, type Ending } from './documents';
import { adviceFirst } from './report';
import type { Server } from './server';

const scheme = 'jetpills-doctor';

/** Runs `jetpills doctor` on the workspace, and shows what it says in a read-only tab. */
export class Doctor implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly server: Server,
    subscriptions: Ending[],
  ) {
    subscriptions.push(this.changed, vscode.workspace.registerTextDocumentContentProvider(scheme, this));
  }

  async show(): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: '/Jetpills Doctor', query: activeFolder() ?? '' });
    this.changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const choice = this.server.choose();
    if (choice.program === undefined) return Promise.resolve(`No server was found: ${choice.refused.join('; ')}.\n`);
    const { program, origin } = choice;
    const args = uri.query === '' ? ['doctor'] : ['doctor', uri.query];
    return new Promise((resolve) => {
      // The exit code says whether all is well, which the text says too.
      execFile(program, args, { timeout: 15_000, cwd: tmpdir() }, (error, stdout, stderr) => {
        const text = stdout + stderr || (error === null ? '' : `${error.message}\n`);
        resolve(adviceFirst(`server: ${program} (${origin})\n${text}`));
      });
    });
  }
}
