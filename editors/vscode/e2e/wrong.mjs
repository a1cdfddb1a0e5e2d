// Stands between the editor and the real server, and spoils what the checks look at.
// usage: wrong.mjs PROGRAM ARGUMENT…
import { spawn } from 'node:child_process';
import { spoiledNotifications, spoilers } from '../../test/spoil.mjs';

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
