import type { Figures } from './figures.ts';

/** How long after the first frame with audio a player begins, ms. */
const preRollsMs = [0, 100, 200] as const;

class Player {
  readonly #preRollMs: number;
  /** When it will have played all that has come. */
  #endMs = Number.NaN;
  underruns = 0;
  underrunMs = 0;

  constructor(preRollMs: number) {
    this.#preRollMs = preRollMs;
  }

  audio(atMs: number, lastsMs: number): void {
    const endMs = Number.isNaN(this.#endMs) ? atMs + this.#preRollMs : this.#endMs;
    const missingMs = atMs - endMs;
    if (missingMs > 0) {
      this.underruns++;
      this.underrunMs += missingMs;
    }
    this.#endMs = Math.max(endMs, atMs) + lastsMs;
  }
}

/**
 * What players would have starved, who begin so long after the first frame and stall when nothing is there (docs/
 * metrics.md). In constant memory.
 */
export class Starvation {
  readonly #players = preRollsMs.map((ms) => new Player(ms));
  #firstMs: number | undefined;
  #audioMs = 0;
  #minPreRollMs = 0;

  audio(atMs: number, lastsMs: number): void {
    this.#firstMs ??= atMs;
    const lateMs = atMs - this.#firstMs - this.#audioMs;
    if (lateMs > this.#minPreRollMs) this.#minPreRollMs = lateMs;
    this.#audioMs += lastsMs;
    for (const player of this.#players) player.audio(atMs, lastsMs);
  }

  figures(): Figures {
    const [none, short, long] = this.#players;
    if (this.#firstMs === undefined || !none || !short || !long) return {};
    return {
      underruns: none.underruns,
      underrunMs: none.underrunMs,
      underrunsAt100: short.underruns,
      underrunAt100Ms: short.underrunMs,
      underrunsAt200: long.underruns,
      underrunAt200Ms: long.underrunMs,
      minPreRollMs: this.#minPreRollMs,
    };
  }
}
