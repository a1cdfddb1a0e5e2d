// The extension's entry. It is small, so that opening a Nix file waits for nothing: the language client is loaded afterwards.
import * as vscode from 'vscode';
import { showCommand } from './pills';
import type { Parts } from './parts';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

let parts: Promise<Parts> | undefined; // deactivate has no other way to them

export function activate(context: vscode.ExtensionContext): void {
  parts = load(context);
  const made = parts;
  const { contributes } = context.extension.packageJSON as Manifest;
  for (const name of [showCommand, ...contributes.commands.map(({ command }) => command)]) {
    context.subscriptions.push(
      vscode.commands.registerCommand(name, async (argument: unknown) => (await made).commands[name]?.(argument)),
    );
  }
}

export async function deactivate(): Promise<void> {
  await (await parts)?.stop();
}

async function load(context: vscode.ExtensionContext): Promise<Parts> {
  await new Promise((next) => setTimeout(next, 0));
  const { makeParts } = await import('./parts.js'); // a bundle of its own
  return makeParts(context);
}
