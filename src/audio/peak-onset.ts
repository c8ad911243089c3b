import { type AudioFormat, frameBytes } from './format.ts';
import { HopLevels, type Hops, heldHops } from './onset.ts';

/** Where it is looked for, in hops of 1 ms. */
const searchedSeconds = 2;
const searchedHops = searchedSeconds * 1000;
/** 40 dB below the peak, as a share of its mean square. */
const share = 10 ** (-40 / 10);
const hopsAPeakWindow = 10;
/** Behind the search only the peak is wanted: the same windows of 10 ms, at a tenth of the steps. */
const peakHops: Hops = { hopsASecond: 1000 / hopsAPeakWindow, windowHops: 1 };

/**
 * Where a turn's audio becomes audible by its own measure: as `OnsetDetector` has it, with the line drawn 40 dB below
 * the loudest of the windows that end every 10 ms, and not 40 dB below full scale. It is found at the end, for only
 * then the peak is known, and in the first two seconds or not at all.
 */
export class PeakOnset {
  readonly #levels: HopLevels;
  readonly #laterLevels: HopLevels;
  /** Bytes of the two seconds that have not come yet. */
  #searchedBytes: number;
  readonly #first = new Float32Array(searchedHops);
  #peak = 0;

  constructor(format: AudioFormat) {
    this.#searchedBytes = searchedSeconds * format.sampleRateHz * (frameBytes(format) ?? 0);
    this.#levels = new HopLevels(format, (meanSquare) => {
      const { hops } = this.#levels;
      if (hops <= searchedHops) this.#first[hops - 1] = meanSquare;
      if (hops % hopsAPeakWindow === 0) this.#peak = Math.max(this.#peak, meanSquare);
      return false;
    });
    const later = (meanSquare: number) => {
      this.#peak = Math.max(this.#peak, meanSquare);
      return false;
    };
    this.#laterLevels = new HopLevels(format, later, peakHops);
  }

  push(bytes: Uint8Array): void {
    if (this.#searchedBytes === 0) {
      this.#laterLevels.push(bytes);
      return;
    }
    const searched = bytes.subarray(0, this.#searchedBytes);
    this.#searchedBytes -= searched.length;
    this.#levels.push(searched);
    this.#laterLevels.push(bytes.subarray(searched.length));
  }

  /** The audio is over; milliseconds of it before the onset, undefined where none was found. */
  end(): number | undefined {
    this.#levels.end();
    this.#laterLevels.end();
    const least = this.#peak * share;
    if (least === 0) return undefined;
    let loud = 0;
    for (let hop = 0; hop < Math.min(searchedHops, this.#levels.hops); hop++) {
      loud = (this.#first[hop] ?? 0) >= least ? loud + 1 : 0;
      if (loud === heldHops) return hop + 1 - heldHops;
    }
    return undefined;
  }
}
