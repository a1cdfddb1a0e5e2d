// Builds a .vsix for each target named on the command line (all without one) into dist/, each with the server for its platform.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const targets = {
  'linux-x64': ['linux', 'amd64'],
  'linux-arm64': ['linux', 'arm64'],
  'darwin-x64': ['darwin', 'amd64'],
  'darwin-arm64': ['darwin', 'arm64'],
  'win32-x64': ['windows', 'amd64'],
};
const limit = 12e6; // bytes

process.chdir(path.join(import.meta.dirname, '..'));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
execFileSync('node', ['scripts/bundle.mjs'], { stdio: 'inherit' });
const chosen = process.argv.slice(2);
for (const target of chosen.length > 0 ? chosen : Object.keys(targets)) {
  if (!(target in targets)) throw new Error(`${target} is none of ${Object.keys(targets).join(', ')}`);
  const [os, arch] = targets[target];
  rmSync('server', { recursive: true, force: true });
  mkdirSync('server');
  mkdirSync('dist', { recursive: true });
  const program = path.resolve('server', os === 'windows' ? 'jetpills.exe' : 'jetpills');
  execFileSync('go', ['build', '-trimpath', `-ldflags=-s -w -X main.version=${version}`, '-o', program, './cmd/jetpills'], {
    cwd: '../..',
    env: { ...process.env, CGO_ENABLED: '0', GOOS: os, GOARCH: arch },
    stdio: 'inherit',
  });
  const vsix = `dist/jetpills-${target}.vsix`;
  execFileSync(
    'node_modules/.bin/vsce',
    ['package', '--target', target, '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', vsix],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const { size } = statSync(vsix);
  console.log(`${vsix}: ${(size / 1e6).toFixed(1)} MB`);
  if (size >= limit) throw new Error(`${vsix} is larger than ${limit / 1e6} MB`);
}
rmSync('server', { recursive: true, force: true }); // it belongs into packages alone
