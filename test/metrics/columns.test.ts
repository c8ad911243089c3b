import { describe, expect, it } from 'vitest';
import { columnsOf, meanOf } from '../../src/metrics/columns.ts';

describe('columnsOf', () => {
  it('sorts each figure once, and remembers whose each value is; runs without it are not in it', () => {
    const columns = columnsOf([
      { prompt: 'a', ttfaMs: 30, rtf: 0.5 },
      { prompt: 'b', ttfaMs: 10 },
      { prompt: 'c', ttfaMs: 20, rtf: 0.25 },
    ]);
    expect(columns.map(({ name, sorted, rows }) => [name, [...sorted], [...rows]])).toEqual([
      ['ttfaMs', [10, 20, 30], [1, 2, 0]],
      ['rtf', [0.25, 0.5], [2, 0]],
    ]);
  });

  it('sorts numbers as numbers, and takes what is none for missing', () => {
    const values = [9, 100, -3, Number.NaN, Number.POSITIVE_INFINITY, 10];
    const [column] = columnsOf(values.map((lateMs) => ({ prompt: 'a', lateMs })));
    expect([...(column?.sorted ?? [])]).toEqual([-3, 9, 10, 100]);
    expect([...(column?.rows ?? [])]).toEqual([2, 0, 5, 1]);
    expect(columnsOf([{ prompt: 'a', lateMs: Number.NaN }])).toEqual([]);
    expect(columnsOf([])).toEqual([]);
  });
});

describe('meanOf', () => {
  const means = (runs: Parameters<typeof columnsOf>[0]) =>
    Object.fromEntries(columnsOf(runs).map((column) => [column.name, meanOf(column)]));

  it('pools a word error rate: errors of all over words of all', () => {
    // One error in 2 words and one in 98: 2 in 100, not the mean of 0.5 and 1/98.
    const runs = [
      { prompt: 'a', wer: 1 / 2, referenceWords: 2 },
      { prompt: 'b', wer: 1 / 98, referenceWords: 98 },
    ];
    expect(means(runs).wer).toBeCloseTo(0.02, 12);
    expect(means(runs).referenceWords).toBe(50);
  });

  it('pools revisions by the words of the finals', () => {
    const runs = [
      { prompt: 'a', revisions: 1, words: 3 },
      { prompt: 'b', revisions: 0, words: 9 },
    ];
    expect(means(runs).revisions).toBe(0.25);
  });

  it('does not pool where some run does not say of how many words', () => {
    const runs = [
      { prompt: 'a', wer: 0.5, referenceWords: 2 },
      { prompt: 'b', wer: 0 },
    ];
    expect(means(runs).wer).toBe(0.25);
  });
});
