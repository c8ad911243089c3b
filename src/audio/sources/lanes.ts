import type { Chunker } from '../chunker.ts';
import type { AudioChunk } from '../format.ts';
import { channelOf, mixdown } from '../mixdown.ts';
import type { Resampler } from '../resample.ts';
import type { AudioReader } from './audio-reader.ts';

/** How far one lane may be ahead of another, ms: a reader that is faster waits. */
const aheadMs = 10_000;

/** One mono stream made of the reader's channels. */
export class Lane {
  readonly #pick: (samples: Int16Array) => Int16Array;
  readonly #resampler: Resampler;
  readonly #chunker: Chunker;
  #ready: AudioChunk[] = [];
  #left = false;

  /** `channel`: undefined for the mean of all. */
  constructor(channels: number, channel: number | undefined, resampler: Resampler, chunker: Chunker) {
    this.#pick = (samples) =>
      channel === undefined ? mixdown(samples, channels) : channelOf(samples, channels, channel);
    this.#resampler = resampler;
    this.#chunker = chunker;
  }

  get format() {
    return this.#chunker.format;
  }

  get waiting(): number {
    return this.#ready.length;
  }

  get left(): boolean {
    return this.#left;
  }

  take(): AudioChunk | undefined {
    return this.#ready.shift();
  }

  push(samples: Int16Array): void {
    if (this.#left) return;
    for (const chunk of this.#chunker.push(this.#resampler.process(this.#pick(samples)))) this.#ready.push(chunk);
  }

  end(): void {
    if (this.#left) return;
    for (const chunk of this.#chunker.push(this.#resampler.flush())) this.#ready.push(chunk);
    for (const chunk of this.#chunker.end()) this.#ready.push(chunk);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#ready = [];
    this.#resampler.close();
  }
}

/**
 * One reader, read once, for all lanes. A lane that has nothing ready reads on for all, unless another has more than
 * 10 s unread: the slowest governs, and one that nobody reads stops the others. When the last has left, the reader is
 * closed.
 */
export class Lanes {
  readonly #reader: AudioReader;
  readonly #lanes: readonly Lane[];
  readonly #most: number;
  #next: Int16Array | undefined;
  #ended = false;
  #failure: { thrown: unknown } | undefined;
  #pulling: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  /** `first`: a block that was read ahead. */
  constructor(reader: AudioReader, lanes: readonly Lane[], chunkMs: number, first?: Int16Array) {
    this.#reader = reader;
    this.#lanes = lanes;
    this.#most = Math.ceil(aheadMs / chunkMs);
    this.#next = first;
  }

  async *read(lane: Lane, signal: AbortSignal): AsyncGenerator<AudioChunk> {
    try {
      for (;;) {
        signal.throwIfAborted();
        const chunk = lane.take();
        if (chunk) {
          if (lane.waiting === this.#most) this.#wake();
          yield chunk;
        } else if (this.#failure) throw this.#failure.thrown;
        else if (this.#ended) return;
        else await orAborted(this.#more(), signal);
      }
    } finally {
      await this.leave(lane);
    }
  }

  /** Resolves when it is worth looking again. */
  #more(): Promise<void> {
    if (this.#lanes.some((lane) => lane.waiting > this.#most)) {
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    this.#pulling ??= this.#pull().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #pull(): Promise<void> {
    try {
      const block = this.#next ?? (await this.#reader.next());
      this.#next = undefined;
      this.#ended = block === undefined;
      for (const lane of this.#lanes) {
        if (block === undefined) lane.end();
        else lane.push(block);
      }
    } catch (thrown) {
      this.#failure = { thrown };
      // What was heard before the fault is delivered first.
      for (const lane of this.#lanes) lane.end();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** The lane is read no more. Safe to call twice. */
  async leave(lane: Lane): Promise<void> {
    lane.leave();
    this.#wake();
    if (this.#lanes.every((other) => other.left)) await this.#reader.close();
  }
}

/** Waits for what never rejects, or rejects with the signal's reason; leaves nothing behind at either. */
function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
