// The page: files in tabs, an editor, what is wrong in them, and the pill beside them. All that it knows of Nix, the server says.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics, type Diagnostic as Mark } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, closeHoverTooltips, drawSelection, hasHoverTooltips, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { nix } from '@replit/codemirror-lang-nix';
import type { Begun } from './begin.js';
import { Beside } from './beside.js';
import { completions, edits, hoverAt, notes, pinHover, pinnedHover, setNotes, type Source } from './features.js';
import { Files, isNix, offsetOf, positionOf } from './files.js';
import { markdown, type Follow } from './markdown.js';
import { Pins } from './pins.js';
import { Server, type CodeAction, type CodeLens, type Diagnostic, type InlayHint, type Location, type LocationLink, type Pin, type Revision } from './server.js';
import { BadLink, editedOf, holdsFiles, lastOpen, note, pack, unpack, type State } from './state.js';

declare const begun: Begun;
declare const EXAMPLES: { name: string; label: string; files: Record<string, string>; open: string }[]; // which the build sets

const part = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const button = (text: string, click: () => void): HTMLButtonElement => {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', click);
  return made;
};

const told: Record<string, (params: never) => void> = {
  'textDocument/publishDiagnostics': ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
    const name = files.nameOf(uri);
    if (name === undefined || files.isWithheld(name)) return;
    files.diagnostics.set(name, diagnostics);
    void showProblems();
    soon();
  },
  'window/logMessage': ({ message }: { message: string }) => console.info(message),
  'window/showMessage': ({ message }: { message: string }) => say(message),
  '$server/loading': ({ loaded, total }: { loaded: number; total: number }) => {
    const megabytes = (bytes: number) => Math.round(bytes / 1e6);
    if (loaded === total) part('problem-count').textContent = 'Starting the server…';
    else part('problem-count').textContent = `Loading the server: ${megabytes(loaded)}${total > 0 ? ` of ${megabytes(total)}` : ''} MB`;
  },
  '$server/ended': ({ message }: { message: string }) => ended(message),
};

const asked: Record<string, (params: never) => unknown> = {
  'window/showDocument': ({ uri, selection }: { uri: string; selection: Location['range'] }) => {
    goTo({ uri, range: selection });
    return { success: true };
  },
  'workspace/inlayHint/refresh': () => soon(),
  'workspace/codeLens/refresh': () => soon(),
};

/** The server has ended, or has never begun: the files stay, and another server begins with the next edit or example. */
function ended(message: string): void {
  server.stop();
  initialized = undefined;
  pills = revisions = undefined;
  round++; // what it was asked about problems
  files.diagnostics.clear();
  part('problem-count').textContent = 'The server does not run';
  part('problem-list').replaceChildren();
  const reason = /call stack/i.test(message)
    ? `${files.names.filter(isNix).length === 1 ? files.names.find(isNix) : 'One of these files'} nests expressions too deeply for a browser`
    : message;
  say(`The server does not run: ${reason}. It starts again when you change a file or choose an example.`);
}

const server = new Server('worker.js', begun, (method, params) => told[method]?.(params as never), (method, params) => asked[method]?.(params as never));
const files = new Files(server);
const states = new Map<string, EditorState>();
let front = ''; // the file that the editor shows
let opened = ''; // the fragment that the files come from
let initialized: Promise<void> | undefined;

const say = (text: string): void => {
  part('message').hidden = text === '';
  part('message-text').textContent = text;
};

// Links in what the server says lead to pills, to files of the page, or to the web.

const follow: Follow = (address) => {
  const pill = pillOf(address);
  if (pill) return () => void openPill(pill.path, pill.line);
  const [uri = '', line] = address.split('#L');
  if (files.nameOf(uri) === undefined) return undefined;
  const start = { line: Number(line ?? 1) - 1, character: 0 };
  return () => goTo({ uri, range: { start, end: start } });
};

const pillOf = (address: string): { path: string; line: number } | undefined => {
  const [, path, line] = /^file:\/\/(\/home\/\.cache\/jetpills\/.+\.md)(?:#L(\d+))?$/.exec(address) ?? [];
  return path === undefined ? undefined : { path: decodeURI(path), line: Number(line ?? 1) };
};

interface Pill { file: string; path: string; sections: { anchor: string; line: number }[] }
let pills: Promise<Pill[]> | undefined;

/** Shows a section beside the files: on its page, or, of a copy that the server has made for the pinned revision, its text. */
async function openPill(path: string, line: number): Promise<void> {
  closeHovers(view);
  pills ??= server.request<Pill[]>('jetpills/pills', {});
  const pill = (await pills).find((each) => each.path === path);
  if (pill) {
    const section = pill.sections.find((each) => each.line === line);
    beside.showPage(`${pill.file.replace(/\.md$/, '')}.html`, section && section !== pill.sections[0] ? section.anchor : '');
    return;
  }
  const name = path.split('/').at(-1) ?? '';
  const text = await server.request<string | null>('$files/read', { path });
  if (text !== null) beside.showText(text, /^(README|glossary)\.md$/.test(name) ? '../' : `../${name.replace(/\.md$/, '')}.html`, line);
}

const beside = new Beside(part('beside'), (text) => markdown(text, follow), () => view.focus());

// What the server answers about the file in front.

const source: Source = {
  async ask<R>(method: string, extra: Record<string, unknown>): Promise<R | null> {
    if (!initialized || !isNix(front)) return null;
    await initialized;
    const params = method === 'completionItem/resolve' ? extra : { textDocument: { uri: files.uri(front) }, ...extra };
    return server.request<R | null>(method, params).catch(() => null); // what it was about has changed meanwhile
  },
  page: (text) => markdown(text, follow),
  run(lens: CodeLens) {
    const { command, arguments: [argument] = [] } = lens.command;
    if (command === 'jetpills.copy') {
      void navigator.clipboard.writeText(String(argument)).then(() => say(`Copied: ${String(argument)}`), () => say(String(argument)));
    } else if (command === 'jetpills.showFinding') {
      goTo(argument as Location);
    } else if (command === 'jetpills.showBump') {
      void source.ask<{ title: string; markdown: string }>('jetpills/bump', {}).then((bump) => bump && beside.showText(bump.markdown, undefined, 0, bump.title));
    }
  },
};

const explain = (view: EditorView, isAsked = true): boolean => {
  const offset = view.state.selection.main.head;
  void hoverAt(source, view.state, offset).then((tooltip) => {
    if (view.state.selection.main.head !== offset) return;
    view.dispatch({ effects: [closeHoverTooltips, pinHover.of(tooltip)] });
    if (!tooltip && isAsked) say('Jetpills has nothing to say about this.');
  });
  return true;
};

const closeHovers = (view: EditorView): boolean => {
  const isOpen = view.state.field(pinnedHover) !== null || hasHoverTooltips(view.state);
  if (isOpen) view.dispatch({ effects: [closeHoverTooltips, pinHover.of(null)] });
  return isOpen;
};

const jump = (view: EditorView, offset = view.state.selection.main.head): boolean => {
  const position = positionOf(view.state.doc, offset);
  void source.ask<LocationLink[]>('textDocument/definition', { position }).then(async (answer) => {
    const [to] = answer ?? [];
    if (!to) {
      say('There is no pill about this.');
      return;
    }
    const pill = pillOf(to.targetUri);
    if (pill) await openPill(pill.path, to.targetSelectionRange.start.line + 1);
    else goTo({ uri: to.targetUri, range: to.targetSelectionRange });
  });
  return true;
};

function goTo({ uri, range }: Location): void {
  const name = files.nameOf(uri);
  if (name === undefined) return;
  show(name);
  const anchor = offsetOf(view.state.doc, range.start);
  view.dispatch({ selection: { anchor, head: offsetOf(view.state.doc, range.end) }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
  view.focus();
}

/** Asks for hints and lenses, once all edits and news of a moment are in. */
function soon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const of = front;
    const whole = { start: { line: 0, character: 0 }, end: { line: view.state.doc.lines, character: 0 } };
    void Promise.all([source.ask<InlayHint[]>('textDocument/inlayHint', { range: whole }), source.ask<CodeLens[]>('textDocument/codeLens', {}), source.ask<Pin>('jetpills/pin', {})])
      .then(([hints, lenses, pin]) => {
        if (of !== front) return;
        view.dispatch({ effects: setNotes.of({ hints: hints ?? [], lenses: lenses ?? [], source }) });
        if (pin) pins.show(pin);
        // To read them takes the server a while, in which it answers nothing else.
        setTimeout(() => { revisions ??= server.request<Revision[]>('jetpills/revisions', {}).then((all) => pins.offer(all)); }, 1000);
      });
  }, 30);
}
let timer: ReturnType<typeof setTimeout> | undefined;
let revisions: Promise<void> | undefined;

// What is wrong.

const mark = (state: EditorState, { range, severity, message }: Diagnostic): Mark => ({
  from: offsetOf(state.doc, range.start), to: offsetOf(state.doc, range.end), severity: severity === 1 ? 'error' : severity === 2 ? 'warning' : 'hint', message,
});

let round = 0;
async function showProblems(): Promise<void> {
  const now = ++round;
  const here = (files.diagnostics.get(front) ?? []).map((each) => mark(view.state, each));
  view.dispatch(setDiagnostics(view.state, here));
  const found = files.names.flatMap((name) => (files.diagnostics.get(name) ?? []).map((diagnostic) => ({ name, diagnostic })));
  const fixes = await Promise.all(found.map(({ name, diagnostic }) =>
    server.request<CodeAction[] | null>('textDocument/codeAction', {
      textDocument: { uri: files.uri(name) }, range: diagnostic.range, context: { diagnostics: [diagnostic], only: ['quickfix'] },
    }).catch(() => null)));
  if (now !== round) return;
  if (files.names.some((name) => isNix(name) && !files.diagnostics.has(name))) return; // the server has not said yet
  part('problem-count').textContent = found.length === 0 ? 'No problems' : found.length === 1 ? '1 problem' : `${found.length} problems`;
  part('problem-list').replaceChildren(...found.map(({ name, diagnostic }, i) => problem(name, diagnostic, fixes[i] ?? [])));
}

function problem(name: string, { range, severity, message, relatedInformation = [], codeDescription }: Diagnostic, fixes: CodeAction[]): HTMLElement {
  const item = document.createElement('li');
  item.className = severity === 1 ? 'error' : severity === 2 ? 'warning' : 'note';
  const place = (at: Location, file: string, text: string) => {
    const made = button('', () => goTo(at));
    made.className = 'place';
    const where = document.createElement('span');
    where.textContent = `${file}:${at.range.start.line + 1}`;
    made.append(text, ' ', where);
    return made;
  };
  const kind = document.createElement('span');
  kind.className = 'unseen';
  kind.textContent = `${item.className}: `;
  item.append(kind, place({ uri: files.uri(name), range }, name, message));
  for (const { location, message: says } of relatedInformation) {
    const of = files.nameOf(location.uri);
    if (of !== undefined) item.append(place(location, of, says));
  }
  const actions = document.createElement('div');
  actions.className = 'fixes';
  for (const { title, edit } of fixes) actions.append(button(title, () => apply(edit)));
  const pill = codeDescription && follow(codeDescription.href);
  if (pill) actions.append(button('Read why', pill));
  item.append(actions);
  return item;
}

function apply(edit: CodeAction['edit']): void {
  const before = front;
  for (const { textDocument, edits: all } of edit?.documentChanges ?? []) {
    const name = files.nameOf(textDocument.uri);
    if (name === undefined) continue;
    show(name);
    view.dispatch(edits(view.state, all));
  }
  show(before);
  view.focus();
}

/** Moves to the first button of a fix: for the problem at the cursor, or the first one. */
const fixHere = (): boolean => {
  const line = view.state.doc.lineAt(view.state.selection.main.head).number;
  const items = [...part('problem-list').children];
  const here = items.find((item) => item.querySelector('.place span')?.textContent === `${front}:${line}`) ?? items[0];
  here?.querySelector<HTMLElement>('.fixes button')?.focus();
  return here !== undefined;
};

let visited = -1;
const nextProblem = (): boolean => {
  const places = part('problem-list').querySelectorAll<HTMLElement>('li > .place:first-of-type');
  visited = (visited + 1) % Math.max(places.length, 1);
  places[visited]?.click();
  return true;
};

// The editor.

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword, tags.moduleKeyword, tags.controlKeyword], class: 'k' },
  { tag: [tags.string, tags.special(tags.string)], class: 's' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.literal], class: 'n' },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.definition(tags.propertyName)], class: 'a' },
  { tag: [tags.url], class: 'p' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: 'c' },
]);

const common: Extension = [
  lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(), EditorView.lineWrapping,
  EditorState.tabSize.of(2),
  syntaxHighlighting(colours),
  autocompletion({ override: [completions(source)], icons: false, updateSyncTime: 300, interactionDelay: 0, activateOnTypingDelay: 30 }),
  hoverTooltip((view, offset) => (view.state.field(pinnedHover) ? null : hoverAt(source, view.state, offset)), { hoverTime: 150, hideOnChange: true }),
  pinnedHover, notes,
  keymap.of([
    { key: 'F12', run: (view) => jump(view) },
    { key: 'F8', run: nextProblem },
    { key: 'Mod-.', run: fixHere },
    { key: 'Mod-i', run: (view) => explain(view), preventDefault: true },
    { key: 'Escape', run: closeHovers },
    ...closeBracketsKeymap, ...defaultKeymap.filter(({ key }) => key !== 'Mod-i'), ...historyKeymap, ...completionKeymap,
  ]),
  EditorView.updateListener.of(({ docChanged, startState, state, changes }) => {
    if (!docChanged) return;
    files.change(front, startState.doc, state.doc, changes);
    if (!initialized) {
      clearTimeout(revival);
      revival = setTimeout(() => {
        if (initialized) return;
        server.start();
        files.rewrite();
        begin();
      }, 1000);
    }
    if (files.isWithheld(front)) void showProblems();
    note(opened, stateNow());
    part('reset').hidden = false;
    say('');
    soon();
  }),
  EditorView.domEventHandlers({
    mousedown(event, view) {
      if (!(event.ctrlKey || event.metaKey)) return false;
      const offset = view.posAtCoords(event);
      return offset !== null && jump(view, offset);
    },
    // Where the browser itself types over a selection, it makes styles in the text, which the page's policy refuses.
    beforeinput({ inputType, data, isComposing }, view) {
      const { main, ranges } = view.state.selection;
      if (inputType !== 'insertText' || !data || isComposing || main.empty || ranges.length > 1 || view.state.readOnly) return false;
      const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
      if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, data, insert))) view.dispatch(insert());
      return true;
    },
    // A finger cannot point without a tap.
    click(event, view) {
      if ((event as PointerEvent).pointerType === 'touch' && view.state.selection.main.empty) explain(view, false);
    },
  }),
];

let revival: ReturnType<typeof setTimeout> | undefined;

const stateOf = (name: string): EditorState =>
  EditorState.create({
    doc: files.text(name),
    extensions: [common, ...(isNix(name) ? [nix()] : []), EditorView.contentAttributes.of({ 'aria-label': name })],
  });

// CodeMirror makes its styles in the page: in a shadow tree it does so without an element that the page's policy would refuse.
const shadow = part('editor').attachShadow({ mode: 'open' });
for (const address of ['../assets/site.css', 'page.css']) {
  shadow.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: address }));
}
const view = new EditorView({ parent: shadow as unknown as HTMLElement, root: shadow });
// What is typed there is none of the page's keys, and from outside nobody sees that it is text.
part('editor').addEventListener('keydown', (event) => event.stopPropagation());

function show(name: string): void {
  if (name !== front || view.state.doc.toString() !== files.text(name)) {
    if (states.has(front)) states.set(front, view.state);
    front = name;
    view.setState(states.get(name) ?? stateOf(name));
    states.set(name, view.state);
    visited = -1;
    void showProblems();
    soon();
  }
  for (const tab of part('tabs').querySelectorAll<HTMLElement>('[role=tab]')) {
    const isFront = tab.textContent === name;
    tab.setAttribute('aria-selected', String(isFront));
    tab.tabIndex = isFront ? 0 : -1;
  }
}

function showTabs(): void {
  part('tabs').replaceChildren(...files.names.map((name) => {
    const tab = button(name, () => show(name));
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', 'editor');
    return tab;
  }));
}

part('tabs').addEventListener('keydown', (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step === undefined) return;
  const all = files.names;
  show(all[(all.indexOf(front) + step + all.length) % all.length] ?? front);
  part('tabs').querySelector<HTMLElement>('[aria-selected=true]')?.focus();
});

// The pin: in the lock file, or else in the address of the flake.

const pins = new Pins(part('pin'), part('pin-note'), (hash) => {
  const before = front;
  const [name, change] = files.names.flatMap((each) => {
    const found = pins.changeIn(each, files.text(each), hash);
    return found ? [[each, found] as const] : [];
  })[0] ?? [];
  if (name === undefined || !change) {
    say('None of these files pins jetpack-nixos: name it in an input of flake.nix.');
    return;
  }
  show(name);
  view.dispatch({ changes: change });
  show(before);
});

// What is opened first.

const stateNow = (): State => ({ files: Object.fromEntries(files.names.map((name) => [name, files.text(name)])), open: front });

function open(state: State, isEdited: boolean): void {
  note(opened, isEdited ? state : undefined);
  server.start();
  files.replace(state.files, initialized === undefined);
  states.clear();
  front = '';
  begin();
  showTabs();
  beside.hide();
  show(state.open ?? files.names.find(isNix) ?? files.names[0] ?? '');
  showOrigin();
  part('reset').hidden = !isEdited;
}

/** Lets the server begin, unless it runs, and gives it the files. */
function begin(): void {
  initialized ??= server.initialize(files.root);
  void initialized.then(() => {
    files.open();
    void showProblems();
    soon();
  });
}

/** The files come from an example, or else from a link. */
function showOrigin(): void {
  part<HTMLSelectElement>('example').value = exampleOf(opened)?.name ?? '';
}

const exampleOf = (fragment: string) => EXAMPLES.find(({ name }) => name === fragment);

/** Opens what a fragment stands for, as it was edited in this tab; false where it stands for nothing, as that of a link within the page. */
async function openFragment(fragment: string): Promise<boolean> {
  if (!exampleOf(fragment) && !holdsFiles(fragment)) return false;
  say('');
  try {
    const edited = editedOf(fragment);
    const state = edited ?? exampleOf(fragment) ?? await unpack(fragment);
    if (!state) return false;
    opened = fragment;
    open(state, edited !== undefined);
    return true;
  } catch (error) {
    if (!(error instanceof BadLink)) throw error;
    say(`This link cannot be opened: ${error.message}. ${initialized ? 'The files are the same as before.' : 'Here is an example instead.'}`);
    return false;
  }
}

/** Opens what the address stands for, or what was open last in this tab, or the first example. */
async function openFirst(): Promise<void> {
  const fragment = location.hash.slice(1);
  const isOwn = exampleOf(fragment) !== undefined || holdsFiles(fragment);
  if (await openFragment(isOwn ? fragment : lastOpen())) return;
  opened = EXAMPLES[0]?.name ?? '';
  const edited = editedOf(opened);
  const state = edited ?? exampleOf(opened);
  if (state) open(state, edited !== undefined);
}

part<HTMLSelectElement>('example').append(...EXAMPLES.map(({ name, label }) => new Option(label, name)), Object.assign(new Option('From a link', ''), { hidden: true }));
part<HTMLSelectElement>('example').addEventListener('change', () => {
  remember(part<HTMLSelectElement>('example').value);
  void openFragment(location.hash.slice(1));
});
part('reset').addEventListener('click', () => {
  if (!confirm('Drop your edits, and open the files as they were?')) return;
  note(opened);
  void openFragment(opened);
});
part('explain').addEventListener('click', () => explain(view));
part('jump').addEventListener('click', () => jump(view));
part('message-close').addEventListener('click', () => say(''));
part('link').addEventListener('click', () => {
  pack(stateNow()).then(async (fragment) => {
    remember(fragment);
    opened = fragment;
    note(opened);
    showOrigin();
    part('reset').hidden = true;
    await navigator.clipboard.writeText(location.href).then(() => say('The link is copied. It holds the files themselves.'), () => say('The address of this page holds the files now.'));
  }).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
});
/** Puts a fragment into the address, as if it had always been there. */
function remember(fragment: string): void {
  window.history.replaceState(null, '', `#${fragment}`);
}
addEventListener('hashchange', () => void openFragment(location.hash.slice(1)));

await openFirst();
