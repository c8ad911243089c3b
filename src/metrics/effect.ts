import {
  fewestForInterval,
  intervalOf,
  promptsOf,
  type Replicates,
  replicate,
  replicatesFor,
  type Streams,
  type WantedReplicates,
} from './bootstrap.ts';
import { type Column, columnsOf, isPooled, meanOf, type PromptedFigures } from './columns.ts';
import type { Interval } from './figure-stats.ts';
import { type Figure, type FigureName, figures } from './figures.ts';
import { percentiles, quantile, samplesWanted } from './quantile.ts';

/** Of `other` against `base`. There is no "equal": an interval that holds 0 says only that nothing was shown. */
export type Verdict = 'faster' | 'slower' | 'better' | 'worse' | 'inconclusive';

export interface FigureComparison {
  readonly figure: FigureName;
  readonly statistic: 'p50' | 'mean';
  readonly base: number;
  readonly other: number;
  /** `other − base`, with its 95 % interval. */
  readonly effect: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: Verdict;
  /** Whether the same prompts were given to both. */
  readonly paired: boolean;
}

/**
 * Compares two sets of runs by each figure that both have and that has a good direction; with fewer than five values
 * on one side the verdict is `inconclusive`, whatever the interval. `replicates` is by default
 * that of the runs of both. With the same seed the draws of `base` are the same whatever it is compared with, if the
 * prompts are.
 */
export function compareRuns(
  base: readonly PromptedFigures[],
  other: readonly PromptedFigures[],
  { seed, replicates = replicatesFor(base.length + other.length) }: { seed: number; replicates?: number },
): FigureComparison[] {
  const pairs = pairsOf(columnsOf(base), columnsOf(other));
  const prompts = pairing(promptsOf(base), promptsOf(other));
  const drawn = (runs: readonly PromptedFigures[], side: 'base' | 'other') => {
    const wanted = pairs.map((pair): WantedReplicates => {
      return { column: pair[side], percents: pair.statistic === 'p50' ? [percentiles.p50] : [] };
    });
    return replicate(runs, wanted, prompts[side], { seed, replicates }, prompts.streams[side]);
  };
  const [baseDrawn, otherDrawn] = [drawn(base, 'base'), drawn(other, 'other')];
  return pairs.flatMap((pair, at) => {
    const interval = difference(pair, baseDrawn[at], otherDrawn[at]);
    return interval ? [comparison(pair, interval, prompts.paired)] : [];
  });
}

interface Pair {
  readonly name: FigureName;
  readonly statistic: 'p50' | 'mean';
  readonly base: Column;
  readonly other: Column;
}

function pairsOf(base: readonly Column[], other: readonly Column[]): Pair[] {
  return base.flatMap((column) => {
    const counterpart = other.find(({ name }) => name === column.name);
    if (!counterpart || directionOf(column.name) === undefined) return [];
    return [{ name: column.name, statistic: statisticFor(column, counterpart), base: column, other: counterpart }];
  });
}

function directionOf(name: FigureName): Figure['better'] {
  const figure: Figure = figures[name];
  return figure.better;
}

/** The median where both support one. The mean of a pooled rate, and of a count: the median of most counts is 0. */
function statisticFor(base: Column, other: Column): 'p50' | 'mean' {
  if (isPooled(base.name) || figures[base.name].unit === 'count') return 'mean';
  const fewest = Math.min(base.sorted.length, other.sorted.length);
  return fewest >= samplesWanted(percentiles.p50) ? 'p50' : 'mean';
}

/**
 * Where most prompts were given to both, a replicate draws from all of them, once for both: a hard prompt that comes
 * thrice comes thrice to each. Otherwise each draws from its own.
 */
function pairing(base: readonly string[], other: readonly string[]) {
  const all = [...new Set([...base, ...other])].sort();
  const common = base.length + other.length - all.length;
  const paired = common > all.length / 2;
  const streams: Record<'base' | 'other', Streams> = {
    base: { prompts: 0, runs: 1 },
    other: { prompts: paired ? 0 : 3, runs: 2 },
  };
  return { paired, base: paired ? all : base, other: paired ? all : other, streams };
}

/** The interval of `other − base`, replicate by replicate; undefined where none drew runs of both. */
function difference({ statistic }: Pair, base?: Replicates, other?: Replicates): Interval | undefined {
  const values = (drawn?: Replicates) => (statistic === 'p50' ? drawn?.percents[0] : drawn?.mean);
  const [from, to] = [values(base), values(other)];
  return from && to && intervalOf(to.map((value, at) => value - (from[at] ?? Number.NaN)));
}

function comparison(pair: Pair, interval: Interval, paired: boolean): FigureComparison {
  const { name, statistic } = pair;
  const value = (column: Column) => (statistic === 'p50' ? quantile(column.sorted, percentiles.p50) : meanOf(column));
  const [base, other] = [value(pair.base), value(pair.other)];
  const fewest = Math.min(pair.base.sorted.length, pair.other.sorted.length);
  const verdict = fewest < fewestForInterval ? 'inconclusive' : verdictOf(name, interval);
  return { figure: name, statistic, base, other, effect: other - base, ...interval, verdict, paired };
}

function verdictOf(name: FigureName, { low, high }: Interval): Verdict {
  if (low <= 0 && high >= 0) return 'inconclusive';
  const isGood = (directionOf(name) === 'lower') === high < 0;
  if (figures[name].unit === 'ms') return isGood ? 'faster' : 'slower';
  return isGood ? 'better' : 'worse';
}
