import type { AudioFormat, Encoding } from './format.ts';
import { alawToLinear, mulawToLinear } from './g711.ts';

/** The definition of `leadingSilenceMs` (docs/metrics.md): how long a window, how loud, for how long. */
const windowHops = 10;
const heldHops = 50;
const hopsASecond = 1000;
/** −40 dBFS as mean square, full scale being a square wave of 32768. */
const leastMeanSquare = 32768 ** 2 * 10 ** (-40 / 10);

type Expand = (bytes: Uint8Array) => Int16Array;

function linear16ToLinear(bytes: Uint8Array): Int16Array {
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

interface Hop {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/**
 * Finds where a turn's audio becomes audible, as it streams in. The signal is looked at in hops of 1 ms. A window is
 * the 10 ms that end with a hop (zeros before the first sample, and after the last); its level is the RMS of what
 * is left when its mean is taken out. The onset is the end of the first of 50 windows in a row at or above
 * −40 dBFS, less one hop: N ms of digital silence before speech read N ± 1.
 *
 * The sums are whole numbers below 2^53, so the answer does not depend on how the bytes were split. Where a
 * millisecond is no whole number of samples (22050 Hz), hop k ends at the sample nearest to k ms. Channels are taken
 * together. Compressed audio has no samples to look at: its onset stays undefined.
 */
export class OnsetDetector {
  readonly #samplesASecond: number;
  readonly #decoder: { sampleBytes: number; expand: Expand } | undefined;
  /** The last ten hops, oldest first; before the first sample, ten hops of zeros. */
  #window: Hop[];
  /** Hops finished, and how many of the last windows were loud in a row. */
  #hops = 0;
  #loud = 0;
  #count = 0;
  #sum = 0;
  #squares = 0;
  #hopSamples: number;
  #carry: number | undefined;
  #done: boolean;
  #onsetMs: number | undefined;

  constructor(format: AudioFormat) {
    this.#samplesASecond = format.sampleRateHz * format.channels;
    this.#decoder = expanders[format.encoding];
    this.#done = this.#decoder === undefined;
    this.#window = Array.from({ length: windowHops }, (_, index) => ({
      count: this.#hopLength(index + 1 - windowHops),
      sum: 0,
      squares: 0,
    }));
    this.#hopSamples = this.#hopLength(1);
  }

  /** Milliseconds of the turn's audio before its onset; undefined while there was none. */
  get onsetMs(): number | undefined {
    return this.#onsetMs;
  }

  /** Takes the next bytes, split anywhere. Costs nothing once the onset is found. */
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
    this.#take(expand(whole.subarray(0, whole.length - odd)));
  }

  /** Says that the audio is over and returns the final answer: what follows is silence. */
  end(): number | undefined {
    const tail = Math.ceil((this.#samplesASecond * windowHops) / hopsASecond);
    if (!this.#done) this.#take(new Int16Array(tail));
    this.#done = true;
    return this.#onsetMs;
  }

  /** Samples in hop `index`, the first being 1; those before it are the zeros in front of the audio. */
  #hopLength(index: number): number {
    const end = (hop: number) => Math.round((hop * this.#samplesASecond) / hopsASecond);
    return end(index) - end(index - 1);
  }

  #take(samples: Int16Array): void {
    for (const sample of samples) {
      this.#sum += sample;
      this.#squares += sample * sample;
      this.#count += 1;
      if (this.#count === this.#hopSamples) {
        this.#endHop();
        if (this.#done) return;
      }
    }
  }

  #endHop(): void {
    this.#window.shift();
    this.#window.push({ count: this.#count, sum: this.#sum, squares: this.#squares });
    this.#count = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#hops += 1;
    this.#hopSamples = this.#hopLength(this.#hops + 1);
    this.#loud = this.#windowIsLoud() ? this.#loud + 1 : 0;
    if (this.#loud < heldHops) return;
    this.#onsetMs = this.#hops - heldHops;
    this.#done = true;
  }

  #windowIsLoud(): boolean {
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (const hop of this.#window) {
      count += hop.count;
      sum += hop.sum;
      squares += hop.squares;
    }
    return squares / count - (sum / count) ** 2 >= leastMeanSquare;
  }
}
