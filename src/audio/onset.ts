import type { AudioFormat, Encoding } from './format.ts';
import { alawToLinear, mulawToLinear } from './g711.ts';

/** The definition of `leadingSilenceMs` (docs/metrics.md): how long a window, how loud, for how long. */
export const heldHops = 50;

export interface Hops {
  readonly hopsASecond: number;
  readonly windowHops: number;
}

const fineHops: Hops = { hopsASecond: 1000, windowHops: 10 };
/** −40 dBFS as mean square, full scale being a square wave of 32768. */
export const leastMeanSquare = 32768 ** 2 * 10 ** (-40 / 10);

type Expand = (bytes: Uint8Array) => Int16Array;

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Where they lie as this machine has them, a view of the bytes: this is all of the audio. */
function linear16ToLinear(bytes: Uint8Array): Int16Array {
  if (isLittleEndian && bytes.byteOffset % 2 === 0)
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = (bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8);
  return samples;
}

const expanders: Record<Encoding, { sampleBytes: number; expand: Expand } | undefined> = {
  linear16: { sampleBytes: 2, expand: linear16ToLinear },
  mulaw: { sampleBytes: 1, expand: mulawToLinear },
  alaw: { sampleBytes: 1, expand: alawToLinear },
  mp3: undefined,
  opus: undefined,
  vorbis: undefined,
};

/** Hears the level of each window as mean square; answers whether it wants no more. */
type OnLevel = (meanSquare: number) => boolean;

/**
 * The level of a signal, as it streams in, in hops: of 1 ms where nothing else is said. A window is the hops, ten, that
 * end with a hop (zeros before the first sample, and after the last); its level is what is left as mean square when its
 * mean is taken out.
 *
 * The sums are whole numbers below 2^53, so the answer does not depend on how the bytes were split. Where a
 * millisecond is no whole number of samples (22050 Hz), hop k ends at the sample nearest to k ms. Channels are taken
 * together. Compressed audio has no samples to look at.
 */
export class HopLevels {
  readonly #samplesASecond: number;
  readonly #decoder: { sampleBytes: number; expand: Expand } | undefined;
  readonly #onLevel: OnLevel;
  readonly #hopsASecond: number;
  readonly #windowHops: number;
  /**
   * A ring of a window's hops, of each its samples, their sum, and the sum of their squares; before the first sample,
   * hops of zeros. Beside it what it comes to: whole numbers, so that this stays exact.
   */
  readonly #ring: Float64Array;
  #windowCount = 0;
  #windowSum = 0;
  #windowSquares = 0;
  #hops = 0;
  #count = 0;
  #sum = 0;
  #squares = 0;
  #hopSamples: number;
  #carry: number | undefined;
  #done: boolean;

  constructor(format: AudioFormat, onLevel: OnLevel, { hopsASecond, windowHops }: Hops = fineHops) {
    this.#hopsASecond = hopsASecond;
    this.#windowHops = windowHops;
    this.#ring = new Float64Array(3 * windowHops);
    this.#samplesASecond = format.sampleRateHz * format.channels;
    this.#decoder = expanders[format.encoding];
    this.#onLevel = onLevel;
    this.#done = this.#decoder === undefined;
    for (let index = 0; index < windowHops; index++) this.#put(index, this.#hopLength(index + 1 - windowHops), 0, 0);
    this.#hopSamples = this.#hopLength(1);
  }

  /** Nobody wants more. */
  get done(): boolean {
    return this.#done;
  }

  /** Hops that have ended. */
  get hops(): number {
    return this.#hops;
  }

  /** Takes the next bytes, split anywhere. Costs nothing once nobody wants more. */
  push(bytes: Uint8Array): void {
    if (this.#done || !this.#decoder || bytes.length === 0) return;
    const { sampleBytes, expand } = this.#decoder;
    let whole = bytes;
    if (this.#carry !== undefined) {
      this.#take(expand(Uint8Array.of(this.#carry, bytes[0] ?? 0)));
      this.#carry = undefined;
      whole = bytes.subarray(1);
    }
    const odd = whole.length % sampleBytes;
    if (odd > 0) this.#carry = whole[whole.length - 1];
    this.#take(expand(odd === 0 ? whole : whole.subarray(0, whole.length - odd)));
  }

  /** The audio is over: what follows is silence. */
  end(): void {
    const tail = Math.ceil((this.#samplesASecond * this.#windowHops) / this.#hopsASecond);
    if (!this.#done) this.#take(new Int16Array(tail));
    this.#done = true;
  }

  /** Samples in hop `index`, the first being 1; those before it are the zeros in front of the audio. */
  #hopLength(index: number): number {
    const end = (hop: number) => Math.round((hop * this.#samplesASecond) / this.#hopsASecond);
    return end(index) - end(index - 1);
  }

  /** A hop at a time: a long turn is looked at to its end, and hundreds of them at once. */
  #take(samples: Int16Array): void {
    let at = 0;
    while (at < samples.length && !this.#done) {
      const end = Math.min(samples.length, at + this.#hopSamples - this.#count);
      this.#count += end - at;
      let sum = 0;
      let squares = 0;
      // Two at a time: two squares are at most 2^31, so half as many sums leave what a processor does at once.
      for (; at + 1 < end; at += 2) {
        const [first, second] = [samples[at] ?? 0, samples[at + 1] ?? 0];
        sum += first + second;
        squares += (Math.imul(first, first) + Math.imul(second, second)) >>> 0;
      }
      if (at < end) {
        const sample = samples[at++] ?? 0;
        sum += sample;
        squares += sample * sample;
      }
      this.#sum += sum;
      this.#squares += squares;
      if (this.#count === this.#hopSamples) this.#endHop();
    }
  }

  #endHop(): void {
    this.#put(this.#hops, this.#count, this.#sum, this.#squares);
    this.#count = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#hops += 1;
    this.#hopSamples = this.#hopLength(this.#hops + 1);
    const mean = this.#windowSum / this.#windowCount;
    if (this.#onLevel(this.#windowSquares / this.#windowCount - mean ** 2)) this.#done = true;
  }

  /** A hop takes the place of the one that leaves the window. */
  #put(index: number, count: number, sum: number, squares: number): void {
    const ring = this.#ring;
    const at = 3 * (index % this.#windowHops);
    this.#windowCount += count - (ring[at] ?? 0);
    this.#windowSum += sum - (ring[at + 1] ?? 0);
    this.#windowSquares += squares - (ring[at + 2] ?? 0);
    ring[at] = count;
    ring[at + 1] = sum;
    ring[at + 2] = squares;
  }
}

/**
 * Finds where a turn's audio becomes audible: the end of the first of 50 windows in a row at or above −40 dBFS, less
 * one hop, so that N ms of digital silence before speech read N ± 1. Of compressed audio the onset stays undefined.
 */
export class OnsetDetector {
  readonly #levels: HopLevels;
  /** How many of the last windows were loud in a row. */
  #loud = 0;
  #onsetMs: number | undefined;

  constructor(format: AudioFormat) {
    this.#levels = new HopLevels(format, (meanSquare) => this.#heard(meanSquare));
  }

  /** Milliseconds of the turn's audio before its onset; undefined while there was none. */
  get onsetMs(): number | undefined {
    return this.#onsetMs;
  }

  /** Takes the next bytes, split anywhere. Costs nothing once the onset is found. */
  push(bytes: Uint8Array): void {
    this.#levels.push(bytes);
  }

  /** Says that the audio is over and returns the final answer. */
  end(): number | undefined {
    this.#levels.end();
    return this.#onsetMs;
  }

  #heard(meanSquare: number): boolean {
    this.#loud = meanSquare >= leastMeanSquare ? this.#loud + 1 : 0;
    if (this.#loud < heldHops) return false;
    this.#onsetMs = this.#levels.hops - heldHops;
    return true;
  }
}
