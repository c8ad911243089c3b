import type { AudioChunk, AudioFormat } from './format.ts';

/** Samples of one chunk: the whole number nearest to `chunkMs`. */
export function chunkSamples(sampleRateHz: number, chunkMs: number): number {
  return Math.max(1, Math.round((sampleRateHz * chunkMs) / 1000));
}

/**
 * Cuts linear16 mono samples, fed in pieces of any length, into chunks that all hold the same number of samples; the
 * last may hold fewer. `firstSample` counts from 0. Nothing of what was fed is kept: a chunk has bytes of its own.
 */
export class Chunker {
  readonly #format: AudioFormat;
  readonly #length: number;
  #open: Int16Array;
  #filled = 0;
  #firstSample = 0;

  constructor(sampleRateHz: number, chunkMs: number) {
    this.#format = { encoding: 'linear16', sampleRateHz, channels: 1 };
    this.#length = chunkSamples(sampleRateHz, chunkMs);
    this.#open = new Int16Array(this.#length);
  }

  get format(): AudioFormat {
    return this.#format;
  }

  /** The chunks that these samples complete. */
  push(samples: Int16Array): AudioChunk[] {
    const chunks: AudioChunk[] = [];
    let at = 0;
    while (at < samples.length) {
      const part = samples.subarray(at, at + this.#length - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#length) chunks.push(this.#close());
    }
    return chunks;
  }

  /** What is left, where something is. */
  end(): AudioChunk[] {
    return this.#filled === 0 ? [] : [this.#close()];
  }

  #close(): AudioChunk {
    const bytes = new Uint8Array(this.#open.buffer, 0, 2 * this.#filled);
    const chunk = { format: this.#format, bytes, firstSample: this.#firstSample };
    this.#firstSample += this.#filled;
    this.#filled = 0;
    this.#open = new Int16Array(this.#length);
    return chunk;
  }
}
