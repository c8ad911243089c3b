import type { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';

/** What a result says, as far as it may be new. */
export interface NewsOf {
  readonly chars: number;
  /** Up to where it reaches, ms of the audio; undefined where it does not tell. */
  readonly throughMs: number | undefined;
}

/**
 * When a service last said something new: one that only repeats itself must not keep anybody waiting. An interim is new
 * where it reaches further, or is longer, than any since the last final, so that one which flickers is not.
 */
export class News {
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;
  #chars = 0;
  #throughMs = 0;
  #held = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  interim({ chars, throughMs }: NewsOf, atMs: number): void {
    if (this.#further(throughMs) || chars > this.#chars) this.#lastMs = atMs;
    this.#chars = Math.max(this.#chars, chars);
  }

  final({ chars, throughMs }: NewsOf, atMs: number): void {
    const isNew = throughMs === undefined ? chars > 0 : this.#further(throughMs);
    if (isNew) this.#lastMs = atMs;
    if (isNew) this.#chars = 0;
  }

  #further(throughMs = 0): boolean {
    const further = throughMs > this.#throughMs;
    this.#throughMs = Math.max(this.#throughMs, throughMs);
    return further;
  }

  /** While it is held, the silence is not the service's: nobody reads it. */
  hold(held: boolean): void {
    if (this.#held && !held) this.#lastMs = this.#clock.now();
    this.#held = held;
  }

  /** Whether `done` came about before nothing new had come for so long. */
  async unlessQuiet(quietMs: number, done: Promise<unknown>): Promise<boolean> {
    const quiet = deferred<false>();
    const restMs = () => (this.#held ? quietMs : this.#lastMs + quietMs - this.#clock.now());
    const look = () => {
      if (restMs() > 0) timer = this.#clock.after(restMs(), look);
      else quiet.resolve(false);
    };
    let timer = this.#clock.after(quietMs, look);
    const came = await Promise.race([done.then(() => true), quiet.promise]);
    timer.cancel();
    return came;
  }
}
