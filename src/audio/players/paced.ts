import type { Clock, Timer } from '../../clock.ts';
import { toSpeechError } from '../../errors.ts';
import type { PlayPosition } from '../sink.ts';
import type { PlayDevice, PlayFeed } from './device.ts';
import { PlayClock } from './play-clock.ts';

/** Something that samples are pushed into, and that does not say how far it has come. */
export interface Outlet {
  /** Takes the samples; a promise means: no more until it resolves. May throw or reject. */
  write(samples: Int16Array): Promise<void> | void;
  /** Waits for what it still holds (by the clock, `leftMs` of sound), then closes. */
  finish(leftMs: number, signal: AbortSignal): Promise<void>;
  /** Throws away what it still holds, and closes. */
  discard(): void;
}

export interface PacedOptions {
  readonly sampleRateHz: number;
  readonly clock: Clock;
  readonly latencyMs: number;
  /** How much of what was written is not heard yet, at most: what a stall of this process may last unheard. */
  readonly aheadMs: number;
  /** Silence that is written where the sound stops for a while: without it, the outlet keeps the last of it back. */
  readonly padMs: number;
}

/** How often the outlet is filled up. */
const tickMs = 20;

/** A device that is pushed: filled up to `aheadMs` by the clock, which also reckons its position. */
export class PacedDevice implements PlayDevice {
  readonly sampleRateHz: number;
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #aheadMs: number;
  readonly #pad: Int16Array;
  readonly #played: PlayClock;
  readonly #stop = new AbortController();
  #feed: PlayFeed | undefined;
  #timer: Timer | undefined;
  /** It comes back by itself. */
  #filling = false;
  #blocked = false;
  #draining = false;

  constructor(outlet: Outlet, options: PacedOptions) {
    this.#outlet = outlet;
    this.#clock = options.clock;
    this.#aheadMs = options.aheadMs;
    this.#pad = new Int16Array(Math.round((options.sampleRateHz * options.padMs) / 1000));
    this.sampleRateHz = options.sampleRateHz;
    this.#played = new PlayClock(options.clock, options.sampleRateHz, options.latencyMs);
  }

  get firstSoundMs(): number | undefined {
    return this.#played.firstSoundMs;
  }

  start(feed: PlayFeed): void {
    this.#feed = feed;
  }

  wake(): void {
    if (this.#filling || this.#blocked || this.#draining || this.#stop.signal.aborted) return;
    this.#timer?.cancel();
    this.#fill();
  }

  position(): PlayPosition {
    return this.#played.position();
  }

  emptyAtMs(): number {
    return this.#played.emptyAtMs();
  }

  async drain(): Promise<void> {
    const signal = this.#stop.signal;
    if (signal.aborted) return;
    this.#timer?.cancel();
    this.#draining = true;
    try {
      await this.#outlet.finish(Math.max(0, this.emptyAtMs() - this.#clock.now()), signal);
    } catch (thrown) {
      if (!signal.aborted) throw toSpeechError(thrown, 'E_DEVICE');
    }
  }

  abort(): void {
    if (this.#stop.signal.aborted) return;
    this.#played.stop();
    this.#timer?.cancel();
    this.#stop.abort();
    this.#outlet.discard();
  }

  /** The outlet broke by itself. Once it drains, it is `finish` that says so. */
  fail(thrown: unknown): void {
    if (this.#draining || this.#stop.signal.aborted) return;
    this.abort();
    this.#feed?.failed(toSpeechError(thrown, 'E_DEVICE'));
  }

  /** Tops the outlet up, and comes back while there is something to give. */
  #fill(): void {
    const heldMs = Math.max(0, this.emptyAtMs() - this.#clock.now());
    const room = Math.floor(((this.#aheadMs - heldMs) / 1000) * this.sampleRateHz);
    const given = room > 0 ? this.#give(room) : 0;
    if (this.#stop.signal.aborted) return;
    this.#filling = !this.#blocked && (room <= 0 || given > 0);
    if (this.#filling) this.#timer = this.#clock.after(tickMs, () => this.#fill());
    else if (!this.#blocked && heldMs > 0) this.#timer = this.#clock.after(heldMs, () => this.#write(this.#pad));
  }

  /** Returns how many samples there were to give. */
  #give(room: number): number {
    const samples = new Int16Array(room);
    const count = this.#feed?.pull(samples) ?? 0;
    // A pull may end in an abort: nothing is written after that.
    if (count > 0 && !this.#stop.signal.aborted) {
      this.#played.gave(count);
      this.#write(samples.subarray(0, count));
    }
    return count;
  }

  #write(samples: Int16Array): void {
    if (samples.length === 0) return;
    try {
      const taken = this.#outlet.write(samples);
      if (taken) this.#waitFor(taken);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  #waitFor(taken: Promise<void>): void {
    this.#blocked = true;
    taken.then(
      () => {
        this.#blocked = false;
        this.wake();
      },
      (thrown) => this.fail(thrown),
    );
  }
}
