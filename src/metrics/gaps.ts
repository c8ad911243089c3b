/** Seventy buckets a doubling, from 0.01 ms to five minutes: a percentile is at most 1 % too high, in 7 kB. */
const bucketsPerDoubling = 70;
const smallestMs = 0.01;
const bucketCount = 1741;
/** So many lie within the object itself. */
const notedFrames = 8;

/** The gaps between frames that follow one another: count, longest, and percentiles from a fixed histogram. */
export class GapMeter {
  /** When the latest frames came that are not looked at yet: the histogram costs more to fetch than to count in. */
  readonly #noted = new Float64Array(notedFrames);
  #notedCount = 0;
  /** Before the first of those; of what is to be taken off its gap, how much. */
  #beforeMs = Number.NaN;
  #stoodMs = 0;
  #count = 0;
  #maxMs = 0;
  readonly #buckets = new Uint32Array(bucketCount);

  arrived(atMs: number): void {
    if (this.#notedCount === notedFrames) this.#look();
    this.#noted[this.#notedCount++] = atMs;
  }

  /** When the latest frame came. */
  get lastMs(): number | undefined {
    const lastMs = this.#notedCount > 0 ? this.#noted[this.#notedCount - 1] : this.#beforeMs;
    return Number.isNaN(lastMs) ? undefined : lastMs;
  }

  /** For so long, since the latest frame, nothing could come: that is no part of the gap. */
  stood(ms: number): void {
    this.#look();
    this.#stoodMs += ms;
  }

  #look(): void {
    for (const atMs of this.#noted.subarray(0, this.#notedCount)) {
      if (!Number.isNaN(this.#beforeMs)) this.note(atMs - this.#beforeMs - this.#stoodMs);
      this.#stoodMs = 0;
      this.#beforeMs = atMs;
    }
    this.#notedCount = 0;
  }

  note(gapMs: number): void {
    if (gapMs > this.#maxMs) this.#maxMs = gapMs;
    this.#count++;
    const bucket = bucketOf(gapMs);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
  }

  /** Of the gaps. */
  get count(): number {
    this.#look();
    return this.#count;
  }

  get maxMs(): number | undefined {
    this.#look();
    return this.#count === 0 ? undefined : this.#maxMs;
  }

  /** The upper edge of the bucket that the fraction (0 to 1) falls in, nearest rank, never above the longest. */
  percentileMs(fraction: number): number | undefined {
    this.#look();
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(fraction * this.#count));
    let seen = 0;
    // The last bucket has no upper edge.
    for (let bucket = 0; bucket < bucketCount - 1; bucket++) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= rank) return Math.min(this.#maxMs, smallestMs * 2 ** (bucket / bucketsPerDoubling));
    }
    return this.#maxMs;
  }
}

function bucketOf(gapMs: number): number {
  if (gapMs <= smallestMs) return 0;
  return Math.min(bucketCount - 1, Math.ceil(Math.log2(gapMs / smallestMs) * bucketsPerDoubling));
}
