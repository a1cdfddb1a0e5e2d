// Does with the playground what a person does: opens a link, points, types, chooses.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { inOrder } from '../../test/table.mjs';

const projects = path.join(import.meta.dirname, '../../test');

/** The part of an address that holds files. */
export const packed = (state) => `files=${zlib.deflateRawSync(JSON.stringify(state)).toString('base64url')}`;

export class Playground {
  /** `patience` is how long a check waits, in milliseconds. */
  constructor(page, address, { faults, artefacts, patience }) {
    Object.assign(this, { page, root: `${address}try/`, faults, artefacts, patience, serial: 0 });
    page.setDefaultTimeout(patience);
  }

  /** Keeps what is on screen under artefacts/NAME.png. */
  async screenshot(name) {
    await this.page.screenshot({ path: path.join(this.artefacts, `${name.replace(/[^\w-]+/g, '-')}.png`) });
  }

  pause(milliseconds) {
    return new Promise((wait) => setTimeout(wait, milliseconds));
  }

  /** Asks again until the answer is truthy, and returns it; fails after the time a check has. */
  async until(what, ask) {
    const end = Date.now() + this.patience;
    for (;;) {
      const answer = await ask();
      if (answer) return answer;
      if (Date.now() > end) assert.fail(`${what}: not within ${this.patience / 1000} s (${JSON.stringify(answer)})`);
      await this.pause(40);
    }
  }

  /** Waits until a text has all of the words, in this order. */
  async says(what, words, ask) {
    let said = '';
    await this.until(`${what} with ${words.join(' … ')}`, async () => inOrder((said = await ask()), words))
      .catch((error) => assert.fail(`${error.message}; it was: ${said.slice(0, 200)}`));
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Opens a folder of the checks by a link, with a file in front. */
  async open(file) {
    const [folder, open] = file.split('/');
    const names = fs.readdirSync(path.join(projects, folder)).sort();
    const files = Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(projects, folder, name), 'utf8')]));
    await this.follow(packed({ files, open, serial: ++this.serial }), open);
  }

  /** Goes to a fragment, as in a tab that has seen none before. */
  async address(fragment) {
    await this.page.evaluate((to) => { sessionStorage.clear(); location.hash = to; }, fragment);
  }

  async follow(fragment, open) {
    await this.address(fragment);
    await this.until('the link', async () => await this.page.evaluate(() => location.hash.slice(1)) === fragment);
    await this.front(open);
    // An answer of the server: it knows the files by now.
    await this.page.locator('#problem-count', { hasText: /problem/i }).waitFor();
  }

  async front(name) {
    await this.page.locator('#tabs [aria-selected=true]', { hasText: name }).waitFor();
    await this.page.locator(`.cm-content[aria-label="${name}"]`).waitFor();
  }

  async tab(name) {
    await this.page.locator('#tabs button').getByText(name, { exact: true }).click();
    await this.front(name);
  }

  /** Opens a file with the cursor at the bar in a text that it has: "jetpack.so|m". */
  async goTo(file, at) {
    await this.open(file);
    await this.click(at);
  }

  async click(at) {
    const { x, y } = await this.place(at);
    await this.page.mouse.click(x, y);
    await this.page.locator('.cm-editor.cm-focused').waitFor();
    this.at = at;
  }

  /** Where the character behind the bar is on the screen: its left edge. */
  async place(at) {
    return this.until(`${at} on the screen`, () => this.page.evaluate(({ text, bar }) => {
      const root = document.getElementById('editor').shadowRoot;
      for (const line of root.querySelectorAll('.cm-line')) {
        const nodes = [];
        for (const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT); walker.nextNode();) {
          if (!walker.currentNode.parentElement.closest('.hint')) nodes.push(walker.currentNode);
        }
        const start = nodes.map(({ data }) => data).join('').indexOf(text);
        if (start < 0) continue;
        line.scrollIntoView({ block: 'nearest' });
        let offset = start + bar;
        for (const node of nodes) {
          if (offset > node.data.length || (offset === node.data.length && node !== nodes.at(-1))) {
            offset -= node.data.length;
            continue;
          }
          const range = document.createRange();
          range.setStart(node, Math.min(offset, node.data.length - 1));
          range.setEnd(node, Math.min(offset, node.data.length - 1) + 1);
          const box = range.getBoundingClientRect();
          return { x: offset < node.data.length ? box.left + 1 : box.right - 1, y: box.top + box.height / 2 };
        }
      }
      return null;
    }, { text: at.replace('|', ''), bar: at.indexOf('|') }));
  }

  /** Points at the place of the cursor; what the hover says, without what is wrong there. */
  async hover() {
    const { x, y } = await this.place(this.at);
    const { page } = this;
    await page.mouse.move(640, 5);
    await page.mouse.move(x + 2, y);
    await page.mouse.move(x + 3, y, { steps: 3 });
    return page.locator('.cm-tooltip-hover .card').innerText({ timeout: Math.min(this.patience, 2_000) }).catch(() => '');
  }

  async hoverHas(...words) {
    await this.says('a hover', words, () => this.hover());
  }

  /** Jumps, and waits for a heading of a pill in the upper half of what stands beside. */
  async defined(file, heading) {
    await this.press('F12');
    await this.isBeside();
    const title = heading.replace(/^#+ /, '');
    await this.until(`the section ${title} of ${file}`, async () => {
      const frame = this.page.frames().find((each) => each.url().includes(`/${file.replace(/\.md$/, '.html')}`));
      return frame?.evaluate((wanted) => [...document.querySelectorAll('h1, h2, h3, h4')].some((each) => {
        const { top } = each.getBoundingClientRect();
        return each.textContent.replace(/\s*#$/, '').trim() === wanted && top >= -5 && top < innerHeight / 2;
      }), title).catch(() => false);
    });
  }

  /** Waits for the panel of pills to have the focus. */
  async isBeside() {
    await this.until('the panel', () => this.page.evaluate(() => document.activeElement.id === 'beside'));
  }

  async message(text) {
    await this.page.locator('#message', { hasText: text }).waitFor();
  }

  /** Waits for what stands beside to have all of the words, in this order. */
  async besideSays(...words) {
    await this.says('a text beside', words, () => this.page.locator('#beside .text').innerText());
  }

  async noDefinition() {
    await this.press('F12');
    await this.message('There is no pill about this.');
  }

  async silent() {
    await this.press('Control+i');
    await this.message('Jetpills has nothing to say about this.');
    await this.noDefinition();
    await this.press('Control+Space');
    await this.pause(Math.min(this.patience / 3, 700));
    assert.equal(await this.page.locator('.cm-tooltip-autocomplete').count(), 0);
  }

  /** Opens a file, and types a line below its "# type here"; the cursor ends at the bar. */
  async type(file, typed) {
    await this.goTo(file, '# type here|');
    const [before, after] = typed.split('|');
    await this.press('End', 'Enter', 'Shift+Home', 'Delete');
    await this.page.keyboard.insertText(before + after);
    for (let i = 0; i < after.length; i++) await this.press('ArrowLeft');
  }

  /** The line below "# type here". */
  typedLine() {
    return this.page.evaluate(() => {
      const lines = [...document.getElementById('editor').shadowRoot.querySelectorAll('.cm-line')].map((line) => {
        const copy = line.cloneNode(true);
        for (const hint of copy.querySelectorAll('.hint')) hint.remove();
        return copy.textContent;
      });
      return lines[lines.findIndex((line) => line.includes('# type here')) + 1];
    });
  }

  /** Types a line, takes the first item, which has to be this, and waits for the line. */
  async complete(file, typed, label, line) {
    await this.type(file, typed);
    const labels = this.page.locator('.cm-tooltip-autocomplete .cm-completionLabel');
    await this.until(`${label} as the first item`, async () => {
      if (await labels.count() === 0) {
        await this.press('Control+Space');
        await this.pause(150);
      }
      return (await labels.allInnerTexts())[0] === label;
    });
    await this.screenshot(`complete ${label} ${this.serial}`);
    await this.press('Enter');
    await this.lineIs(line);
  }

  async lineIs(line) {
    let now = '';
    await this.until(`the line ${line}`, async () => (now = await this.typedLine()) === line).catch((error) => assert.fail(`${error.message}; it was: ${now}`));
  }

  problems() {
    return this.page.locator('#problem-list li').evaluateAll((items) => items.map((item) => item.innerText).join('\n'));
  }

  async problemSays(...words) {
    await this.says('a problem', words, () => this.problems());
  }

  /** Types a line that is wrong, reads what is said of it, takes the first fix by keys, and waits for the line. */
  async mend(file, typed, words, line) {
    await this.type(file, typed);
    await this.problemSays(...words);
    await this.screenshot(`mend ${this.serial}`);
    await this.press('Control+.');
    await this.page.locator('.fixes button:focus', { hasText: 'Change to' }).waitFor();
    await this.press('Enter');
    await this.lineIs(line);
    await this.until('no such problem', async () => !inOrder(await this.problems(), words));
  }

  async lineShows(text, ...words) {
    const line = this.page.locator('.cm-line', { hasText: text });
    await this.says('a line', words, () => line.innerText());
  }

  /** The lens above the line of a text, whose title has all of the words, in this order. */
  async lens(text, ...words) {
    const lenses = this.page.locator('.lenses:has(+ .cm-line)').filter({ has: this.page.locator('button') });
    let found;
    await this.says('a lens', words, async () => {
      const all = await lenses.evaluateAll((each, wanted) => each.map((of) => (of.nextElementSibling.textContent.includes(wanted) ? [...of.querySelectorAll('button')].map((one) => one.textContent) : [])), text);
      const row = all.findIndex((titles) => titles.length > 0);
      const at = row < 0 ? -1 : all[row].findIndex((title) => inOrder(title, words));
      found = at < 0 ? undefined : lenses.nth(row).locator('button').nth(at);
      return row < 0 ? '' : all[row].join('\n');
    });
    return found;
  }

  /** Has the lock file pin another revision, as somebody who types it in. */
  async relock(file, revision) {
    const pinned = '4d857d6da48c420da39964b6fb7ba23a958abad3';
    const [folder, name] = file.split('/');
    const text = fs.readFileSync(path.join(projects, folder, 'flake.lock'), 'utf8').replaceAll(pinned, revision);
    await this.tab('flake.lock');
    await this.page.locator('.cm-content').focus();
    await this.press('Control+a');
    await this.page.keyboard.insertText(text);
    await this.tab(name);
  }

  /** The files of the page, as the link has them that a click makes. */
  async files() {
    await this.page.locator('#link').click();
    await this.message('The link is copied');
    return JSON.parse(zlib.inflateRawSync(Buffer.from(this.page.url().split('#files=')[1], 'base64url'))).files;
  }

  async pinIs(revision) {
    await this.until(`the pin ${revision}`, async () => (await this.page.locator('#pin option:checked').innerText()).includes(revision.slice(0, 7)));
  }
}
