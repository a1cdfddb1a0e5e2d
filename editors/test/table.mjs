// The table of checks for drivers in JavaScript: checks.tsv, which says what its columns mean.
import fs from 'node:fs';
import path from 'node:path';

/** The rows that a suite has to pass. `kinds` has what it knows how to do, by the name. */
export function rowsOf(suite, kinds) {
  const table = fs.readFileSync(path.join(import.meta.dirname, 'checks.tsv'), 'utf8');
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'));
  return rows.filter(([, , , , , except = '']) => !except.split(/[\s,]+/).some((name) => name !== '' && suite.startsWith(name))).map(([kind, name, file, at, want]) => {
    if (!(kind in kinds)) throw new Error(`checks.tsv: no editor knows how to ${kind}`);
    return { kind, name, file, at, want };
  });
}

/** Whether a text has all of the parts, in this order. Words count, not what stands between them: renderers differ in that. */
export function inOrder(text, parts) {
  const said = words(text);
  let from = 0;
  return parts.every((part) => {
    const at = said.indexOf(words(part), from);
    from = at + words(part).length;
    return at >= 0;
  });
}

function words(text) {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
