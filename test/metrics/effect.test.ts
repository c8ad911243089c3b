import { describe, expect, it } from 'vitest';
import type { PromptedFigures } from '../../src/metrics/columns.ts';
import { compareRuns } from '../../src/metrics/effect.ts';
import type { FigureName } from '../../src/metrics/figures.ts';
import { drawRuns, shareOf, type World } from '../support/drawn-runs.ts';

const world: World = { prompts: 20, runsEach: 2, promptSd: 30, runSd: 5 };

/** Twenty prompts, one run each, with values that go round from the one given. */
const around = (name: FigureName, from: number, step = 0.01, prefix = 'p'): PromptedFigures[] =>
  Array.from({ length: 20 }, (_, at) => ({ prompt: `${prefix}${at}`, [name]: from + step * (at % 5) }));

const verdictOf = (name: FigureName, base: number, other: number) =>
  compareRuns(around(name, base), around(name, other), { seed: 1 }).map(({ verdict }) => verdict);

describe('compareRuns', () => {
  it('gives the effect on the median, other − base, with its interval', () => {
    const [found] = compareRuns(around('ttfaMs', 200, 1), around('ttfaMs', 150, 1), { seed: 1 });
    expect(found).toMatchObject({
      figure: 'ttfaMs',
      statistic: 'p50',
      base: 202,
      other: 152,
      effect: -50,
      paired: true,
    });
    expect(found?.low).toBeGreaterThanOrEqual(-54);
    expect(found?.high).toBeLessThanOrEqual(-46);
    expect(found?.verdict).toBe('faster');
  });

  it.each<[FigureName, number, number, string[]]>([
    ['ttfaMs', 200, 210, ['slower']],
    ['ttfaMs', 210, 200, ['faster']],
    ['wer', 0.1, 0.5, ['worse']],
    ['wer', 0.5, 0.1, ['better']],
    ['deliveryRate', 1, 3, ['better']],
    ['deliveryRate', 3, 1, ['worse']],
    ['underruns', 3, 1, ['better']],
    ['ttfaMs', 200, 200, ['inconclusive']],
    // Neither way is good.
    ['audioMs', 200, 900, []],
    ['bytes', 200, 900, []],
  ])('says of %s from %d to %d: %j', (name, base, other, expected) => {
    expect(verdictOf(name, base, other)).toEqual(expected);
  });

  it('never says equal: the same runs twice are inconclusive', () => {
    const runs = Array.from({ length: 20 }, (_, at) => ({ prompt: `p${at}`, ttfaMs: 100 }));
    const [found] = compareRuns(runs, runs, { seed: 1 });
    expect(found).toMatchObject({ effect: 0, low: 0, high: 0, verdict: 'inconclusive' });
    // Prompts are drawn once for both, runs for each: the draws of runs do not fall out of the difference.
    const scattered = drawRuns({ ...world, runsEach: 5 }, 1);
    const [again] = compareRuns(scattered, scattered, { seed: 1 });
    expect(again).toMatchObject({ effect: 0, verdict: 'inconclusive' });
    expect(again?.low).toBeLessThan(0);
    expect(again?.high).toBeGreaterThan(0);
  });

  it('takes the mean where one side has fewer than ten samples, and decides nothing below five', () => {
    const few = (count: number, from: number) => around('ttfaMs', from).slice(0, count);
    const of = (count: number) => compareRuns(few(20, 100), few(count, 50), { seed: 1 })[0];
    expect([of(10)?.statistic, of(9)?.statistic]).toEqual(['p50', 'mean']);
    expect([of(10)?.verdict, of(4)?.verdict]).toEqual(['faster', 'inconclusive']);
    const small = (count: number) => compareRuns(few(count, 100), few(count, 50), { seed: 1 })[0]?.verdict;
    expect([small(5), small(4), small(1)]).toEqual(['faster', 'inconclusive', 'inconclusive']);
  });

  it('takes the mean of counts and of pooled rates, whose median hides what is rare', () => {
    const rare = (every: number) =>
      Array.from({ length: 60 }, (_, at) => ({ prompt: `p${at}`, underruns: at % every === 0 ? 1 : 0 }));
    expect(compareRuns(rare(3), rare(60), { seed: 1 })[0]).toMatchObject({
      statistic: 'mean',
      base: 20 / 60,
      other: 1 / 60,
      verdict: 'better',
    });
    const heard = (wer: number) =>
      Array.from({ length: 20 }, (_, at) => ({ prompt: `p${at}`, wer: at ? 0 : wer, referenceWords: at ? 1 : 81 }));
    expect(compareRuns(heard(0.1), heard(0.2), { seed: 1 }).map(({ base, other }) => [base, other])).toEqual([
      [expect.closeTo(0.081, 9), expect.closeTo(0.162, 9)],
    ]);
  });

  it('compares only what both have', () => {
    const base = [...around('ttfaMs', 1), ...around('rtf', 1)];
    const other = [...around('ttfaMs', 1), ...around('ttfbMs', 1)];
    expect(compareRuns(base, other, { seed: 1 }).map(({ figure }) => figure)).toEqual(['ttfaMs']);
    expect(compareRuns([], around('ttfaMs', 1), { seed: 1 })).toEqual([]);
  });

  it('pairs by prompt: what prompts add to both falls out of the effect', () => {
    const base = drawRuns(world, 1);
    const other = drawRuns({ ...world, shift: 8 }, 2, 1);
    const [paired] = compareRuns(base, other, { seed: 1 });
    const strangers = other.map((run) => ({ ...run, prompt: `other ${run.prompt}` }));
    const [unpaired] = compareRuns(base, strangers, { seed: 1 });
    expect([paired?.paired, paired?.verdict]).toEqual([true, 'slower']);
    expect([unpaired?.paired, unpaired?.verdict]).toEqual([false, 'inconclusive']);
    expect(paired?.effect).toBe(unpaired?.effect);
  });

  it('is paired while most prompts were given to both, and not from there on', () => {
    const base = around('ttfaMs', 100);
    const sharing = (count: number) =>
      around('ttfaMs', 50).map((run, at) => ({ ...run, prompt: at < count ? run.prompt : `x${at}` }));
    // 20 + 20 prompts, 14 of them common: 14 of 26. With 13 common: 13 of 27.
    expect(compareRuns(base, sharing(14), { seed: 1 })[0]).toMatchObject({ paired: true, verdict: 'faster' });
    expect(compareRuns(base, sharing(13), { seed: 1 })[0]).toMatchObject({ paired: false, verdict: 'faster' });
  });

  it('is the same for the same seed', () => {
    const [base, other] = [drawRuns(world, 1), drawRuns(world, 2)];
    expect(compareRuns(base, other, { seed: 5 })).toEqual(compareRuns(base, other, { seed: 5 }));
    expect(compareRuns(base, other, { seed: 5 })).not.toEqual(compareRuns(base, other, { seed: 6 }));
  });

  it('calls two sets of the same world different about 5 times in 100, and finds a real difference', () => {
    const options = (seed: number) => ({ seed, replicates: 300 });
    const verdict = (seed: number, shift: number) =>
      compareRuns(drawRuns(world, seed), drawRuns({ ...world, shift }, seed + 10_000, seed), options(seed))[0]?.verdict;
    const falseAlarms = shareOf(200, (seed) => verdict(seed, 0) !== 'inconclusive');
    expect(falseAlarms).toBeLessThan(0.1);
    expect(shareOf(100, (seed) => verdict(seed, 10) === 'slower')).toBeGreaterThan(0.8);
    expect(shareOf(100, (seed) => verdict(seed, -10) === 'faster')).toBeGreaterThan(0.8);
  });
});
