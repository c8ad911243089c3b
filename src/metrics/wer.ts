import { normalise, normaliser } from './normaliser.ts';

/** How a transcript differs from its reference, in words. See docs/metrics.md, "Word error rate". */
export interface WordErrors {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** Of the reference. */
  readonly words: number;
  /** Errors a word of the reference; above 1 where much was made up. Left out where the reference has no words. */
  readonly wer?: number;
  /** The name and version of the rules that made words of both texts. Figures of two versions are never compared. */
  readonly normaliser: string;
  readonly normaliserVersion: number;
}

/** Compares two texts. */
export function wordErrors(reference: string, hypothesis: string): WordErrors {
  const wanted = normalise(reference);
  return withRate({ ...countErrors(wanted, normalise(hypothesis)), words: wanted.length });
}

/** The errors of several files as of one: added, never averaged. */
export function pooledErrors(all: readonly WordErrors[]): WordErrors {
  const sum = (name: 'substitutions' | 'deletions' | 'insertions' | 'words') =>
    all.reduce((total, errors) => total + errors[name], 0);
  return withRate({
    substitutions: sum('substitutions'),
    deletions: sum('deletions'),
    insertions: sum('insertions'),
    words: sum('words'),
  });
}

type Counts = Pick<WordErrors, 'substitutions' | 'deletions' | 'insertions'>;

function withRate(counts: Counts & { words: number }): WordErrors {
  const { substitutions, deletions, insertions, words } = counts;
  return {
    ...counts,
    ...(words > 0 && { wer: (substitutions + deletions + insertions) / words }),
    normaliser: normaliser.name,
    normaliserVersion: normaliser.version,
  };
}

/** An error's cost; what is below it counts substitutions. A double holds both for any text that fits in memory. */
const errorCost = 2 ** 26;

/**
 * Aligns two lists of words with the fewest errors; of several such alignments, one with the fewest substitutions,
 * which is the one with the most words right. One row is kept: errors and substitutions are one number, and the
 * lengths of the lists tell deletions from insertions.
 */
export function countErrors(reference: readonly string[], hypothesis: readonly string[]): Counts {
  const numbers = new Map<string, number>();
  const numbered = (words: readonly string[]) =>
    Int32Array.from(words, (word) => numbers.get(word) ?? numbers.set(word, numbers.size).size - 1);
  const total = leastCost(numbered(reference), numbered(hypothesis));
  const errors = Math.floor(total / errorCost);
  const substitutions = total % errorCost;
  const surplus = hypothesis.length - reference.length;
  const deletions = (errors - substitutions - surplus) / 2;
  return { substitutions, deletions, insertions: deletions + surplus };
}

function leastCost(reference: Int32Array, hypothesis: Int32Array): number {
  const row = Float64Array.from({ length: hypothesis.length + 1 }, (_, j) => j * errorCost);
  for (let i = 0; i < reference.length; i++) {
    const word = reference[i];
    let diagonal = row[0] ?? 0;
    let left = (i + 1) * errorCost;
    row[0] = left;
    for (let j = 0; j < hypothesis.length; j++) {
      const above = row[j + 1] ?? 0;
      const through = hypothesis[j] === word ? diagonal : diagonal + errorCost + 1;
      const around = (above < left ? above : left) + errorCost;
      left = through < around ? through : around;
      row[j + 1] = left;
      diagonal = above;
    }
  }
  return row[hypothesis.length] ?? 0;
}
