// The checks that VS Code has beyond the table of all editors. `ownSide` marks those that the server's answers do not decide.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { diagrams, firstSentence, widestLine } from './page.mjs';

const configuration = 'project/configuration.nix';
const som = 'jetpack.so|m = ';
const openPill = 'Open a pill or a section of one';

const first = [
  {
    name: 'does not run before a Nix file is opened',
    ownSide: true,
    async run({ server }) {
      assert.deepEqual(server.languageServers(), []);
    },
  },
  {
    name: 'walkthrough: names an extension for colours until it is known that there is one',
    ownSide: true,
    async run(editor) {
      assert.match(await editor.walkthrough(), /Add colours and brackets/);
    },
  },
];

const then = [
  {
    name: 'status item names the pin',
    async run(editor) {
      await editor.goTo(configuration, som);
      await editor.statusSays('jetpack-nixos 4d857d6 · JetPack 6.2.2');
    },
  },
  {
    name: 'no status item outside the domain',
    async run(editor) {
      await editor.goTo('plain/default.nix', 'lib.make|Scope');
      await editor.hover(); // the server has answered by now
      await editor.pause(300);
      assert.equal(await editor.page.locator('.statusbar-item', { hasText: /jetpack-nixos|Jetpills/ }).count(), 0);
    },
    ownSide: true,
  },
  {
    name: 'status item opens the menu, and the menu the lock file',
    async run(editor) {
      await editor.goTo(configuration, som);
      const item = editor.page.locator('.statusbar-item', { hasText: 'jetpack-nixos 4d857d6' });
      await item.click();
      await editor.rows().filter({ hasText: 'Doctor' }).waitFor();
      await editor.rows().filter({ hasText: 'Search the pills' }).waitFor();
      await editor.screenshot('menu');
      await editor.rows().filter({ hasText: 'Open the file that pins it' }).click();
      await editor.page.locator('.tab.active', { hasText: 'flake.lock' }).waitFor();
      const lines = editor.server.read('project/flake.lock').split('\n');
      const line = lines.findIndex((text) => text.includes('4d857d6da48c')) + 1;
      await editor.cursorAt(line, lines[line - 1].indexOf('4d857d6') + 1);
    },
  },
  {
    name: 'menu shows the pill for what is under the cursor',
    async run(editor) {
      await editor.goTo(configuration, som);
      await editor.page.locator('.statusbar-item', { hasText: 'jetpack-nixos 4d857d6' }).click();
      await editor.rows().filter({ hasText: 'Show the pill for this' }).click();
      await editor.previewShows('which-som-am-i');
    },
  },
  {
    name: 'link in a hover opens the rendered pill at the section',
    async run(editor) {
      await editor.goTo(configuration, 'lib.make|Scope');
      await editor.hoverHas('makeScope');
      const link = editor.page.locator('.monaco-hover:not(.hidden) a', { hasText: 'Read on in pill 03' });
      await link.scrollIntoViewIfNeeded();
      await link.click();
      await editor.previewShows('makescope-a-package-set-of-your-own');
      await editor.screenshot('pill dark');
    },
  },
  {
    name: 'at an older pin, the link and the command open the pill as it holds there',
    async run(editor) {
      await editor.goTo('old/rover.nix', 'nvidia-jetpack.so|m');
      await editor.hoverHas('hardware.nvidia-jetpack.som');
      const link = editor.page.locator('.monaco-hover:not(.hidden) a', { hasText: 'Read on in pill 07' });
      await link.scrollIntoViewIfNeeded();
      await link.click();
      await editor.previewShows('which-som-am-i');
      await editor.previewSays('As it holds at 9ced0c1', 'The newest text', 'Which SoM am I?');
      await editor.goTo('old/rover.nix', 'nvidia-jetpack.so|m');
      await editor.command('Jetpills: Show the Pill for What Is Under the Cursor');
      await editor.previewSays('As it holds at 9ced0c1');
      await editor.command('Jetpills: Next Pill');
      await editor.page.locator('.tab.active', { hasText: '08-flashing-firmware-ota.md' }).waitFor();
    },
  },
  {
    name: 'the first sentence of the pill is seen without scrolling',
    async run(editor) {
      for (const [at, word] of [
        [som, 'hardware.nvidia-jetpack.som'],
        ['"orin|-nx"', 'orin-nx'],
        ['(fin|al: prev:', 'final'],
        ['nixpkgs.over|lays', 'overlays'],
        ['lib.make|Scope', 'makeScope'],
      ]) {
        await editor.goTo(configuration, at);
        await editor.hoverHas(word);
        const place = await editor.page.evaluate(firstSentence);
        console.log(`${word}: the first sentence ends at ${place.bottom} of ${place.height} pixels`);
        assert(place.bottom <= Math.min(place.height, 250), `${word}: ${JSON.stringify(place)}`);
      }
    },
  },
  {
    name: 'hover and pill in light colours',
    async run(editor) {
      await editor.command('Preferences: Toggle between Light/Dark Themes');
      try {
        await editor.page.locator('.monaco-workbench.vs').waitFor();
        await editor.goTo(configuration, som);
        await editor.hoverHas('is a name from the left column');
        await editor.screenshot('hover light');
        await editor.command('Jetpills: Show the Pill for What Is Under the Cursor');
        await editor.previewShows('which-som-am-i');
        await editor.screenshot('pill light');
      } finally {
        await editor.command('Preferences: Toggle between Light/Dark Themes');
      }
    },
  },
  {
    name: 'source of a rendered pill is a click away',
    async run(editor) {
      await editor.goTo(configuration, som);
      await editor.command('Jetpills: Show the Pill for What Is Under the Cursor');
      await editor.previewShows('which-som-am-i');
      await editor.page.locator('.editor-actions a[aria-label*="Source"]').first().click();
      await editor.page.locator('.tab.active', { hasText: /^07-nixos-modules\.md$/ }).waitFor();
    },
  },
  {
    name: 'open pill: a section out of the list',
    async run(editor) {
      await editor.openFile(configuration);
      await editor.command('Jetpills: Open Pill…');
      await editor.answer(openPill, 'overlay');
      await editor.focusedRow('03  Overlays and overrides');
      const [, second] = await editor.rows().allInnerTexts();
      assert.match(second, /verlay/); // a heading, before what has the word elsewhere
      await editor.screenshot('open pill overlay');
      await editor.answer(openPill, 'Scopes and makeScope');
      await editor.page.locator('.tab.active', { hasText: '03-overlays-and-overrides.md' }).waitFor(); // the source behind the list
      await editor.screenshot('open pill');
      await editor.press('Enter');
      await editor.previewShows('scopes-and-makescope');
    },
  },
  {
    name: 'open pill: its diagrams are pictures',
    async run(editor) {
      await editor.openFile(configuration);
      await editor.command('Jetpills: Open Pill…');
      await editor.answer(openPill, 'Capsule updates: firmware from the running');
      await editor.press('Enter');
      const frame = await editor.previewShows('capsule-updates-firmware-from-the-running-system');
      const pictures = await editor.until('pictures', async () => {
        const { drawn, left } = await frame.evaluate(diagrams);
        return left === 0 && drawn;
      });
      assert.ok(pictures.length >= 5 && pictures.every(({ width, height }) => width > 300 && height > 60), JSON.stringify(pictures));
      assert.match(pictures[3].words, /slot A\s+slot B/);
      await editor.screenshot('pictures dark');
    },
  },
  {
    name: 'open pill: Escape brings the file back',
    ownSide: true,
    async run(editor) {
      await editor.goTo(configuration, som);
      await editor.command('Jetpills: Open Pill…');
      await editor.answer(openPill, '');
      await editor.press('ArrowDown');
      await editor.page.locator('.tab.active', { hasText: '01-derivations.md' }).waitFor();
      await editor.press('Escape');
      await editor.page.locator('.tab.active', { hasText: 'configuration.nix' }).waitFor();
    },
  },
  {
    name: 'search pills',
    async run(editor) {
      await editor.openFile(configuration);
      await editor.command('Jetpills: Search Pills…');
      await editor.answer('Words to find in the pills', 'recovery mode');
      // The title of a section with the words, and the line of another that has them in its text alone.
      await editor.rows().filter({ hasText: 'The mental model' }).filter({ hasText: 'be in recovery mode' }).waitFor();
      const row = editor.rows().filter({ hasText: 'Pill 08: Flashing, firmware and OTA › Recovery mode' });
      await editor.screenshot('search pills');
      await row.click();
      await editor.previewShows('recovery-mode');
    },
  },
  {
    name: 'search pills: the index is found too',
    async run(editor) {
      await editor.openFile(configuration);
      await editor.command('Jetpills: Search Pills…');
      await editor.answer('Words to find in the pills', 'essential commands');
      await editor.rows().filter({ hasText: 'Essential commands' }).first().click();
      await editor.previewShows('essential-commands');
      assert.equal(await editor.page.locator('.tab', { hasText: /^README\.md/ }).count(), 0); // its source went with the list
    },
  },
  {
    name: 'explain an error: what is selected leads to the section with the cause',
    async run(editor) {
      const log = 'project/build.log';
      editor.server.write(log, ['building the system configuration...', 'error: Unknown SoC type', 'nothing else'].join('\n'));
      await editor.openFile(log);
      await editor.press('Control+a');
      await editor.command('Jetpills: Explain an Error…');
      const row = editor.rows().filter({ hasText: 'error: Unknown SoC type' }).filter({ hasText: 'line 2' });
      await row.waitFor();
      await editor.screenshot('explain an error');
      await row.click();
      await editor.previewShows('what-generic-leaves-out');
    },
  },
  {
    name: 'next and previous pill',
    async run(editor) {
      await editor.goTo(configuration, 'lib.make|Scope');
      await editor.command('Jetpills: Show the Pill for What Is Under the Cursor');
      await editor.previewShows('makescope-a-package-set-of-your-own');
      await editor.command('Jetpills: Next Pill');
      await editor.page.locator('.tab.active', { hasText: '04-jetpack-nixos-architecture.md' }).waitFor();
      await editor.command('Jetpills: Previous Pill');
      await editor.page.locator('.tab.active', { hasText: '03-overlays-and-overrides.md' }).waitFor();
    },
  },
  {
    name: 'another revision for the session',
    async run(editor) {
      await editor.goTo(configuration, som);
      await editor.command('Jetpills: Choose a jetpack-nixos Revision');
      await editor.rows().filter({ hasText: 'Another commit' }).click();
      const input = editor.page.locator('.quick-input-widget:visible input');
      await editor.page.locator('.quick-input-widget:visible', { hasText: 'A commit of jetpack-nixos' }).waitFor();
      await input.fill('3fa8cc8aa9746171c3b60235d531503cae85283b');
      await editor.press('Enter');
      await editor.statusSays('jetpack-nixos 3fa8cc8');
      await editor.hoverHas('3fa8cc8');
      await editor.command('Jetpills: Choose a jetpack-nixos Revision');
      await editor.answer('The first digits of a commit', '2025-12-19'); // one of those that the server knows, by its day
      await editor.screenshot('choose revision');
      await editor.rows().filter({ hasText: 'afb6ecf' }).click();
      await editor.statusSays('jetpack-nixos afb6ecf');
      await editor.hoverHas('afb6ecf');
      await editor.command('Jetpills: Choose a jetpack-nixos Revision');
      await editor.rows().filter({ hasText: 'The one that the workspace pins' }).click();
      await editor.statusSays('jetpack-nixos 4d857d6');
    },
  },
  {
    name: 'lens of a host copies its flash command',
    async run(editor) {
      await editor.goTo('old/flake.nix', 'nixosConfigurations.ro|ver');
      await (await editor.lens('nix build .#flash-rover')).click();
      await editor.statusSays('Copied: nix build .#flash-rover');
    },
  },
  {
    name: 'lens of the findings leads to the first',
    async run(editor) {
      await editor.goTo('old/flake.nix', 'nixosConfigurations.ro|ver');
      await (await editor.lens('1 finding')).click();
      await editor.page.locator('.tab.active', { hasText: 'common.nix' }).waitFor();
      await editor.page.locator('.statusbar-item', { hasText: /^Ln 4, Col / }).waitFor();
    },
  },
  {
    name: 'what the newest jetpack-nixos would change, by a command; its links lead to pills',
    async run(editor) {
      await editor.openFile('old/flake.nix');
      await editor.lens('newest known 4d857d6');
      await editor.command('Jetpills: Show What the Newest jetpack-nixos Would Change');
      await editor.page.locator('.tab.active', { hasText: 'The newest jetpack-nixos' }).waitFor();
      const frame = await editor.previewSays('JetPack: 5.1.5 → 6.2.2');
      await frame.locator('a', { hasText: 'Capsule updates' }).first().click();
      await editor.previewShows('capsule-updates-firmware-from-the-running-system');
    },
  },
  {
    name: 'settings take effect at once',
    async run(editor) {
      await editor.goTo(configuration, som);
      const long = await editor.until('a hover', () => editor.hover());
      editor.server.writeWorkspaceSettings({ 'jetpills.hover.excerptLines': 1 });
      try {
        await editor.until('a short hover', async () => (await editor.hover()).length < long.length - 100);
      } finally {
        editor.server.writeWorkspaceSettings({});
      }
      await editor.until('a long hover', async () => (await editor.hover()).length === long.length);
    },
  },
  {
    name: 'a server that crashes is started again',
    ownSide: true,
    async run(editor) {
      await editor.goTo(configuration, som);
      await editor.hoverHas('som');
      const [id] = editor.server.languageServers();
      process.kill(id, 'SIGKILL');
      await editor.until('another server', () => editor.server.languageServers().some((other) => other !== id));
      await editor.hoverHas('is a name from the left column');
    },
  },
  {
    name: 'says when there is no server, and finds it again',
    ownSide: true,
    async run(editor) {
      const { program } = editor.server;
      await editor.goTo(configuration, som);
      fs.renameSync(program, `${program}-away`);
      try {
        await editor.command('Jetpills: Restart Server');
        const toast = editor.page.locator('.notification-toast', { hasText: 'found no server to run' });
        await toast.waitFor();
        await editor.statusSays('Jetpills');
        await editor.screenshot('no server');
        fs.renameSync(`${program}-away`, program);
        await toast.locator('.monaco-button', { hasText: 'Try Again' }).click();
      } finally {
        if (fs.existsSync(`${program}-away`)) fs.renameSync(`${program}-away`, program);
      }
      await editor.statusSays('jetpack-nixos 4d857d6');
    },
  },
  {
    name: 'an untrusted workspace names no program',
    ownSide: true,
    async run(editor) {
      const { server } = editor;
      const { program } = server;
      const noted = path.join(server.dir, 'ran-from-workspace');
      server.write('project/evil', `#!/bin/sh\ntouch '${noted}'\n`, 0o755);
      const onPath = path.join(server.dir, 'bin/jetpills');
      await editor.goTo(configuration, som);
      fs.renameSync(program, onPath);
      try {
        server.writeWorkspaceSettings({ 'jetpills.server.path': path.join(server.dir, 'project/evil') });
        await editor.pause(500); // a change of the setting would restart the server
        await editor.command('Jetpills: Restart Server');
        await editor.until('the server on the PATH', () => server.languageServers(onPath).length === 1);
        await editor.hoverHas('is a name from the left column');
        assert(!fs.existsSync(noted), 'the program that the workspace names was run');
        // The same setting in the user's hands does name the program.
        const mine = path.join(server.dir, 'bin/mine');
        fs.copyFileSync(onPath, mine);
        server.write('user/Machine/settings.json', JSON.stringify({ 'jetpills.server.path': mine }));
        await editor.until('the server of the setting', () => server.languageServers(mine).length === 1);
        await editor.hoverHas('is a name from the left column');
      } finally {
        fs.renameSync(onPath, program);
        server.writeWorkspaceSettings({});
        server.write('user/Machine/settings.json', '{}');
      }
      await editor.command('Jetpills: Restart Server');
    },
  },
  {
    name: 'the reading of many hosts shows, and can be cancelled',
    async run(editor) {
      const { server } = editor;
      const flake = fs.readFileSync(path.join(import.meta.dirname, '../../test/long.nix'), 'utf8');
      for (const number of [1, 2, 3, 4]) { // each takes seconds
        const dir = `long/${number}`;
        fs.mkdirSync(path.join(server.dir, dir, '.git'), { recursive: true });
        server.write(`${dir}/flake.nix`, flake.replace('module.nix', `long-${number}.nix`));
        server.write(`${dir}/long-${number}.nix`, '{ hardware.nvidia-jetpack.som = "orin-nx"; }\n');
        await editor.openFile(`${dir}/long-${number}.nix`);
      }
      const item = editor.page.locator('.statusbar-item', { hasText: /Jetpills: reading hosts: \d+ of 30/ });
      await item.waitFor();
      await editor.screenshot('reading hosts');
      await item.click(); // which opens what VS Code knows of it
      await editor.page.locator('.notifications-center .monaco-button, .notification-toast .monaco-button', { hasText: 'Cancel' }).click();
      await item.waitFor({ state: 'detached' });
      await editor.goTo(configuration, som);
      await editor.hoverHas('is a name from the left column');
    },
  },
  {
    name: 'doctor',
    ownSide: true,
    async run(editor) {
      await editor.openFile(configuration);
      await editor.command('Jetpills: Doctor');
      await editor.page.locator('.tab.active', { hasText: 'Jetpills Doctor' }).waitFor();
      await editor.page.locator('.view-line', { hasText: '(bundled)' }).waitFor();
      await editor.narrow(async () => {
        const lines = await editor.until('lines that fit', async () => {
          const { width, words } = await editor.page.evaluate(widestLine);
          return width <= 750 && words;
        });
        assert.match(lines, /^advice: fetch the source/);
        await editor.screenshot('doctor');
      });
    },
  },
  {
    name: 'walkthrough: no marks of code, and no advice on colours where another extension has them',
    ownSide: true,
    async run(editor) {
      await editor.openFile(configuration);
      const steps = await editor.walkthrough();
      await editor.screenshot('walkthrough');
      assert.match(steps, /Point at a name to read about it/);
      assert.doesNotMatch(steps, /`|Add colours and brackets/);
    },
  },
  {
    name: 'is active within 100 ms',
    ownSide: true,
    async run(editor) {
      await editor.openFile(configuration);
      await editor.command('Developer: Show Running Extensions');
      const row = editor.page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Jetpills' });
      // The list begins with the slowest, and has no more rows than there is room.
      await editor.page.locator('.runtime-extensions-editor .monaco-list-row').first().hover();
      const text = await editor.until('a time of activation', async () => {
        if ((await row.count()) > 0) return /Activation: \d+ms/.exec(await row.first().innerText())?.[0];
        await editor.page.mouse.wheel(0, 300);
        return undefined;
      });
      const time = Number(/\d+/.exec(text)[0]);
      console.log(`      activation: ${time} ms`);
      assert(time < 100, `${time} ms`);
    },
  },
];

export const checks = { first, then };
