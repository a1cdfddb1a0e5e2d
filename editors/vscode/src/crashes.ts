/** Counts crashes, so that a server that cannot live is not started for ever. */
export class Crashes {
  private times: number[] = [];

  /** More than `limit` crashes within `span` milliseconds are too many. */
  constructor(
    readonly limit = 4,
    readonly span = 180_000,
  ) {}

  /** Notes a crash at a time in milliseconds, and says whether to start again. */
  mayRestart(now: number): boolean {
    this.times = this.times.filter((time) => now - time < this.span);
    this.times.push(now);
    return this.times.length <= this.limit;
  }

  /** Forgets all: a person asked for a new start. */
  forget(): void {
    this.times = [];
  }
}
