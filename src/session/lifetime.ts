import type { Clock, Timer } from '../clock.ts';

/** A slow voice, in ms of sound for each character: what is being said must be over when the connection is. */
const msPerChar = 100;

/** What is kept for the change of connections: so much, but no more than a tenth of a connection's life. */
const mostReserveMs = 240_000;

/**
 * young: far from its end · due: another should take its place as soon as all that it was sent has been said · last:
 * nothing more should be sent on it.
 */
export type Age = 'young' | 'due' | 'last';

/** How much of its time a connection has left, where its service ends it after so long. */
export class Lifetime {
  readonly #clock: Clock;
  readonly #sessionMs: number;
  readonly #reserveMs: number;
  readonly #aged: () => void;
  #timer: Timer | undefined;

  /** `aged` is called when the connection that is watched becomes due, and when it is at its last. */
  constructor(clock: Clock, sessionMs: number | undefined, aged: () => void) {
    this.#clock = clock;
    this.#sessionMs = sessionMs ?? Number.POSITIVE_INFINITY;
    this.#reserveMs = Math.min(mostReserveMs, this.#sessionMs / 10);
    this.#aged = aged;
  }

  /** Of a connection that was opened then, and has so many characters still to say. */
  age(openMs: number, pendingChars: number): Age {
    const leftMs = this.#leftMs(openMs) - Math.min(pendingChars * msPerChar, this.#sessionMs / 2);
    if (leftMs > this.#reserveMs) return 'young';
    return leftMs > this.#reserveMs / 2 ? 'due' : 'last';
  }

  #leftMs(openMs: number): number {
    return openMs + this.#sessionMs - this.#clock.now();
  }

  /** One connection at a time; undefined: none. */
  watch(openMs: number | undefined): void {
    this.#timer?.cancel();
    if (openMs === undefined || this.#sessionMs === Number.POSITIVE_INFINITY) return;
    const leftMs = this.#leftMs(openMs);
    const atMs = [this.#reserveMs, this.#reserveMs / 2].find((ms) => leftMs > ms);
    if (atMs === undefined) return;
    const act = () => {
      this.watch(openMs);
      this.#aged();
    };
    this.#timer = this.#clock.after(leftMs - atMs, act, { background: true });
  }
}
