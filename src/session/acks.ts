import type { Clock, Timer } from '../clock.ts';

/** The interruptions of one connection that the service has not acknowledged yet, each with the time it has for it. */
export class PendingAcks {
  readonly #clock: Clock;
  readonly #limitMs: number;
  /** By turn. Made when it is wanted: of nearly all sound that comes, nothing is. */
  #timers: Map<string, Timer> | undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  get open(): boolean {
    return this.#timers !== undefined;
  }

  /** Calls `late` unless the interruption of this turn is acknowledged in time. */
  expect(turn: string, late: () => void): void {
    this.settle(turn);
    this.#timers ??= new Map();
    this.#timers.set(turn, this.#clock.after(this.#limitMs, late, { background: true }));
  }

  settle(turn: string): void {
    this.#timers?.get(turn)?.cancel();
    this.#timers?.delete(turn);
    if (this.#timers?.size === 0) this.#timers = undefined;
  }

  /** Sound of a turn that is not interrupted says that the service is done with those that are. */
  sounded(turn: string): void {
    if (this.#timers !== undefined && !this.#timers.has(turn)) this.clear();
  }

  clear(): void {
    for (const timer of this.#timers?.values() ?? []) timer.cancel();
    this.#timers = undefined;
  }
}
