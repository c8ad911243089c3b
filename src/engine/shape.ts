import { linearToAlaw, linearToMulaw } from '../audio/g711.ts';
import type { Resampler } from '../audio/resample.ts';
import type { PcmEncoding } from './request.ts';
import type { Trimmer } from './trim.ts';

/** Linear PCM leaves in little-endian order, which is that of every machine that Node runs on. */
const encoders: Record<PcmEncoding, (samples: Int16Array) => Uint8Array> = {
  linear16: (samples) => new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength),
  mulaw: linearToMulaw,
  alaw: linearToAlaw,
};

export function encode(samples: Int16Array, encoding: PcmEncoding): Uint8Array {
  return encoders[encoding](samples);
}

/** One utterance on its way from a synthesizer's samples to the bytes that were asked for. */
export interface Shaper {
  push(samples: Int16Array): Uint8Array;
  end(): Uint8Array;
}

/** The resampler must be a cleared one; `end` leaves it cleared. */
export function createShaper(trimmer: Trimmer, resampler: Resampler, encoding: PcmEncoding): Shaper {
  return {
    push: (samples) => encode(resampler.process(trimmer.push(samples)), encoding),
    end() {
      const last = resampler.process(trimmer.end());
      const rest = resampler.flush();
      const samples = new Int16Array(last.length + rest.length);
      samples.set(last);
      samples.set(rest, last.length);
      return encode(samples, encoding);
    },
  };
}

/** Milliseconds of the first slice, which a listener waits for, and of the others, which cost less when larger. */
const sliceMs = { first: 100, others: 250 };

/** Gathers small pieces of audio into slices, each in memory of its own (so that it can be given away). */
export class Slicer {
  readonly #bytesPerMs: number;
  readonly #emit: (slice: Uint8Array<ArrayBuffer>) => void;
  #parts: Uint8Array[] = [];
  #held = 0;
  #dueBytes: number;

  constructor(bytesPerMs: number, emit: (slice: Uint8Array<ArrayBuffer>) => void) {
    this.#bytesPerMs = bytesPerMs;
    this.#emit = emit;
    this.#dueBytes = sliceMs.first * bytesPerMs;
  }

  push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#held += bytes.length;
    if (this.#held >= this.#dueBytes) this.flush();
  }

  flush(): void {
    if (this.#held === 0) return;
    const slice = new Uint8Array(this.#held);
    let at = 0;
    for (const part of this.#parts) {
      slice.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#held = 0;
    this.#dueBytes = sliceMs.others * this.#bytesPerMs;
    this.#emit(slice);
  }
}
