// Bundles the extension into out/, or with --tests the unit tests into out-test/.
import * as esbuild from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';

const tests = process.argv.includes('--tests');
const outdir = tests ? 'out-test' : 'out';
rmSync(outdir, { recursive: true, force: true });
await esbuild.build({
  entryPoints: tests ? readdirSync('test').map((name) => `test/${name}`) : ['src/extension.ts', 'src/parts.ts'],
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode', './parts.js'],
  minify: !tests,
  logLevel: 'warning',
});
