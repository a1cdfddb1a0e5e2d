// Does with VS Code what a person does: opens files, points, types, chooses.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { inOrder } from '../../test/table.mjs';
import { cursorBox, headingPlace, hoverParts, pageText } from './page.mjs';

const require = createRequire(path.join(process.env.JETPILLS_VSCODE, 'node_modules/'));
const { chromium } = require('playwright-core');

/** What the neighbour's hover begins with. */
const neighbour = 'the neighbour knows';

export class Editor {
  /** Opens a window on the project, with its lock file in front: no Nix file yet. `patience` is how long a check waits, in milliseconds. */
  static async open(server, { artefacts, patience, scale = 1 }) {
    const editor = new Editor();
    Object.assign(editor, { server, artefacts, patience, copies: 0 });
    editor.browser = await chromium.launchPersistentContext(path.join(server.dir, 'chrome'), {
      executablePath: process.env.JETPILLS_CHROMIUM,
      headless: true,
      env: { ...process.env, HOME: path.join(server.dir, 'home') },
      viewport: { width: 1280, height: 800 },
      deviceScaleFactor: scale,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    });
    editor.page = editor.browser.pages()[0];
    editor.page.setDefaultTimeout(patience);
    await editor.page.goto(server.address('project', 'project/flake.lock'), { waitUntil: 'domcontentloaded', timeout: 120_000 });
    await editor.page.waitForSelector('.monaco-editor .view-line', { timeout: 120_000 });
    return editor;
  }

  /** Opens the first Nix file, and waits until the extensions have come up for it: on a busy machine that takes a while. */
  async warmUp() {
    await this.goTo('project/configuration.nix', 'networking.host|Name');
    // A hover that was asked for before the extensions were there stays empty.
    const { patience } = this;
    const end = Date.now() + 120_000;
    this.patience = 3_000;
    while (!(await this.hover().then(() => true, (error) => Date.now() > end && Promise.reject(error)))) { /* again */ }
    this.patience = patience;
  }

  async close() {
    await this.browser.close();
  }

  /** Keeps what is on screen under artefacts/NAME.png. */
  async screenshot(name) {
    await this.pause(200); // things fade in
    await this.page.screenshot({ path: path.join(this.artefacts, `${name.replace(/[^\w-]+/g, '-')}.png`) });
  }

  /** Asks again until the answer is truthy, and returns it; fails after the time a check has. */
  async until(what, ask) {
    const end = Date.now() + this.patience;
    let latest;
    for (;;) {
      const answer = await ask();
      if (answer) return answer;
      latest = answer;
      if (Date.now() > end) assert.fail(`${what}: not within ${this.patience / 1000} s (${JSON.stringify(latest)})`);
      await this.pause(100);
    }
  }

  pause(milliseconds) {
    return new Promise((wait) => setTimeout(wait, milliseconds));
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Closes what a check has left open. */
  async reset() {
    const { page } = this;
    await page.mouse.move(640, 795);
    await this.press('Escape', 'Escape', 'Control+k', 'Control+w');
    const discard = page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
    for (let i = 0; i < 30 && (await page.locator('.editor-group-container .tab').count()) > 0; i++) {
      if (await discard.isVisible()) await discard.click();
      await this.pause(50);
    }
    this.server.restore();
  }

  /** Runs a command by its title. */
  async command(title) {
    await this.press('F1');
    const input = this.page.locator('.quick-input-widget:visible input');
    await input.fill(`>${title}`);
    await this.focusedRow(title);
    await this.press('Enter');
  }

  /** Types into the list that asks for this, or for something with it. */
  async answer(placeholder, text) {
    await this.page.locator(`.quick-input-widget:visible input[placeholder*="${placeholder}"]`).fill(text);
  }

  /** The rows of the list that is open. */
  rows() {
    return this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  }

  /** Waits until this row is the one that Enter takes: a list first shows what it had before. */
  async focusedRow(text) {
    await this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row.focused', { hasText: text }).waitFor();
  }

  /** Does something in a window of the size that a laptop's half screen leaves. */
  async narrow(work) {
    const { page } = this;
    const size = page.viewportSize();
    await page.setViewportSize({ width: 750, height: 500 });
    try {
      await work();
    } finally {
      await page.setViewportSize(size);
    }
  }

  /** Opens the walkthrough, and gives the words of its steps. */
  async walkthrough() {
    await this.command('Welcome: Open Walkthrough...');
    await this.page.locator('.quick-input-widget:visible input').fill('Get started with Jetpills');
    await this.focusedRow('Get started with Jetpills');
    await this.press('Enter');
    const steps = this.page.locator('.gettingStartedContainer .getting-started-step');
    await steps.first().waitFor();
    return (await steps.allInnerTexts()).join('\n');
  }

  /** Opens a file of the run's folder, perhaps at a place such as ":4:27", and waits for its text. */
  async openFile(name, place = '') {
    const { page } = this;
    const tab = page.locator('.tab.active', { hasText: path.basename(name) });
    await this.press('Control+p');
    await page.locator('.quick-input-widget:visible input').fill(path.join(this.server.dir, name) + place);
    await this.focusedRow(path.basename(name));
    await this.press('Enter');
    await tab.first().waitFor();
    await page.locator('.editor-group-container.active .monaco-editor .view-line').first().waitFor();
  }

  /** Opens a file with the cursor at the bar in a text that it has: "jetpack.so|m". */
  async goTo(name, at) {
    const text = this.server.read(name);
    const start = text.indexOf(at.replace('|', ''));
    assert(start >= 0, `${name} has no ${at}`);
    const before = text.slice(0, start + at.indexOf('|')).split('\n');
    const [line, column] = [before.length, before.at(-1).length + 1];
    await this.openFile(name, `:${line}:${column}`);
    await this.cursorAt(line, column);
  }

  /** Waits until the status bar tells this place. */
  async cursorAt(line, column) {
    const place = this.page.locator('.statusbar-item', { hasText: new RegExp(`^Ln ${line}, Col ${column}$`) });
    await place.waitFor();
  }

  /** Points the mouse at the cursor; what ours says there, "" for nothing, once the neighbour has answered too. */
  async hover() {
    const { page } = this;
    const box = await this.until('a cursor', () => page.evaluate(cursorBox));
    await page.mouse.move(640, 795);
    await page.locator('.monaco-hover:not(.hidden)').waitFor({ state: 'hidden' });
    await page.mouse.move(box.x + 3, box.y + box.height / 2 - 1);
    await page.mouse.move(box.x + 4, box.y + box.height / 2, { steps: 3 });
    const parts = await this.until('the hover of the neighbour', async () => {
      const all = await page.evaluate(hoverParts);
      return all.some((part) => part.includes(neighbour)) && all;
    });
    const ours = parts.filter((part) => !part.includes(neighbour));
    assert(ours.length <= 1, `the hover is doubled: ${ours.join(' | ')}`);
    return ours[0] ?? '';
  }

  /** Hovers until the text has all of the words, in this order. */
  async hoverHas(...words) {
    let said = '';
    await this.until(`a hover with ${words.join(' … ')}`, async () => {
      said = await this.hover();
      return inOrder(said, words);
    }).catch((error) => assert.fail(`${error.message}; it was: ${said.slice(0, 200)}`));
  }

  /** Opens a copy of a file, and types a line below its "# type here"; the cursor ends at the bar. The copy's name. */
  async typedCopy(file, typed) {
    const copy = path.join(path.dirname(file), `typing-${++this.copies}.nix`);
    this.server.write(copy, this.server.read(file));
    await this.goTo(copy, '# type here|');
    const [before, after] = typed.split('|');
    await this.press('Enter', 'Shift+Home', 'Delete', 'Home');
    await this.page.keyboard.insertText(before + after);
    for (let i = 0; i < after.length; i++) await this.press('ArrowLeft');
    return copy;
  }

  /** Saves a copy, and returns the line below "# type here" on disk. */
  async savedLine(file, copy) {
    await this.press('Control+s');
    const lines = await this.until('the file on disk', () => {
      const now = this.server.read(copy);
      return now !== this.server.read(file) && now.split('\n');
    });
    return lines[lines.findIndex((line) => line.includes('# type here')) + 1];
  }

  /** Types a line, takes the first item, which has to be this, and returns the line on disk. */
  async complete(file, typed, label) {
    const { page } = this;
    const copy = await this.typedCopy(file, typed);
    const rows = page.locator('.suggest-widget.visible .monaco-list-row');
    await this.until('a list of completions', async () => {
      await this.press('Control+Space');
      await this.pause(300);
      return rows.count();
    });
    const offered = () => rows.locator('.label-name').allInnerTexts();
    await this.until(`${label} as the first item`, async () => (await offered())[0] === label)
      .catch(async (error) => assert.fail(`${error.message}; there are ${await offered()}`));
    await this.screenshot(`complete ${label} ${this.copies}`);
    await this.press('Enter');
    return this.savedLine(file, copy);
  }

  /** Waits until the file's problem, opened below its line, has all of the words, in this order. */
  async problemSays(...words) {
    const { page } = this;
    await page.locator('.squiggly-error, .squiggly-warning').first().waitFor({ state: 'attached' });
    let said = '';
    await this.until(`a problem with ${words.join(' … ')}`, async () => {
      if (await page.locator('.marker-widget').count() === 0) await this.press('F8'); // to the next problem
      said = (await page.locator('.marker-widget').allInnerTexts()).join(' ');
      return inOrder(said, words);
    }).catch((error) => assert.fail(`${error.message}; it was: ${said.slice(0, 200)}`));
    await this.screenshot(`problem ${this.copies}`);
    await this.press('Escape');
  }

  /** Types a line that is wrong, reads what is said of it, takes the first fix, and returns the line on disk. */
  async mend(file, typed, ...words) {
    const { page } = this;
    const copy = await this.typedCopy(file, typed);
    await this.problemSays(...words);
    await this.press('Control+.');
    await page.locator('.action-widget .monaco-list-row', { hasText: 'Change to' }).first().waitFor();
    await this.screenshot(`mend ${this.copies} fixes`);
    await this.press('Enter');
    await page.locator('.squiggly-error, .squiggly-warning').first().waitFor({ state: 'detached' });
    return this.savedLine(file, copy);
  }

  /** Jumps to the definition, and waits for a heading of a pill. */
  async defined(file, heading) {
    await this.press('F12');
    await this.page.locator('.tab.active', { hasText: file }).first().waitFor();
    const lines = fs.readFileSync(path.join(this.pillFolder(), file), 'utf8').split('\n');
    await this.cursorAt(lines.indexOf(heading) + 1, 1);
  }

  /** Where the server has laid out its pills. */
  pillFolder() {
    const cache = path.join(this.server.dir, 'home/.cache/jetpills');
    return path.join(cache, fs.readdirSync(cache).find((name) => name.startsWith('pills-')));
  }

  /** That a jump from the cursor leads nowhere. */
  async noDefinition() {
    await this.page.mouse.move(640, 795);
    await this.press('F12');
    await this.page.locator('.monaco-editor-overlaymessage', { hasText: 'No definition found' }).waitFor();
  }

  /** That ours has nothing to say at the cursor. */
  async silent() {
    const { page } = this;
    assert.equal(await this.hover(), '');
    await this.noDefinition();
    await this.press('Escape', 'Control+Space');
    await page.locator('.suggest-widget.visible .message', { hasText: 'No suggestions' }).waitFor();
  }

  /** Waits for a rendered pill with this heading in its upper half. */
  async previewShows(anchor) {
    return this.until(`the rendered section ${anchor}`, async () => {
      for (const frame of this.page.frames()) {
        const place = await frame.evaluate(headingPlace, anchor).catch(() => null);
        if (place !== null && place > -0.05 && place < 0.5) return frame;
      }
      return undefined;
    });
  }

  /** Waits until a rendered page has all of the words, in this order. */
  async previewSays(...words) {
    return this.until(`a page with ${words.join(' … ')}`, async () => {
      for (const frame of this.page.frames()) {
        const said = await frame.evaluate(pageText).catch(() => '');
        if (frame !== this.page.mainFrame() && inOrder(said, words)) return frame;
      }
      return undefined;
    });
  }

  /** Waits until the line that begins with a text shows the words behind it, in this order. */
  async lineShows(text, ...words) {
    let said = '';
    await this.until(`a line with ${words.join(' … ')}`, async () => {
      const lines = await this.page.locator('.editor-group-container.active .view-line').allInnerTexts();
      said = lines.find((line) => line.replaceAll('\u00a0', ' ').includes(text)) ?? '';
      return inOrder(said, words);
    }).catch((error) => assert.fail(`${error.message}; it was: ${said}`));
  }

  /** The code lens whose title has all of the words, in this order. */
  async lens(...words) {
    const all = this.page.locator('.editor-group-container.active .codelens-decoration a');
    let titles = [];
    const found = await this.until(`a lens with ${words.join(' … ')}`, async () => {
      titles = await all.allInnerTexts();
      return titles.findIndex((title) => inOrder(title, words)) + 1;
    }).catch((error) => assert.fail(`${error.message}; there are ${titles.join(' | ')}`));
    return all.nth(found - 1);
  }

  /** Waits until the status item says this. */
  async statusSays(text) {
    await this.page.locator('.statusbar-item', { hasText: text }).first().waitFor();
  }
}
