/** Twelve buckets a doubling, from 0.01 ms to five minutes: a percentile is at most 6 % too high, in fixed memory. */
const bucketsPerDoubling = 12;
const smallestMs = 0.01;
const bucketCount = 300;

/** The gaps between frames that follow one another: count, longest, and percentiles from a fixed histogram. */
export class GapMeter {
  #lastMs: number | undefined;
  #count = 0;
  #maxMs = 0;
  readonly #buckets = new Uint32Array(bucketCount);

  arrived(atMs: number): void {
    if (this.#lastMs !== undefined) {
      const gapMs = atMs - this.#lastMs;
      if (gapMs > this.#maxMs) this.#maxMs = gapMs;
      this.#count++;
      const bucket = bucketOf(gapMs);
      this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    }
    this.#lastMs = atMs;
  }

  get maxMs(): number | undefined {
    return this.#count === 0 ? undefined : this.#maxMs;
  }

  /** The upper edge of the bucket that the fraction (0 to 1) falls in, nearest rank, never above the longest. */
  percentileMs(fraction: number): number | undefined {
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
