// Runs the checks one after the other in one page, and counts them: main.mjs SITE [NAME…]. TIMES=1 measures what a visitor waits for.
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { launch, openPage, serve } from './browser.mjs';
import { own, rows } from './checks.mjs';
import { Playground } from './playground.mjs';

const wrong = process.env.WRONG === '1';
const [site, ...words] = process.argv.slice(2);
const artefacts = path.resolve(process.env.ARTEFACTS ?? path.join(import.meta.dirname, 'artefacts'), 'playground');
fs.rmSync(artefacts, { recursive: true, force: true });
fs.mkdirSync(artefacts, { recursive: true });

const began = Date.now();
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

async function spoiler() {
  const { outputFiles: [file] } = await esbuild.build({ entryPoints: [path.join(import.meta.dirname, 'wrong.js')], bundle: true, format: 'iife', write: false });
  return (name, content) => (name === 'try/worker.js' ? Buffer.concat([file.contents, content]) : undefined);
}

const server = await serve(site, wrong ? await spoiler() : undefined);
const browser = await launch();
let good = 0;
const failed = [];
const unnoticed = [];

async function check({ name, ownSide, run }) {
  if ((words.length > 0 && !words.some((word) => name.includes(word))) || (wrong && ownSide)) return;
  const start = Date.now();
  try {
    await run();
    good++;
    if (wrong) unnoticed.push(name);
    console.log(`ok    ${name} (${seconds(start)} s)`);
  } catch (error) {
    failed.push(name);
    console.log(`FAIL  ${name} (${seconds(start)} s): ${String(error.message).split('\n').slice(0, 6).join(' ')}`);
    await playground.screenshot(`fail-${name}`).catch(() => undefined);
  }
}

const { page, faults, close } = await openPage(browser, server.address, { permissions: ['clipboard-write'], reducedMotion: 'reduce' });
const playground = new Playground(page, server.address, { faults, artefacts, patience: wrong ? 1_500 : 15_000 });

/** How long a visitor waits: from the request for the page to the first hover, in a browser that has kept nothing; then for each of more. */
async function visit() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const fresh = await context.newPage();
  const waits = [];
  // What passes between the page and the server, and when.
  await fresh.addInitScript(() => {
    const { Worker } = globalThis;
    const asked = new Map();
    globalThis.waits = [];
    globalThis.Worker = class extends Worker {
      constructor(...words) {
        super(...words);
        this.addEventListener('message', ({ data }) => asked.has(data.id) && globalThis.waits.push(performance.now() - asked.get(data.id)));
      }

      postMessage(message) {
        if (message.method === 'textDocument/hover') asked.set(message.id, performance.now());
        super.postMessage(message);
      }
    };
  });
  const at = Date.now();
  await fresh.goto(`${server.address}try/`);
  const visitor = new Playground(fresh, server.address, { faults, artefacts, patience: 30_000 });
  const { x, y } = await visitor.place('jetpack.so|m = ');
  await fresh.mouse.move(x, y - 3);
  await fresh.mouse.move(x + 2, y);
  await fresh.locator('.card', { hasText: 'is a name from the left column' }).waitFor({ timeout: 30_000 });
  const first = Date.now() - at;
  await fresh.mouse.move(640, 5);
  await fresh.locator('.card').waitFor({ state: 'detached' });
  await visitor.click('jetpack.so|m = ');
  for (let i = 0; i < 15; i++) {
    await visitor.press('Escape', 'Control+i');
    await fresh.locator('.card').first().waitFor();
  }
  waits.push(...(await fresh.evaluate(() => globalThis.waits)).slice(1));
  await context.close();
  return { first, waits };
}

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

try {
  await page.goto(`${server.address}try/`);
  await page.locator('#problem-count', { hasText: 'No problems' }).waitFor({ timeout: 60_000 });
  for (const each of [...rows, ...own]) await check({ ...each, run: () => each.run(playground) });
  await check({
    name: 'the console is clean, and nothing leaves the site', ownSide: true,
    run: () => { if (faults.length > 0) throw new Error([...new Set(faults)].join('; ')); },
  });
  if (process.env.TIMES) {
    const visits = [];
    for (let i = 0; i < 10; i++) visits.push(await visit());
    const firsts = visits.map(({ first }) => first);
    console.log(`from the address to the first hover: ${firsts.join(' ')} ms, median ${median(firsts)} ms`);
    console.log(`each hover after it: median ${median(visits.flatMap(({ waits }) => waits)).toFixed(1)} ms`);
  }
} finally {
  await close();
  await browser.close();
  server.stop();
}

if (wrong) {
  console.log(`web: ${failed.length} of ${good + failed.length} checks noticed the wrong server (${seconds(began)} s)`);
  for (const name of unnoticed) console.log(`        did not notice: ${name}`);
} else {
  console.log(`web: ${good} passed, ${failed.length} failed (${seconds(began)} s)`);
}
process.exit(failed.length === 0 && good > 0 ? 0 : unnoticed.length > 0 ? 3 : 1);
