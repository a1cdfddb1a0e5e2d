import * as vscode from 'vscode';
import { activeNix } from './documents';
import { isTarget, neighbour, pillAt, pillOfLabel, plain, rowsOf, type Row, type Target } from './pills';
import type { Cause, Hit, Pill, Place } from './requests';
import type { Server } from './server';
import { labelOf } from './strangers';

interface Item extends vscode.QuickPickItem {
  readonly target?: Target;
}

/** Opens pills, finds them, and goes from one to the next. */
export class Reader {
  private last: string | undefined; // path of the pill shown last

  constructor(private readonly server: Server) {}

  /** Shows a pill rendered, at a section. What it is called with may come from a link. */
  async show(target: unknown): Promise<void> {
    if (!isTarget(target)) return;
    const pills = await this.server.pills();
    const pill = pillAt(pills, target.path);
    if (pill === undefined) return; // links lead to pills and to nothing else
    this.last = pill.path;
    // A hover links to the newest text. What it is about may have the section in a copy for the revision that is pinned.
    const place = target.of && (await this.server.ask<Place>('jetpills/explain', target.of));
    const isSame = place?.anchor === target.anchor && pillAt(pills, place.path) === pill;
    await this.preview(isSame ? place : target);
  }

  private async preview(target: Target): Promise<void> {
    const uri = vscode.Uri.file(target.path).with({ fragment: target.anchor });
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  /** Lets the user choose among pills and sections; the source of what is being chosen shows behind the list. */
  async open(): Promise<void> {
    const pills = await this.server.pills();
    if (pills.length === 0) {
      this.sayNothingToRead();
      return;
    }
    const rows = rowsOf(pills);
    // What is typed is looked for in this order: a pill comes before all headings.
    const pick = listInOrder('Open a pill or a section of one');
    pick.items = [
      ...rows.filter(({ title }) => title).map(itemOfRow),
      ...rows.map((row) => (row.title ? { label: row.label, kind: vscode.QuickPickItemKind.Separator } : itemOfRow(row))),
    ];
    await this.run(pick);
  }

  /** Lets the user type words, and choose among the sections that hold them. */
  async search(): Promise<void> {
    const hitsOf = (query: string) => this.server.ask<readonly Hit[]>('jetpills/search', { query });
    if ((await hitsOf('')) === undefined) return this.open(); // titles can be filtered at least
    const pick = listInOrder('Words to find in the pills');
    const found = new Map<string, Item[]>();
    pick.onDidChangeValue(async (words) => {
      if (words.trim() === '') {
        pick.items = [];
        return;
      }
      if (!found.has(words)) {
        found.set(words, ((await hitsOf(words)) ?? []).map(itemOfHit));
      }
      if (pick.value === words) pick.items = found.get(words) ?? [];
    });
    await this.run(pick);
  }

  /** Shows the section that explains what a program printed: what is selected, or what the user copied or types. */
  async why(): Promise<void> {
    const text = await printedText();
    if (text === undefined) return;
    const causes = await this.server.ask<readonly Cause[]>('jetpills/why', { text });
    if (causes === undefined) {
      this.sayNothingToRead();
      return;
    }
    if (causes.length === 0) {
      const search = 'Search Pills…';
      const message = 'The pills know none of the messages in this text.';
      if ((await vscode.window.showInformationMessage(message, search)) === search) await this.search();
      return;
    }
    const pick = listInOrder('What the text says, the most likely cause first');
    pick.items = causes.map(itemOfCause);
    await this.run(pick);
  }

  /** Shows the section that explains what is under the cursor. */
  async explain(): Promise<void> {
    const editor = activeNix();
    if (editor === undefined) return;
    const place = await this.server.ask<Place>('jetpills/explain', this.server.positionOf(editor.document, editor.selection.active));
    if (place === undefined) {
      vscode.window.setStatusBarMessage('Jetpills: no pill explains this.', 4000);
      return;
    }
    this.last = pillAt(await this.server.pills(), place.path)?.path;
    await this.preview(place);
  }

  /** Goes to the next or the previous pill. */
  async step(step: 1 | -1): Promise<void> {
    const pills = await this.server.pills();
    if (pills.length === 0) {
      this.sayNothingToRead();
      return;
    }
    const pill = neighbour(pills, this.current(pills), step);
    if (pill === undefined) {
      vscode.window.setStatusBarMessage(step > 0 ? 'This is the last pill.' : 'This is the first pill.', 4000);
      return;
    }
    await this.show({ path: pill.path, anchor: '', line: 1 });
  }

  /** The pill being read: of the editor or the preview in front, else the one shown last. */
  private current(pills: readonly Pill[]): Pill | undefined {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    const inEditor = tab?.input instanceof vscode.TabInputText ? pillAt(pills, tab.input.uri.fsPath) : undefined;
    const inPreview = tab?.input instanceof vscode.TabInputWebview ? pillOfLabel(pills, tab.label) : undefined;
    return inEditor ?? inPreview ?? pills.find((pill) => pill.path === this.last);
  }

  /** Shows the list until something is chosen, or nothing: then what was in front comes back to the front. */
  private async run(pick: vscode.QuickPick<Item>): Promise<void> {
    const before = vscode.window.activeTextEditor;
    const selection = before?.selection;
    const opened = new Set(openFiles());
    const peeked = new Set<string>();
    let latest = 0;
    let isOpen = true;
    let peeking = Promise.resolve();
    const chosen = await new Promise<Target | undefined>((resolve) => {
      pick.onDidChangeActive(async ([item]) => {
        const turn = ++latest;
        // Typing runs through many items; only the one it ends at is shown.
        await new Promise((wait) => setTimeout(wait, 150));
        if (!isOpen || turn !== latest || item?.target === undefined) return;
        peeked.add(item.target.path);
        peeking = this.peek(item.target);
      });
      pick.onDidAccept(() => {
        isOpen = false;
        resolve(pick.selectedItems[0]?.target);
        pick.hide();
      });
      pick.onDidHide(() => {
        isOpen = false;
        resolve(undefined);
        pick.dispose();
      });
      pick.show();
    });
    await peeking;
    // An editor with the same file would pull the rendered pill to its own place.
    await closeFiles((path) => peeked.has(path) && !opened.has(path));
    if (chosen !== undefined) {
      this.last = chosen.path;
      return this.preview(chosen);
    }
    if (before !== undefined && vscode.window.activeTextEditor?.document !== before.document) {
      await vscode.window.showTextDocument(before.document, {
        ...(before.viewColumn === undefined ? {} : { viewColumn: before.viewColumn }),
        ...(selection === undefined ? {} : { selection }),
      });
    }
  }

  private async peek(target: Target): Promise<void> {
    const at = new vscode.Position(target.line - 1, 0);
    try {
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(target.path), { preview: true, preserveFocus: true });
      editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.AtTop);
    } catch (error) {
      this.server.log.warn(`${target.path} does not show: ${String(error)}`);
      return;
    }
    // The list of tabs follows a little later; until then this one could not be closed.
    for (let i = 0; i < 50 && !openFiles().includes(target.path); i++) await new Promise((wait) => setTimeout(wait, 20));
  }

  private sayNothingToRead(): void {
    void vscode.window.showWarningMessage(
      this.server.condition === 'running' ? 'This Jetpills server cannot list its pills.' : 'The Jetpills server is not running.',
    );
  }
}

/** The paths of the files that are open in editors. */
function openFiles(): string[] {
  return fileTabs().map(({ path }) => path);
}

async function closeFiles(which: (path: string) => boolean): Promise<void> {
  const tabs = fileTabs().filter(({ path }) => which(path));
  await vscode.window.tabGroups.close(tabs.map(({ tab }) => tab));
}

function fileTabs(): { tab: vscode.Tab; path: string }[] {
  return vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.flatMap((tab) => (tab.input instanceof vscode.TabInputText ? [{ tab, path: tab.input.uri.fsPath }] : [])),
  );
}

/** The text to explain; undefined where the user gives none. */
async function printedText(): Promise<string | undefined> {
  const editor = vscode.window.activeTextEditor;
  const selected = editor?.document.getText(editor.selection) ?? '';
  if (selected.trim() !== '') return selected;
  const copied = await vscode.env.clipboard.readText();
  const type = { label: '$(edit) Type or paste a text…' };
  if (copied.trim() !== '') {
    const items = [{ label: '$(clippy) What is in the clipboard', detail: labelOf(copied.trim().slice(0, 200)) }, type];
    const chosen = await vscode.window.showQuickPick(items, { title: 'Explain what a build, a flash or a boot printed' });
    if (chosen === undefined) return undefined;
    if (chosen !== type) return copied;
  }
  return vscode.window.showInputBox({
    title: 'Explain what a build, a flash or a boot printed',
    placeHolder: 'error: attribute nvidia-jetpack missing',
    prompt: 'The text may have many lines.',
  });
}

/** A list that keeps the order of its items. VS Code sorts by label unless it is told not to, with a field that its types lack. */
function listInOrder(placeholder: string): vscode.QuickPick<Item> {
  const pick = vscode.window.createQuickPick<Item>();
  (pick as { sortByLabel?: boolean }).sortByLabel = false;
  pick.placeholder = placeholder;
  return pick;
}

function itemOfRow({ title, label, description, target }: Row): Item {
  return { label: title ? `$(book) ${label}` : label, description, target };
}

function itemOfCause(cause: Cause): Item {
  return {
    label: labelOf(cause.text),
    description: `line ${String(cause.at)}`,
    detail: labelOf(plain(`${cause.means} ${cause.title}`)),
    target: { path: cause.path, anchor: cause.anchor, line: cause.line },
  };
}

function itemOfHit(hit: Hit): Item {
  return {
    label: labelOf(hit.title),
    ...(hit.snippet === undefined ? {} : { detail: labelOf(plain(hit.snippet)) }),
    alwaysShow: true, // the server has judged what fits
    target: { path: hit.path, anchor: hit.anchor, line: hit.line },
  };
}
