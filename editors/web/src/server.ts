// The client's end of the protocol: requests, notifications, and what the server asks.

import type { Begun } from './begin.js';

export interface Position { line: number; character: number }
export interface Range { start: Position; end: Position }
export interface TextEdit { range: Range; newText: string }
export interface Location { uri: string; range: Range }
export interface LocationLink { targetUri: string; targetSelectionRange: Range }
export interface Command { title: string; command: string; arguments?: unknown[] }
export interface Markup { kind: string; value: string }
export interface Diagnostic {
  range: Range; severity: number; code: string; codeDescription?: { href: string }; message: string; tags?: number[];
  relatedInformation?: { location: Location; message: string }[];
}
export interface WorkspaceEdit { documentChanges?: { textDocument: { uri: string }; edits: TextEdit[] }[] }
export interface CodeAction { title: string; kind: string; isPreferred?: boolean; edit?: WorkspaceEdit }
export interface CompletionItem {
  label: string; labelDetails?: { detail?: string; description?: string }; kind?: number; detail?: string; documentation?: Markup; tags?: number[];
  preselect?: boolean; sortText?: string; filterText?: string; insertText?: string; insertTextFormat?: number; textEdit?: TextEdit;
  additionalTextEdits?: TextEdit[];
}
export interface InlayHint { position: Position; label: string | { value: string }[]; tooltip?: Markup | string; paddingLeft?: boolean; paddingRight?: boolean }
export interface CodeLens { range: Range; command: Command }
export interface Pin { short: string; hash: string; date: string; note: string; source?: string; jetpack: string[]; major?: string; deals: boolean }
export interface Revision { short: string; hash: string; date: string; jetpack?: string[] }

interface Message {
  id?: number | string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string };
}

/** What this client can do, as far as it changes what the server does. */
const capabilities = {
  general: { positionEncodings: ['utf-16'] },
  workspace: {
    workspaceEdit: { documentChanges: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
  window: { showDocument: { support: true } },
  textDocument: {
    hover: { contentFormat: ['markdown'] },
    completion: {
      completionItem: {
        documentationFormat: ['markdown'], snippetSupport: true, deprecatedSupport: true, labelDetailsSupport: true, tagSupport: { valueSet: [1] },
        resolveSupport: { properties: ['documentation'] },
      },
    },
    definition: { linkSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } },
    publishDiagnostics: { versionSupport: true, codeDescriptionSupport: true, relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
  },
};

export class Server {
  private worker: Worker | undefined;
  private readonly asked = new Map<number | string, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  private serial = 0;

  /** `begun` is the first server, if it has begun; `told` takes notifications; `answer` answers what the server asks. */
  constructor(private readonly script: string, private begun: Begun | undefined, private readonly told: (method: string, params: unknown) => void, private readonly answer: (method: string, params: unknown) => unknown) {}

  /** Ends the server. What it was asked stays without an answer, and what is said until another one starts, nobody hears. */
  stop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.asked.clear();
  }

  start(): void {
    if (this.worker) return;
    const { worker, said, failed } = this.begun ?? { worker: new Worker(this.script), said: [], failed: [] };
    this.begun = undefined;
    this.worker = worker;
    const isCurrent = () => worker === this.worker;
    worker.onmessage = ({ data }: MessageEvent<Message>) => isCurrent() && this.receive(data);
    worker.onerror = (event) => isCurrent() && this.told('$server/ended', { message: event.message });
    // The caller goes first.
    queueMicrotask(() => {
      for (const event of said) worker.dispatchEvent(new MessageEvent('message', { data: event.data as unknown }));
      for (const { message } of failed) worker.dispatchEvent(new ErrorEvent('error', { message }));
    });
  }

  private post(message: Message): void {
    this.worker?.postMessage({ jsonrpc: '2.0', ...message });
  }

  private receive({ id, method, params, result, error }: Message): void {
    if (method !== undefined) {
      if (id === undefined) this.told(method, params);
      else this.post({ id, result: this.answer(method, params) ?? null });
      return;
    }
    const question = id === undefined ? undefined : this.asked.get(id);
    if (!question || id === undefined) return;
    this.asked.delete(id);
    if (error) question.reject(new Error(error.message));
    else question.resolve(result);
  }

  request<R>(method: string, params: unknown): Promise<R> {
    const id = ++this.serial;
    return new Promise<R>((resolve, reject) => {
      this.asked.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.post({ id, method, params });
    });
  }

  notify(method: string, params: unknown): void {
    this.post({ method, params });
  }

  async initialize(folder: string): Promise<void> {
    await this.request('initialize', {
      processId: null, clientInfo: { name: 'Jetpills playground' }, capabilities, workspaceFolders: [{ uri: folder, name: 'playground' }],
    });
    this.notify('initialized', {});
  }
}
