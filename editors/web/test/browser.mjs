// A folder of files behind an address, and a real Chromium that looks at it.
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';

const types = {
  '.css': 'text/css', '.gz': 'application/octet-stream', '.html': 'text/html; charset=utf-8', '.js': 'text/javascript',
  '.json': 'application/json', '.svg': 'image/svg+xml', '.txt': 'text/plain', '.xml': 'application/xml',
};

/** Serves a folder as a plain web host does. `spoil` may give another content for a file, by its name in the folder. */
export async function serve(folder, spoil = () => undefined) {
  const server = http.createServer((request, response) => {
    let name = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
    if (name === '' || name.endsWith('/')) name += 'index.html';
    const file = path.join(folder, name);
    if (!file.startsWith(path.resolve(folder)) || !fs.existsSync(file) || fs.statSync(file).isDirectory()) {
      response.writeHead(404).end();
      return;
    }
    const content = fs.readFileSync(file);
    response.writeHead(200, { 'content-type': types[path.extname(name)] ?? 'application/octet-stream' });
    response.end(spoil(name, content) ?? content);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { address: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.JETPILLS_CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
  });
}

/** A page, and what went wrong in it: what the console said, and requests that failed or left the folder. */
export async function openPage(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`exception: ${error.message}`));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !/^(blob|data):/.test(request.url())) faults.push(`leaves the site: ${request.url()}`);
  });
  return { page, faults, close: () => context.close() };
}

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules of axe-core that colours decide. */
export const colours = ['color-contrast', 'link-in-text-block'];

/** What axe-core finds serious in a page, a line each, by all its rules or by some. `except` are selectors of what it cannot judge, through shadow trees from the outside in. */
export async function grave({ page, faults }, { rules, except = [] } = {}) {
  const before = faults.length;
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    ([exclude, only]) => globalThis.axe.run({ exclude }, { resultTypes: ['violations'], ...(only && { runOnly: { type: 'rule', values: only } }) }),
    [except.map((fromShadowDom) => ({ fromShadowDom })), rules],
  );
  faults.length = before; // the tool's own styles are not of the page's policy
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(' | ')}`);
}
