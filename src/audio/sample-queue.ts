/** 16-bit samples, first in, first out. */
export class SampleQueue {
  #pieces: Int16Array[] = [];
  /** Pieces and samples of the first piece that are gone already: taking one never moves the others. */
  #firstPiece = 0;
  #firstSample = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Keeps the array itself. */
  push(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.#pieces.push(samples);
    this.#length += samples.length;
  }

  /** Moves as many samples as there are, and as fit, into `into`; returns how many. */
  read(into: Int16Array): number {
    let count = 0;
    while (count < into.length && this.#length > 0) count += this.#readPiece(into.subarray(count));
    return count;
  }

  clear(): void {
    this.#pieces = [];
    this.#firstPiece = 0;
    this.#firstSample = 0;
    this.#length = 0;
  }

  #readPiece(into: Int16Array): number {
    const piece = this.#pieces[this.#firstPiece] ?? new Int16Array();
    const part = piece.subarray(this.#firstSample, this.#firstSample + into.length);
    into.set(part);
    this.#length -= part.length;
    this.#firstSample += part.length;
    if (this.#firstSample === piece.length) this.#nextPiece();
    return part.length;
  }

  #nextPiece(): void {
    this.#firstSample = 0;
    this.#firstPiece++;
    // Half of the list is gone: a copy of the rest now costs, over time, one step a piece.
    if (this.#firstPiece * 2 < this.#pieces.length) return;
    this.#pieces = this.#pieces.slice(this.#firstPiece);
    this.#firstPiece = 0;
  }
}
