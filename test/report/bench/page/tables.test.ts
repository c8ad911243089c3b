import { describe, expect, it } from 'vitest';
import { curveTable } from '../../../../src/report/bench/page/curve-table.ts';
import { playheadTable } from '../../../../src/report/bench/page/playhead.ts';
import { sortedIndexes } from '../../../../src/report/bench/page/sort.ts';

describe('curveTable', () => {
  it('puts curves on one x, each with its share of runs at most there', () => {
    expect(curveTable([{ count: 2, values: [10, 30] }, { count: 4, values: [10, 20, 20, 40] }, undefined])).toEqual({
      x: [10, 20, 30, 40],
      shares: [
        [50, 50, 100, 100],
        [25, 75, 75, 100],
        [null, null, null, null],
      ],
    });
  });

  it('has nothing before the first value of a curve', () => {
    expect(
      curveTable([
        { count: 1, values: [5] },
        { count: 1, values: [9] },
      ]).shares[1],
    ).toEqual([null, 100]);
  });

  it('knows the ranks of a thinned curve', () => {
    // Ranks 0, 50 and 100 of 101 values.
    expect(curveTable([{ count: 101, values: [1, 2, 3] }]).shares[0]).toEqual([100 / 101, 5100 / 101, 100]);
  });
});

describe('playheadTable', () => {
  const base = { run: 0, series: 's', role: 'worst' as const };

  it('plays from the first frame on, to the end of the audio', () => {
    const table = playheadTable({ ...base, atMs: [100, 110], throughMs: [20, 40], underruns: [] });
    expect(table).toEqual({
      x: [0, 100, 110, 140],
      received: [null, 20, 40, 40],
      played: [null, 0, 10, 40],
    });
  });

  it('stands still in an underrun', () => {
    const underruns = [{ fromMs: 120, toMs: 150 }];
    const table = playheadTable({ ...base, atMs: [100, 150], throughMs: [20, 40], underruns });
    expect(table).toEqual({
      x: [0, 100, 120, 150, 170],
      received: [null, 20, 20, 40, 40],
      played: [null, 0, 20, 20, 40],
    });
  });
});

describe('sortedIndexes', () => {
  it('sorts numbers, either way, and keeps the order of equals', () => {
    expect(sortedIndexes([3, 1, 2, 1], 'ascending')).toEqual([1, 3, 2, 0]);
    expect(sortedIndexes([3, 1, 2, 1], 'descending')).toEqual([0, 2, 1, 3]);
  });

  it('has what is missing last, either way', () => {
    expect(sortedIndexes([undefined, 2, 1], 'ascending')).toEqual([2, 1, 0]);
    expect(sortedIndexes([undefined, 1, 2], 'descending')).toEqual([2, 1, 0]);
  });

  it('sorts texts with numbers in them as people do', () => {
    expect(sortedIndexes(['p10', 'p9', 'a'], 'ascending')).toEqual([2, 1, 0]);
  });
});
