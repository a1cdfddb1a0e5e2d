// The checks that all editors share: ../../test/checks.tsv, which says what its columns mean.
import assert from 'node:assert/strict';
import path from 'node:path';
import { rowsOf } from '../../test/table.mjs';

const pinned = '4d857d6da48c420da39964b6fb7ba23a958abad3';

const kinds = {
  async hover(editor, { name, file, at, want }) {
    await editor.goTo(file, at);
    await editor.hoverHas(...want.split('…'));
    await editor.screenshot(`hover ${name}`);
  },
  async define(editor, { file, at, want }) {
    const colon = want.indexOf(':');
    await editor.goTo(file, at);
    await editor.defined(want.slice(0, colon), want.slice(colon + 1));
  },
  async leave(editor, { file, at, want }) {
    await editor.goTo(file, at);
    await editor.hoverHas(...want.split('…'));
    await editor.noDefinition();
  },
  async complete(editor, { file, at, want }) {
    const [label, line] = want.split(' -> ');
    assert.equal(await editor.complete(file, at, label), line);
  },
  async mend(editor, { file, at, want }) {
    const [message, line] = want.split(' -> ');
    assert.equal(await editor.mend(file, at, ...message.split('…')), line);
  },
  async refer(editor, { file, at, want }) {
    const [message, to] = want.split(' -> ');
    const [name, line, words] = to.split(':');
    await editor.goTo(file, at);
    await editor.problemSays(...message.split('…'), `${name} ${line}`, words);
  },
  async inlay(editor, { name, file, at, want }) {
    await editor.goTo(file, at);
    await editor.lineShows(at.replace('|', ''), ...want.split('…'));
    await editor.screenshot(`inlay ${name}`);
  },
  async lens(editor, { name, file, at, want }) {
    await editor.goTo(file, at);
    await editor.lens(...want.split('…'));
    await editor.screenshot(`lens ${name}`);
  },
  async bump(editor, { name, file, at, want }) {
    const [title, words] = want.split(' -> ');
    await editor.goTo(file, at);
    const lens = await editor.lens(...title.split('…'));
    await editor.screenshot(`bump ${name} lens`);
    await lens.click();
    await editor.previewSays(...words.split('…'));
    await editor.screenshot(`bump ${name}`);
  },
  async silent(editor, { file, at }) {
    await editor.goTo(file, at);
    await editor.silent();
  },
  async relock(editor, { file, at, want }) {
    const [revision, words] = want.split(':');
    await editor.goTo(file, at);
    await editor.hover();
    await withLock(editor, file, revision, async () => {
      await editor.hoverHas(...words.split('…'));
      await editor.statusSays(`jetpack-nixos ${revision.slice(0, 7)}`);
    });
    await editor.statusSays(`jetpack-nixos ${pinned.slice(0, 7)}`);
  },
  async remark(editor, { file, at, want }) {
    const [before, after] = want.split(' -> ');
    const [revision, words] = after.split(':');
    const copy = await editor.typedCopy(file, at);
    await editor.problemSays(...before.split('…'));
    await withLock(editor, file, revision, () => editor.problemSays(...words.split('…')));
    await editor.savedLine(file, copy);
  },
};

/** Does something while the lock file beside a file pins another revision. */
async function withLock(editor, file, revision, work) {
  const lock = path.join(path.dirname(file), 'flake.lock');
  const text = editor.server.read(lock);
  editor.server.write(lock, text.replaceAll(pinned, revision));
  try {
    await work();
  } finally {
    editor.server.write(lock, text);
  }
}

export function tableChecks() {
  return rowsOf('vscode', kinds).map(({ kind, ...row }) => ({ name: `${kind} ${row.name}`, run: (editor) => kinds[kind](editor, row) }));
}
