export interface TrimOptions {
  readonly sampleRateHz: number;
  /** The loudest that the voice's own pauses get: RMS of 10 ms, in 16-bit steps. */
  readonly floorRms: number;
  /** Silence behind the last sound, in ms: cut where the voice gave more, filled with zeros where it gave less. */
  readonly tailMs: number;
  /** Taken away unheard at the start. */
  readonly skipMs?: number;
}

const blockMs = 10;

/**
 * Cuts one utterance's silence as it streams by, in blocks of 10 ms. One quiet block stays in front of the first
 * loud one (of zeros, where there is none), so that an onset softer than the floor keeps its rise. Quiet blocks are
 * held back until speech goes on. An utterance without a loud block gives nothing.
 */
export class Trimmer {
  readonly #blockSamples: number;
  readonly #tailSamples: number;
  /** Sum of squares of a block at the floor. */
  readonly #floor: number;
  #skip: number;
  #rest = new Int16Array(0);
  /** Quiet blocks since the last loud one; before the first, the one that stays in front. */
  #held: Int16Array[];
  #speaking = false;

  constructor({ sampleRateHz, floorRms, tailMs, skipMs = 0 }: TrimOptions) {
    this.#blockSamples = samplesOf(blockMs, sampleRateHz);
    this.#tailSamples = samplesOf(tailMs, sampleRateHz);
    this.#floor = floorRms * floorRms;
    this.#skip = samplesOf(skipMs, sampleRateHz);
    this.#held = [new Int16Array(this.#blockSamples)];
  }

  push(samples: Int16Array): Int16Array {
    const skipped = Math.min(this.#skip, samples.length);
    this.#skip -= skipped;
    const input = joined([this.#rest, samples.subarray(skipped)]);
    const out: Int16Array[] = [];
    const whole = input.length - (input.length % this.#blockSamples);
    for (let at = 0; at < whole; at += this.#blockSamples) this.#take(input.subarray(at, at + this.#blockSamples), out);
    this.#rest = input.slice(whole);
    return joined(out);
  }

  /** What is left, with the tail. */
  end(): Int16Array {
    const out: Int16Array[] = [];
    if (this.#rest.length > 0) this.#take(this.#rest, out);
    if (!this.#speaking) return new Int16Array(0);
    const tail = new Int16Array(this.#tailSamples);
    tail.set(joined(this.#held).subarray(0, this.#tailSamples));
    out.push(tail);
    return joined(out);
  }

  #take(block: Int16Array, out: Int16Array[]): void {
    if (meanSquare(block) > this.#floor) {
      out.push(...this.#held, block);
      this.#held = [];
      this.#speaking = true;
    } else if (this.#speaking) this.#held.push(block);
    else this.#held = [block];
  }
}

function samplesOf(durationMs: number, sampleRateHz: number): number {
  return Math.round((durationMs * sampleRateHz) / 1000);
}

function meanSquare(block: Int16Array): number {
  let sum = 0;
  for (const sample of block) sum += sample * sample;
  return sum / block.length;
}

function joined(parts: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
