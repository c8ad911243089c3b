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
  #stopped = false;
  #wake: () => void = () => {};

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

  /** Nobody waits any longer. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Resolves when the piece that ends there (ms of the audio) may go out. */
  async until(endMs: number): Promise<void> {
    if (this.#startMs === undefined) {
      this.#startMs = this.#clock.now();
      this.#throughAtMs = this.#startMs;
    }
    for (let restMs = this.#restMs(endMs); restMs > 0 && !this.#stopped; restMs = this.#restMs(endMs)) {
      await this.#movedOrAfter(restMs);
    }
  }

  #restMs(endMs: number): number {
    if (this.#pace === 'live') return 0;
    const pacedMs = (this.#startMs ?? 0) + (this.#pace === 'fast' ? 0 : endMs / this.#pace);
    const roomyMs = this.#throughAtMs + (endMs - this.#throughMs - this.#aheadMs);
    return Math.max(pacedMs, roomyMs) - this.#clock.now();
  }

  #movedOrAfter(ms: number): Promise<void> {
    let timer: Timer | undefined;
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = this.#clock.after(ms, resolve);
    }).finally(() => timer?.cancel());
  }
}
