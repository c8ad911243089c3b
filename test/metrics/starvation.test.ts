import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Starvation } from '../../src/metrics/starvation.ts';

/** Frames as they came, ms, and how long each lasts. */
type Frame = readonly [atMs: number, lastsMs: number];

function figuresOf(frames: readonly Frame[]) {
  const starvation = new Starvation();
  for (const [atMs, lastsMs] of frames) starvation.audio(atMs, lastsMs);
  return starvation.figures();
}

describe('a player that stalls when it is starved', () => {
  it('is never starved by audio that comes before it is wanted', () => {
    expect(
      figuresOf([
        [1000, 20],
        [1020, 20],
        [1030, 20],
        [1060, 20],
      ]),
    ).toEqual({
      underruns: 0,
      underrunMs: 0,
      underrunsAt100: 0,
      underrunAt100Ms: 0,
      underrunsAt200: 0,
      underrunAt200Ms: 0,
      minPreRollMs: 0,
    });
  });

  // Without pre-roll: plays to 1020, waits 130 to 1150, plays to 1200, waits 100 to 1300. A pre-roll of 100 has played
  // to 1120: waits 30 to 1150, plays to 1200, waits 100. One of 200: to 1220, then 1270, waits 30.
  it('waits as often and as long as was reckoned by hand', () => {
    expect(
      figuresOf([
        [1000, 20],
        [1150, 50],
        [1300, 20],
      ]),
    ).toEqual({
      underruns: 2,
      underrunMs: 230,
      underrunsAt100: 2,
      underrunAt100Ms: 130,
      underrunsAt200: 1,
      underrunAt200Ms: 30,
      minPreRollMs: 230,
    });
  });

  it('needs the pre-roll of the worst place, not of the last', () => {
    const { minPreRollMs } = figuresOf([
      [0, 20],
      [320, 20],
      [321, 500],
      [700, 20],
    ]);
    expect(minPreRollMs).toBe(300);
  });

  it('has no figures where nothing came', () => {
    expect(figuresOf([])).toEqual({});
  });

  const frames = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 120 })), {
      minLength: 1,
      maxLength: 60,
    })
    .map((steps) => {
      let atMs = 5000;
      return steps.map(([gapMs, lastsMs]): Frame => {
        atMs += gapMs;
        return [atMs, lastsMs];
      });
    });

  it('waits, at any pre-roll, for what the least one has above it', () => {
    fc.assert(
      fc.property(frames, (all) => {
        const { minPreRollMs = 0, underrunMs, underrunAt100Ms, underrunAt200Ms, ...counts } = figuresOf(all);
        expect(underrunMs).toBe(minPreRollMs);
        expect(underrunAt100Ms).toBe(Math.max(0, minPreRollMs - 100));
        expect(underrunAt200Ms).toBe(Math.max(0, minPreRollMs - 200));
        expect((counts.underruns ?? 0) > 0).toBe(minPreRollMs > 0);
        expect(counts.underrunsAt100).toBeLessThanOrEqual(counts.underruns ?? 0);
        expect(counts.underrunsAt200).toBeLessThanOrEqual(counts.underrunsAt100 ?? 0);
      }),
    );
  });

  it('has the least pre-roll of its definition: the most that a frame came after the audio before it was over', () => {
    fc.assert(
      fc.property(frames, (all) => {
        const [firstMs] = all[0] ?? [0];
        const lateness = all.map(([atMs], k) => atMs - firstMs - all.slice(0, k).reduce((sum, [, ms]) => sum + ms, 0));
        expect(figuresOf(all).minPreRollMs).toBe(Math.max(...lateness));
      }),
    );
  });
});
