import type { Decoder, Warn } from './decoder.ts';
import { seconds } from './decoder.ts';
import type { SampleKind } from './expand.ts';

export interface PcmLayout {
  readonly kind: SampleKind;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Bytes of audio, where a header tells; else it lasts until the end. */
  readonly dataBytes: number | undefined;
  /** How much of them can be there at all: what is left of a regular file. */
  readonly availableBytes: number | undefined;
}

const nothing = new Uint8Array();

/** Uncompressed audio. What ends early, or inside a sample, is read as far as it goes, and said. */
export class PcmDecoder implements Decoder {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly totalMs?: number;
  readonly blockBytes = 256 * 1024;
  readonly #kind: SampleKind;
  readonly #frameBytes: number;
  readonly #dataBytes: number | undefined;
  readonly #warn: Warn;
  #readBytes = 0;
  /** The part of a sample of all channels that the last block ended with. */
  #carry: Uint8Array = nothing;

  constructor({ kind, sampleRateHz, channels, dataBytes, availableBytes }: PcmLayout, warn: Warn) {
    this.sampleRateHz = sampleRateHz;
    this.channels = channels;
    this.#kind = kind;
    this.#frameBytes = kind.sampleBytes * channels;
    this.#dataBytes = dataBytes;
    this.#warn = warn;
    const lengths = [dataBytes, availableBytes].filter((length) => length !== undefined);
    if (lengths.length > 0) {
      this.totalMs = (Math.floor(Math.min(...lengths) / this.#frameBytes) / sampleRateHz) * 1000;
    }
  }

  get done(): boolean {
    return this.#readBytes === this.#dataBytes;
  }

  push(bytes: Uint8Array): Int16Array {
    const left = this.#dataBytes === undefined ? bytes.length : this.#dataBytes - this.#readBytes;
    const own = bytes.length > left ? bytes.subarray(0, left) : bytes;
    this.#readBytes += own.length;
    const all = this.#carry.length === 0 ? own : Buffer.concat([this.#carry, own]);
    const loose = all.length % this.#frameBytes;
    this.#carry = loose === 0 ? nothing : new Uint8Array(all.subarray(all.length - loose));
    return this.#kind.expand(loose === 0 ? all : all.subarray(0, all.length - loose));
  }

  end(): Int16Array {
    const { sampleRateHz } = this;
    if (this.#dataBytes !== undefined && this.#readBytes < this.#dataBytes) {
      const [there, told] = [this.#readBytes, this.#dataBytes].map((count) =>
        seconds(count / this.#frameBytes, sampleRateHz),
      );
      this.#warn(`ends early: ${there} of the ${told} that its header tells`);
    } else if (this.#carry.length > 0) {
      this.#warn(`ends inside a sample: its last ${this.#carry.length} bytes are left out`);
    }
    return new Int16Array();
  }

  free(): void {}
}
