import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  LSPErrorCodes,
  ErrorCodes,
  ResponseError,
  RevealOutputChannelOn,
  State,
  type Middleware,
} from 'vscode-languageclient/node';
import { Crashes } from './crashes';
import { chooseServer, type Choice } from './launch';
import { readLogLine } from './log';
import { linksToPreviews, showCommand } from './pills';
import type { Pill, Position } from './requests';
import { withRevision } from './settings';
import { messageOf } from './strangers';

export type Condition = 'starting' | 'running' | 'stopped' | 'missing';

/** The language server, and what is asked of it. */
export class Server implements vscode.Disposable {
  /** Which revision was chosen for this session; undefined where none was. */
  revision: string | undefined;
  condition: Condition = 'starting';

  private client: LanguageClient | undefined;
  private readonly crashes = new Crashes();
  private cachedPills: readonly Pill[] | undefined;
  private restarting: Promise<void> = Promise.resolve();
  private readonly changed = new vscode.EventEmitter<void>();

  /** Fires when the condition changes, and when the server was told something that its answers depend on. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly extensionDir: string,
    readonly log: vscode.LogOutputChannel,
    private readonly trace: vscode.LogOutputChannel,
  ) {}

  /** The program that runs or would run. */
  choose(): Choice {
    return chooseServer({
      platform: process.platform,
      extensionDir: this.extensionDir,
      setting: vscode.workspace.getConfiguration('jetpills').get('server.path', '').trim(),
      trusted: vscode.workspace.isTrusted,
      folder: vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === 'file')?.uri.fsPath,
      home: homedir(),
      searchPath: process.env.PATH ?? '',
      isProgram,
    });
  }

  /** Starts or starts anew. Whether that worked is told to the user, never to the caller. */
  restart(): Promise<void> {
    this.crashes.forget();
    this.restarting = this.restarting.then(async () => {
      await this.stop();
      await this.start();
    });
    return this.restarting;
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A server that does not answer is killed, which the client reports as an error of its own.
    await client?.dispose().catch((error: unknown) => {
      this.log.warn(`stopping the server: ${String(error)}`);
    });
  }

  dispose(): void {
    void this.stop();
    this.changed.dispose();
  }

  private async start(): Promise<void> {
    const choice = this.choose();
    if (choice.program === undefined) {
      this.become('missing');
      this.log.error(`no server: ${choice.refused.join('; ')}`);
      this.offerWayOut(`Jetpills found no server to run: ${choice.refused.join('; ')}.`);
      return;
    }
    for (const reason of choice.origin === 'bundled' ? [] : choice.refused) this.log.info(reason);
    this.log.info(`server: ${choice.program} (${choice.origin})`);
    this.become('starting');
    const client = this.clientOf(choice.program);
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      this.become(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped');
    });
    try {
      await client.start();
    } catch (error) {
      if (client !== this.client) return;
      this.become('stopped');
      this.log.error(`${choice.program} did not start: ${String(error)}`);
      this.offerWayOut(`The Jetpills server ${choice.program} did not start.`);
    }
  }

  private become(condition: Condition): void {
    this.condition = condition;
    this.cachedPills = undefined;
    this.changed.fire();
  }

  private offerWayOut(message: string): void {
    const settings = 'Open Settings';
    const log = 'Show Log';
    const again = 'Try Again';
    void vscode.window.showErrorMessage(messageOf(message), settings, log, again).then((answer) => {
      if (answer === settings) void vscode.commands.executeCommand('workbench.action.openSettings', 'jetpills.server.path');
      if (answer === log) this.log.show();
      if (answer === again) void this.restart();
    });
  }

  private clientOf(program: string): LanguageClient {
    return new LanguageClient(
      'jetpills',
      'Jetpills',
      { command: program, args: ['lsp'] },
      {
        documentSelector: [{ language: 'nix' }],
        diagnosticCollectionName: 'jetpills',
        initializationOptions: () =>
          withRevision(['jetpills'], [vscode.workspace.getConfiguration().get('jetpills')], this.revision)[0],
        outputChannel: this.log,
        traceOutputChannel: this.trace,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        stdioOptions: {
          stdout: () => undefined, // the protocol's alone
          stderr: (input) => {
            createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
              const { level, text } = readLogLine(line);
              this.log[level](text);
            });
          },
        },
        markdown: { isTrusted: { enabledCommands: [showCommand] }, supportHtml: false },
        initializationFailedHandler: () => false,
        errorHandler: {
          error: (error) => {
            this.log.error(`the connection: ${String(error)}`);
            return { action: ErrorAction.Continue, handled: true };
          },
          closed: () => {
            if (this.crashes.mayRestart(Date.now())) {
              this.log.warn('the server ended unasked; it is started again');
              return { action: CloseAction.Restart, handled: true };
            }
            this.offerWayOut('The Jetpills server ended five times within three minutes. It is not restarted.');
            return { action: CloseAction.DoNotRestart, handled: true };
          },
        },
        middleware: this.middleware(),
      },
    );
  }

  private middleware(): Middleware {
    return {
      workspace: {
        configuration: async (params, token, next) => {
          const answers = await next(params, token);
          if (!Array.isArray(answers)) return answers;
          this.toldSoon();
          return withRevision(params.items.map((item) => item.section), answers, this.revision) as never[];
        },
        // Told only that something changed, the server asks, and the answer has the revision of this session.
        didChangeConfiguration: () => this.tellSettings(),
      },
      sendNotification: async (type, next, params) => {
        await next(type, params);
        const method = typeof type === 'string' ? type : type.method;
        if (method === 'workspace/didChangeWatchedFiles') this.toldSoon();
        if (method === 'textDocument/didOpen' || method === 'textDocument/didSave') this.toldSoon();
      },
      provideHover: async (document, position, token, next) => {
        const hover = await next(document, position, token);
        if (!hover) return hover;
        const pills = await this.pills();
        for (const content of hover.contents) {
          if (!(content instanceof vscode.MarkdownString)) continue;
          content.value = linksToPreviews(content.value, pills, pathOf, this.positionOf(document, position));
        }
        return hover;
      },
      provideInlayHints: async (document, range, token, next) => {
        const hints = await next(document, range, token);
        const pills = hints?.length ? await this.pills() : [];
        for (const { tooltip } of hints ?? []) {
          if (tooltip instanceof vscode.MarkdownString) tooltip.value = linksToPreviews(tooltip.value, pills, pathOf);
        }
        return hints;
      },
      // The server has no clipboard, and no window.
      executeCommand: async (command, args: unknown[], next) => {
        if (command === 'jetpills.showBump') return vscode.commands.executeCommand('jetpills.bump', args[0]);
        if (command !== 'jetpills.copy') return next(command, args) as unknown;
        await vscode.env.clipboard.writeText(String(args[0]));
        return vscode.window.setStatusBarMessage(`Copied: ${String(args[0])}`, 5000);
      },
      resolveCompletionItem: async (item, token, next) => {
        const resolved = await next(item, token);
        if (resolved?.documentation instanceof vscode.MarkdownString) {
          resolved.documentation.value = linksToPreviews(resolved.documentation.value, await this.pills(), pathOf);
        }
        return resolved;
      },
    };
  }

  /** The pills' folder may have changed too, and the server takes a moment with what it was told. */
  private toldSoon(): void {
    this.cachedPills = undefined;
    setTimeout(() => {
      this.changed.fire();
    }, 50);
  }

  private async tellSettings(): Promise<void> {
    if (this.client?.isRunning() !== true) return; // it is told when it starts
    await this.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
  }

  /** Goes by another revision until the window is closed; undefined for the one that the workspace pins. */
  async setRevision(revision: string | undefined): Promise<void> {
    this.revision = revision;
    await this.tellSettings();
  }

  /** The pills as files; none where the server does not run or cannot tell. */
  async pills(): Promise<readonly Pill[]> {
    this.cachedPills ??= await this.ask<readonly Pill[]>('jetpills/pills', {});
    return this.cachedPills ?? [];
  }

  /**
   * Sends a request; undefined where the server does not run, does not know the request or has nothing to answer.
   * Any other error goes into the log.
   */
  async ask<R>(method: string, params: object): Promise<R | undefined> {
    const client = this.client;
    if (client?.isRunning() !== true) return undefined;
    try {
      return (await client.sendRequest<R | null>(method, params)) ?? undefined;
    } catch (error) {
      const expected: number[] = [ErrorCodes.MethodNotFound, LSPErrorCodes.RequestCancelled, LSPErrorCodes.ContentModified];
      if (!(error instanceof ResponseError && expected.includes(error.code))) this.log.warn(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** A document as parameters of a request. */
  documentOf(document: vscode.TextDocument): { textDocument: { uri: string } } {
    return { textDocument: { uri: document.uri.toString() } };
  }

  /** A position in a document as parameters of a request. */
  positionOf(document: vscode.TextDocument, { line, character }: vscode.Position): Position {
    return { ...this.documentOf(document), position: { line, character } };
  }
}

function pathOf(address: string): string {
  return vscode.Uri.parse(address).fsPath;
}

function isProgram(file: string): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
