import * as vscode from 'vscode';
import type { Ending } from './documents';

interface Manifest {
  readonly contributes?: { readonly grammars?: readonly { readonly language?: string }[] };
}

/** Keeps a context that says whether an extension colours Nix files: the walkthrough names one where none does. */
export function watchGrammar(subscriptions: Ending[]): void {
  const tell = (): void => {
    const hasGrammar = vscode.extensions.all.some(({ packageJSON }) =>
      (packageJSON as Manifest).contributes?.grammars?.some(({ language }) => language === 'nix'),
    );
    void vscode.commands.executeCommand('setContext', 'jetpills.nixHasGrammar', hasGrammar);
  };
  tell();
  subscriptions.push(vscode.extensions.onDidChange(tell));
}
