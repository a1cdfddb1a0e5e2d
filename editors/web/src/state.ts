// What a link holds: the files of the page, packed into the part of an address behind "#", which no browser sends anywhere.
// Anybody may write such a link, so nothing in it is taken on trust.

export interface State {
  files: Record<string, string>;
  open?: string; // the file in front
}

const mostPacked = 60_000; // characters: longer addresses are cut by chat programs and some browsers
const mostText = 300_000; // characters of all files
const mostFiles = 16;
const mark = 'files=';

export class BadLink extends Error {}

export async function pack(state: State): Promise<string> {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream('deflate-raw'), Infinity);
  const packed = mark + btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  if (packed.length > mostPacked) throw new BadLink('The files are too long for a link.');
  return packed;
}

export const holdsFiles = (fragment: string): boolean => fragment.startsWith(mark);

// What was edited stays in the tab: it is there again after a reload, and when one comes back to an example.

interface Kept { last: string; edited: [fragment: string, state: State][] } // the latest edit last

const keptKey = 'jetpills-playground';
const mostKept = 8;

function kept(): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(keptKey) ?? '') as Kept;
  } catch {
    return { last: '', edited: [] };
  }
}

function keep(all: Kept): void {
  try {
    sessionStorage.setItem(keptKey, JSON.stringify(all));
  } catch {
    // The browser keeps nothing, or not so much: the page works on.
  }
}

/** The fragment that was open last in this tab, or "". */
export const lastOpen = (): string => kept().last;

/** The files of a fragment as they were edited in this tab. */
export function editedOf(fragment: string): State | undefined {
  const state = kept().edited.find(([of]) => of === fragment)?.[1];
  try {
    return state && checked(JSON.stringify(state));
  } catch {
    return undefined; // it has grown beyond what a page holds
  }
}

/** Notes what is open, and the files if they are edited. Without a state, those of before are forgotten. */
export function note(fragment: string, state?: State): void {
  const others = kept().edited.filter(([of]) => of !== fragment);
  keep({ last: fragment, edited: state ? [...others, [fragment, state] as [string, State]].slice(-mostKept) : others });
}

/** What a fragment holds; undefined where it holds no files. */
export async function unpack(fragment: string): Promise<State | undefined> {
  if (!holdsFiles(fragment)) return undefined;
  if (fragment.length > mostPacked) throw new BadLink('it is too long');
  let text: string;
  try {
    const binary = atob(fragment.slice(mark.length).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    text = new TextDecoder('utf-8', { fatal: true }).decode(await through(bytes, new DecompressionStream('deflate-raw'), 4 * mostText));
  } catch (error) {
    throw error instanceof BadLink ? error : new BadLink('it is damaged');
  }
  return checked(text);
}

function checked(text: string): State {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    throw new BadLink('it is damaged');
  }
  if (!isRecord(state) || !isRecord(state['files'])) throw new BadLink('it holds no files');
  const entries = Object.entries(state['files']);
  if (entries.length === 0 || entries.length > mostFiles) throw new BadLink(`it holds ${entries.length} files, and may hold 1 to ${mostFiles}`);
  const files: Record<string, string> = Object.create(null) as Record<string, string>;
  let length = 0;
  for (const [name, content] of entries) {
    if (!isName(name)) throw new BadLink('a file in it has a name that files cannot have here');
    if (typeof content !== 'string') throw new BadLink('a file in it is no text');
    length += content.length;
    files[name] = content.replace(/\r\n?/g, '\n');
  }
  if (length > mostText) throw new BadLink('its files are too long');
  const { open } = state;
  return typeof open === 'string' && open in files ? { files, open } : { files };
}

/** A relative path of plain names, at most four folders deep. */
function isName(name: string): boolean {
  return name.length <= 80 && /^[\w][\w.+-]*(\/[\w][\w.+-]*){0,4}$/.test(name) && name !== '__proto__';
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, most: number): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // What is wrong with the bytes is told to the reader, too.
  writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close()).catch(() => undefined);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      void reader.cancel();
      throw new BadLink('its files are too long');
    }
    parts.push(value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
