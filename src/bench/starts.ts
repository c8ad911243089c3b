import { setMaxListeners } from 'node:events';
import { SpeechError } from '../errors.ts';
import type { Target } from './lane.ts';

interface Waiting {
  readonly target: Target;
  /** When it should have begun, clock ms. */
  readonly dueMs: number;
  readonly go: (there: boolean) => void;
}

/**
 * The starts of an open loop that have come and not begun: they wait for their service's limits, and then for one of so
 * many places. Who waits for limits holds no place: else others would wait for those too, and be called late.
 */
export class Starts {
  #free: number;
  readonly #isOver: () => boolean;
  /** Who was due first is first. */
  #waiting: Waiting[] = [];
  /** Aborted where no run of the target will begin any more. */
  readonly #ends = new Map<Target, AbortController>();
  #closed = false;

  /** `isOver`: no more may begin. */
  constructor(most: number, isOver: () => boolean) {
    this.#free = most;
    this.#isOver = isOver;
  }

  /** Ends the waits for the limits of a target's service. */
  endOf(target: Target): AbortSignal {
    return this.#end(target).signal;
  }

  #end(target: Target): AbortController {
    const known = this.#ends.get(target);
    if (known) return known;
    const made = new AbortController();
    // Each that waits listens.
    setMaxListeners(0, made.signal);
    this.#ends.set(target, made);
    return made;
  }

  /** Resolves when there is a place for it, which it holds until `ended`; false where it will not begin. */
  place(target: Target, dueMs: number): Promise<boolean> {
    if (this.#closed || this.endOf(target).aborted) return Promise.resolve(false);
    return new Promise((go) => {
      const behind = this.#waiting.findIndex((other) => other.dueMs > dueMs);
      this.#waiting.splice(behind < 0 ? this.#waiting.length : behind, 0, { target, dueMs, go });
      this.#fill();
    });
  }

  ended(): void {
    this.#free++;
    this.#fill();
  }

  #fill(): void {
    while (this.#free > 0 && !this.#isOver()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#free--;
      next.go(true);
    }
  }

  /** What has not begun of it does not begin. */
  giveUp(target: Target): void {
    this.#end(target).abort(new SpeechError('E_CLOSED', 'the run was never begun'));
    const dropped = this.#waiting.filter((one) => one.target === target);
    this.#waiting = this.#waiting.filter((one) => one.target !== target);
    for (const { go } of dropped) go(false);
  }

  /** What has not begun does not begin. */
  close(): void {
    this.#closed = true;
    const targets = new Set([...this.#ends.keys(), ...this.#waiting.map(({ target }) => target)]);
    for (const target of targets) this.giveUp(target);
  }
}
