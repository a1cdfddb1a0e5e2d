// Builds the playground into a folder: build.mjs DIR. The same sources and tools give the same bytes.
import * as esbuild from 'esbuild';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { joinSegments } from './segments.mjs';

const web = path.join(import.meta.dirname, '..');
const top = path.join(web, '../..');
const out = path.resolve(process.argv[2] ?? path.join(web, 'dist'));
fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });

const go = (...words) => execFileSync('go', words, { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, GOOS: 'js', GOARCH: 'wasm' } }).trim();

const most = 4_750_000; // bytes of the program that a visitor loads

// Without inlining, the program is a fifth smaller.
const program = path.join(out, 'server.wasm');
go('build', '-trimpath', '-buildvcs=false', '-gcflags=all=-l', '-ldflags=-s -w -buildid=', '-o', program, './cmd/playground');
const content = joinSegments(fs.readFileSync(program));
const packed = zlib.gzipSync(content, { level: 9 });
if (packed.length > most) throw new Error(`server.wasm has ${packed.length} bytes as gzip, and may have ${most}`);
fs.writeFileSync(`${program}.gz`, packed);
fs.rmSync(program);

const examples = path.join(web, 'examples');
const lock = fs.readFileSync(path.join(examples, 'flake.lock'), 'utf8');
const example = (name, label, open) => {
  const files = fs.readdirSync(path.join(examples, name)).sort().map((file) => [file, fs.readFileSync(path.join(examples, name, file), 'utf8')]);
  return { name, label, open, files: Object.fromEntries([...files, ['flake.lock', lock]]) };
};

await esbuild.build({
  entryPoints: ['begin.ts', 'page.ts', 'worker.ts'].map((file) => path.join(web, 'src', file)),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  alias: { '#wasm_exec': path.join(go('env', 'GOROOT'), 'lib/wasm/wasm_exec.js') },
  define: {
    WASM: '"server.wasm.gz"',
    EXAMPLES: JSON.stringify([
      example('board', 'A board', 'configuration.nix'),
      example('pair', 'Parts that do not fit', 'board.nix'),
      example('overlay', 'An overlay', 'configuration.nix'),
      example('scope', 'A package set', 'overlay.nix'),
    ]),
  },
});
for (const file of ['index.html', 'page.css']) fs.copyFileSync(path.join(web, 'src', file), path.join(out, file));

const size = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const brotli = process.argv.includes('--brotli') ? `, ${size(zlib.brotliCompressSync(content).length)} as brotli` : '';
console.log(`server.wasm: ${size(content.length)}, ${size(packed.length)} as gzip${brotli}`);
for (const file of ['begin.js', 'page.js', 'worker.js', 'page.css']) {
  const bytes = fs.readFileSync(path.join(out, file));
  console.log(`${file}: ${bytes.length} bytes, ${zlib.gzipSync(bytes, { level: 9 }).length} as gzip`);
}
