// The parts of the extension and how they hang together.
import * as vscode from 'vscode';
import { Bumps } from './bump';
import { Doctor } from './doctor';
import { watchGrammar } from './grammar';
import { chooseRevision, openPin, showMenu } from './menu';
import { Offer } from './offer';
import { showCommand } from './pills';
import { Reader } from './reader';
import { Server } from './server';
import { Status } from './status';
import { traceChannel } from './trace';

/** What extension.ts needs of the parts. */
export interface Parts {
  readonly commands: Readonly<Record<string, (argument: unknown) => unknown>>;
  stop(): Promise<void>;
}

/** Makes the parts, and starts the server. */
export function makeParts(context: vscode.ExtensionContext): Parts {
  const { subscriptions } = context;
  const log = vscode.window.createOutputChannel('Jetpills', { log: true });
  const server = new Server(context.extensionUri.fsPath, log, traceChannel(subscriptions));
  const status = new Status(server);
  const reader = new Reader(server);
  const doctor = new Doctor(server, subscriptions);
  const bumps = new Bumps(server, context.globalStorageUri);
  watchGrammar(subscriptions);
  subscriptions.push(
    log,
    server,
    status,
    new Offer(server, context.workspaceState),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('jetpills.server.path')) void server.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      void server.restart();
    }),
  );
  void server.restart();
  return {
    commands: {
      [showCommand]: (target) => reader.show(target),
      'jetpills.openPill': () => reader.open(),
      'jetpills.searchPills': () => reader.search(),
      'jetpills.why': () => reader.why(),
      'jetpills.explain': () => reader.explain(),
      'jetpills.nextPill': () => reader.step(1),
      'jetpills.previousPill': () => reader.step(-1),
      'jetpills.chooseRevision': () => chooseRevision(server),
      'jetpills.openPin': () => openPin(status),
      'jetpills.bump': (document) => bumps.show(document),
      'jetpills.doctor': () => doctor.show(),
      'jetpills.showLog': () => {
        log.show();
      },
      'jetpills.restart': () => server.restart(),
      'jetpills.menu': () => showMenu(server, status),
    },
    stop: () => server.stop(),
  };
}
