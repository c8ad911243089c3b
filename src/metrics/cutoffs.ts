import type { Figures } from './figures.ts';

export interface Pause {
  readonly startMs: number;
  readonly endMs: number;
}

/** Services place the end of a word with so much error. */
const placeSlackMs = 500;
/** A service needs a little to say that a turn has ended: what it says so soon after a pause is about the pause. */
const graceMs = 500;

/**
 * Counts turn ends at pauses at which the speaker was not done, times in ms of the audio. One that tells its place
 * belongs to the pause in which that lies, or which begins no more than 500 ms behind it; one that does not, to the
 * pause that was being sent, or had been for no more than 500 ms. A pause counts once.
 */
export class CutoffWatch {
  readonly #pauses: readonly Pause[];
  readonly #cut = new Set<Pause>();

  constructor(pauses: readonly Pause[]) {
    this.#pauses = [...pauses].sort((one, other) => one.startMs - other.startMs);
  }

  /**
   * `placeMs`: where the speech ends that it is about, where that is told; `sentMs`: how much audio had been sent.
   * Answers whether it is about a pause.
   */
  turnEnded(sentMs: number, placeMs: number | undefined): boolean {
    const pause = placeMs === undefined ? this.#during(sentMs) : this.#at(placeMs);
    if (pause === undefined || sentMs < pause.startMs) return false;
    this.#cut.add(pause);
    return true;
  }

  #at(placeMs: number): Pause | undefined {
    const next = this.#pauses.find(({ endMs }) => placeMs <= endMs);
    return next && placeMs >= next.startMs - placeSlackMs ? next : undefined;
  }

  #during(sentMs: number): Pause | undefined {
    return this.#pauses.findLast(({ startMs, endMs }) => sentMs >= startMs && sentMs <= endMs + graceMs);
  }

  figures(): Figures {
    return this.#pauses.length === 0 ? {} : { falseCutoffs: this.#cut.size, pauses: this.#pauses.length };
  }
}
