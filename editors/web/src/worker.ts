// The server and what it takes for an operating system, in a thread of their own. Messages of LSP go in and out as objects;
// those whose method begins with "$files/" are for the files of the machine that the server believes to run on.
import { machine } from './machine.js';
import "#wasm_exec";

declare const WASM: string; // the name of the program's file, which the build sets

interface Message {
  id?: number;
  method?: string;
  params?: { path: string; text: string };
}

interface GoProgram {
  importObject: WebAssembly.Imports;
  env: Record<string, string>;
  exit: (code: number) => void;
  run(instance: WebAssembly.Instance): Promise<void>;
}
declare const Go: new () => GoProgram;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Frames from the server, in pieces as it writes them. */
let held = new Uint8Array();

machine.onOutput = (piece) => {
  const all = new Uint8Array(held.length + piece.length);
  all.set(held);
  all.set(piece, held.length);
  held = all;
  for (;;) {
    const end = headEnd(held);
    if (end < 0) return;
    const length = Number(/content-length: *(\d+)/i.exec(decoder.decode(held.subarray(0, end)))?.[1]);
    if (held.length < end + length) return;
    postMessage(JSON.parse(decoder.decode(held.subarray(end, end + length))));
    held = held.slice(end + length);
  }
};

/** Where the body behind the first header begins; -1 where that has not come yet. */
function headEnd(bytes: Uint8Array): number {
  for (let i = bytes.indexOf(13); i >= 0; i = bytes.indexOf(13, i + 1)) {
    if (i + 4 > bytes.length) return -1;
    if (bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i + 4;
  }
  return -1;
}

addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.method === '$files/write' && data.params) {
    machine.put(data.params.path, encoder.encode(data.params.text));
  } else if (data.method === '$files/remove' && data.params) {
    machine.drop(data.params.path);
  } else if (data.method === '$files/read' && data.params) {
    const content = machine.content(data.params.path);
    postMessage({ id: data.id, result: content ? decoder.decode(content) : null });
  } else {
    const body = encoder.encode(JSON.stringify(data));
    machine.input(encoder.encode(`Content-Length: ${body.length}\r\n\r\n`));
    machine.input(body);
  }
});

/** The program, which lies on the host as gzip: not every host compresses what it sends, and some send gzip as what it holds. */
async function program(): Promise<Response> {
  const response = await fetch(new URL(WASM, location.href));
  if (!response.ok || !response.body) throw new Error(`${WASM}: ${response.status}`);
  // Where the host compresses, it tells another length than the one that arrives here.
  const total = response.headers.has('content-encoding') ? 0 : Number(response.headers.get('content-length') ?? 0);
  let loaded = 0;
  const counted = response.body.pipeThrough(new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, out) {
      loaded += piece.length;
      postMessage({ method: '$server/loading', params: { loaded, total } });
      out.enqueue(piece);
    },
  }));
  const [peek, body] = counted.tee();
  const reader = peek.getReader();
  const { value } = await reader.read();
  void reader.cancel();
  const isGzip = value?.[0] === 0x1f && value[1] === 0x8b;
  const plain = isGzip ? body.pipeThrough(new DecompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>) : body;
  return new Response(plain, { headers: { 'content-type': 'application/wasm' } });
}

async function run(): Promise<void> {
  const go = new Go();
  go.env = { HOME: '/home' };
  const { instance } = await WebAssembly.instantiateStreaming(program(), go.importObject);
  await go.run(instance);
  throw new Error('the server has ended');
}

run().catch((error: unknown) => {
  postMessage({ method: '$server/ended', params: { message: error instanceof Error ? error.message : String(error) } });
});
