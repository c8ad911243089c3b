import { describe, expect, it } from 'vitest';
import { assemble, counts, summedUp } from '../../src/bench/assemble.ts';
import { planBench } from '../../src/bench/plan.ts';
import { timelinesOf } from '../../src/bench/timelines.ts';
import { raw, row, rows, targetFacts } from './made.ts';

const ten = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

describe('summedUp', () => {
  it('keeps targets, sets and cached answers apart, and counts what counts', () => {
    const document = summedUp(
      raw([
        ...rows(ten),
        row(10, { ok: false, error: { code: 'E_TIMEOUT', message: 'nothing' } }),
        row(11, { ttfaMs: 1000, invalid: 'the client stalled for 30 ms' }),
        row(12, { ttfaMs: 5, cached: true }),
        row(13, { ttfaMs: 7, target: 'b' }),
        row(14, { ttfaMs: 9, set: 'short', impossible: ['ttfbMs'] }),
      ]),
    );
    expect(
      document.series.map(({ id, runs, measured, failed, invalid, impossible }) => [
        id,
        runs,
        measured,
        failed,
        invalid,
        impossible,
      ]),
    ).toEqual([
      ['a · sentence', 12, 10, 1, 1, 0],
      ['a · sentence · cached', 1, 1, 0, 0, 0],
      ['a · short', 1, 1, 0, 0, 1],
      ['b · sentence', 1, 1, 0, 0, 0],
    ]);
    expect(document.series[0]?.summary.ttfaMs).toMatchObject({ count: 10, mean: 55, min: 10, max: 100, p50: 55 });
    expect(document.summary).toBeUndefined();
    expect(document.runs).toHaveLength(15);
  });

  it('has its one summary at the top where there is one series', () => {
    const document = summedUp(raw(rows(ten)));
    expect(document.summary?.ttfaMs?.p50).toBe(55);
    expect(document.definitions).toEqual({ metrics: 2, percentiles: 'hyndman-fan-7', normaliser: 'voxwire-en/1' });
  });

  it('gives no percentile that five samples do not lie above', () => {
    const { summary } = summedUp(raw(rows(ten.slice(1))));
    expect(summary?.ttfaMs).not.toHaveProperty('p50');
    expect(summedUp(raw(rows(ten))).summary?.ttfaMs).not.toHaveProperty('p90');
  });

  it('holds each target against the first, by the same prompts', () => {
    const other = rows(
      ten.map((ms) => ms + 500),
      { target: 'b' },
      10,
    ).map((made, at) => ({ ...made, prompt: `sentence-${at}` }));
    const { comparisons } = summedUp(raw([...rows(ten), ...other]));
    expect(comparisons).toMatchObject([
      {
        base: 'a · sentence',
        other: 'b · sentence',
        figures: [{ figure: 'ttfaMs', effect: 500, verdict: 'slower', paired: true }],
      },
    ]);
    expect(summedUp(raw([...rows(ten), row(10, { target: 'b' })])).comparisons).toEqual([]);
  });

  it('compares against the target that was named first, whichever happened to be asked first', () => {
    const made = [...rows(ten, { target: 'b' }), ...rows(ten.map((ms) => ms + 500))];
    const targets = ['a', 'b'].map((id) => targetFacts(id));
    expect(summedUp(raw(made, { targets })).comparisons).toMatchObject([
      { base: 'a · sentence', other: 'b · sentence' },
    ]);
    expect(summedUp(raw(made, { targets: targets.toReversed() })).comparisons).toMatchObject([
      { base: 'b · sentence', other: 'a · sentence' },
    ]);
  });

  it('is the same for the same rows and seed', () => {
    expect(summedUp(raw(rows(ten)))).toEqual(summedUp(raw(rows(ten))));
  });

  it('counts neither failed nor invalid rows', () => {
    expect([row(0), row(0, { ok: false }), row(0, { invalid: 'x' })].map(counts)).toEqual([true, false, false]);
  });
});

describe('assemble', () => {
  it('writes down how it was measured', () => {
    const plan = planBench({ kind: 'tts', seed: 9, runs: 2, ratePerSecond: 5, facts: { feed: 'whole' } });
    const { machine } = { machine: { vox: '1', node: 'v20', platform: 'linux', cpu: 'x', cores: 2, label: 'here' } };
    const measured = {
      rows: [row(0, { ttfaMs: 50, waitedMs: 40 }), row(1, { ttfaMs: 60, waitedMs: 2 })],
      chunkLogs: new Map([[0, { atMs: [10, 40], throughMs: [20, 40], underruns: [{ fromMs: 30, toMs: 40 }] }]]),
      watch: { stalls: 3 },
      measuringMs: 400,
      dropped: 1,
      givenUp: new Map(),
    };
    const startedAt = '2026-11-26T10:00:00.000Z';
    const document = assemble(plan, measured, {
      machine,
      startedAt,
      prompts: { hash: 'h', items: [] },
      targets: [targetFacts('a')],
    });
    expect(document.plan).toEqual({
      ...{ runs: 2, warmup: 1, reuse: false, loop: 'open', concurrency: 50, ratePerSecond: 5, seed: 9, feed: 'whole' },
      ...{ dropped: 1, measuringMs: 400, waitedMs: 42 },
    });
    expect(document.machines).toEqual([{ ...machine, startedAt, watch: { stalls: 3 } }]);
    expect(document.timelines).toMatchObject([{ run: 0, role: 'typical', underruns: [{ fromMs: 30, toMs: 40 }] }]);
  });
});

describe('timelines', () => {
  it('are of the run in the middle, and of the one that starves most, else is slowest', () => {
    const log = { atMs: [0], throughMs: [20], underruns: [] };
    const made = [row(0, { ttfaMs: 30 }), row(1, { ttfaMs: 10 }), row(2, { ttfaMs: 20 })];
    const logs = new Map(made.map(({ run }) => [run, log]));
    expect(timelinesOf('s', made, logs).map(({ run, role }) => [run, role])).toEqual([
      [2, 'typical'],
      [0, 'worst'],
    ]);
    const starved = [...made, row(3, { ttfaMs: 15, underrunMs: 5 })];
    expect(timelinesOf('s', starved, new Map([...logs, [3, log]])).at(-1)).toMatchObject({ run: 3, role: 'worst' });
    expect(timelinesOf('s', made, new Map())).toEqual([]);
    expect(timelinesOf('s', [row(5, { ttfaMs: 1 })], new Map([[5, log]]))).toHaveLength(1);
  });
});
