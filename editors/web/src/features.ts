// What the server says, in CodeMirror: hovers, completions, hints and lenses.
import { snippet, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { StateEffect, StateField, type EditorState, type Range as Placed, type TransactionSpec } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, showTooltip, type DecorationSet, type Tooltip } from '@codemirror/view';
import { offsetOf, positionOf } from './files.js';
import type { CodeLens, CompletionItem, InlayHint, Markup, Range, TextEdit } from './server.js';

/** Where the answers come from, and what is done with links and commands. */
export interface Source {
  /** Asks about a place of the file in front; undefined if there is no server for it. */
  ask<R>(method: string, extra: Record<string, unknown>): Promise<R | null>;
  page(text: string): HTMLElement;
  run(lens: CodeLens): void;
}

// Hovers. One that was asked for by a key or a button stands at the cursor until that moves.

interface Hover { contents: Markup; range?: Range }

export async function hoverAt(source: Source, state: EditorState, offset: number): Promise<Tooltip | null> {
  const hover = await source.ask<Hover>('textDocument/hover', { position: positionOf(state.doc, offset) });
  if (!hover) return null;
  return {
    pos: hover.range ? offsetOf(state.doc, hover.range.start) : offset,
    end: hover.range ? offsetOf(state.doc, hover.range.end) : offset,
    create: () => ({ dom: card(source.page(hover.contents.value)) }),
  };
}

function card(content: HTMLElement): HTMLElement {
  const made = document.createElement('div');
  made.className = 'card';
  made.tabIndex = 0;
  made.setAttribute('role', 'region');
  made.setAttribute('aria-label', 'Explanation');
  made.append(content);
  return made;
}

export const pinHover = StateEffect.define<Tooltip | null>();

export const pinnedHover = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    let next = transaction.docChanged || transaction.selection ? null : value;
    for (const effect of transaction.effects) if (effect.is(pinHover)) next = effect.value;
    return next;
  },
  provide: (field) => showTooltip.from(field),
});

// Completions. The server's edits say which text an item replaces, quotes and all: the words before the cursor do not.

export const completions = (source: Source) => async (context: CompletionContext): Promise<CompletionResult | null> => {
  const before = context.state.sliceDoc(context.pos - 1, context.pos);
  if (!context.explicit && !/[\w."#/-]/.test(before)) return null;
  const answer = await source.ask<CompletionItem[] | { items: CompletionItem[] }>('textDocument/completion', {
    position: positionOf(context.state.doc, context.pos), context: { triggerKind: 1 },
  });
  const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
  const word = context.matchBefore(/[\w-]*/)?.from ?? context.pos;
  const found = items
    .map((item) => {
      const from = item.textEdit ? offsetOf(context.state.doc, item.textEdit.range.start) : word;
      return { item, from, rank: rankOf(item.filterText ?? item.label, context.state.sliceDoc(from, context.pos)) };
    })
    .filter(({ rank }) => rank < noRank)
    .sort((a, b) => a.rank - b.rank || Number(b.item.preselect ?? false) - Number(a.item.preselect ?? false)
      || (a.item.sortText ?? a.item.label).localeCompare(b.item.sortText ?? b.item.label, 'en'));
  if (found.length === 0) return null;
  return { from: Math.min(...found.map(({ from }) => from)), filter: false, options: found.map(({ item }) => option(source, item, word)) };
};

const noRank = 3;

/** 0 where the text begins with what is typed, 1 where it has it, 2 where it has its letters in this order. */
function rankOf(text: string, typed: string): number {
  const [whole, part] = [text.toLowerCase(), typed.toLowerCase()];
  if (whole.startsWith(part)) return 0;
  if (whole.includes(part)) return 1;
  let at = 0;
  for (const letter of part) {
    at = whole.indexOf(letter, at) + 1;
    if (at === 0) return noRank;
  }
  return 2;
}

const kinds: Record<number, string> = { 3: 'function', 5: 'property', 6: 'variable', 9: 'namespace', 10: 'property', 14: 'keyword', 15: 'text', 20: 'enum' };

function option(source: Source, item: CompletionItem, word: number): Completion {
  const made: Completion = {
    label: item.label,
    type: item.tags?.includes(1) ? 'deprecated' : (kinds[item.kind ?? 0] ?? 'text'),
    async info() {
      const { documentation } = await source.ask<CompletionItem>('completionItem/resolve', item as unknown as Record<string, unknown>) ?? item;
      return documentation ? card(source.page(documentation.value)) : null;
    },
    apply(view, _completion, _from, to) {
      const { state } = view;
      const from = item.textEdit ? offsetOf(state.doc, item.textEdit.range.start) : word;
      // What was typed since the answer lies behind the range that it names.
      const end = item.textEdit ? Math.max(to, offsetOf(state.doc, item.textEdit.range.end)) : to;
      const text = item.textEdit?.newText ?? item.insertText ?? item.label;
      if (item.additionalTextEdits) view.dispatch(edits(state, item.additionalTextEdits));
      if (item.insertTextFormat === 2) snippet(template(text))(view, made, from, end);
      else view.dispatch({ changes: { from, to: end, insert: text }, selection: { anchor: from + text.length }, scrollIntoView: true, userEvent: 'input.complete' });
    },
  };
  const detail = item.labelDetails?.description ?? item.detail;
  if (detail !== undefined) made.detail = detail;
  return made;
}

/** A snippet of LSP as one of CodeMirror, which escapes brackets where LSP escapes dollars, and has no choices: of those, the first stands. */
const template = (text: string): string =>
  text.replace(/\\\$\{|\\[$\\}]|\$(\d+)|\$\{(\d+)\|((?:\\.|[^\\|])*)\|\}/g, (found: string, stop?: string, choice?: string, values = '') => {
    if (found === '\\${') return '$\\{';
    if (stop !== undefined) return `\${${stop}}`;
    if (choice === undefined) return found.slice(1);
    const first = (/^(?:\\.|[^\\,])*/.exec(values)?.[0] ?? '').replace(/\\(.)/g, '$1');
    return /[{}]/.test(first) ? first.replace(/[{}]/g, '\\$&') : `\${${choice}:${first}}`;
  });

export const edits = (state: EditorState, all: TextEdit[]): TransactionSpec => ({
  changes: all.map(({ range, newText }) => ({ from: offsetOf(state.doc, range.start), to: offsetOf(state.doc, range.end), insert: newText })),
  userEvent: 'input.fix',
});

// Hints stand in their line, and lenses above it.

class Hint extends WidgetType {
  constructor(private readonly text: string, private readonly title: string) {
    super();
  }
  override eq(other: Hint): boolean {
    return other.text === this.text && other.title === this.title;
  }
  override toDOM(): HTMLElement {
    const made = document.createElement('span');
    made.className = 'hint';
    made.textContent = this.text;
    made.title = this.title;
    return made;
  }
}

class Lenses extends WidgetType {
  constructor(private readonly all: CodeLens[], private readonly indent: string, private readonly source: Source) {
    super();
  }
  override eq(other: Lenses): boolean {
    return JSON.stringify(other.all) === JSON.stringify(this.all) && other.indent === this.indent;
  }
  override toDOM(): HTMLElement {
    const made = document.createElement('div');
    made.className = 'lenses';
    made.append(this.indent);
    for (const lens of this.all) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = lens.command.title;
      button.addEventListener('click', () => this.source.run(lens));
      made.append(button);
    }
    return made;
  }
  override get estimatedHeight(): number {
    return 18;
  }
  override ignoreEvent(): boolean {
    return true;
  }
}

export const setNotes = StateEffect.define<{ hints: InlayHint[]; lenses: CodeLens[]; source: Source }>();

export const notes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setNotes)) next = draw(transaction.state, effect.value);
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function draw(state: EditorState, { hints, lenses, source }: { hints: InlayHint[]; lenses: CodeLens[]; source: Source }): DecorationSet {
  const all: Placed<Decoration>[] = [];
  for (const { position, label, tooltip, paddingLeft, paddingRight } of hints) {
    const text = typeof label === 'string' ? label : label.map(({ value }) => value).join('');
    const title = typeof tooltip === 'string' ? tooltip : (tooltip?.value ?? '');
    const widget = new Hint(`${paddingLeft ? '\u2002' : ''}${text}${paddingRight ? '\u2002' : ''}`, title);
    all.push(Decoration.widget({ widget, side: 1 }).range(offsetOf(state.doc, position)));
  }
  const byLine = new Map<number, CodeLens[]>();
  for (const lens of lenses) {
    const { from } = state.doc.lineAt(offsetOf(state.doc, lens.range.start));
    byLine.set(from, [...(byLine.get(from) ?? []), lens]);
  }
  for (const [from, ofLine] of byLine) {
    const indent = /^\s*/.exec(state.doc.lineAt(from).text)?.[0] ?? '';
    all.push(Decoration.widget({ widget: new Lenses(ofLine, indent, source), block: true, side: -1 }).range(from));
  }
  return Decoration.set(all, true);
}
