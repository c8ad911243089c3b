import type { Column, PromptedFigures } from './columns.ts';
import type { Interval } from './figure-stats.ts';
import { quantile, weightedQuantiles } from './quantile.ts';
import { Random } from './random.ts';

/** How runs are resampled. docs/statistics.md says what it is for. */
export interface Resampling {
  readonly seed: number;
  readonly replicates: number;
}

/** Below so many values an interval would only look like knowledge: resampling cannot draw what never came. */
export const fewestForInterval = 5;

const mostReplicates = 2_000;
const fewestReplicates = 200;
/** Draws of a run in all: what keeps a million figures within a second or two. */
const drawsInAll = 10_000_000;

/** How many replicates are made of so many runs, those of all series together: 2000 up to 5000 runs, 200 from 50,000. */
export function replicatesFor(runs: number): number {
  return Math.max(fewestReplicates, Math.min(mostReplicates, Math.floor(drawsInAll / Math.max(1, runs))));
}

/** The prompts that runs were made with, each once, in an order that does not depend on when they were made. */
export function promptsOf(runs: readonly PromptedFigures[]): string[] {
  return [...new Set(runs.map((run) => run.prompt))].sort();
}

/** A figure of which replicates are wanted: always of its mean, and of these percentiles, lowest first. */
export interface WantedReplicates {
  readonly column: Column;
  readonly percents: readonly number[];
}

/** What each replicate gave; NaN where it drew no run that has the figure. */
export interface Replicates {
  readonly mean: Float64Array;
  readonly percents: readonly Float64Array[];
}

/** Where the random numbers come from. The same prompts and the same stream of them: the same draw of prompts. */
export interface Streams {
  readonly prompts: number;
  readonly runs: number;
}

/**
 * Resamples runs on two levels: as many prompts as there are, with replacement, and for each time that one was drawn as
 * many of its runs as it has, with replacement. All figures of a replicate see the same draw. `prompts` may hold some
 * that these runs were not made with (`promptsOf` of another set): such a one, when drawn, adds nothing.
 */
export function replicate(
  runs: readonly PromptedFigures[],
  wanted: readonly WantedReplicates[],
  prompts: readonly string[],
  { seed, replicates }: Resampling,
  streams: Streams,
): Replicates[] {
  const groups = groupByPrompt(runs, prompts);
  const promptNumbers = Random.seeded(seed, streams.prompts);
  const runNumbers = Random.seeded(seed, streams.runs);
  const times = new Uint32Array(prompts.length);
  const weights = new Uint32Array(runs.length);
  const inOrder = new Uint32Array(runs.length);
  const results = wanted.map(({ percents }) => ({
    mean: new Float64Array(replicates),
    percents: percents.map(() => new Float64Array(replicates)),
    walked: new Float64Array(percents.length),
  }));
  for (let at = 0; at < replicates; at++) {
    drawPrompts(promptNumbers, times);
    drawRuns(runNumbers, groups, times, weights);
    for (const [index, { column, percents }] of wanted.entries()) {
      const result = results[index];
      if (!result) continue;
      const { total, mean } = weigh(column, weights, inOrder);
      result.mean[at] = mean;
      if (total > 0) weightedQuantiles(column.sorted, inOrder, total, percents, result.walked);
      else result.walked.fill(Number.NaN);
      for (const [slot, value] of result.walked.entries()) {
        const values = result.percents[slot];
        if (values) values[at] = value;
      }
    }
  }
  return results;
}

/** Indices of runs, those of one prompt side by side: prompt p has those from starts[p] to before starts[p + 1]. */
interface Groups {
  readonly rows: Uint32Array;
  readonly starts: Uint32Array;
}

function groupByPrompt(runs: readonly PromptedFigures[], prompts: readonly string[]): Groups {
  const members = new Map<string, number[]>(prompts.map((prompt) => [prompt, []]));
  for (const [at, run] of runs.entries()) members.get(run.prompt)?.push(at);
  const starts = new Uint32Array(prompts.length + 1);
  for (const [at, prompt] of prompts.entries()) starts[at + 1] = (starts[at] ?? 0) + (members.get(prompt)?.length ?? 0);
  return { rows: Uint32Array.from(prompts.flatMap((prompt) => members.get(prompt) ?? [])), starts };
}

function drawPrompts(random: Random, times: Uint32Array): void {
  times.fill(0);
  for (let draws = times.length; draws > 0; draws--) {
    const prompt = random.below(times.length);
    times[prompt] = (times[prompt] ?? 0) + 1;
  }
}

function drawRuns(random: Random, { rows, starts }: Groups, times: Uint32Array, weights: Uint32Array): void {
  weights.fill(0);
  for (let prompt = 0; prompt < times.length; prompt++) {
    const start = starts[prompt] ?? 0;
    const size = (starts[prompt + 1] ?? 0) - start;
    for (let draws = size * (times[prompt] ?? 0); draws > 0; draws--) {
      const row = rows[start + random.below(size)] ?? 0;
      weights[row] = (weights[row] ?? 0) + 1;
    }
  }
}

/** Lays a replicate's weights out in the order of a column's values, and takes its mean (NaN of nothing) on the way. */
function weigh({ sorted, rows, shares }: Column, weights: Uint32Array, inOrder: Uint32Array) {
  let total = 0;
  let sum = 0;
  for (let at = 0; at < rows.length; at++) {
    const weight = weights[rows[at] ?? 0] ?? 0;
    inOrder[at] = weight;
    total += weight;
    sum += weight * (sorted[at] ?? 0);
  }
  return { total, mean: shares ? pooledMean(sorted, shares, inOrder) : sum / total };
}

function pooledMean(sorted: Float64Array, shares: Float64Array, inOrder: Uint32Array): number {
  let base = 0;
  let sum = 0;
  for (let at = 0; at < sorted.length; at++) {
    const share = (inOrder[at] ?? 0) * (shares[at] ?? 0);
    base += share;
    sum += share * (sorted[at] ?? 0);
  }
  return sum / base;
}

/** The middle 95 % of what the replicates gave; undefined where none gave anything. */
export function intervalOf(values: Float64Array): Interval | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length === 0 ? undefined : { low: quantile(sorted, 2.5), high: quantile(sorted, 97.5) };
}
