// Looks at the pages that `jetpills pills site` writes, in a real Chromium.
//
//	node pages.mjs FOLDER JETPILLS [WORD…]     the folder of a site, the program that made it, and which checks to run; without words, all
//
// Screenshots of all pages, in light, in dark and as wide as a phone, lie in artefacts/ beside this file, or in $ARTEFACTS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { colours, grave, launch, openPage, serve } from './browser.mjs';

const [folder, jetpills, ...words] = process.argv.slice(2);
const artefacts = path.resolve(process.env.ARTEFACTS ?? path.join(import.meta.dirname, 'artefacts'), 'pages');
fs.rmSync(artefacts, { recursive: true, force: true });
fs.mkdirSync(artefacts, { recursive: true });

const pages = fs.readdirSync(folder).filter((name) => name.endsWith('.html')).sort();
const host = await serve(path.resolve(folder));
const browser = await launch();

const looks = {
  light: { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** Opens a page of the site, does something with it, and asks that nothing went wrong in it. */
async function on(name, options, act) {
  const opened = await openPage(browser, host.address, options);
  try {
    await opened.page.goto(host.address + name);
    await act(opened.page, opened);
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
  }
}

const text = (locator) => locator.evaluate((element) => element.innerText);
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const backgroundOf = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

/** Opens the search by its key and types; gives the titles of what it finds. */
async function search(page, query) {
  await page.keyboard.press('/');
  await page.locator('dialog.search[open] input').waitFor();
  await page.keyboard.type(query);
  await page.locator('.search li').first().waitFor();
  return page.locator('.search li .title').allInnerTexts();
}

const checks = {};

/** What is asked of a page in each look. */
async function isRight(opened, name, look, rules) {
  const { page } = opened;
  await page.screenshot({ path: path.join(artefacts, `${name}-${look}.png`) });
  assert.ok((await overflow(page)) <= 0, 'the page is wider than its window');
  const size = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('main article > p, main section > p, main .option > p, main .subtitle')).fontSize));
  assert.ok(size >= 15, `the text is ${size} px high`);
  assert.deepEqual(await grave(opened, { rules }), []);
}

const links = new Map(); // by page, where it leads, and the places in it that one can lead to

async function keepLinks(page, name) {
  links.set(name, await page.evaluate(() => ({
    to: [...document.querySelectorAll('a[href]')].map((a) => a.href),
    places: [...document.querySelectorAll('[id]')].map(({ id }) => id),
  })));
}

for (const name of pages) {
  checks[`${name} is right to look at, in light and in dark`] = () =>
    on(name, looks.light, async (page, opened) => {
      await keepLinks(page, name);
      await isRight(opened, name, 'light');
      await page.emulateMedia({ colorScheme: 'dark' });
      await isRight(opened, name, 'dark', colours); // all else is the same
    });
  checks[`${name} is right to look at, on a phone`] = () => on(name, looks.phone, (_, opened) => isRight(opened, name, 'phone'));
}

checks['every link of a page leads somewhere'] = async () => {
  for (const name of pages) if (!links.has(name)) await on(name, looks.light, (page) => keepLinks(page, name));
  const nowhere = [];
  for (const [name, { to }] of links) {
    for (const url of to.map((each) => new URL(each)).filter(({ href }) => href.startsWith(host.address))) {
      const target = url.pathname.slice(1).replace(/(^|\/)$/, '$1index.html');
      const place = decodeURIComponent(url.hash.slice(1));
      if (!fs.existsSync(path.join(folder, target))) nowhere.push(`${name}: ${target}`);
      if (place && target !== 'changes.html' && !links.get(target)?.places.includes(place)) nowhere.push(`${name}: ${target}#${place}`); // there, places are revisions
    }
  }
  assert.deepEqual([...new Set(nowhere)], []);
};

checks['the search finds, by keys alone'] = () =>
  on('00-nix-language.html', looks.light, async (page) => {
    const titles = await search(page, 'which som');
    assert.equal(titles[0], 'Which SoM am I?');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/07-nixos-modules.html#which-som-am-i');
    assert.ok(await page.locator('#which-som-am-i').isVisible());
  });

checks['arrows choose among what the search finds, and Escape leaves it'] = () =>
  on('index.html', looks.light, async (page) => {
    const titles = await search(page, 'flashScript');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    assert.equal(await text(page.locator('.search li[aria-selected=true] .title')), titles[1]);
    const active = await page.locator('.search input').getAttribute('aria-activedescendant');
    assert.equal(await text(page.locator(`#${active} .title`)), titles[1]);
    await page.keyboard.press('Escape');
    assert.ok(!(await page.locator('dialog.search').isVisible()));
  });

const found = [
  ['hardware.nvidia-jetpack.som', 'option', 'hardware.nvidia-jetpack.som', 'options.html#hardware.nvidia-jetpack.som'],
  ['bootloader.logo', 'option', 'hardware.nvidia-jetpack.bootloader.logo', 'options.html#hardware.nvidia-jetpack.bootloader.logo'],
  ['flashScript', 'member', 'nvidia-jetpack.flashScript', undefined],
  ['makeScope', 'section', undefined, undefined],
  ["error: attribute 'nvidia-jetpack' missing at flake.nix:3", 'message', "attribute 'nvidia-jetpack' missing", '03-overlays-and-overrides.html#when-an-overlay-goes-wrong'],
  ['capsule update', 'section', 'Capsule updates', undefined],
  ['pkgs.nvidia-jetpack.flashScript', 'member', 'nvidia-jetpack.flashScript', undefined],
  ['config.hardware.nvidia-jetpack.som', 'option', 'hardware.nvidia-jetpack.som', undefined],
  ['carierBoard', 'option', 'hardware.nvidia-jetpack.carrierBoard', undefined],
  ['capsule update xyzzyq', 'section', 'Capsule updates', undefined],
];

checks['the search finds options, members, sections and messages'] = () =>
  on('index.html', looks.light, async (page) => {
    await search(page, 'jetson'); // the index is loaded
    for (const [query, kind, title, to] of found) {
      await page.locator('.search input').fill(query);
      const hits = await page.locator('.search li').evaluateAll((all) =>
        all.slice(0, 5).map((li) => [li.querySelector('.kind').innerText, li.querySelector('.title').innerText, li.querySelector('a').getAttribute('href')]));
      const hit = hits.find(([k, t]) => k === kind && (!title || t.toLowerCase().includes(title.toLowerCase())));
      assert.ok(hit, `${query}: ${JSON.stringify(hits)}`);
      if (to) assert.equal(hit[2], to);
    }
  });

checks['titles rank above mentions'] = () =>
  on('index.html', looks.light, async (page) => {
    const titles = await search(page, 'carrierBoard');
    const withWord = titles.map((title) => /carrierboard/i.test(title));
    assert.deepEqual(withWord, [...withWord].sort((a, b) => b - a), titles.join(', '));
    assert.ok(withWord.length > 2 && withWord.includes(false));
  });

checks['a name says what an editor would, at the mouse'] = () =>
  on('07-nixos-modules.html', looks.light, async (page, opened) => {
    const name = page.locator('pre [data-h]', { hasText: /nvidia-jetpack.*som/ }).first();
    await name.scrollIntoViewIfNeeded();
    await name.hover();
    const box = page.locator('.hover');
    await box.waitFor({ state: 'visible' });
    assert.match(await text(box), /option[^]*Which SoM am I/);
    const [at, of] = [await box.boundingBox(), await name.boundingBox()];
    assert.ok(at.y >= of.y + of.height || at.y + at.height <= of.y, 'the box hides the name');
    assert.ok(at.x >= 0 && at.x + at.width <= 1440 && at.y >= 0 && at.y + at.height <= 900, 'the box is not on the screen');
    await page.screenshot({ path: path.join(artefacts, 'hover.png') });
    assert.deepEqual(await grave(opened), []);
    await page.mouse.move(5, 5);
    await box.waitFor({ state: 'hidden' });
  });

checks['a name says what an editor would, by keys alone'] = () =>
  on('07-nixos-modules.html', looks.light, async (page) => {
    await page.locator('pre [data-h][tabindex="0"]').first().evaluate((name) => {
      name.scrollIntoView({ block: 'center' });
      name.closest('.code').previousElementSibling.tabIndex = -1;
      name.closest('.code').previousElementSibling.focus();
    });
    await page.keyboard.press('Tab');
    const box = page.locator('.hover');
    await box.waitFor({ state: 'visible' });
    const focused = () => page.evaluate(() => [...document.activeElement.closest('pre').querySelectorAll('[data-h]')].indexOf(document.activeElement));
    assert.equal(await focused(), 0);
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-describedby') === document.querySelector('.hover').id);
    assert.equal(await focused(), 1);
    const name = await page.evaluate(() => document.activeElement.textContent);
    assert.ok((await text(box)).includes(name.split('.').at(-1)), `the box is not about ${name}`);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.classList.contains('hover'));
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'hidden' });
    assert.ok(await page.evaluate(() => document.activeElement.hasAttribute('data-h')));
  });

checks['a name says what an editor would, at a tap'] = () =>
  on('03-overlays-and-overrides.html', looks.phone, async (page) => {
    const name = page.locator('pre [data-h]').first();
    await name.scrollIntoViewIfNeeded();
    await name.tap();
    const box = page.locator('.hover');
    await box.waitFor({ state: 'visible' });
    const at = await box.boundingBox();
    assert.ok(at.width > 380 && at.y + at.height > 840, 'the box is not at the foot of the screen');
    await page.screenshot({ path: path.join(artefacts, 'hover-phone.png') });
    await page.locator('h1').first().evaluate((h1) => h1.click());
    await box.waitFor({ state: 'hidden' });
  });

checks['code is copied, and of a console what is typed'] = () =>
  on('07-nixos-modules.html', { ...looks.light, permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    const copied = async (block) => {
      await block.hover();
      await block.locator('.copy').click();
      await block.locator('.copy', { hasText: 'Copied' }).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    assert.equal(await copied(page.locator('.code.console').first()), "nix-instantiate --eval --strict system.nix --arg lib 'import <nixpkgs/lib>'\n");
    assert.match(await copied(page.locator('.code.nix').first()), /^let\n {2}jetpack = \{[^]*\}\n$/);
  });

checks['the button switches the colours, and the next page keeps them'] = () =>
  on('index.html', looks.light, async (page) => {
    const light = await backgroundOf(page);
    await page.locator('.theme').click();
    const dark = await backgroundOf(page);
    assert.notEqual(dark, light);
    await page.goto(`${host.address}07-nixos-modules.html`);
    assert.equal(await backgroundOf(page), dark);
  });

checks['on a phone, the lists unfold'] = () =>
  on('07-nixos-modules.html', looks.phone, async (page) => {
    const [order, sections] = [page.locator('.order a').first(), page.locator('.sections a').first()];
    assert.ok(!(await order.isVisible()) && !(await sections.isVisible()));
    await page.locator('.order button').tap();
    assert.ok(await order.isVisible());
    await page.screenshot({ path: path.join(artefacts, 'fold-phone.png') });
    await page.locator('.sections button').tap();
    assert.ok((await sections.isVisible()) && !(await order.isVisible()));
    await page.locator('.sections a', { hasText: 'Questions' }).tap();
    await page.waitForURL('**#questions');
    assert.ok(!(await sections.isVisible()));
  });

checks['the list of sections follows the text'] = () =>
  on('07-nixos-modules.html#which-som-am-i', looks.light, async (page) => {
    await page.locator('.sections a[aria-current]', { hasText: 'Which SoM am I?' }).waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForFunction(() => !document.querySelector('.sections a[aria-current]')?.innerText.includes('Which SoM'));
  });

checks['questions fold'] = () =>
  on('07-nixos-modules.html', looks.light, async (page) => {
    const fold = page.locator('details').first();
    assert.ok(!(await fold.locator('p').first().isVisible()));
    await fold.locator('summary').click();
    assert.ok(await fold.locator('p').first().isVisible());
  });

checks['one reads on from page to page'] = () =>
  on('index.html', looks.light, async (page) => {
    const seen = [];
    while (await page.locator('a[rel=next]').count()) {
      await page.locator('a[rel=next]').click();
      seen.push(await text(page.locator('h1')));
    }
    assert.equal(seen.length, pages.filter((name) => /^\d\d-/.test(name)).length);
    assert.equal(new Set(seen).size, seen.length);
  });

checks['the options are filtered'] = () =>
  on('options.html', looks.light, async (page) => {
    const all = await page.locator('.option:visible').count();
    await page.locator('[data-filter]').fill('optee supplicant');
    const some = await page.locator('.option:visible').count();
    assert.ok(some > 0 && some < all / 2, `${some} of ${all}`);
    assert.match(await text(page.locator('.filter [role=status]')), new RegExp(`^${some} of ${all}$`));
  });

// The lines of a difference as the page shows it.
const shownDifference = (page) =>
  page.evaluate(() => {
    const out = document.querySelector('[data-difference]');
    return [...out.querySelectorAll('p, li')].map((line) => line.textContent.trim());
  });

const run = promisify(execFile);
const printedDifference = async (a, b) => (await run(jetpills, ['options', '--diff', a, b])).stdout.trim().split('\n').map((line) => line.trim());

checks['what changes is what jetpills options --diff says'] = () =>
  on('changes.html', looks.light, async (page) => {
    const revisions = await page.evaluate(() => jetpills.waiting.timeline.revisions.map((r) => r.h));
    const pairs = [['2023-06-01', 'newest'], ['newest', '2024-01-01'], ['2025-10-31', '2025-11-30'], ['newest', 'newest']];
    for (let i = 0; i < 40; i++) {
      // Spread over history, and the same at each run.
      pairs.push([revisions[(i * 97) % revisions.length], revisions[(i * 211 + 400) % revisions.length].slice(0, 7)]);
    }
    let lines = 0;
    for (const [a, b] of pairs) {
      await page.locator('input[name=from]').fill(a);
      await page.locator('input[name=to]').fill(b);
      const [shown, printed] = await Promise.all([shownDifference(page), printedDifference(a, b)]);
      assert.deepEqual(shown, printed, `${a} to ${b}`);
      lines += printed.length;
    }
    assert.ok(lines > 500, `only ${lines} lines were compared`);
  });

checks['a link holds what is compared'] = () =>
  on('changes.html#946072c..newest', looks.light, async (page) => {
    assert.match((await shownDifference(page))[0], /^from 946072c /);
    await page.locator('[data-do=swap]').click();
    assert.match((await shownDifference(page))[0], / to 946072c /);
    assert.ok(page.url().endsWith('#newest..946072c'));
    await page.locator('input[name=from]').fill('0000000');
    assert.match((await shownDifference(page))[0], /0000000 is no revision/);
  });

checks['a day after the newest revision is said to be one'] = () =>
  on('changes.html#2024-01-01..newest', looks.light, async (page) => {
    assert.doesNotMatch((await shownDifference(page)).join('\n'), /later than/);
    await page.locator('input[name=to]').fill('2999-01-01');
    assert.match((await shownDifference(page))[1], /^2999-01-01 is later than the newest revision known here, of \d{4}-\d\d-\d\d\.$/);
  });

checks['both names of a renamed option are links'] = () =>
  on('changes.html#2025-01-01..newest', looks.light, async (page) => {
    const renamed = page.locator('.difference li', { hasText: /is now hardware\.nvidia-jetpack.*the old name still works/ }).first();
    const names = await renamed.locator('a').evaluateAll((all) => all.map((a) => [a.textContent, decodeURIComponent(a.hash.slice(1))]));
    assert.equal(names.length, 2);
    for (const [name, to] of names) assert.equal(name, to);
  });

checks['a page is read without scripts'] = () =>
  on('07-nixos-modules.html', { ...looks.phone, javaScriptEnabled: false }, async (page) => {
    assert.ok(await page.locator('.order a').first().isVisible());
    assert.ok(await page.locator('#which-som-am-i').isVisible());
    assert.ok(!(await page.locator('.find').isVisible()), 'a button does nothing');
  });

checks['a page is printed without what is for the screen'] = () =>
  on('07-nixos-modules.html', looks.dark, async (page) => {
    await page.emulateMedia({ media: 'print' });
    for (const name of ['.bar', '.order', '.sections', '.copy', '.neighbours']) assert.ok(!(await page.locator(name).first().isVisible()), name);
    const pdf = await page.pdf({ path: path.join(artefacts, 'print.pdf') });
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
    assert.ok(sheets > 5 && sheets < 60, `${sheets} sheets`);
  });

checks['a page is read from a disk'] = async () => {
  const opened = await openPage(browser, 'file:', looks.light);
  try {
    const { page } = opened;
    await page.goto(pathToFileURL(path.join(path.resolve(folder), 'index.html')).href);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.bar')).position), 'sticky');
    assert.equal((await search(page, 'which som'))[0], 'Which SoM am I?');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/07-nixos-modules.html#which-som-am-i');
    await page.locator('pre [data-h]').first().hover();
    await page.locator('.hover').waitFor({ state: 'visible' });
    assert.deepEqual(opened.faults, []);
  } finally {
    await opened.close();
  }
};

const chosen = Object.entries(checks).filter(([name]) => !words.length || words.some((word) => name.includes(word)));
let failed = 0;
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);
const began = Date.now();
// A few at a time: most of them wait for the browser.
await Promise.all(Array.from({ length: 3 }, async () => {
  for (let next = chosen.shift(); next; next = chosen.shift()) {
    const [name, check] = next;
    const start = Date.now();
    try {
      await check();
      console.log(`ok    ${name} (${seconds(start)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name} (${seconds(start)} s): ${String(error.message).split('\n').slice(0, 12).join(' ')}`);
    }
  }
}));
await browser.close();
host.stop();
console.log(`pages: ${failed} failed (${seconds(began)} s)`);
process.exitCode = failed ? 1 : 0;
