import { describe, expect, it } from 'vitest';
import { apart } from './apart.ts';
import type { Plan } from './plans.ts';
import type { TurnRecord } from './record.ts';
import { bargeInTruth, nearestRank, truthOf } from './truth.ts';

const plan: Plan = {
  ...{
    readyMs: 0,
    firstByteMs: 100,
    silenceMs: 50,
    audioMs: 100,
    frameMs: 20,
    paceMs: 20,
    pauses: [],
    stopsAfterMs: 0,
  },
};

/** Five frames of 20 ms, the flush at 1000. */
function turn(sentMs: readonly number[], more: Partial<TurnRecord> = {}): TurnRecord {
  const sent = sentMs.map((atMs) => ({ atMs, bytes: 960 }));
  return { plan, textMs: 999, flushMs: 1000, cancelMs: undefined, sent, ...more };
}

describe('the truth about a turn, by hand', () => {
  it('is plain where each frame comes when it is to be played', () => {
    expect(truthOf(turn([1100, 1120, 1140, 1160, 1180]))).toEqual({
      ...{ ttfbMs: 100, ttfbFlushMs: 100, ttfbFirstTextMs: 101, leadingSilenceMs: 50, ttfaMs: 150, ttfaSumMs: 150 },
      ...{ gapMaxMs: 20, underrunMs: 0, underrunAt100Ms: 0, underrunAt200Ms: 0, minPreRollMs: 0 },
      ...{ processingMs: 180, audioMs: 100, rtf: 1.8, deliveryRate: 1, bytes: 4800, chunks: 5 },
    });
  });

  it('hears a stall within the silence, and none behind the first audible sample', () => {
    // The third frame, which holds the onset at 50 ms, is 30 ms late; the last 250 more.
    const late = truthOf(turn([1100, 1120, 1170, 1190, 1460]));
    expect(late).toMatchObject({ ttfaSumMs: 150, ttfaMs: 180, gapMaxMs: 270 });
    // By then the player waits for 30 ms and then for 250; 100 and 200 ms of pre-roll leave less of it.
    expect(late).toMatchObject({ underrunMs: 280, minPreRollMs: 280, underrunAt100Ms: 180, underrunAt200Ms: 80 });
  });

  it('counts no wait twice, and none that a lead has made up for', () => {
    expect(truthOf(turn([1100, 1100, 1100, 1150, 1180]))).toMatchObject({ underrunMs: 0, ttfaMs: 150 });
    expect(truthOf(turn([1100, 1130, 1150, 1170, 1190]))).toMatchObject({ underrunMs: 10, ttfaMs: 160 });
  });

  it('knows an interruption', () => {
    const stopped = turn([1100, 1120, 1140, 1160, 1181.5], { cancelMs: 1125 });
    const next = turn([2300, 2320, 2340, 2360, 2380], { flushMs: 2200 });
    expect(bargeInTruth(stopped, next)).toEqual({ bargeInMs: 56.5, bargeInTtfaMs: 2350 - 1125 });
    expect(() => bargeInTruth(next, stopped)).toThrow('not interrupted');
  });

  it('takes the nearest rank', () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect([0.5, 0.95, 1].map((fraction) => nearestRank(values, fraction))).toEqual([10, 19, 20]);
  });
});

describe('what may be apart', () => {
  const pairs = (ttfbMs: number, off: (run: number) => number) =>
    Array.from({ length: 20 }, (_, run) => ({ truth: { ttfbMs }, measured: { ttfbMs: ttfbMs + off(run) } }));

  it('is 2 ms or 2 % at the median, whichever is larger', () => {
    expect(
      apart(
        pairs(50, () => 2),
        ['ttfbMs'],
      ),
    ).toEqual([]);
    expect(
      apart(
        pairs(50, () => 2.1),
        ['ttfbMs'],
      ),
    ).toEqual([expect.stringContaining('median of ttfbMs')]);
    expect(
      apart(
        pairs(50, () => -2.1),
        ['ttfbMs'],
      ),
    ).toHaveLength(1);
    expect(
      apart(
        pairs(200, () => 4),
        ['ttfbMs'],
      ),
    ).toEqual([]);
    expect(
      apart(
        pairs(200, () => 4.1),
        ['ttfbMs'],
      ),
    ).toHaveLength(1);
  });

  it('is 5 ms or 5 % at p95', () => {
    const tail = (ms: number) => (run: number) => (run < 18 ? 0 : ms);
    expect(apart(pairs(50, tail(5)), ['ttfbMs'])).toEqual([]);
    expect(apart(pairs(50, tail(5.1)), ['ttfbMs'])).toEqual([expect.stringContaining('p95 of ttfbMs')]);
    expect(apart(pairs(200, tail(10.1)), ['ttfbMs'])).toHaveLength(1);
  });

  it('is a share alone for a ratio', () => {
    const ratios = (rtf: number) => [{ truth: { rtf: 1 }, measured: { rtf } }];
    expect(apart(ratios(1.019), ['rtf'])).toEqual([]);
    expect(apart(ratios(1.03), ['rtf'])).toEqual([expect.stringContaining('median of rtf')]);
  });

  it('wants every figure of every run', () => {
    expect(() => apart([{ truth: { rtf: 1 }, measured: {} }], ['rtf'])).toThrow('no rtf (measured)');
  });
});
