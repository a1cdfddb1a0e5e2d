// The extension's entry: makes the parts and binds them to commands.
import * as vscode from 'vscode';
import { Doctor } from './doctor';
import { chooseRevision, openPin, showMenu } from './menu';
import { showCommand } from './pills';
import { Reader } from './reader';
import { Server } from './server';
import { Status } from './status';
import { traceChannel } from './trace';

let server: Server | undefined; // deactivate has no other way to it

export function activate(context: vscode.ExtensionContext): void {
  const { subscriptions } = context;
  const log = vscode.window.createOutputChannel('Jetpills', { log: true });
  const running = new Server(context.extensionUri.fsPath, log, traceChannel(subscriptions));
  server = running;
  const status = new Status(running);
  const reader = new Reader(running);
  const doctor = new Doctor(running, subscriptions);
  subscriptions.push(log, running, status);

  const commands: Record<string, (argument?: unknown) => unknown> = {
    [showCommand]: (target) => reader.show(target),
    'jetpills.openPill': () => reader.open(),
    'jetpills.searchPills': () => reader.search(),
    'jetpills.explain': () => reader.explain(),
    'jetpills.nextPill': () => reader.step(1),
    'jetpills.previousPill': () => reader.step(-1),
    'jetpills.chooseRevision': () => chooseRevision(running),
    'jetpills.openPin': () => openPin(status),
    'jetpills.doctor': () => doctor.show(),
    'jetpills.showLog': () => {
      log.show();
    },
    'jetpills.restart': () => running.restart(),
    'jetpills.menu': () => showMenu(running, status),
  };
  for (const [name, run] of Object.entries(commands)) subscriptions.push(vscode.commands.registerCommand(name, run));

  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('jetpills.server.path')) void running.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      void running.restart();
    }),
  );
  // Not awaited: the editor need not wait for the server.
  void running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
