import {
  fewestForInterval,
  intervalOf,
  promptsOf,
  type Replicates,
  type Resampling,
  replicate,
  replicatesFor,
} from './bootstrap.ts';
import { type Column, columnsOf, meanOf, type PromptedFigures } from './columns.ts';
import type { FigureStats, Interval } from './figure-stats.ts';
import type { FigureName } from './figures.ts';
import { type PercentileName, percentileNames, percentiles, quantile, samplesWanted } from './quantile.ts';

export type Summary = { readonly [Name in FigureName]?: FigureStats };

/**
 * Sums up the runs of a series, figure by figure. `replicates` is by default that of these runs alone; where several
 * series are summed up, `replicatesFor` all their runs.
 */
export function summarise(
  runs: readonly PromptedFigures[],
  { seed, replicates = replicatesFor(runs.length) }: { seed: number; replicates?: number },
): Summary {
  const columns = columnsOf(runs);
  const intervals = intervalsOf(runs, columns, { seed, replicates });
  const stats: { [Name in FigureName]?: FigureStats } = {};
  for (const column of columns) stats[column.name] = statsOf(column, intervals.get(column));
  return stats;
}

/** Those that enough samples support, lowest first. */
function supported({ sorted }: Column): PercentileName[] {
  return percentileNames.filter((name) => sorted.length >= samplesWanted(percentiles[name]));
}

function intervalsOf(runs: readonly PromptedFigures[], columns: readonly Column[], resampling: Resampling) {
  const wanted = columns
    .filter(({ sorted }) => sorted.length >= fewestForInterval)
    .map((column) => ({ column, percents: supported(column).map((name) => percentiles[name]) }));
  const results = replicate(runs, wanted, promptsOf(runs), resampling, { prompts: 0, runs: 1 });
  return new Map(wanted.map(({ column }, at) => [column, results[at]]));
}

function statsOf(column: Column, replicates: Replicates | undefined): FigureStats {
  const { sorted } = column;
  const names = supported(column);
  const sd = deviation(sorted);
  return {
    count: sorted.length,
    mean: meanOf(column),
    ...(sd !== undefined && { sd }),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    ...Object.fromEntries(names.map((name) => [name, quantile(sorted, percentiles[name])])),
    ...(replicates && { ci: intervalsIn(replicates, names) }),
  };
}

function intervalsIn({ mean, percents }: Replicates, names: readonly PercentileName[]): FigureStats['ci'] {
  const found: { [Name in 'mean' | PercentileName]?: Interval } = {};
  const keep = (name: 'mean' | PercentileName, values: Float64Array | undefined) => {
    const interval = values && intervalOf(values);
    if (interval) found[name] = interval;
  };
  keep('mean', mean);
  for (const [at, name] of names.entries()) keep(name, percents[at]);
  return found;
}

/** Of a sample (n − 1); undefined of a single value. Of the values as they stand, pooled or not. */
function deviation(values: Float64Array): number | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
