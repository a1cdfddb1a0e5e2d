import * as vscode from 'vscode';
import type { Ending } from './documents';

/**
 * The channel that messages are traced to. The client traces where the channel's log level is "trace"; a person sets
 * jetpills.trace.server instead, so the setting stands in for the level.
 */
export function traceChannel(subscriptions: Ending[]): vscode.LogOutputChannel {
  const lines = vscode.window.createOutputChannel('Jetpills Trace', { log: true });
  const changed = new vscode.EventEmitter<vscode.LogLevel>();
  const level = () =>
    vscode.workspace.getConfiguration('jetpills').get('trace.server') === 'off' ? vscode.LogLevel.Off : vscode.LogLevel.Trace;
  subscriptions.push(
    lines,
    changed,
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('jetpills.trace.server')) changed.fire(level());
    }),
  );
  return new Proxy(lines, {
    get(target, name) {
      if (name === 'logLevel') return level();
      if (name === 'onDidChangeLogLevel') return changed.event;
      if (name === 'trace') return target.info.bind(target);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
