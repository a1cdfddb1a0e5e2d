// Which program to run as the server. Nothing here knows VS Code.
import * as path from 'node:path';

/** What the choice depends on. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** The folder of this extension. */
  readonly extensionDir: string;
  /** The setting jetpills.server.path; empty where it is not set. */
  readonly setting: string;
  /** Whether the user trusts the workspace. */
  readonly trusted: boolean;
  /** The first workspace folder, if one is open. */
  readonly folder: string | undefined;
  readonly home: string;
  /** The variable PATH. */
  readonly searchPath: string;
  /** Whether an absolute path is a file that can be run. */
  isProgram(file: string): boolean;
}

export type Origin = 'bundled' | 'setting' | 'PATH';

export type Choice =
  | { readonly program: string; readonly origin: Origin; readonly refused: readonly string[] }
  | { readonly program: undefined; readonly refused: readonly string[] };

/**
 * The bundled program, else the one of the setting, else the first on the PATH.
 * `refused` says of each place that was looked at before what is wrong with it, a clause each.
 */
export function chooseServer(s: Surroundings): Choice {
  const paths = s.platform === 'win32' ? path.win32 : path.posix;
  const name = s.platform === 'win32' ? 'jetpills.exe' : 'jetpills';
  const refused: string[] = [];

  const bundled = paths.join(s.extensionDir, 'server', name);
  if (s.isProgram(bundled)) return { program: bundled, origin: 'bundled', refused };
  refused.push('this build of the extension contains no server');

  if (s.setting !== '') {
    const named = resolveSetting(s, paths);
    if (named === undefined) {
      refused.push(`jetpills.server.path is the relative path ${s.setting}, which needs a trusted workspace`);
    } else if (s.isProgram(named)) {
      return { program: named, origin: 'setting', refused };
    } else {
      refused.push(`jetpills.server.path is ${named}, which is not a program`);
    }
  }

  for (const dir of s.searchPath.split(paths.delimiter)) {
    // A relative entry would be a folder of whatever workspace is open.
    if (!paths.isAbsolute(dir)) continue;
    const found = paths.join(dir, name);
    if (s.isProgram(found)) return { program: found, origin: 'PATH', refused };
  }
  refused.push(`there is no ${name} on the PATH`);
  return { program: undefined, refused };
}

/** The absolute path of the setting; undefined for one inside a workspace that is not trusted, or without a workspace. */
function resolveSetting(s: Surroundings, paths: path.PlatformPath): string | undefined {
  if (s.setting === '~' || /^~[/\\]/.test(s.setting)) return paths.join(s.home, s.setting.slice(1));
  if (paths.isAbsolute(s.setting)) return s.setting;
  return s.trusted && s.folder !== undefined ? paths.join(s.folder, s.setting) : undefined;
}
