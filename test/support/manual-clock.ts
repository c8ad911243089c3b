import type { Clock, Timer } from '../../src/clock.ts';

interface Waiting {
  dueMs: number;
  order: number;
  fn: () => void;
}

/** A clock that stands still until a test moves it. Timers fire in the order in which they are due. */
export class ManualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #waiting = new Set<Waiting>();

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, fn: () => void): Timer {
    const entry = { dueMs: this.#nowMs + delayMs, order: this.#order++, fn };
    this.#waiting.add(entry);
    return { cancel: () => this.#waiting.delete(entry) };
  }

  /** Timers that were started and neither fired nor were cancelled: a test can hold this to 0. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Moves time on, firing what falls due on the way and letting promises settle after each. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await settle();
    for (;;) {
      const next = [...this.#waiting]
        .filter((entry) => entry.dueMs <= untilMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
      if (!next) break;
      this.#waiting.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.fn();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

/** One whose timers ring a little early, as those of the system do: they know whole ms only. */
export class EarlyClock extends ManualClock {
  override after(delayMs: number, fn: () => void): Timer {
    return super.after(delayMs < 1 ? 1 : delayMs - 0.6, fn);
  }
}

/** Lets every promise that can settle without time do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}
