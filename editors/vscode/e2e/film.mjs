// Films what README.md shows: completion, hover and the jump to a pill, as someone does them. The frames, and how long each is to be
// seen, lie in the folder that FILM names.
import fs from 'node:fs';
import path from 'node:path';
import { CodeServer } from './codeserver.mjs';
import { Editor } from './editor.mjs';
import { drawPointer } from './page.mjs';

const dir = path.resolve(process.env.FILM);
fs.mkdirSync(dir, { recursive: true });
const server = await CodeServer.start({
  quiet: true,
  settings: {
    'workbench.activityBar.location': 'hidden',
    'workbench.layoutControl.enabled': false,
    'workbench.navigationControl.enabled': false,
    'window.commandCenter': false,
    'window.menuBarVisibility': 'hidden',
    'breadcrumbs.enabled': false,
    'editor.fontSize': 15,
    'editor.cursorBlinking': 'solid',
    'editor.hover.delay': 100,
    'editor.lightbulb.enabled': 'off',
    'editor.occurrencesHighlight': 'off',
    'editor.matchBrackets': 'never',
    'editor.guides.indentation': false,
    'editor.stickyScroll.enabled': false,
    'editor.overviewRulerBorder': false,
    'editor.scrollbar.vertical': 'hidden',
    'editor.codeLens': false,
    'editor.inlayHints.enabled': 'off',
    'editor.suggest.showIcons': true,
    'security.workspace.trust.enabled': false,
  },
});
const frames = [];
try {
  const editor = await Editor.open(server, { artefacts: dir, patience: 30_000, scale: Number(process.env.SCALE ?? 2) });
  const { page } = editor;

  /** Films the screen as it is, to be seen for so long. */
  const frame = async (milliseconds) => {
    const name = `${String(frames.length).padStart(3, '0')}.png`;
    await page.screenshot({ path: path.join(dir, name) });
    frames.push(`-d ${milliseconds} ${name}`);
  };
  const type = async (text, milliseconds = 90) => {
    for (const letter of text) {
      await page.keyboard.type(letter);
      await editor.pause(60);
      await frame(milliseconds);
    }
  };
  let at = { x: 620, y: 350 };
  /** Moves the mouse, whose pointer a screenshot would not have, in some steps. */
  const point = async (x, y, steps) => {
    const from = at;
    for (let i = 1; i <= steps; i++) {
      const way = (1 - Math.cos((Math.PI * i) / steps)) / 2;
      at = { x: from.x + (x - from.x) * way, y: from.y + (y - from.y) * way };
      await page.mouse.move(at.x, at.y);
      await page.evaluate(drawPointer, at);
      if (i < steps) await frame(50);
    }
  };

  await page.setViewportSize({ width: 800, height: 450 });
  server.write('project/board.nix', '{ }\n');
  server.write('project/configuration.nix', [
    '{ lib, pkgs, ... }:',
    '{',
    '  hardware.nvidia-jetpack.enable = true;',
    '  hardware.nvidia-jetpack.',
    '  hardware.nvidia-jetpack.carrierBoard = "devkit";',
    '',
    '  networking.hostName = "rover";',
    '}',
    '',
  ].join('\n'));
  await editor.press('Control+b'); // no files beside the text
  await editor.press('Control+k', 'Control+w');
  await editor.openFile('project/configuration.nix', ':4:27');
  await page.locator('.statusbar-item', { hasText: 'jetpack-nixos 4d857d6' }).waitFor();
  await editor.press('End');
  const { page: { keyboard } } = editor;
  await editor.pause(1_500);
  await frame(700);

  await type('som = ');
  await keyboard.type('"');
  const first = page.locator('.suggest-widget.visible .monaco-list-row.focused', { hasText: 'orin-agx' });
  await first.waitFor();
  await editor.pause(500);
  await frame(1_600);
  await editor.press('Enter', 'End');
  await editor.pause(400);
  await frame(250);
  await type(';', 600);

  const som = await page.locator('.view-line', { hasText: '.som' }).first().boundingBox();
  const place = { x: som.x + 9.03 * 27.5, y: som.y + som.height / 2 };
  await point(place.x, place.y, 7);
  await page.locator('.monaco-hover:not(.hidden)', { hasText: 'Which SoM am I?' }).waitFor();
  await editor.pause(500);
  await frame(3_000);

  const link = page.locator('.monaco-hover:not(.hidden) a', { hasText: 'Read on in pill 07' });
  await point(at.x + 40, at.y + 60, 3);
  for (let i = 0; i < 6; i++) {
    await page.mouse.wheel(0, 60);
    await editor.pause(250);
    await frame(70);
  }
  const target = await link.boundingBox();
  await point(target.x + target.width / 2, target.y + target.height / 2, 5);
  await frame(500);
  await page.mouse.down();
  await page.mouse.up();
  const pill = await editor.previewShows('which-som-am-i');
  await pill.waitForSelector('table');
  await page.evaluate(drawPointer, { x: -50, y: -50 });
  await editor.pause(1_500);
  await frame(3_000);
} finally {
  fs.writeFileSync(path.join(dir, 'frames'), `${frames.join('\n')}\n`);
  await server.stop();
  fs.rmSync(server.dir, { recursive: true, force: true });
}
process.exit(0);
