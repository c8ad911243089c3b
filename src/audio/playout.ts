import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import type { AudioChunk, AudioFormat } from './format.ts';
import { formatName } from './format.ts';
import { alawToLinear, mulawToLinear } from './g711.ts';
import type { PlayDevice } from './players/device.ts';
import { SampleQueue } from './sample-queue.ts';
import type { AudioSink, PlayPosition } from './sink.ts';

/** A silence inside the sound: when it began (clock ms), and how long it was. */
export interface Underrun {
  readonly atMs: number;
  readonly missingMs: number;
}

export interface PlayoutOptions {
  readonly device: PlayDevice;
  readonly clock: Clock;
  /** How much sound is gathered before the first is let out; less, where the turn is shorter. */
  readonly bufferMs: number;
  /** How much more is gathered before the sound goes on after an underrun: 100 unless told, each time, up to 2 s. */
  readonly growMs?: number;
  /** Called when the sound goes on. */
  readonly onUnderrun?: (underrun: Underrun) => void;
}

/** The jitter buffer between a service and a loudspeaker: a sink of linear16, mulaw and alaw, mono, at the device's rate. */
export interface Playout extends AudioSink {
  /** Silences while more sound was to come: not the end, and not what comes after a `lull`. */
  readonly underruns: number;
  readonly underrunMs: number;
  /** When (clock ms) the first sample was heard, or will be. */
  readonly firstSoundMs: number | undefined;
  /**
   * All that was asked for so far is here, and nobody knows when more is asked for (a text that is being typed):
   * what is held is played without waiting for more, and the silence until the next `write` is no underrun.
   */
  lull(): void;
}

/** The most that an underrun may raise the buffer to: who hears 2 s of silence at once wants no more of them. */
const mostBufferMs = 2000;

/** Beyond this and what the buffer wants, `write` waits: a service that is faster than speech must not fill the memory. */
const heldMs = 30_000;

/** Where somebody waits, and the device has not moved for so long, it never will. */
const stuckMs = 10_000;

/** What the reckoning of a device's position may be off by, before late samples count as silence. */
const toleranceMs = 10;

export function createPlayout(options: PlayoutOptions): Playout {
  return new JitterBuffer(options);
}

class JitterBuffer implements Playout {
  readonly #device: PlayDevice;
  readonly #clock: Clock;
  readonly #growMs: number;
  readonly #onUnderrun: ((underrun: Underrun) => void) | undefined;
  readonly #queue = new SampleQueue();
  #wantedMs: number;
  /** Sound is held back until there is enough of it. */
  #filling = true;
  #ended = false;
  #lulled = false;
  /** The silence that is now has an excuse. */
  #excused = false;
  #stopped = false;
  #failure: SpeechError | undefined;
  #underruns = 0;
  #underrunMs = 0;
  #begun = false;
  #drained: Promise<void> | undefined;
  /** Wakes those who wait for room, for the queue's end, or for the end of it all. */
  #waiting: (() => void)[] = [];

  constructor(options: PlayoutOptions) {
    this.#device = options.device;
    this.#clock = options.clock;
    this.#growMs = options.growMs ?? 100;
    this.#onUnderrun = options.onUnderrun;
    this.#wantedMs = options.bufferMs;
    this.#device.start({ pull: (into) => this.#pull(into), failed: (error) => this.#fail(error) });
  }

  get underruns(): number {
    return this.#underruns;
  }

  get underrunMs(): number {
    return this.#underrunMs;
  }

  get firstSoundMs(): number | undefined {
    return this.#device.firstSoundMs;
  }

  refuses(format: AudioFormat): string | undefined {
    const rateHz = this.#device.sampleRateHz;
    if (format.channels === 1 && format.sampleRateHz === rateHz && format.encoding in toSamples) return undefined;
    return `the loudspeaker was opened for mono PCM at ${rateHz} Hz, not for ${formatName(format)}`;
  }

  write(chunk: AudioChunk): Promise<void> | void {
    if (this.#stopped) return;
    if (this.#failure) throw this.#failure;
    const refusal = this.refuses(chunk.format);
    if (refusal) throw new SpeechError('E_PROTOCOL', refusal);
    this.#noticeSilence();
    this.#queue.push(toSamples[chunk.format.encoding]?.(chunk.bytes) ?? new Int16Array());
    this.#wakeDevice();
    if (!this.#hasRoom()) return this.#until(() => this.#hasRoom());
  }

  lull(): void {
    this.#lulled = true;
    this.#wakeDevice();
  }

  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  abort(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#device.abort();
    this.#queue.clear();
    this.#wakeWaiting();
  }

  position(): PlayPosition {
    return this.#device.position();
  }

  async #drain(): Promise<void> {
    this.#ended = true;
    this.#wakeDevice();
    await this.#until(() => this.#queue.length === 0);
    if (this.#stopped) return;
    const ended = this.#device.drain();
    const leftMs = Math.max(0, this.#device.emptyAtMs() - this.#clock.now());
    const timer = this.#clock.after(leftMs + stuckMs, () => this.#stuck());
    await ended.finally(() => timer.cancel());
    if (this.#failure) throw this.#failure;
  }

  #fail(error: SpeechError): void {
    this.#failure ??= error;
    this.#queue.clear();
    this.#wakeWaiting();
  }

  /** The device asks for samples. */
  #pull(into: Int16Array): number {
    if (this.#queue.length === 0 || (this.#filling && !this.#isFull())) return 0;
    this.#filling = false;
    this.#countSilence();
    const count = this.#queue.read(into);
    this.#wakeWaiting();
    return count;
  }

  #isFull(): boolean {
    return this.#ended || this.#lulled || this.#queuedMs() >= this.#wantedMs;
  }

  /**
   * New sound has come. Where it comes too late, it is held back until there is more of it than last time. Behind a
   * lull it always is, also while the device still sounds: a pause is the writer's, a stutter behind it would be ours.
   */
  #noticeSilence(): void {
    const empty = this.#begun && !this.#filling && this.#queue.length === 0;
    if (empty && (this.#lulled || this.#clock.now() >= this.#device.emptyAtMs())) {
      this.#filling = true;
      this.#excused = this.#lulled;
      if (!this.#lulled)
        this.#wantedMs = Math.max(this.#wantedMs, Math.min(this.#wantedMs + this.#growMs, mostBufferMs));
    }
    this.#lulled = false;
  }

  /** Sound is about to go out: was there a silence before it? */
  #countSilence(): void {
    const atMs = this.#device.emptyAtMs();
    const missingMs = this.#clock.now() - atMs;
    if (this.#begun && !this.#excused && missingMs > toleranceMs) {
      this.#underruns++;
      this.#underrunMs += missingMs;
      this.#onUnderrun?.({ atMs, missingMs });
    }
    this.#begun = true;
    this.#excused = false;
  }

  #queuedMs(): number {
    return (this.#queue.length / this.#device.sampleRateHz) * 1000;
  }

  #hasRoom(): boolean {
    return this.#queuedMs() <= heldMs + this.#wantedMs;
  }

  #wakeDevice(): void {
    if (!this.#stopped && this.#queue.length > 0 && (!this.#filling || this.#isFull())) this.#device.wake();
  }

  #wakeWaiting(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits until `done`, or until nothing more will come of it; rejects where the device has broken. */
  async #until(done: () => boolean): Promise<void> {
    while (!done() && !this.#stopped && !this.#failure) {
      const timer = this.#clock.after(stuckMs, () => this.#stuck());
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      timer.cancel();
    }
    if (this.#failure && !this.#stopped) throw this.#failure;
  }

  #stuck(): void {
    this.#device.abort();
    this.#fail(new SpeechError('E_DEVICE', `the audio device has not moved for ${stuckMs / 1000} s`));
  }
}

/** Each a copy: what a socket delivered is a view of a larger buffer, which must not be kept alive for a few samples. */
const toSamples: Partial<Record<string, (bytes: Uint8Array) => Int16Array>> = {
  linear16: (bytes) => new Int16Array(Uint8Array.from(bytes.subarray(0, bytes.length & ~1)).buffer),
  mulaw: mulawToLinear,
  alaw: alawToLinear,
};
