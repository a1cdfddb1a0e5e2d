// Finding one's way among pills. Nothing here knows VS Code.
import { basename, dirname, relative, sep } from 'node:path';
import type { Pill, Place, Position, Section } from './requests';
import { labelOf } from './strangers';

/** The name of the command that opens a place, and what links may call. */
export const showCommand = 'jetpills.show';

/** A place to read: a file, and a heading in it. */
export interface Target extends Pick<Place, 'path' | 'anchor' | 'line'> {
  /** What the place explains: there the section may read otherwise than in the newest text. */
  readonly of?: Position;
}

/** Whether a command's argument is a target: links can carry anything. */
export function isTarget(value: unknown): value is Target {
  if (typeof value !== 'object' || value === null) return false;
  const { path, anchor, line } = value as Record<string, unknown>;
  return typeof path === 'string' && typeof anchor === 'string' && typeof line === 'number';
}

/** The pill that lies in a file, or of which a copy for another revision lies there: in a folder beside the pill. */
export function pillAt(pills: readonly Pill[], path: string): Pill | undefined {
  const isCopy = basename(dirname(path)).startsWith('at-');
  const beside = dirname(dirname(path));
  return pills.find((pill) => pill.path === path || (isCopy && pill.file === basename(path) && dirname(pill.path) === beside));
}

/** The pill that a tab with a rendered preview shows, by the tab's label ("Preview 03-overlays-and-overrides.md"). */
export function pillOfLabel(pills: readonly Pill[], label: string): Pill | undefined {
  return pills.find((pill) => label.split(/[\s[\]]+/).includes(pill.file));
}

/** The pill `step` places further; the first where none is being read, and nothing behind the ends. */
export function neighbour(pills: readonly Pill[], current: Pill | undefined, step: 1 | -1): Pill | undefined {
  if (current === undefined) return pills[0];
  return pills[pills.findIndex((pill) => pill.path === current.path) + step];
}

/** The section whose heading stands in a line (1-based), or the nearest above it. */
export function sectionAt(pill: Pill, line: number): Section | undefined {
  return pill.sections.findLast((section) => section.line <= line);
}

/** A row of a list of pills. */
export interface Row {
  readonly label: string;
  readonly description: string;
  readonly target: Target;
  /** Starts the rows of a pill. */
  readonly title: boolean;
}

/** A row a pill, and one for each of its sections two levels deep. */
export function rowsOf(pills: readonly Pill[]): Row[] {
  return pills.flatMap((pill) => {
    const title: Row = {
      label: labelOf(`${pill.id}  ${pill.title}`),
      description: labelOf(pill.summary ?? ''),
      target: { path: pill.path, anchor: '', line: 1 },
      title: true,
    };
    const sections = pill.sections.filter((section) => section.level === 2 || section.level === 3);
    return [
      title,
      ...sections.map((section) => ({
        label: labelOf(`${'    '.repeat(section.level - 1)}${section.title}`),
        description: `pill ${pill.id}`,
        target: { path: pill.path, anchor: section.anchor, line: section.line },
        title: false,
      })),
    ];
  });
}

/** A line of a pill without the marks of code, and without the box that a diagram draws around it. */
export function plain(line: string): string {
  return line.replace(/[`\u2500-\u257f]/g, '').trim();
}

/** The rest of a link behind its text: the address of a file, and perhaps a line. */
const fileLink = /\]\((file:[^)\s#]+)(?:#L(\d+))?\)/g;

/**
 * Links of a hover that lead to lines of pills, made to open the rendered pill at the section. `pathOf` gives the path of
 * a `file:` address, and `of` is what the hover is about. Links to anything else stay as they are.
 */
export function linksToPreviews(markdown: string, pills: readonly Pill[], pathOf: (address: string) => string, of?: Position): string {
  return markdown.replace(fileLink, (link: string, address: string, line: string | undefined) => {
    const pill = pillAt(pills, pathOf(address));
    if (pill === undefined) return link;
    const section = sectionAt(pill, Number(line ?? 1));
    const target: Target = { path: pill.path, anchor: section?.anchor ?? '', line: section?.line ?? 1, ...(of && { of }) };
    return `](command:${showCommand}?${encoded(JSON.stringify([target]))})`;
  });
}

/**
 * Links of a page in a folder that lead to files, made relative: a rendered page follows no others. Those to lines of pills
 * lead to the section.
 */
export function linksFrom(folder: string, markdown: string, pills: readonly Pill[], pathOf: (address: string) => string): string {
  return markdown.replace(fileLink, (_link: string, address: string, line: string | undefined) => {
    const file = pathOf(address);
    const pill = pillAt(pills, file);
    const section = pill && sectionAt(pill, Number(line ?? 1));
    const fragment = pill === undefined ? line && `L${line}` : section?.anchor;
    const to = relative(folder, file).split(sep).map(encoded).join('/');
    return `](${to}${fragment === undefined || fragment === '' ? '' : `#${fragment}`})`;
  });
}

/** A text as a part of a link. encodeURIComponent leaves parentheses, which end a link. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/\(/g, '%28').replace(/\)/g, '%29');
}
