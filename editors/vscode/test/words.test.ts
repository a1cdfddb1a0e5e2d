import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crashes } from '../src/crashes';
import { readLogLine } from '../src/log';
import { isRevision, pinText, pinTooltip } from '../src/pin';
import { adviceFirst } from '../src/report';
import type { Pin } from '../src/requests';
import { withRevision } from '../src/settings';
import { labelOf, markdownOf, messageOf } from '../src/strangers';

const pin: Pin = {
  short: '4d857d6',
  hash: '4d857d6da48c420da39964b6fb7ba23a958abad3',
  date: '2026-07-30',
  note: 'pinned by flake.lock',
  jetpack: ['5.1.6', '6.2.2', '7.2'],
  major: '6',
  deals: true,
};

test('the status item names the version of the generation in use', () => {
  assert.equal(pinText(pin), 'jetpack-nixos 4d857d6 · JetPack 6.2.2');
  assert.equal(pinText({ ...pin, major: '7' }), 'jetpack-nixos 4d857d6 · JetPack 7.2');
  assert.equal(pinText({ ...pin, major: '' }), 'jetpack-nixos 4d857d6');
  assert.equal(pinText({ short: '4d857d6', hash: '', date: '', deals: true }), 'jetpack-nixos 4d857d6');
  assert.equal(pinText({ ...pin, jetpack: ['60.1'] }), 'jetpack-nixos 4d857d6 · JetPack 6');
});

test('the tooltip says how the pin is known, or that it was chosen', () => {
  assert.match(pinTooltip(pin, false).replaceAll('\\', ''), /2026-07-30.*\n.*pinned by flake\.lock.*\n.*5\.1\.6, 6\.2\.2, 7\.2/);
  assert.match(pinTooltip(pin, true), /chosen for this session/);
  assert.doesNotMatch(pinTooltip(pin, true), /pinned by/);
});

test('what strangers wrote makes no link, image, icon or line of its own', () => {
  const live = '[x](command:y) ![z](https://e.org) <b>&lt;</b> $(bug) $(sync~spin) `a`\n\n# b *c* _d_';
  const tooltip = pinTooltip({ ...pin, short: live, date: live, note: live, jetpack: [live] }, false);
  assert.doesNotMatch(tooltip, /(?<!\\)[[\]()<>&#$`_]|(?<![\\*])\*(?!\*)|\n\n/);
  assert.equal(markdownOf(live).replace(/\\(.)/g, '$1'), live.replace('\n\n', ' '));
  assert.equal(pinText({ short: '$(bug)', hash: '', date: '', deals: true }), 'jetpack-nixos \\$(bug)');
  assert.equal(labelOf('$(sync~spin) $(a b) $(Bug)'), '\\$(sync~spin) $(a b) \\$(Bug)');
  assert.equal(messageOf('[x](command:y)[z](https://e.org)'), '[x] (command:y)[z] (https://e.org)');
});

test('a revision is at least seven digits of a commit', () => {
  for (const good of ['4d857d6', '4D857D6', pin.hash]) assert(isRevision(good), good);
  for (const bad of ['', '4d857d', 'main', '4d857dg', `${pin.hash}0`, '4d857d6; rm']) assert(!isRevision(bad), bad);
});

test('the revision of the session is in the answer for our section alone', () => {
  const answers = [{ revision: '', definition: 'pill' }, { tabSize: 2 }];
  assert.deepEqual(withRevision(['jetpills', 'editor'], answers, '3fa8cc8'), [{ revision: '3fa8cc8', definition: 'pill' }, { tabSize: 2 }]);
  assert.deepEqual(withRevision(['jetpills', 'editor'], answers, undefined), answers);
  assert.deepEqual(withRevision(['jetpills'], [null], '3fa8cc8'), [{ revision: '3fa8cc8' }]);
});

test('lines of the log keep their level, and foreign lines are errors', () => {
  assert.deepEqual(readLogLine('2026-08-01T10:00:00.000Z\twarn\ta thing\t{"n": 1}'), { level: 'warn', text: 'a thing {"n": 1}' });
  assert.deepEqual(readLogLine('panic: oh'), { level: 'error', text: 'panic: oh' });
  assert.deepEqual(readLogLine('a\tinfo\tb'), { level: 'error', text: 'a\tinfo\tb' });
});

test('the doctor says first what to do', () => {
  assert.equal(adviceFirst('a\nproblem: b\nc\nadvice: d\n'), 'problem: b\nadvice: d\n\na\nc\n');
  assert.equal(adviceFirst('a\nmore advice: none\n'), 'a\nmore advice: none\n');
});

test('a server that keeps crashing is given up, one that crashes now and then is not', () => {
  const quick = new Crashes(4, 1000);
  assert.deepEqual([0, 1, 2, 3, 4].map((time) => quick.mayRestart(time)), [true, true, true, true, false]);
  quick.forget();
  assert(quick.mayRestart(5));
  const slow = new Crashes(4, 1000);
  for (let time = 0; time < 20_000; time += 300) assert(slow.mayRestart(time), String(time));
});
