import type { Clock } from '../clock.ts';
import type { SpeakTraits } from '../speech/service.ts';
import type { SpeakCommand } from '../speech/speak.ts';

/**
 * The services' minute, and a second: what leaves here at the right distance may arrive closer together. What leaves a
 * session is counted over all its connections, so that it holds whether a service counts by connection or by key.
 */
const windowMs = 61_000;

/** Where a service has no limit for characters that the size of a span could follow. */
const usualSpanChars = 1500;

interface Spending {
  readonly atMs: number;
  readonly amount: number;
}

/** How much of something went out within the window. */
export class RateWindow {
  readonly #clock: Clock;
  readonly #most: number;
  #spent: Spending[] = [];

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Gives a way to say that it went out now: it was taken before it did. */
  spend(amount: number): () => void {
    let spending: Spending = { atMs: this.#clock.now(), amount };
    this.#spent.push(spending);
    return () => {
      this.#spent = this.#spent.filter((other) => other !== spending);
      spending = { ...spending, atMs: this.#clock.now() };
      this.#spent.push(spending);
    };
  }

  get spent(): number {
    const sinceMs = this.#clock.now() - windowMs;
    const kept = this.#spent.findIndex(({ atMs }) => atMs > sinceMs);
    this.#spent.splice(0, kept < 0 ? this.#spent.length : kept);
    return this.#spent.reduce((sum, { amount }) => sum + amount, 0);
  }

  get overHalf(): boolean {
    return this.spent * 2 > this.#most;
  }

  /** How long until so much may go out; what is more than fits at all must wait for an empty window. */
  waitMs(amount: number): number {
    let over = this.spent + Math.min(amount, this.#most) - this.#most;
    if (over <= 0) return 0;
    const lapses = this.#spent.find((spent) => {
      over -= spent.amount;
      return over <= 0;
    });
    return lapses ? lapses.atMs + windowMs - this.#clock.now() : 0;
  }
}

/** Keeps a session's flushes and text within what its service allows in a minute, by saying how long to wait. */
export class Rates {
  readonly #flushes: RateWindow | undefined;
  readonly #chars: RateWindow | undefined;
  readonly #spanChars: number;
  readonly #words: Readonly<Partial<Record<SpeakCommand['type'], string>>>;
  /** Hears of the first wait for each of the limits. */
  onWait: (message: string) => void = () => {};
  readonly #said = new Set<string>();

  constructor(clock: Clock, limits: SpeakTraits['limits']) {
    const { flushesPerMinute, charsPerMinute } = limits;
    this.#words = { flush: `${flushesPerMinute} flushes`, text: `${charsPerMinute} characters` };
    if (flushesPerMinute !== undefined) this.#flushes = new RateWindow(clock, flushesPerMinute);
    if (charsPerMinute !== undefined) this.#chars = new RateWindow(clock, charsPerMinute);
    // The second half of the flushes is enough for all the text that may go out with it.
    this.#spanChars = charsPerMinute && flushesPerMinute ? (2 * charsPerMinute) / flushesPerMinute : usualSpanChars;
  }

  /** While more than half of the flushes are spent: how much text each further one should cover. */
  get thinChars(): number | undefined {
    return this.#flushes?.overHalf ? this.#spanChars : undefined;
  }

  /** How long the command has to wait, ms; so many of them, where they are flushes. */
  waitMs(command: SpeakCommand, flushes = 1): number {
    if (command.type === 'flush') return this.#flushes?.waitMs(flushes) ?? 0;
    return command.type === 'text' ? (this.#chars?.waitMs(command.text.length) ?? 0) : 0;
  }

  /** As `spend` of a window. */
  sent(command: SpeakCommand): () => void {
    const spent =
      command.type === 'flush'
        ? this.#flushes?.spend(1)
        : command.type === 'text'
          ? this.#chars?.spend(command.text.length)
          : undefined;
    return spent ?? (() => {});
  }

  waits({ type }: SpeakCommand, ms: number): void {
    if (this.#said.has(type)) return;
    this.#said.add(type);
    this.onWait(`the service takes at most ${this.#words[type]} a minute: waiting ${Math.ceil(ms / 1000)} s`);
  }
}

/** Of one session; or shared by all that are one customer to a service. `off`: none. */
export function createRates(clock: Clock, { limits }: Pick<SpeakTraits, 'limits'>, when: 'on' | 'off' = 'on'): Rates {
  return new Rates(clock, when === 'off' ? {} : limits);
}
