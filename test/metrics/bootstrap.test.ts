import { describe, expect, it } from 'vitest';
import { intervalOf, promptsOf, replicate, replicatesFor } from '../../src/metrics/bootstrap.ts';
import { columnsOf, type PromptedFigures } from '../../src/metrics/columns.ts';
import { drawRuns, shareOf, type World } from '../support/drawn-runs.ts';

const streams = { prompts: 0, runs: 1 };

/** Replicates of every figure of the runs, with the median where it is asked for. */
function replicated(
  runs: readonly PromptedFigures[],
  { seed = 1, replicates = 300, percents = [50], prompts = promptsOf(runs), from = streams } = {},
) {
  const wanted = columnsOf(runs).map((column) => ({ column, percents }));
  return replicate(runs, wanted, prompts, { seed, replicates }, from);
}

function intervals(runs: readonly PromptedFigures[], seed: number) {
  const [found] = replicated(runs, { seed, replicates: 300 });
  return { mean: found && intervalOf(found.mean), p50: found?.percents[0] && intervalOf(found.percents[0]) };
}

const has = (interval: { low: number; high: number } | undefined, value: number) =>
  interval !== undefined && interval.low <= value && value <= interval.high;
const widthOf = (interval: { low: number; high: number } | undefined) =>
  interval ? interval.high - interval.low : Number.NaN;
/** As if every run had a prompt of its own: the bootstrap that knows of no prompts. */
const naive = (runs: readonly PromptedFigures[]) => runs.map((run, at) => ({ ...run, prompt: `run${at}` }));

describe('replicatesFor', () => {
  it('falls as runs grow, and never below 200', () => {
    expect([0, 20, 5_000, 10_000, 50_000, 1_000_000].map(replicatesFor)).toEqual([2000, 2000, 2000, 1000, 200, 200]);
  });
});

describe('replicate', () => {
  it('gives the same for the same seed, and something else for another', () => {
    const runs = drawRuns({ prompts: 6, runsEach: 3, promptSd: 20, runSd: 10 }, 1);
    expect(replicated(runs, { seed: 4 })).toEqual(replicated(runs, { seed: 4 }));
    expect(replicated(runs, { seed: 4 })).not.toEqual(replicated(runs, { seed: 5 }));
    // In whatever order the prompts' runs were mixed: only the order within a prompt matters.
    const mixed = [0, 1, 2].flatMap((at) => runs.filter((_, index) => index % 3 === at).reverse());
    expect(replicated(mixed, { seed: 4 })[0]?.percents).toEqual(replicated(runs, { seed: 4 })[0]?.percents);
  });

  it('draws prompts first: a replicate knows only values of the prompts that it drew, each as a block', () => {
    // Two prompts, all runs of each the same: a mean is 0, 50 or 100, once in 4, 2 and 4.
    const runs = [0, 0, 0, 0, 100, 100, 100, 100].map((ttfaMs) => ({ prompt: `p${ttfaMs}`, ttfaMs }));
    const means = [...(replicated(runs, { replicates: 4000 })[0]?.mean ?? [])];
    expect([...new Set(means)].sort((one, other) => one - other)).toEqual([0, 50, 100]);
    expect(means.filter((mean) => mean === 50).length / 4000).toBeCloseTo(0.5, 1);
    // Without prompts there is everything in between.
    expect(new Set(replicated(naive(runs), { replicates: 4000 })[0]?.mean).size).toBeGreaterThan(5);
  });

  it('then draws runs within them, with replacement', () => {
    const runs = [1, 2, 3].map((ttfaMs) => ({ prompt: 'only', ttfaMs }));
    const sums = [...(replicated(runs, { replicates: 2700 })[0]?.mean ?? [])].map((mean) => Math.round(mean * 3));
    // Of 27 equal draws 1 has the sum 3, and 7 the sum 6.
    expect(sums.filter((sum) => sum === 3).length).toBeGreaterThan(60);
    expect(sums.filter((sum) => sum === 3).length).toBeLessThan(140);
    expect(sums.filter((sum) => sum === 6).length).toBeGreaterThan(600);
    expect(sums.filter((sum) => sum === 6).length).toBeLessThan(800);
  });

  it('gives all figures the same draw', () => {
    const runs = drawRuns({ prompts: 5, runsEach: 4, promptSd: 20, runSd: 10 }, 3);
    const twice = runs.map(({ ttfaMs = 0, ...run }) => ({ ...run, ttfbMs: ttfaMs * 2, ttfaMs }));
    const [ttfb, ttfa] = replicated(twice);
    expect(ttfb?.percents[0]).toEqual(ttfa?.percents[0]?.map((value) => value * 2));
    expect([...(ttfb?.mean ?? [])].map((mean, at) => mean / (ttfa?.mean[at] ?? 0)).every(isAbout2)).toBe(true);
  });

  it('skips runs that do not have a figure, and says NaN where none was drawn that has it', () => {
    const runs = [
      { prompt: 'a', ttfaMs: 7 },
      { prompt: 'b', rtf: 3 },
    ];
    const [ttfa, rtf] = replicated(runs, { replicates: 400 });
    expect(new Set(ttfa?.mean)).toEqual(new Set([7, Number.NaN]));
    expect(new Set(rtf?.percents[0])).toEqual(new Set([3, Number.NaN]));
    // With two prompts one of the two is missing in a quarter of the draws.
    const missing = [...(ttfa?.mean ?? [])].filter(Number.isNaN).length;
    expect(missing / 400).toBeGreaterThan(0.15);
    expect(missing / 400).toBeLessThan(0.35);
    expect(ttfa && intervalOf(ttfa.mean)).toEqual({ low: 7, high: 7 });
    expect(intervalOf(Float64Array.of(Number.NaN))).toBeUndefined();
  });

  it('pools a word error rate within every replicate', () => {
    const runs = [
      { prompt: 'a', wer: 1, referenceWords: 1 },
      { prompt: 'b', wer: 0, referenceWords: 9 },
    ];
    // Both drawn: one error in ten words, not a mean of 0.5.
    expect(new Set(replicated(runs)[0]?.mean)).toEqual(new Set([0, 0.1, 1]));
  });

  it('draws the same prompts for two sets, if the stream is the same', () => {
    const prompts = ['a', 'b', 'c', 'd'];
    const one = prompts.map((prompt, at) => ({ prompt, ttfaMs: at }));
    const other = prompts.map((prompt, at) => ({ prompt, ttfaMs: at + 100 }));
    const of = (runs: PromptedFigures[], from: typeof streams) => [...(replicated(runs, { from })[0]?.mean ?? [])];
    const base = of(one, { prompts: 0, runs: 1 });
    expect(of(other, { prompts: 0, runs: 2 })).toEqual(base.map((mean) => mean + 100));
    expect(of(other, { prompts: 3, runs: 2 })).not.toEqual(base.map((mean) => mean + 100));
  });
});

function isAbout2(value: number): boolean {
  return Math.abs(value - 2) < 1e-9;
}

describe('a 95 % interval', () => {
  it('holds the true median, and the true mean, about 95 times in 100', () => {
    const world: World = { prompts: 40, runsEach: 1, promptSd: 0, runSd: 40 };
    // Of 400 data sets, 95 % are within 2.2 points of the truth; the bootstrap itself is a point or two short at 40.
    let medians = 0;
    const means = shareOf(400, (seed) => {
      const { p50, mean } = intervals(drawRuns(world, seed), seed);
      if (has(p50, 200)) medians++;
      return has(mean, 200);
    });
    for (const coverage of [medians / 400, means]) {
      expect(coverage).toBeGreaterThan(0.91);
      expect(coverage).toBeLessThan(0.98);
    }
  });

  it('is honest of clustered runs, where one that knows of no prompts is not', () => {
    const world: World = { prompts: 20, runsEach: 8, promptSd: 40, runSd: 10 };
    let [blind, wider] = [0, 0];
    const clustered = shareOf(200, (seed) => {
      const runs = drawRuns(world, seed);
      const [{ mean }, { mean: unaware }] = [intervals(runs, seed), intervals(naive(runs), seed)];
      if (has(unaware, 200)) blind++;
      if (widthOf(mean) > widthOf(unaware)) wider++;
      return has(mean, 200);
    });
    expect(clustered).toBeGreaterThan(0.89);
    expect(blind / 200).toBeLessThan(0.65);
    expect(wider / 200).toBeGreaterThan(0.99);
  });
});
