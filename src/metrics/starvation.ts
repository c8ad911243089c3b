import type { Figures } from './figures.ts';

/** How long after the first frame with audio a player begins, ms. */
const preRollsMs = [0, 100, 200] as const;

/** Clock ms. */
export interface Starved {
  readonly fromMs: number;
  readonly toMs: number;
}

/** So many of a player's stretches are remembered, the longest ones. */
const keptStretches = 500;

class Player {
  readonly #preRollMs: number;
  #starved: Starved[] = [];
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
      this.#starved.push({ fromMs: endMs, toMs: atMs });
      if (this.#starved.length === 2 * keptStretches) this.#starved = this.starved;
    }
    this.#endMs = Math.max(endMs, atMs) + lastsMs;
  }

  get starved(): Starved[] {
    if (this.#starved.length <= keptStretches) return this.#starved;
    const lasting = ({ fromMs, toMs }: Starved) => toMs - fromMs;
    const longest = this.#starved.toSorted((one, other) => lasting(other) - lasting(one)).slice(0, keptStretches);
    return longest.sort((one, other) => one.fromMs - other.fromMs);
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

  /** When a player without pre-roll had nothing to play, in order. */
  get stretches(): readonly Starved[] {
    return this.#players[0]?.starved ?? [];
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
