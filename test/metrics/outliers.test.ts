import { describe, expect, it } from 'vitest';
import { outliersOf } from '../../src/metrics/outliers.ts';

describe('outliersOf', () => {
  it('finds what is beyond the outer fences, by its place, and changes nothing', () => {
    // 1 to 11: quartiles 3.5 and 8.5, so the fences are 3.5 − 15 and 8.5 + 15.
    const values = [6, 1, 11, 2, 10, 3, 9, 4, 8, 5, 7];
    expect(outliersOf(values)).toEqual({ low: -11.5, high: 23.5, indices: [] });
    // 100 and −90 in front: quartiles of the 13 values are 3 and 9, the fences −15 and 27.
    expect(outliersOf([100, -90, ...values])).toEqual({ low: -15, high: 27, indices: [0, 1] });
    expect(values[0]).toBe(6);
  });

  it('takes a value on the fence for none', () => {
    const values = [27, -15, 6, 1, 11, 2, 10, 3, 9, 4, 8, 5, 7];
    expect(outliersOf(values)?.indices).toEqual([]);
    expect(outliersOf([27.001, ...values.slice(1)])?.indices).toEqual([0]);
  });

  it('says nothing of too few values, nor where most are the same', () => {
    expect(outliersOf([1, 2, 3, 4, 5, 6, 7, 8, 1000])).toBeUndefined();
    expect(outliersOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000])?.indices).toEqual([9]);
    expect(outliersOf([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])).toBeUndefined();
    expect(outliersOf([])).toBeUndefined();
  });
});
