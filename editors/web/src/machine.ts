// The machine that the server believes to run on: a tree of files in memory, and its standard streams. Go asks for all of it
// through the functions of Node that are here: those that the server's calls come down to, and no others.

interface Folder { kind: 'folder'; entries: Map<string, Node>; stamp: Stamp }
interface File { kind: 'file'; content: Uint8Array; mode: number; stamp: Stamp }
type Node = Folder | File;
interface Stamp { ino: number; time: number }
interface Handle { node: Node; at: number }
type Callback = (error: Error | null, result?: unknown) => void;

const flags = { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024, O_DIRECTORY: 65536 };
const folderMode = 0o40755;
const fileMode = 0o100000;

class SystemError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

let serial = 0;
let latest = 0;
/** No two changes have the same time: by it, the server sees that a file is another. */
function stamp(): Stamp {
  latest = Math.max(latest + 1, Date.now());
  return { ino: ++serial, time: latest };
}
const folder = (): Folder => ({ kind: 'folder', entries: new Map(), stamp: stamp() });

const root = folder();
const handles = new Map<number, Handle>();
let nextHandle = 3;
const waiting: Uint8Array[] = []; // standard input that nobody has read
let reader: (() => void) | undefined; // that waits for standard input
let said = ''; // on standard error, without the end of a line

export const machine = {
  /** Takes what the server writes to standard output. */
  onOutput: (_: Uint8Array): void => undefined,

  input(bytes: Uint8Array): void {
    waiting.push(bytes);
    const wake = reader;
    reader = undefined;
    wake?.();
  },

  put(path: string, content: Uint8Array): void {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    let at = root;
    for (const each of names) {
      let next = at.entries.get(each);
      if (next?.kind !== 'folder') {
        next = folder();
        at.entries.set(each, next);
      }
      at = next;
    }
    at.entries.set(name, { kind: 'file', content, mode: 0o644, stamp: stamp() });
  },

  drop(path: string): void {
    const { folder: at, name } = place(path);
    at.entries.delete(name);
  },

  content(path: string): Uint8Array | undefined {
    try {
      const node = find(path);
      return node.kind === 'file' ? node.content : undefined;
    } catch {
      return undefined;
    }
  },
};

const namesOf = (path: string): string[] => {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
};

function find(path: string): Node {
  let node: Node = root;
  for (const name of namesOf(path)) {
    if (node.kind !== 'folder') throw new SystemError('ENOTDIR');
    const next = node.entries.get(name);
    if (!next) throw new SystemError('ENOENT');
    node = next;
  }
  return node;
}

function place(path: string): { folder: Folder; name: string } {
  const names = namesOf(path);
  const name = names.pop();
  const at = find(`/${names.join('/')}`);
  if (at.kind !== 'folder') throw new SystemError('ENOTDIR');
  if (name === undefined) throw new SystemError('EEXIST');
  return { folder: at, name };
}

function handle(fd: number): Handle {
  const found = handles.get(fd);
  if (!found) throw new SystemError('EBADF');
  return found;
}

function fileOf(fd: number): { file: File; of: Handle } {
  const of = handle(fd);
  if (of.node.kind !== 'file') throw new SystemError('EISDIR');
  return { file: of.node, of };
}

function open(path: string, wanted: number, mode: number): number {
  let node: Node;
  try {
    node = find(path);
    if (wanted & flags.O_EXCL) throw new SystemError('EEXIST');
  } catch (error) {
    if (!(wanted & flags.O_CREAT) || (error as SystemError).code !== 'ENOENT') throw error;
    const { folder: at, name } = place(path);
    node = { kind: 'file', content: new Uint8Array(), mode: mode & 0o777, stamp: stamp() };
    at.entries.set(name, node);
  }
  if (wanted & flags.O_DIRECTORY && node.kind !== 'folder') throw new SystemError('ENOTDIR');
  if (wanted & flags.O_TRUNC && node.kind === 'file') node.content = new Uint8Array();
  handles.set(nextHandle, { node, at: 0 });
  return nextHandle++;
}

function stat(node: Node) {
  const size = node.kind === 'file' ? node.content.length : 0;
  const { ino, time } = node.stamp;
  return {
    dev: 1, ino, mode: node.kind === 'file' ? fileMode | node.mode : folderMode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, blksize: 4096,
    blocks: Math.ceil(size / 512), atimeMs: time, mtimeMs: time, ctimeMs: time, isDirectory: () => node.kind === 'folder',
  };
}

function write(fd: number, bytes: Uint8Array, position: number | null): number {
  if (fd === 1) {
    machine.onOutput(bytes);
  } else if (fd === 2) {
    writeSync(fd, bytes);
  } else {
    const { file, of } = fileOf(fd);
    const from = position ?? of.at;
    const grown = new Uint8Array(Math.max(file.content.length, from + bytes.length));
    grown.set(file.content);
    grown.set(bytes, from);
    file.content = grown;
    file.stamp.time = stamp().time;
    of.at = from + bytes.length;
  }
  return bytes.length;
}

/** Standard error, to which Go's runtime writes by itself: the browser's console. */
function writeSync(_: number, bytes: Uint8Array): number {
  const lines = (said + new TextDecoder().decode(bytes)).split('\n');
  said = lines.pop() ?? '';
  for (const line of lines) console.error(line);
  return bytes.length;
}

function remove(path: string, isFolder: boolean): void {
  const { folder: at, name } = place(path);
  const node = at.entries.get(name);
  if (!node) throw new SystemError('ENOENT');
  if (isFolder !== (node.kind === 'folder')) throw new SystemError(isFolder ? 'ENOTDIR' : 'EISDIR');
  if (node.kind === 'folder' && node.entries.size > 0) throw new SystemError('ENOTEMPTY');
  at.entries.delete(name);
}

/** A function that answers at once by its last argument, as those of Node do later. */
const answering = <A extends unknown[]>(run: (...args: A) => unknown) => (...all: [...A, Callback]): void => {
  const callback = all.pop() as Callback;
  let result: unknown;
  try {
    result = run(...(all as unknown as A));
  } catch (error) {
    callback(error as Error);
    return;
  }
  callback(null, result);
};
const none = answering(() => {
  throw new SystemError('ENOSYS');
});

const fs = {
  constants: flags,
  writeSync,
  open: answering(open),
  close: answering((fd: number) => {
    if (fd === 0) machine.input(new Uint8Array());
    else if (fd > 2) handles.delete(fd);
  }),
  read(fd: number, into: Uint8Array, offset: number, length: number, position: number | null, callback: Callback): void {
    if (fd === 0) {
      const take = () => {
        const [first] = waiting;
        if (!first) {
          reader = take;
          return;
        }
        const piece = first.subarray(0, length);
        into.set(piece, offset);
        if (piece.length === first.length) waiting.shift();
        else waiting[0] = first.subarray(piece.length);
        callback(null, piece.length);
      };
      take();
      return;
    }
    answering(() => {
      const { file, of } = fileOf(fd);
      const piece = file.content.subarray(position ?? of.at).subarray(0, length);
      into.set(piece, offset);
      if (position === null) of.at += piece.length;
      return piece.length;
    })(callback);
  },
  write: answering((fd: number, from: Uint8Array, offset: number, length: number, position: number | null) =>
    write(fd, from.subarray(offset, offset + length), position)),
  fsync: answering(() => undefined),
  stat: answering((path: string) => stat(find(path))),
  lstat: answering((path: string) => stat(find(path))),
  fstat: answering((fd: number) => stat(handle(fd).node)),
  readdir: answering((path: string) => {
    const node = find(path);
    if (node.kind !== 'folder') throw new SystemError('ENOTDIR');
    return [...node.entries.keys()].sort();
  }),
  readlink: answering((path: string) => {
    find(path);
    throw new SystemError('EINVAL'); // there are no links
  }),
  mkdir: answering((path: string) => {
    const { folder: at, name } = place(path);
    if (at.entries.has(name)) throw new SystemError('EEXIST');
    at.entries.set(name, folder());
  }),
  chmod: answering((path: string, mode: number) => {
    const node = find(path);
    if (node.kind === 'file') node.mode = mode & 0o777;
  }),
  rename: answering((from: string, to: string) => {
    const node = find(from);
    const target = place(to);
    const source = place(from);
    source.folder.entries.delete(source.name);
    target.folder.entries.set(target.name, node);
  }),
  unlink: answering((path: string) => remove(path, false)),
  rmdir: answering((path: string) => remove(path, true)),
  chown: none, fchmod: none, fchown: none, ftruncate: none, lchown: none, link: none, symlink: none, truncate: none, utimes: none,
};

const process = { pid: 1, ppid: 0, getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0, getgroups: () => [], umask: () => 0o022, cwd: () => '/', chdir: () => undefined };
const path = { resolve: (...parts: string[]) => `/${namesOf(parts.join('/')).join('/')}` };

Object.assign(globalThis, { fs, process, path });
