// Stands between the editor and the real server, and spoils what the checks look at.
// usage: wrong.mjs PROGRAM ARGUMENT…
import { spawn } from 'node:child_process';

const spoilers = {
  'textDocument/hover': () => ({ contents: { kind: 'markdown', value: 'Nothing of the kind.' } }),
  'textDocument/completion': (list) => {
    if (list === null) return [{ label: 'hardware.nvidia-jetpack.enable' }];
    for (const item of list.items) if (item.textEdit) item.textEdit.newText += '-';
    return list;
  },
  'textDocument/definition': (links) => links?.map((link) => ({ ...link, targetSelectionRange: below(link.targetSelectionRange), targetRange: below(link.targetRange) }))
    ?? [{ uri: 'file:///nowhere.md', range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } }],
  'textDocument/inlayHint': (hints) => hints?.map((hint) => ({ ...hint, label: 'something' })),
  'textDocument/codeLens': (lenses) => lenses?.map((lens) => ({ ...lens, command: { ...lens.command, title: 'something' } })),
  'jetpills/bump': (bump) => bump && { ...bump, markdown: 'Nothing of the kind.' },
  'jetpills/pin': (pin) => pin && { ...pin, short: '0000000', hash: '0'.repeat(40), source: undefined, major: '9' },
  'jetpills/pills': (pills) => pills?.reverse().map((pill) => ({ ...pill, title: 'Pill', sections: [] })),
  'jetpills/explain': (place) => place && { ...place, path: place.path.replace(/\/\d\d-/, '/00-') },
  'jetpills/search': () => [],
  'jetpills/why': () => [],
  'jetpills/revisions': () => [],
};

const spoiledNotifications = {
  'textDocument/publishDiagnostics': (params) => {
    for (const diagnostic of params.diagnostics) Object.assign(diagnostic, { message: 'Something is wrong.', relatedInformation: [] });
  },
  '$/progress': ({ value }) => {
    if (value.message !== undefined) value.message = 'something';
  },
};

const server = spawn(process.argv[2], process.argv.slice(3), { stdio: ['pipe', 'pipe', 'inherit'] });
server.on('exit', (code) => process.exit(code ?? 1));
const asked = new Map();

frames(process.stdin, (message) => {
  if (message.id !== undefined && message.method !== undefined) asked.set(message.id, message.method);
  send(server.stdin, message);
});
process.stdin.on('end', () => server.stdin.end());
frames(server.stdout, (message) => {
  const spoiler = message.method === undefined ? spoilers[asked.get(message.id)] : undefined;
  if (spoiler !== undefined && 'result' in message) message.result = spoiler(message.result) ?? null;
  spoiledNotifications[message.method]?.(message.params);
  send(process.stdout, message);
});

function below({ start, end }) {
  return { start: { ...start, line: start.line + 1 }, end: { ...end, line: end.line + 1 } };
}

function frames(input, handle) {
  let held = Buffer.alloc(0);
  input.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      const head = held.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(held.subarray(0, head).toString())[1]);
      if (held.length < head + 4 + length) return;
      handle(JSON.parse(held.subarray(head + 4, head + 4 + length).toString()));
      held = held.subarray(head + 4 + length);
    }
  });
}

function send(output, message) {
  const body = JSON.stringify(message);
  output.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
