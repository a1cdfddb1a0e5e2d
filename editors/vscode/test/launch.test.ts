import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseServer, type Surroundings } from '../src/launch';

const bundled = '/ext/server/jetpills';

function choose(programs: readonly string[], change: Partial<Surroundings> = {}) {
  const { program, refused } = chooseServer({
    platform: 'linux',
    extensionDir: '/ext',
    setting: '',
    trusted: true,
    folder: '/robot',
    home: '/home/ada',
    searchPath: '/usr/local/bin:/usr/bin',
    isProgram: (file) => programs.includes(file),
    ...change,
  });
  return { program, refused };
}

test('the bundled program comes first, then the setting, then the PATH', () => {
  const all = [bundled, '/opt/jetpills', '/usr/bin/jetpills'];
  const setting = '/opt/jetpills';
  assert.equal(choose(all, { setting }).program, bundled);
  assert.equal(choose(all.slice(1), { setting }).program, '/opt/jetpills');
  assert.equal(choose(all.slice(2), { setting }).program, '/usr/bin/jetpills');
  assert.equal(choose([]).program, undefined);
});

test('the setting may begin at the home folder or at the workspace', () => {
  assert.equal(choose(['/home/ada/bin/jetpills'], { setting: '~/bin/jetpills' }).program, '/home/ada/bin/jetpills');
  assert.equal(choose(['/robot/result/bin/jetpills'], { setting: 'result/bin/jetpills' }).program, '/robot/result/bin/jetpills');
  assert.equal(choose(['/robot/jetpills'], { setting: './jetpills', folder: undefined }).program, undefined);
});

test('a workspace that is not trusted names no program, nor does the PATH by a relative folder', () => {
  const evil = ['/robot/jetpills', './jetpills', 'jetpills', 'bin/jetpills'];
  assert.equal(choose(evil, { setting: './jetpills', trusted: false }).program, undefined);
  assert.equal(choose(evil, { searchPath: '.:bin::/usr/bin' }).program, undefined);
});

test('says of each place what is wrong with it', () => {
  const { refused } = choose([], { setting: '/opt/jetpills' });
  assert.equal(refused.length, 3);
  assert.match(refused.join('\n'), /contains no server\n.*\/opt\/jetpills.*\n.*PATH/);
});

test('Windows has its own separators and ending', () => {
  const windows = { platform: 'win32', extensionDir: 'C:\\ext', searchPath: 'bin;C:\\tools' } as const;
  assert.equal(choose(['C:\\ext\\server\\jetpills.exe'], windows).program, 'C:\\ext\\server\\jetpills.exe');
  assert.equal(choose(['C:\\tools\\jetpills.exe'], windows).program, 'C:\\tools\\jetpills.exe');
  assert.equal(choose(['D:\\j\\jetpills.exe'], { ...windows, setting: 'D:\\j\\jetpills.exe' }).program, 'D:\\j\\jetpills.exe');
});
