import type { Clock } from '../../clock.ts';
import type { PlayPosition } from '../sink.ts';

/**
 * Reckons how far a device has come that does not say so: it plays what it is given at its rate, beginning
 * `latencyMs` after the first sample, and again after each time it ran empty.
 */
export class PlayClock {
  readonly #clock: Clock;
  readonly #sampleRateHz: number;
  readonly #latencyMs: number;
  #given = 0;
  /** The first sample of the stretch that is playing, and when it is heard. */
  #stretchSample = 0;
  #stretchAtMs = Number.NEGATIVE_INFINITY;
  #firstSoundMs: number | undefined;
  #stopped: PlayPosition | undefined;

  constructor(clock: Clock, sampleRateHz: number, latencyMs: number) {
    this.#clock = clock;
    this.#sampleRateHz = sampleRateHz;
    this.#latencyMs = latencyMs;
  }

  /** When the first sample was heard, or will be; undefined while there is none. */
  get firstSoundMs(): number | undefined {
    return this.#firstSoundMs;
  }

  /** So many samples were handed to the device now. */
  gave(samples: number): void {
    if (samples === 0) return;
    const nowMs = this.#clock.now();
    if (nowMs >= this.emptyAtMs()) {
      this.#stretchSample = this.#given;
      this.#stretchAtMs = nowMs + this.#latencyMs;
      this.#firstSoundMs ??= this.#stretchAtMs;
    }
    this.#given += samples;
  }

  /** When all that was given has been heard; -Infinity while nothing was given. */
  emptyAtMs(): number {
    return this.#stretchAtMs + ((this.#given - this.#stretchSample) / this.#sampleRateHz) * 1000;
  }

  position(): PlayPosition {
    if (this.#stopped) return this.#stopped;
    const atMs = this.#clock.now();
    const heard = Math.floor(((atMs - this.#stretchAtMs) / 1000) * this.#sampleRateHz);
    const playedSamples = Math.min(this.#given, this.#stretchSample + Math.max(0, heard));
    return { playedSamples, atMs };
  }

  /** What was given and not heard yet will never be. */
  stop(): void {
    this.#stopped ??= this.position();
  }
}
