import { SpeechError } from '../errors.ts';
import { replicatesFor } from '../metrics/bootstrap.ts';
import { compareRuns } from '../metrics/effect.ts';
import { counts, type Raw } from './assemble.ts';
import type { Comparison, RunRow } from './document.ts';

/** A result that is compared, with what it is called. */
export interface Named {
  readonly name: string;
  readonly document: Raw;
}

/**
 * The other against the base: series of the same target and length, or the only one of each. They are paired by prompt
 * where both were given the same ones. Throws E_USAGE where there is nothing to compare.
 */
export function compareDocuments(base: Named, other: Named): Comparison[] {
  if (base.document.kind !== other.document.kind) {
    const [one, two] = [base.document.kind, other.document.kind];
    throw new SpeechError('E_USAGE', `a bench of ${one} is not compared with one of ${two}`);
  }
  const [bases, others] = [seriesIn(base.document), seriesIn(other.document)];
  const single = bases.size === 1 && others.size === 1;
  const pairs = [...bases.keys()].map((id) => [id, single ? [...others.keys()][0] : id]);
  // Ids of prompts say the same only where the texts do.
  const same = base.document.prompts.hash === other.document.prompts.hash;
  const comparisons = pairs.flatMap(([one, two]): Comparison[] => {
    const [from, to] = [bases.get(one ?? ''), others.get(two ?? '')];
    if (!from || !to) return [];
    const unpaired = to.map((row) => ({ ...row, prompt: `${row.prompt} (other)` }));
    const { seed } = base.document.plan;
    const figures = compareRuns(from, same ? to : unpaired, {
      seed,
      replicates: replicatesFor(from.length + to.length),
    });
    return [{ base: `${one} (${base.name})`, other: `${two} (${other.name})`, figures }];
  });
  if (comparisons.length > 0) return comparisons;
  throw new SpeechError('E_USAGE', `${base.name} and ${other.name} have no series in common`, {
    todo: 'compare results of the same targets, or of one target each',
  });
}

/** Those runs that count, by series. */
function seriesIn({ rows }: Raw): Map<string, RunRow[]> {
  const found = new Map<string, RunRow[]>();
  for (const row of rows) {
    if (!counts(row)) continue;
    const own = found.get(row.series);
    if (own) own.push(row);
    else found.set(row.series, [row]);
  }
  return found;
}
