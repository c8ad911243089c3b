/** Instants that are remembered, in pieces of audio: longer than any service takes to answer. Room grows up to twice that. */
const keptPieces = 10_000;
const firstRoom = 500;

/**
 * Ties the samples of a stream to the instants at which they were sent: a sample's is that of the piece that held it.
 * Where a recorder delivers in blocks, that is later than it was spoken, by up to a block.
 */
export class MediaClock {
  /** Of each piece. */
  #endSamples = new Float64Array(firstRoom);
  #atMs = new Float64Array(firstRoom);
  #pieces = 0;
  /** What was sent before this sample is forgotten. */
  #fromSample = 0;

  /** The samples up to this one (exclusive) have been sent by now, clock ms. */
  sent(endSample: number, atMs: number): void {
    if (this.#pieces === 2 * keptPieces) this.#forget();
    else if (this.#pieces === this.#atMs.length) this.#makeRoom();
    this.#endSamples[this.#pieces] = endSample;
    this.#atMs[this.#pieces] = atMs;
    this.#pieces++;
  }

  #makeRoom(): void {
    const room = Math.min(2 * keptPieces, 2 * this.#pieces);
    this.#endSamples = grown(this.#endSamples, room);
    this.#atMs = grown(this.#atMs, room);
  }

  #forget(): void {
    this.#fromSample = this.#endSamples[keptPieces - 1] ?? 0;
    this.#endSamples.copyWithin(0, keptPieces);
    this.#atMs.copyWithin(0, keptPieces);
    this.#pieces = keptPieces;
  }

  /** When this sample was sent; undefined where it was not, or too long ago. */
  sentAt(sample: number): number | undefined {
    if (sample < this.#fromSample) return undefined;
    let low = 0;
    let high = this.#pieces;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#endSamples[middle] ?? 0) <= sample) low = middle + 1;
      else high = middle;
    }
    return low < this.#pieces ? this.#atMs[low] : undefined;
  }

  /** When everything before this sample had been sent. */
  sentBefore(sample: number): number | undefined {
    return this.sentAt(sample - 1);
  }
}

function grown(values: Float64Array<ArrayBuffer>, room: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(room);
  larger.set(values);
  return larger;
}
