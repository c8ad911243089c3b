import type { Clock, Timer } from '../clock.ts';
import type { Pace } from './listen-options.ts';

/**
 * When a piece of audio may go out. Deadlines are absolute: a late piece does not put off the next. Audio is not sent
 * further ahead of the results than a window allows. A service that tells no results for it (in silence, or ever) is
 * taken to hear in real time, from where it was last known to be.
 */
export class Pacing {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #aheadMs: number;
  #startMs: number | undefined;
  #throughMs = 0;
  /** When results had come up to there. */
  #throughAtMs = 0;
  /** Audio is sent again from there, no faster than so many times real time. */
  #again: { readonly ms: number; readonly atMs: number; readonly rate: number } | undefined;
  /** Nobody waits for new audio any longer; what is sent again still has its pace. */
  #stopped = false;
  #over = false;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, pace: Pace, aheadMs: number) {
    this.#clock = clock;
    this.#pace = pace;
    this.#aheadMs = aheadMs;
  }

  /** Up to where results have come, ms of the audio. */
  get throughMs(): number {
    return this.#throughMs;
  }

  /** Results have come up to there; answers whether that is further than before. */
  reached(throughMs: number): boolean {
    if (throughMs <= this.#throughMs) return false;
    this.#throughMs = throughMs;
    this.#throughAtMs = this.#clock.now();
    this.#wake();
    return true;
  }

  /** Another connection is given the audio from there on, ms, no faster than so many times real time. */
  from(ms: number, rate: number): void {
    const nowMs = this.#clock.now();
    this.#again = { ms, atMs: nowMs, rate };
    this.#throughMs = ms;
    this.#throughAtMs = nowMs;
  }

  /**
   * It has all that the one before had. Where audio has a pace, what follows is late by the outage, and goes on at the
   * same rate until it is not: to a service that is used to real time it must not come all at once.
   */
  caughtUp(): void {
    if (this.#pace === 'fast') this.#again = undefined;
  }

  /** No more audio is taken, so that none need wait but what is sent again. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Nobody wants any of it any longer. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  /** Resolves when the piece that ends there (ms of the audio) may go out. */
  async until(endMs: number): Promise<void> {
    if (this.#startMs === undefined) {
      this.#startMs = this.#clock.now();
      this.#throughAtMs = this.#startMs;
    }
    for (let restMs = this.#restMs(endMs); restMs > 0 && !this.#over; restMs = this.#restMs(endMs)) {
      await this.#movedOrAfter(restMs);
    }
  }

  #restMs(endMs: number): number {
    const again = this.#again;
    const againMs = again ? again.atMs + (endMs - again.ms) / again.rate : 0;
    if (this.#pace === 'live' || this.#stopped) return againMs - this.#clock.now();
    const pacedMs = (this.#startMs ?? 0) + (this.#pace === 'fast' ? 0 : endMs / this.#pace);
    const roomyMs = this.#throughAtMs + (endMs - this.#throughMs - this.#aheadMs);
    return Math.max(pacedMs, roomyMs, againMs) - this.#clock.now();
  }

  #movedOrAfter(ms: number): Promise<void> {
    let timer: Timer | undefined;
    return new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      timer = this.#clock.after(ms, wake);
    }).finally(() => timer?.cancel());
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
