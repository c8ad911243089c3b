import type { Boundary } from '../speech/span.ts';

const rank: Record<Boundary, number> = { piece: 0, clause: 1, sentence: 2, paragraph: 3, end: 4 };

/**
 * Text that no flush covers is bounded, or a paragraph of a megabyte would be held whole by both sides: past the
 * first figure (characters) the next sentence end flushes, past the second any boundary does.
 */
const softChars = 1500;
const hardChars = 3000;

export function endsSentence(ends: Boundary): boolean {
  return rank[ends] >= rank.sentence;
}

/** Decides after which pieces of a turn's text the service is asked to flush. One a turn. */
export class FlushPolicy {
  readonly #least: number | undefined;
  #unflushedChars = 0;
  #started = false;

  /** `at` is the finest boundary that flushes; undefined for a service that cuts sentences itself. */
  constructor(at: Boundary | undefined) {
    this.#least = at === undefined ? undefined : rank[at];
  }

  /**
   * Says whether a flush follows, when so many characters have gone out and a boundary of this kind is reached.
   * `thinChars`: flushes are scarce, and all but a turn's first, which a listener waits for, should cover so much text,
   * wherever paragraphs end.
   */
  after(sentChars: number, ends: Boundary, thinChars = 0): boolean {
    this.#unflushedChars += sentChars;
    if (this.#least === undefined || this.#unflushedChars === 0) return false;
    const worthOne = !this.#started || this.#unflushedChars >= thinChars || ends === 'end';
    return (
      (rank[ends] >= this.#least && worthOne) ||
      (this.#unflushedChars >= softChars && endsSentence(ends)) ||
      this.#unflushedChars >= hardChars
    );
  }

  /** A flush went out. */
  flushed(): void {
    this.#started = true;
    this.#unflushedChars = 0;
  }

  get unflushedChars(): number {
    return this.#unflushedChars;
  }
}
