import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Setting {
  default?: unknown;
  markdownDescription?: string;
  scope?: string;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    configuration: { properties: Record<string, Setting> };
    commands: { command: string; title: string }[];
    languages: { id: string }[];
    walkthroughs: { steps: { description: string; media: { markdown: string } }[] }[];
  };
};
const settings = manifest.contributes.configuration.properties;
const readme = readFileSync('README.md', 'utf8');

test('every setting has a description and a default, and stands in the README with it', () => {
  for (const [name, setting] of Object.entries(settings)) {
    assert(setting.markdownDescription !== undefined && setting.markdownDescription.length > 20, name);
    const value = typeof setting.default === 'string' ? setting.default : JSON.stringify(setting.default);
    const written = value === '' ? '' : ` \`${value}\` `;
    assert(readme.includes(`| \`${name}\` |${written}|`), `${name} with its default is not in the README`);
  }
});

test('the settings are those that the server reads, and those of the extension itself', () => {
  const source = readFileSync('../../internal/workspace/settings.go', 'utf8');
  const read = [...source.matchAll(/^\tcase "(jetpills\.[\w.]+)":/gm)].map((match) => match[1]);
  assert.deepEqual(Object.keys(settings).sort(), [...read, 'jetpills.server.path', 'jetpills.trace.server'].sort());
});

test('settings that name a path or an address count in trusted workspaces alone', () => {
  const names = Object.keys(settings).filter((name) => /\.(path|url)$/.test(name)).sort();
  assert.deepEqual([...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(), names);
});

test('every command is in the README', () => {
  for (const { command, title } of manifest.contributes.commands) assert(readme.includes(`**${title}**`), command);
});

test('nothing but a Nix file or a command wakes the extension', () => {
  assert.deepEqual(manifest.activationEvents, ['onLanguage:nix']);
});

test('the language is Nix by its ending, and its grammar is left to others', () => {
  assert.deepEqual(manifest.contributes.languages.filter(({ id }) => id === 'nix'), [{ id: 'nix', extensions: ['.nix'] }]);
  assert(!('grammars' in manifest.contributes));
});

test('a description of the walkthrough has no mark of code: VS Code would show it as it stands', () => {
  for (const { steps } of manifest.contributes.walkthroughs) {
    for (const { description } of steps) assert.doesNotMatch(description, /`/);
  }
});

test('the pages of the walkthrough are there', () => {
  for (const { steps } of manifest.contributes.walkthroughs) {
    for (const { media } of steps) assert(existsSync(media.markdown), media.markdown);
  }
});
