import { describe, expect, it } from 'vitest';
import { CutoffWatch } from '../../src/metrics/cutoffs.ts';

const first = { startMs: 1000, endMs: 1700 };
const second = { startMs: 3000, endMs: 3700 };

/** How many of the pauses were cut, after turn ends at `[sent, place]`. */
function cut(...ends: [sentMs: number, placeMs?: number][]): number | undefined {
  const watch = new CutoffWatch([second, first]);
  for (const [sentMs, placeMs] of ends) watch.turnEnded(sentMs, placeMs);
  return watch.figures().falseCutoffs;
}

describe('a turn end that tells no place', () => {
  it.each([
    [999, 0],
    [1000, 1],
    [1700, 1],
    [2200, 1],
    [2201, 0],
    [2999, 0],
    [3000, 1],
    [4200, 1],
    [4201, 0],
  ])('with %i ms sent: %i pauses cut', (sentMs, count) => {
    expect(cut([sentMs])).toBe(count);
  });
});

describe('a turn end that tells its place', () => {
  it.each([
    // However late it is told.
    [9000, 1000, 1],
    [9000, 1700, 1],
    [9000, 1701, 0],
    // A word's end is told too early, but not by more than 500 ms.
    [1400, 500, 1],
    [1400, 499, 0],
    [9000, 2499, 0],
    [9000, 2500, 1],
    // Before the pause began nobody can take it for an end.
    [999, 990, 0],
    [1000, 990, 1],
  ])('with %i ms sent, at %i: %i pauses cut', (sentMs, placeMs, count) => {
    expect(cut([sentMs, placeMs])).toBe(count);
  });

  it('belongs to the pause in which it lies, though the next begins soon behind', () => {
    const watch = new CutoffWatch([first, { startMs: 1800, endMs: 2500 }]);
    expect([watch.turnEnded(1600, 1500), watch.turnEnded(2000, 1600)]).toEqual([true, true]);
    expect(watch.figures()).toEqual({ falseCutoffs: 1, pauses: 2 });
  });
});

describe('pauses', () => {
  it('count once each, however often they are cut', () => {
    expect(cut([1300, 1000], [1400], [1500, 1000])).toBe(1);
    expect(cut([1300, 1000], [3300])).toBe(2);
  });

  it('are all there is to count', () => {
    expect(new CutoffWatch([]).figures()).toEqual({});
    expect(new CutoffWatch([]).turnEnded(1000, 1000)).toBe(false);
    expect(new CutoffWatch([first, second]).figures()).toEqual({ falseCutoffs: 0, pauses: 2 });
  });
});
