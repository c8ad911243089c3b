import { type FigureName, figures } from '../../../src/metrics/figures.ts';
import { nearestRank, type Truth } from './truth.ts';

/** Of one run: what was said, and what was so. */
export interface Pair {
  readonly measured: Truth;
  readonly truth: Truth;
}

/** How far a percentile may be from the truth's: so many ms or such a share of it, whichever is larger. */
const bars = [
  { name: 'median', fraction: 0.5, ms: 2, share: 0.02 },
  { name: 'p95', fraction: 0.95, ms: 5, share: 0.05 },
] as const;

/** What is further from the truth than the bars allow, in words; nothing, where all is well. */
export function apart(pairs: readonly Pair[], names: readonly FigureName[]): string[] {
  return names.flatMap((name) =>
    bars.flatMap((bar) => {
      const [said, wanted] = [values(pairs, 'measured', name), values(pairs, 'truth', name)].map((list) =>
        nearestRank(list, bar.fraction),
      );
      if (said === undefined || wanted === undefined) return [];
      const allowed = Math.max(figures[name].unit === 'ms' ? bar.ms : 0, bar.share * wanted);
      const within = Math.abs(said - wanted) <= allowed;
      return within ? [] : [`${bar.name} of ${name}: ${said} was ${wanted} (within ${allowed}, ${pairs.length} runs)`];
    }),
  );
}

function values(pairs: readonly Pair[], side: keyof Pair, name: FigureName): number[] {
  return pairs.map((pair) => {
    const value = pair[side][name];
    if (value === undefined) throw new Error(`a run has no ${name} (${side})`);
    return value;
  });
}
