// What is checked in the playground: the rows of the table of all editors, and what only a page has. `ownSide` marks what the server's
// answers do not decide.
import assert from 'node:assert/strict';
import { rowsOf } from '../../test/table.mjs';
import { grave } from './browser.mjs';
import { packed } from './playground.mjs';

const kinds = {
  async hover(page, { file, at, want }) {
    await page.goTo(file, at);
    await page.hoverHas(...want.split('…'));
  },
  async define(page, { file, at, want }) {
    const colon = want.indexOf(':');
    await page.goTo(file, at);
    await page.defined(want.slice(0, colon), want.slice(colon + 1));
  },
  async leave(page, { file, at, want }) {
    await page.goTo(file, at);
    await page.hoverHas(...want.split('…'));
    await page.noDefinition();
  },
  async complete(page, { file, at, want }) {
    await page.complete(file, at, ...want.split(' -> '));
  },
  async mend(page, { file, at, want }) {
    const [message, line] = want.split(' -> ');
    await page.mend(file, at, message.split('…'), line);
  },
  async refer(page, { file, at, want }) {
    const [message, to] = want.split(' -> ');
    const [name, line, words] = to.split(':');
    await page.goTo(file, at);
    await page.problemSays(...message.split('…'), words, `${name}:${line}`);
  },
  async inlay(page, { file, at, want }) {
    await page.open(file);
    await page.lineShows(at.replace('|', ''), ...want.split('…'));
  },
  async lens(page, { file, at, want }) {
    await page.open(file);
    await page.lens(at.replace('|', ''), ...want.split('…'));
  },
  async bump(page, { file, at, want }) {
    const [title, words] = want.split(' -> ');
    await page.open(file);
    await (await page.lens(at.replace('|', ''), ...title.split('…'))).click();
    await page.besideSays(...words.split('…'));
  },
  async silent(page, { file, at }) {
    await page.goTo(file, at);
    await page.silent();
  },
  async relock(page, { file, at, want }) {
    const [revision, words] = want.split(':');
    await page.goTo(file, at);
    await page.relock(file, revision);
    await page.hoverHas(...words.split('…'));
    await page.pinIs(revision);
  },
  async remark(page, { file, at, want }) {
    const [before, after] = want.split(' -> ');
    const [revision, words] = after.split(':');
    await page.type(file, at);
    await page.problemSays(...before.split('…'));
    await page.relock(file, revision);
    await page.problemSays(...words.split('…'));
  },
};

export const rows = rowsOf('web', kinds).map(({ kind, ...row }) => ({ name: `${kind} ${row.name}`, run: (page) => kinds[kind](page, row) }));

const configuration = 'project/configuration.nix';
const examples = { board: 0, pair: 1, overlay: 0, scope: 0 };

export const own = [
  ...Object.entries(examples).map(([name, number]) => ({
    ownSide: number === 0, // what finds nothing is never spoiled
    name: `the example ${name} has ${number === 1 ? '1 problem' : 'no problem'}`,
    async run(page) {
      await page.address(name);
      await page.until('the example', async () => await page.page.locator('#example').inputValue() === name);
      await page.page.locator('#problem-count', { hasText: number === 0 ? 'No problems' : '1 problem' }).waitFor();
      await page.until('an explanation of each file', async () => (await page.problems()).split('\n').filter((line) => /\.nix:\d/.test(line)).length === 2 * number);
      await page.screenshot(`example ${name}`);
    },
  })),
  {
    name: 'a fix mends two files together',
    async run(page) {
      await page.address('pair');
      await page.problemSays('does not fit som "orin-agx"');
      await page.page.locator('.fixes button', { hasText: 'Change som to "orin-nx"' }).click();
      await page.page.locator('#problem-count', { hasText: 'No problems' }).waitFor();
      await page.tab('configuration.nix');
      await page.page.locator('.cm-line', { hasText: 'som = "orin-nx"' }).waitFor();
    },
  },
  {
    name: 'of an option with fixed values, the first stands and is selected',
    async run(page) {
      await page.complete(configuration, '  hardware.nvidia-jetpack.maxC|', 'maxClock', '  hardware.nvidia-jetpack.maxClock = true;');
      await page.page.keyboard.insertText('false');
      await page.until('the other value', async () => await page.typedLine() === '  hardware.nvidia-jetpack.maxClock = false;');
    },
  },
  {
    name: 'the pin is chosen from a list, and is written into the lock file',
    async run(page) {
      await page.goTo(configuration, 'jetpack.so|m = ');
      await page.until('a list', async () => await page.page.locator('#pin option').count() > 5);
      const [value, label] = await page.page.locator('#pin option').evaluateAll((all) => {
        const one = all.find(({ textContent }) => /JetPack 5\.\d\.\d, 6\.0$/.test(textContent)) ?? all.at(-3);
        return [one.value, one.textContent];
      });
      await page.page.locator('#pin').selectOption(value);
      await page.click('jetpack.so|m = ');
      await page.hoverHas(`at ${/[0-9a-f]{7}/.exec(label)[0]}`);
      assert(JSON.parse((await page.files())['flake.lock']).nodes['jetpack-nixos'].locked.rev === value);
    },
  },
  {
    name: 'without a lock file, the address has the pin',
    async run(page) {
      const flake = '{\n  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";\n  outputs = _: { };\n}\n';
      await page.follow(packed({ files: { 'flake.nix': flake, 'board.nix': '{ hardware.nvidia-jetpack.som = "orin-nx"; }\n' }, open: 'board.nix' }), 'board.nix');
      await page.until('a list', async () => await page.page.locator('#pin option').count() > 5);
      const value = await page.page.locator('#pin option').nth(3).getAttribute('value');
      await page.page.locator('#pin').selectOption(value);
      await page.click('jetpack.so|m = ');
      await page.hoverHas(`at ${value.slice(0, 7)}`);
      await page.tab('flake.nix');
      await page.page.locator('.cm-line', { hasText: `jetpack-nixos/${value}` }).waitFor();
    },
  },
  {
    name: 'at an older pin, the jump leads to the pill as it holds there',
    async run(page) {
      await page.goTo('old/rover.nix', 'nvidia-jetpack.so|m');
      await page.press('F12');
      await page.besideSays('As it holds at 9ced0c1', 'Which SoM am I?');
      await page.until('the section at the top', () => page.page.locator('#beside .text :is(h2, h3, h4)', { hasText: 'Which SoM am I?' }).first().evaluate((heading) =>
        heading.getBoundingClientRect().top < heading.closest('.text').getBoundingClientRect().top + 100));
      await page.screenshot('an older pill');
    },
  },
  {
    name: 'the link of a hover opens the pill',
    async run(page) {
      await page.goTo(configuration, 'lib.make|Scope');
      await page.hoverHas('makeScope');
      await page.page.locator('.card button', { hasText: 'Read on in pill 03' }).click();
      await page.until('pill 03', () => page.page.frames().some((frame) => frame.url().endsWith('03-overlays-and-overrides.html#makescope-a-package-set-of-your-own')));
      await page.page.locator('.card').waitFor({ state: 'detached' });
      await page.page.frames().at(-1).evaluate(() => { location.href = '07-nixos-modules.html'; });
      await page.until('the address of the other pill', async () => (await page.page.locator('#beside > header a').getAttribute('href')).endsWith('/07-nixos-modules.html'));
      await page.page.frames().at(-1).evaluate(() => { location.hash = 'which-som-am-i'; });
      await page.until('the address of its section', async () => (await page.page.locator('#beside > header a').getAttribute('href')).endsWith('#which-som-am-i'));
    },
  },
  {
    name: 'a link holds the files as they are',
    ownSide: true,
    async run(page) {
      await page.type(configuration, '  # a line of its own|');
      await page.files();
      const address = page.page.url();
      assert.equal(await page.page.locator('#example option:checked').innerText(), 'From a link');
      await page.address('board');
      await page.front('configuration.nix');
      await page.follow(address.slice(address.indexOf('#') + 1), 'configuration.nix');
      await page.page.locator('.cm-line', { hasText: '# a line of its own' }).waitFor();
    },
  },
  {
    name: 'edits outlast a link within the page, another example and a reload',
    ownSide: true,
    async run(page) {
      const before = page.faults.length;
      const has = (words) => page.page.locator('.cm-line', { hasText: words }).waitFor();
      await page.address('pair');
      await page.front('board.nix');
      await page.address('board');
      await page.front('configuration.nix');
      await page.page.locator('.cm-content').focus();
      await page.press('Control+Home');
      await page.page.keyboard.insertText('# mine\n');
      await page.page.evaluate(() => { location.hash = 'work'; });
      await page.pause(200);
      await has('# mine');
      await page.page.locator('#example').selectOption('pair');
      await page.front('board.nix');
      await page.page.locator('#example').selectOption('board');
      await page.front('configuration.nix');
      await has('# mine');
      for (const fragment of ['#board', '']) {
        await page.page.locator('#problem-count', { hasText: /problem/i }).waitFor(); // the server is loaded
        await page.page.evaluate((to) => history.replaceState(null, '', to), `${page.root}${fragment}`);
        await page.page.reload();
        await page.front('configuration.nix');
        await has('# mine');
      }
      const own = page.faults.splice(before).filter((fault) => !fault.startsWith('failed: ')); // a reload breaks off what is under way
      page.faults.push(...own);
      page.page.once('dialog', (dialog) => dialog.accept());
      await page.page.locator('#reset').click();
      await page.page.locator('.cm-line', { hasText: '# mine' }).waitFor({ state: 'detached' });
    },
  },
  {
    name: 'a file that nests too deeply is withheld from the server, and the rest works',
    async run(page) {
      for (const [open, close] of [['[', ']'], ['(', ')'], ['{ a = ', '; }']]) {
        await page.follow(packed({ files: { 'a.nix': `x: ${open.repeat(249)}[ ]${close.repeat(249)}\n` } }), 'a.nix');
        assert.doesNotMatch(await page.problems(), /deep/);
        assert.equal(await page.page.locator('#message').isVisible(), false);
      }
      await page.follow(packed({ files: { 'a.nix': '['.repeat(2_000), 'b.nix': '{ hardware.nvidia-jetpack.som = "orin-nx"; }\n' }, open: 'b.nix' }), 'b.nix');
      await page.problemSays('nests brackets more than 250 deep', 'a.nix:1');
      await page.click('jetpack.so|m = ');
      await page.hoverHas('som');
    },
  },
  {
    name: 'a server that ends begins again with an example',
    ownSide: true,
    async run(page) {
      const { faults } = page;
      const before = faults.length;
      await page.address(packed({ files: { 'a.nix': `x: ${'!'.repeat(100_000)}x\n` } }));
      await page.message('a.nix nests expressions too deeply for a browser');
      await page.page.locator('#problem-count', { hasText: 'does not run' }).waitFor();
      await page.page.locator('#example').selectOption('pair');
      await page.page.locator('#problem-count', { hasText: '1 problem' }).waitFor();
      faults.length = before; // the console had to say so
    },
  },
  {
    name: 'what is typed takes the place of a selection, in quotes or without',
    ownSide: true,
    async run(page) {
      const before = page.faults.length;
      await page.address('pair');
      await page.front('board.nix');
      await page.address('board');
      await page.front('configuration.nix');
      await page.page.locator('.cm-line').nth(3).click();
      await page.press('Control+a');
      await page.page.keyboard.type('x');
      await page.until('the text', async () => await page.page.locator('.cm-content').innerText() === 'x');
      await page.press('Control+a');
      await page.page.keyboard.type('"');
      await page.until('the text in quotes', async () => await page.page.locator('.cm-content').innerText() === '"x"');
      assert.deepEqual(page.faults.slice(before), []);
    },
  },
  {
    name: 'a server that is not loaded is said to be missing, and is loaded with an example',
    ownSide: true,
    async run(page) {
      const before = page.faults.length;
      await page.page.route('**/server.wasm.gz', (route) => route.fulfill({ status: 404 }));
      try {
        await page.page.reload();
        await page.message('server.wasm.gz: 404');
        assert.equal(await page.page.locator('#problem-count').innerText(), 'The server does not run');
      } finally {
        await page.page.unroute('**/server.wasm.gz');
      }
      await page.page.locator('#example').selectOption('scope');
      await page.page.locator('#example').selectOption('pair');
      await page.page.locator('#problem-count', { hasText: '1 problem' }).waitFor();
      page.faults.length = before; // the console had to say so
    },
  },
  {
    name: 'hostile links are refused with a reason',
    ownSide: true,
    async run(page) {
      await page.address('pair');
      await page.address('board');
      await page.front('configuration.nix');
      const bomb = { files: { 'a.nix': 'x'.repeat(3_000_000) } };
      for (const [fragment, reason] of [
        ['files=', 'it is damaged'],
        ['files=%%%', 'it is damaged'],
        ['files=AAAA', 'it is damaged'],
        [`files=${'A'.repeat(70_000)}`, 'it is too long'],
        [packed(bomb), 'its files are too long'],
        [packed([]), 'it holds no files'],
        [packed({ files: {} }), 'it holds 0 files'],
        [packed({ files: { 'a.nix': 7 } }), 'is no text'],
        [packed({ files: { '../../etc/passwd': '' } }), 'a name that files cannot have'],
        [packed({ files: { 'a<img src=x onerror=alert(1)>.nix': '' } }), 'a name that files cannot have'],
        [`files=${Buffer.from('{"files":{"__proto__":"x"}}').toString('base64url')}`, 'it is damaged'],
        [packed(JSON.parse('{"files":{"__proto__":"x"}}')), 'a name that files cannot have'],
      ]) {
        await page.address(fragment);
        await page.message(reason);
        await page.front('configuration.nix'); // the files of before
        await page.page.locator('#message-close').click();
      }
    },
  },
  {
    name: 'what others wrote is text and no markup',
    ownSide: true,
    async run(page) {
      const nix = '{\n  # <img src=x onerror=alert(1)> [click](javascript:alert(1))\n  hardware.nvidia-jetpack.som = "<img src=x onerror=alert(1)>";\n}\n';
      await page.follow(packed({ files: { 'configuration.nix': nix }, open: 'configuration.nix' }), 'configuration.nix');
      await page.click('jetpack.so|m = ');
      await page.hoverHas('hardware.nvidia-jetpack.som');
      assert.equal(await page.page.locator('img[src], a[href^=javascript]').count(), 0);
    },
  },
  {
    name: 'everything is reached by keys',
    async run(page) {
      await page.goTo(configuration, 'jetpack.so|m = ');
      await page.press('Control+i');
      await page.page.locator('.card', { hasText: 'is a name from the left column' }).waitFor();
      await page.press('Escape');
      await page.page.locator('.card').waitFor({ state: 'detached' });
      await page.press('/'); // is typed, and opens no search
      assert.equal(await page.page.locator('dialog[open]').count(), 0);
      await page.press('Backspace', 'F12');
      await page.until('the pill', () => page.page.frames().some((frame) => frame.url().endsWith('#which-som-am-i')));
      await page.isBeside();
      await page.press('Escape');
      await page.page.locator('.cm-editor.cm-focused').waitFor();
      await page.press('Shift+Tab');
      assert.equal(await page.page.evaluate(() => document.activeElement.getAttribute('role')), 'tab');
      await page.press('ArrowRight');
      await page.front('flake.lock');
      await page.press('Tab', 'Tab');
      assert.notEqual(await page.page.evaluate(() => document.activeElement.id), 'editor');
    },
  },
  ...['light', 'dark'].map((colours) => ({
    name: `axe-core finds nothing serious: ${colours}`,
    ownSide: true,
    async run(page) {
      await page.page.emulateMedia({ colorScheme: colours });
      try {
        await page.address('pair');
        await page.page.locator('.fixes button').first().waitFor();
        await page.click('carrier|Board = ');
        await page.defined('07-nixos-modules.md', '### carrierBoard: what the module sits on');
        await page.click('carrier|Board = ');
        await page.press('Control+i');
        await page.page.locator('.card').waitFor();
        await page.screenshot(`whole ${colours}`);
        assert.deepEqual(await grave(page), []);
        await page.press('Escape', 'End', 'Enter');
        await page.page.keyboard.type('  hardware.nvidia-jetpack.');
        await page.page.locator('.cm-completionLabel').first().waitFor();
        await page.page.locator('.cm-completionInfo .card').waitFor();
        await page.screenshot(`completion ${colours}`);
        // The list is scrolled by the keys of the editor, which keeps the focus.
        assert.deepEqual(await grave(page, { except: [['#editor', '[role=listbox]']] }), []);
      } finally {
        await page.page.emulateMedia({ colorScheme: null });
      }
    },
  })),
  {
    name: 'fits on a phone',
    ownSide: true,
    async run(page) {
      const size = page.page.viewportSize();
      await page.page.setViewportSize({ width: 390, height: 780 });
      try {
        await page.address('board');
        await page.front('configuration.nix');
        await page.address('pair');
        await page.page.locator('.fixes button').first().waitFor();
        await page.screenshot('phone');
        await page.click('carrier|Board = ');
        await page.page.locator('#explain').click();
        await page.page.locator('.card').waitFor();
        await page.screenshot('phone hover');
        const { width, wide } = await page.page.evaluate(() => ({ width: innerWidth, wide: document.documentElement.scrollWidth }));
        assert(wide <= width, `the page is ${wide} pixels wide, and the screen ${width}`);
        const card = await page.page.locator('.card').boundingBox();
        assert(card.x >= 0 && card.x + card.width <= width, JSON.stringify(card));
        await page.page.locator('#jump').click();
        await page.until('the pill', () => page.page.frames().some((frame) => frame.url().includes('07-')));
        await page.pause(300);
        await page.screenshot('phone pill');
        await page.page.locator('#beside > header button').click();
        assert.equal(await page.page.locator('#beside').isVisible(), false);
        for (const link of await page.page.locator('.bar .pages a').all()) assert(await link.isVisible());
      } finally {
        await page.page.setViewportSize(size);
      }
    },
  },
];

