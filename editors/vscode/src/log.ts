// Lines that the server writes to its standard error. Nothing here knows VS Code.

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** Takes apart "2026-08-01T10:00:00.000Z\tinfo\tinitialized\t{…}"; any other line is an error of its own. */
export function readLogLine(line: string): { readonly level: Level; readonly text: string } {
  const [time, level, ...rest] = line.split('\t');
  if (time !== undefined && /^\d{4}-\d\d-\d\dT/.test(time) && isLevel(level)) return { level, text: rest.join(' ') };
  return { level: 'error', text: line };
}

function isLevel(word: string | undefined): word is Level {
  return word === 'debug' || word === 'info' || word === 'warn' || word === 'error';
}
