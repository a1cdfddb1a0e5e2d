// Runs the checks one after the other in one window, and counts them.
import fs from 'node:fs';
import path from 'node:path';
import { checks as ofVSCode } from './checks.mjs';
import { CodeServer } from './codeserver.mjs';
import { Editor } from './editor.mjs';
import { tableChecks } from './table.mjs';

const wrong = process.env.WRONG === '1';
const words = process.argv.slice(2);
const artefacts = path.resolve(process.env.ARTEFACTS ?? path.join(import.meta.dirname, 'artefacts'));
fs.rmSync(artefacts, { recursive: true, force: true });
fs.mkdirSync(artefacts, { recursive: true });

const warmUp = 'extensions are there';
const began = Date.now();
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);
const server = await CodeServer.start({ wrong });
let good = 0;
let inRow = 0;
const unnoticed = [];
const enough = 5; // failures in a row: then nothing works, and no more of it is worth waiting for
const failed = [];
try {
  const editor = await Editor.open(server, { artefacts, patience: wrong ? 2_500 : 20_000 });
  console.log(`editor open (${seconds(began)} s)`);
  const all = [...ofVSCode.first, { name: warmUp, ownSide: true, run: () => editor.warmUp() }, ...tableChecks(), ...ofVSCode.then];
  for (const check of all) {
    if (words.length > 0 && check.name !== warmUp && !words.some((word) => check.name.includes(word))) continue;
    // A check of the editor's side alone proves nothing about a server that answers wrongly.
    if (wrong && check.ownSide && check.name !== warmUp) continue;
    if (inRow === enough && !wrong) break;
    const start = Date.now();
    try {
      await check.run(editor);
      if (!(wrong && check.ownSide)) good++;
      inRow = 0;
      if (wrong && !check.ownSide) unnoticed.push(check.name);
      console.log(`ok    ${check.name} (${seconds(start)} s)`);
    } catch (error) {
      failed.push(check.name);
      inRow++;
      console.log(`FAIL  ${check.name} (${seconds(start)} s): ${String(error.message).split('\n').slice(0, 3).join(' ')}`);
      await editor.screenshot(`fail-${check.name}`).catch(() => undefined);
    }
    await editor.reset();
  }
  await editor.close();
} finally {
  await server.stop();
  if (failed.length > 0 && !wrong) server.keepLogs(artefacts);
  if (process.env.KEEP === '1') console.log(`kept: ${server.dir}`);
  else fs.rmSync(server.dir, { recursive: true, force: true });
}

if (wrong) {
  console.log(`vscode: ${failed.length} of ${good + failed.length} checks noticed the wrong server (${seconds(began)} s)`);
  for (const name of unnoticed) console.log(`        did not notice: ${name}`);
} else {
  console.log(`vscode: ${good} passed, ${failed.length} failed (${seconds(began)} s)`);
}
process.exit(failed.length === 0 && good > 0 ? 0 : unnoticed.length > 0 ? 3 : 1);
