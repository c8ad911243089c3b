import type { AudioFormat, Encoding } from './format.ts';
import { alawToLinear, mulawToLinear } from './g711.ts';
import { linear16 } from './linear16.ts';

/** The same level as that of `leadingSilenceMs` (docs/metrics.md): −40 dBFS as mean square, in windows of 10 ms. */
const leastMeanSquare = 32768 ** 2 * 10 ** (-40 / 10);
const windowsASecond = 100;

/** Stretches that are remembered: a speaker makes a few a second, and nobody asks about what was minutes ago. */
const keptStretches = 2000;

const samplesOf: Partial<Record<Encoding, (bytes: Uint8Array) => Int16Array>> = {
  linear16,
  mulaw: mulawToLinear,
  alaw: alawToLinear,
};

interface Stretch {
  readonly startSample: number;
  endSample: number;
}

/**
 * Where in a stream of mono samples something can be heard, in windows of 10 ms whose mean is taken out. It says when
 * speech ended as the audio itself has it, whatever a service makes of that. Compressed audio has no samples to look
 * at: nothing is audible in it.
 */
export class AudibleStretches {
  readonly #windowSamples: number;
  readonly #samplesOf: ((bytes: Uint8Array) => Int16Array) | undefined;
  #stretches: Stretch[] = [];
  /** Of the windows that are full. */
  #samples = 0;
  #inWindow = 0;
  #sum = 0;
  #squares = 0;

  constructor({ encoding, sampleRateHz }: AudioFormat) {
    this.#windowSamples = Math.round(sampleRateHz / windowsASecond);
    this.#samplesOf = samplesOf[encoding];
  }

  /** Whole samples, split anywhere between two. */
  push(bytes: Uint8Array): void {
    for (const sample of this.#samplesOf?.(bytes) ?? []) {
      this.#sum += sample;
      this.#squares += sample * sample;
      if (++this.#inWindow === this.#windowSamples) this.#endWindow();
    }
  }

  #endWindow(): void {
    const count = this.#inWindow;
    const startSample = this.#samples;
    this.#samples += count;
    const loud = this.#squares / count - (this.#sum / count) ** 2 >= leastMeanSquare;
    this.#inWindow = 0;
    this.#sum = 0;
    this.#squares = 0;
    if (!loud) return;
    const last = this.#stretches.at(-1);
    if (last?.endSample === startSample) last.endSample = this.#samples;
    else this.#stretches.push({ startSample, endSample: this.#samples });
    if (this.#stretches.length > 2 * keptStretches) this.#stretches = this.#stretches.slice(-keptStretches);
  }

  /** The end of what was last audible in [fromSample, toSample), in samples; undefined where nothing was. */
  lastEnd(fromSample: number, toSample: number): number | undefined {
    const last = this.#stretches.findLast(({ startSample }) => startSample < toSample);
    const end = last && Math.min(last.endSample, toSample);
    return end !== undefined && end > fromSample ? end : undefined;
  }

  /**
   * The first stretch of speech at or behind that sample, up to the first pause of `leastPause` samples, or up to now
   * where there is none yet. Undefined where nothing is audible there.
   */
  utterance(fromSample: number, leastPause: number): { startSample: number; endSample: number } | undefined {
    let found: { startSample: number; endSample: number } | undefined;
    for (const { startSample, endSample } of this.#stretches) {
      if (endSample <= fromSample) continue;
      if (found && startSample - found.endSample >= leastPause) return found;
      found = { startSample: found?.startSample ?? Math.max(startSample, fromSample), endSample };
    }
    return found;
  }

  /** How much is audible from that sample on, in samples. */
  audibleFrom(fromSample: number): number {
    const each = this.#stretches.map(({ startSample, endSample }) => endSample - Math.max(startSample, fromSample));
    return each.reduce((sum, samples) => sum + Math.max(0, samples), 0);
  }
}
