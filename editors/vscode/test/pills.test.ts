import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTarget, linksFrom, linksToPreviews, neighbour, pillAt, pillOfLabel, plain, rowsOf } from '../src/pills';
import type { Pill } from '../src/requests';

const pills: readonly Pill[] = [
  { id: '00', title: 'Nix', file: '00-nix.md', path: '/pills/00-nix.md', sections: [{ title: 'Nix', anchor: 'nix', line: 9, level: 1 }] },
  {
    id: '03',
    title: 'Overlays',
    summary: 'Layers.',
    file: '03-overlays.md',
    path: '/pills/03-overlays.md',
    sections: [
      { title: 'Pill 03', anchor: 'pill-03', line: 9, level: 1 },
      { title: 'Scopes (and makeScope)', anchor: 'scopes-and-makescope', line: 20, level: 2 },
      { title: 'Depth', anchor: 'depth', line: 30, level: 3 },
      { title: 'Deeper', anchor: 'deeper', line: 40, level: 4 },
    ],
  },
];
const [first, second] = pills as [Pill, Pill];
const pathOf = (address: string) => decodeURIComponent(new URL(address).pathname);

function targetOf(markdown: string): unknown {
  const query = /\(command:jetpills\.show\?([^)]*)\)/.exec(linksToPreviews(markdown, pills, pathOf))?.[1];
  return query === undefined ? undefined : (JSON.parse(decodeURIComponent(query)) as unknown[])[0];
}

test('links to lines of pills open the section', () => {
  const link = (line: string) => targetOf(`read [on](file:///pills/03-overlays.md${line}) here`);
  assert.deepEqual(link('#L20'), { path: '/pills/03-overlays.md', anchor: 'scopes-and-makescope', line: 20 });
  assert.deepEqual(link('#L25'), { path: '/pills/03-overlays.md', anchor: 'scopes-and-makescope', line: 20 });
  assert.deepEqual(link(''), { path: '/pills/03-overlays.md', anchor: '', line: 1 });
});

test('a link of a hover says what the hover is about', () => {
  const of = { textDocument: { uri: 'file:///w/flake.nix' }, position: { line: 2, character: 4 } };
  const changed = linksToPreviews('[on](file:///pills/03-overlays.md#L20)', pills, pathOf, of);
  const query = /\?([^)]*)\)/.exec(changed)?.[1] ?? '';
  assert.deepEqual(JSON.parse(decodeURIComponent(query)), [{ path: '/pills/03-overlays.md', anchor: 'scopes-and-makescope', line: 20, of }]);
});

test('a copy of a pill for another revision is of that pill', () => {
  assert.equal(pillAt(pills, '/pills/at-8f27a0b/03-overlays.md'), second);
  for (const path of ['/pills/at-8f27a0b/04-other.md', '/pills/old/03-overlays.md', '/at-8f27a0b/03-overlays.md']) {
    assert.equal(pillAt(pills, path), undefined, path);
  }
});

test('links of a page are relative, and those to pills lead to the section', () => {
  const changed = (markdown: string) => linksFrom('/home/me/storage', markdown, pills, pathOf);
  assert.equal(changed('[a](file:///pills/03-overlays.md#L25)'), '[a](../../../pills/03-overlays.md#scopes-and-makescope)');
  assert.equal(changed('[b](file:///home/me/my%20%28w%29/flake.nix#L3)'), '[b](../my%20%28w%29/flake.nix#L3)');
  assert.equal(changed('[c](https://example.org/#L3)'), '[c](https://example.org/#L3)');
});

test('other links stay, and so do all where the pills are not known', () => {
  for (const markdown of ['[a](file:///etc/passwd#L1)', '[b](https://example.org/#L3)', '`](file:///pills`']) {
    assert.equal(linksToPreviews(markdown, pills, pathOf), markdown);
  }
  const markdown = '[on](file:///pills/03-overlays.md#L20)';
  assert.equal(linksToPreviews(markdown, [], pathOf), markdown);
});

test('two links in a line are two links', () => {
  const changed = linksToPreviews('[a](file:///pills/00-nix.md#L9), [b](file:///pills/03-overlays.md#L30)', pills, pathOf);
  assert.equal(changed.match(/\]\(command:jetpills\.show\?/g)?.length, 2);
  assert.match(changed, /^\[a\]\([^()]*\), \[b\]\([^()]*\)$/);
});

test('a path with parentheses does not end the link', () => {
  const odd: Pill = { ...first, path: '/my (pills)/00-nix.md' };
  const changed = linksToPreviews('[a](file:///my%20%28pills%29/00-nix.md#L9)', [odd], pathOf);
  assert.match(changed, /^\[a\]\([^()]*\)$/);
});

test('commands from links take nothing but a place', () => {
  assert(isTarget({ path: '/a', anchor: 'b', line: 1 }));
  for (const value of [undefined, null, 'file', 3, {}, { path: '/a', anchor: 'b' }, { path: 1, anchor: 'b', line: 1 }]) {
    assert(!isTarget(value), JSON.stringify(value));
  }
});

test('a pill is known by its file and by the label of its preview', () => {
  assert.equal(pillAt(pills, '/pills/03-overlays.md'), second);
  assert.equal(pillAt(pills, '/elsewhere/03-overlays.md'), undefined);
  assert.equal(pillOfLabel(pills, 'Preview 03-overlays.md'), second);
  assert.equal(pillOfLabel(pills, '[Preview] 03-overlays.md'), second);
  assert.equal(pillOfLabel(pills, 'Preview README.md'), undefined);
});

test('a line that was found is shown without marks and boxes', () => {
  assert.equal(plain('│ recovery mode'), 'recovery mode');
  assert.equal(plain('In recovery mode, `lsusb` tells.'), 'In recovery mode, lsusb tells.');
});

test('the neighbours of a pill end at both ends', () => {
  assert.equal(neighbour(pills, first, 1), second);
  assert.equal(neighbour(pills, second, -1), first);
  assert.equal(neighbour(pills, second, 1), undefined);
  assert.equal(neighbour(pills, first, -1), undefined);
  assert.equal(neighbour(pills, undefined, 1), first);
  assert.equal(neighbour([], undefined, 1), undefined);
});

test('the titles of a stranger show no icons', () => {
  const icon: Pill = { ...first, title: '$(bug)', summary: '$(zap)', sections: [{ title: '$(gear)', anchor: '', line: 1, level: 2 }] };
  assert.deepEqual(
    rowsOf([icon]).map(({ label, description }) => [label.trim(), description]),
    [
      ['00  \\$(bug)', '\\$(zap)'],
      ['\\$(gear)', 'pill 00'],
    ],
  );
});

test('the list has a row a pill and a section, the title and small print left out', () => {
  assert.deepEqual(
    rowsOf(pills).map(({ label, description, title }) => [label.trim(), description, title]),
    [
      ['00  Nix', '', true],
      ['03  Overlays', 'Layers.', true],
      ['Scopes (and makeScope)', 'pill 03', false],
      ['Depth', 'pill 03', false],
    ],
  );
});
