import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptedFigures } from '../../src/metrics/columns.ts';
import { summarise } from '../../src/metrics/summarise.ts';

const numbered = (count: number, of = (at: number) => at + 1): PromptedFigures[] =>
  Array.from({ length: count }, (_, at) => ({ prompt: `p${at % 10}`, ttfaMs: of(at) }));

describe('summarise', () => {
  it('gives mean, deviation, ends and median, by hand', () => {
    const runs = numbered(10, (at) => [2, 4, 4, 4, 5, 5, 7, 9, 1, 9][at] ?? 0);
    const { ttfaMs } = summarise(runs, { seed: 1 });
    // Squares about the mean of 5 add up to 64: 64 ÷ 9.
    expect(ttfaMs).toMatchObject({ count: 10, mean: 5, min: 1, max: 9, p50: 4.5 });
    expect(ttfaMs?.sd).toBeCloseTo(Math.sqrt(64 / 9), 12);
    expect(Object.keys(ttfaMs ?? {})).toEqual(['count', 'mean', 'sd', 'min', 'max', 'p50', 'ci']);
    expect(Object.keys(ttfaMs?.ci ?? {})).toEqual(['mean', 'p50']);
  });

  it.each([
    [1, []],
    [9, []],
    [10, ['p50']],
    [49, ['p50']],
    [50, ['p50', 'p90']],
    [100, ['p50', 'p90', 'p95']],
    [499, ['p50', 'p90', 'p95']],
    [500, ['p50', 'p90', 'p95', 'p99']],
  ])('of %d runs gives the percentiles %j', (count, names) => {
    const { ttfaMs } = summarise(numbered(count), { seed: 1, replicates: 20 });
    expect(Object.keys(ttfaMs ?? {}).filter((name) => /^p\d/.test(name))).toEqual(names);
    expect(Object.keys(ttfaMs?.ci ?? {}).filter((name) => /^p\d/.test(name))).toEqual(names);
  });

  it('leaves out what does not exist: the deviation of one, intervals of fewer than five, figures of no run', () => {
    expect(summarise(numbered(1), { seed: 1 })).toEqual({ ttfaMs: { count: 1, mean: 1, min: 1, max: 1 } });
    expect(summarise(numbered(4), { seed: 1 }).ttfaMs).not.toHaveProperty('ci');
    expect(summarise(numbered(5), { seed: 1 }).ttfaMs).toHaveProperty('ci.mean');
    expect(summarise([], { seed: 1 })).toEqual({});
  });

  it('counts each figure by the runs that have it', () => {
    const runs = numbered(20).map((run, at) => (at < 3 ? { ...run, coldTtfaMs: 100 + at } : run));
    const { ttfaMs, coldTtfaMs } = summarise(runs, { seed: 1 });
    expect([ttfaMs?.count, coldTtfaMs?.count, coldTtfaMs?.mean]).toEqual([20, 3, 101]);
  });

  it('is the same again for the same seed, and says the same numbers with other intervals for another', () => {
    const runs = numbered(60, (at) => (at * 37) % 61);
    const [one, again, other] = [
      summarise(runs, { seed: 9 }),
      summarise(runs, { seed: 9 }),
      summarise(runs, { seed: 8 }),
    ];
    expect(again).toEqual(one);
    expect(other.ttfaMs?.ci).not.toEqual(one.ttfaMs?.ci);
    expect({ ...other.ttfaMs, ci: undefined }).toEqual({ ...one.ttfaMs, ci: undefined });
  });

  it('gives each percentile its own interval', () => {
    const { ci } = summarise(numbered(500), { seed: 1, replicates: 200 }).ttfaMs ?? {};
    // Of 1 to 500, ten prompts of fifty.
    for (const [name, middle] of [
      ['p50', 250],
      ['p90', 450],
      ['p95', 475],
      ['p99', 495],
    ] as const) {
      expect(Math.abs((ci?.[name]?.low ?? 0) - middle)).toBeLessThan(70);
      expect(Math.abs((ci?.[name]?.high ?? 0) - middle)).toBeLessThan(70);
    }
    expect(ci?.p99?.low).toBeGreaterThan(ci?.p90?.high ?? Number.POSITIVE_INFINITY);
  });

  it('gives intervals that lie within the values, the percentiles in order', () => {
    const row = fc.record({ prompt: fc.constantFrom('a', 'b', 'c'), ttfaMs: fc.integer({ min: 0, max: 10_000 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 50, maxLength: 120 }), fc.nat(), (runs, seed) => {
        const stats = summarise(runs, { seed, replicates: 40 }).ttfaMs;
        if (!stats?.ci) throw new Error('no intervals');
        for (const { low, high } of Object.values(stats.ci)) {
          expect(low).toBeGreaterThanOrEqual(stats.min);
          expect(high).toBeGreaterThanOrEqual(low);
          expect(high).toBeLessThanOrEqual(stats.max);
        }
        expect(stats.ci.p90?.low).toBeGreaterThanOrEqual(stats.ci.p50?.low ?? Number.POSITIVE_INFINITY);
        expect(stats.p90).toBeGreaterThanOrEqual(stats.p50 ?? Number.POSITIVE_INFINITY);
      }),
      { numRuns: 50 },
    );
  });
});
