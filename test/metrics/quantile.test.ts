import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentileMethod, quantile, samplesWanted, weightedQuantiles } from '../../src/metrics/quantile.ts';

describe('quantile', () => {
  it.each([
    // numpy's documentation of `percentile`: a = [[10, 7, 4], [3, 2, 1]], np.percentile(a, 50) = 3.5.
    [[1, 2, 3, 4, 7, 10], 50, 3.5],
    // Computed with numpy 2.4: np.percentile([15, 20, 35, 40, 50], …).
    [[15, 20, 35, 40, 50], 5, 16],
    [[15, 20, 35, 40, 50], 30, 23],
    [[15, 20, 35, 40, 50], 40, 29],
    [[15, 20, 35, 40, 50], 90, 46],
    [[15, 20, 35, 40, 50], 99, 49.6],
    // By hand: rank 9 × 0.95 = 8.55, between 9 and 10.
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 95, 9.55],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90, 9.1],
    [[4], 99, 4],
    [[1, 2], 0, 1],
    [[1, 2], 100, 2],
  ])('of %j, percentile %d, is %d', (sorted, percent, expected) => {
    expect(quantile(sorted, percent)).toBeCloseTo(expected, 12);
  });

  it('is named, so that a reader knows which of the nine it is', () => {
    expect(percentileMethod).toBe('hyndman-fan-7');
  });
});

describe('samplesWanted', () => {
  it.each([
    [50, 10],
    [90, 50],
    [95, 100],
    [99, 500],
  ])('for p%d is %d', (percent, samples) => {
    expect(samplesWanted(percent)).toBe(samples);
    const values = Array.from({ length: samples }, (_, at) => at);
    expect(values.filter((value) => value > quantile(values, percent))).toHaveLength(5);
  });
});

/** By `weightedQuantiles`, over values that need not be different. */
function weighted(values: readonly number[], weights: readonly number[], percents: readonly number[]): number[] {
  const into = new Float64Array(percents.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  weightedQuantiles(Float64Array.from(values), Uint32Array.from(weights), total, percents, into);
  return [...into];
}

describe('weightedQuantiles', () => {
  it('counts each value as often as its weight says, by hand', () => {
    // Written out: 1 1 1 5 9, of which the median is 1 and p90 is at rank 3.6: between 5 and 9.
    expect(weighted([1, 5, 7, 9], [3, 1, 0, 1], [50, 90])).toEqual([1, 7.4]);
    expect(weighted([1, 5, 7, 9], [0, 0, 4, 0], [50, 90, 99])).toEqual([7, 7, 7]);
  });

  it('is what `quantile` gives of the list written out', () => {
    const item = fc.record({ value: fc.integer({ min: -1000, max: 1000 }), weight: fc.integer({ min: 0, max: 4 }) });
    const items = fc.array(item, { minLength: 1, maxLength: 40 }).filter((all) => all.some(({ weight }) => weight > 0));
    fc.assert(
      fc.property(items, (unsorted) => {
        const all = [...unsorted].sort((one, other) => one.value - other.value);
        const written = all.flatMap(({ value, weight }) => Array<number>(weight).fill(value));
        const percents = [0, 2.5, 50, 90, 95, 97.5, 99, 100];
        const given = all.map(({ weight }) => weight);
        const found = weighted(
          all.map(({ value }) => value),
          given,
          percents,
        );
        expect(found).toEqual(percents.map((percent) => quantile(written, percent)));
      }),
    );
  });
});
