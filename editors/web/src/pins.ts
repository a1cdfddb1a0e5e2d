// The revision of jetpack-nixos that the files pin, and others to choose from.
import type { Pin, Revision } from './server.js';

const address = /github:anduril\/jetpack-nixos(?:\/[\w.-]+)?/;

export class Pins {
  private shown = '';

  constructor(private readonly select: HTMLSelectElement, private readonly note: HTMLElement, choose: (hash: string) => void) {
    select.addEventListener('change', () => choose(select.value));
  }

  /** Offers the newest revision, and of each other set of JetPack versions the last that has it. */
  offer(all: Revision[]): void {
    let last: string | undefined;
    const options = all.filter(({ jetpack }, i) => {
      const versions = jetpack?.join(', ');
      const isLast = i === 0 || (versions !== undefined && versions !== '' && versions !== last);
      if (versions !== undefined) last = versions;
      return isLast;
    });
    for (const [i, { hash, short, date, jetpack = [] }] of options.entries()) {
      if (this.find(hash)) continue;
      this.select.append(new Option(`${i === 0 ? 'newest · ' : ''}${date} · ${short} · JetPack ${jetpack.join(', ')}`, hash));
    }
    this.choose();
  }

  show({ hash, short, date, jetpack, note }: Pin): void {
    this.shown = hash;
    if (!this.find(hash)) this.select.prepend(new Option(`${date} · ${short} · JetPack ${jetpack.join(', ')}`, hash));
    this.note.textContent = note;
    this.choose();
  }

  private find(hash: string): HTMLOptionElement | undefined {
    return [...this.select.options].find(({ value }) => value === hash);
  }

  private choose(): void {
    if (this.shown !== '') this.select.value = this.shown;
  }

  /** The edit that has a file pin a revision; undefined if it pins none. The hash of the source stays: only Nix knows the right one. */
  changeIn(name: string, text: string, hash: string): { from: number; to: number; insert: string } | undefined {
    if (name.endsWith('flake.lock')) {
      const now = lockedIn(text);
      const from = now === undefined ? -1 : text.indexOf(now);
      return now === undefined || from < 0 ? undefined : { from, to: from + now.length, insert: hash };
    }
    const found = name.endsWith('flake.nix') ? address.exec(text) : null;
    return found ? { from: found.index, to: found.index + found[0].length, insert: `github:anduril/jetpack-nixos/${hash}` } : undefined;
  }
}

function lockedIn(text: string): string | undefined {
  try {
    const { nodes } = JSON.parse(text) as { nodes: Record<string, { locked?: { repo?: string; rev?: string } }> };
    return Object.values(nodes).find(({ locked }) => locked?.repo === 'jetpack-nixos')?.locked?.rev;
  } catch {
    return undefined;
  }
}
