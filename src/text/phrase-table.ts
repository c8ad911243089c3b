import { type Symbols, symbolsOf } from './symbols.ts';

interface Phrase {
  readonly codes: readonly number[];
  /** Its place in the order of preference. */
  readonly rank: number;
}

/** The phrases in [from, to) of the sorted ones. */
interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Found {
  readonly phrase: number;
  /** The symbol behind it. */
  readonly end: number;
}

/**
 * Many phrases, looked for at once. They are sorted, so that those which go on like a text are neighbours, and fewer
 * with each symbol that is read: what a place in a text costs is bounded by the longest phrase, whoever wrote the
 * phrases and the text, and where no phrase begins it is one look into a map. A regular expression with an alternative
 * for each tries all of them at every place, and reads a run of blanks again from each of its blanks.
 */
export class PhraseTable {
  readonly #sorted: readonly Phrase[];
  readonly #byFirst = new Map<number, Range>();

  /** Where several phrases fit, the one that is earliest in this list is found. */
  constructor(phrases: readonly string[]) {
    const all = phrases.map((phrase, rank): Phrase => ({ codes: symbolsOf(phrase).codes, rank }));
    all.sort((a, b) => compared(a.codes, b.codes) || a.rank - b.rank);
    this.#sorted = all.filter(({ codes }, i) => codes.length > 0 && compared(codes, all[i - 1]?.codes ?? []) !== 0);
    for (const [from, { codes }] of this.#sorted.entries()) {
      const first = codes[0] ?? 0;
      this.#byFirst.set(first, { from: this.#byFirst.get(first)?.from ?? from, to: from + 1 });
    }
  }

  /** The phrase that begins right at a symbol and ends where a word may. */
  at(symbols: Symbols, begin: number): Found | undefined {
    let range = this.#byFirst.get(symbols.codes[begin] ?? 0);
    if (!range || !symbols.edgeBefore(begin)) return undefined;
    let found: Found | undefined;
    for (let end = begin + 1; range; end++) {
      const whole = this.#wholeOf(range, end - begin);
      if (whole && whole.rank < (found?.phrase ?? Infinity) && symbols.edgeBefore(end)) {
        found = { phrase: whole.rank, end };
      }
      const code = symbols.codes[end];
      range = code === undefined ? undefined : this.narrowed(range, end - begin, code);
    }
    return found;
  }

  /** The phrase of the range that has only so many symbols: a shorter one stands before those that go on from it. */
  #wholeOf({ from }: Range, length: number): Phrase | undefined {
    const first = this.#sorted[from];
    return first?.codes.length === length ? first : undefined;
  }

  /** Those of the range, alike up to the symbol `at`, that have this code there. */
  narrowed(range: Range, at: number, code: number): Range | undefined {
    const from = this.#firstNotBelow(range, at, code);
    const to = this.#firstNotBelow({ from, to: range.to }, at, code + 1);
    return from < to ? { from, to } : undefined;
  }

  #firstNotBelow({ from, to }: Range, at: number, code: number): number {
    // Most often the symbol is that of all: then both ends of the range say so.
    if (from === to || this.#code(from, at) >= code) return from;
    if (this.#code(to - 1, at) < code) return to;
    let below = from;
    let notBelow = to - 1;
    while (notBelow - below > 1) {
      const middle = (below + notBelow) >> 1;
      if (this.#code(middle, at) < code) below = middle;
      else notBelow = middle;
    }
    return notBelow;
  }

  /** A phrase that has ended is before all others. */
  #code(index: number, at: number): number {
    return this.#sorted[index]?.codes[at] ?? -1;
  }
}

function compared(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
