import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { RunRow } from '../../src/bench/document.ts';
import type { Outcome, Target } from '../../src/bench/lane.ts';
import type { Prompt } from '../../src/bench/material.ts';
import { type BenchWishes, planBench } from '../../src/bench/plan.ts';
import { builtInPrompts, varyPrompt } from '../../src/bench/prompts.ts';
import { type Measured, runBench } from '../../src/bench/runner.ts';
import { SelfWatch } from '../../src/bench/self-watch.ts';
import { Starts } from '../../src/bench/starts.ts';
import { pause } from '../../src/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { targetFacts } from './made.ts';

const runMs = 100;
/** So long a run of a limited service waits for room. */
const roomMs = 1000;

/** An open loop of 20 starts a second against targets whose services have limits or have none. */
function openLoop(limited: Record<string, boolean>, wishes: Partial<BenchWishes>, error?: SpeechError) {
  const clock = new ManualClock();
  const abort = new AbortController();
  setMaxListeners(0, abort.signal);
  const begunMs: number[] = [];
  const targetOf = (id: string): Target<Prompt> => ({
    facts: targetFacts(id),
    openLane: () => ({
      async run(): Promise<Outcome> {
        const t0Ms = clock.now();
        begunMs.push(t0Ms);
        await pause(clock, runMs);
        return { figures: { ttfaMs: 10 }, t0Ms, endMs: clock.now(), connection: 'fresh', ...(error && { error }) };
      },
      close: async () => {},
    }),
    ...(limited[id] && {
      async takeRoom(_, signal) {
        await pause(clock, roomMs, signal);
        return { waitedMs: roomMs, used: () => {} };
      },
    }),
  });
  const got: { measured?: Measured } = {};
  const idle = { cpuMs: () => 0, collections: () => ({ count: 0, ms: 0 }), stop: () => {} };
  void runBench(planBench({ kind: 'tts', seed: 1, warmup: 0, ratePerSecond: 20, ...wishes }), {
    ...{ clock, materials: builtInPrompts('short'), vary: varyPrompt, signal: abort.signal },
    targets: Object.keys(limited).map(targetOf),
    watch: new SelfWatch(clock, idle),
  }).then((measured) => {
    got.measured = measured;
  });
  const rowsOf = (id: string): RunRow[] => (got.measured?.rows ?? []).filter(({ target }) => target === id);
  return { clock, abort, got, begunMs, rowsOf };
}

describe('a wait for a service’s limits, in an open loop', () => {
  it('holds no place: others are not late for it, and neither is the run itself', async () => {
    const { clock, rowsOf } = openLoop({ limited: true, free: false }, { runs: 10, concurrency: 5 });
    await clock.advance(5000);
    const [limited, free] = [rowsOf('limited'), rowsOf('free')];
    expect([limited.length, free.length]).toEqual([10, 10]);
    for (const row of [...limited, ...free]) expect(row).toMatchObject({ lateMs: 0, ttfaFromIntendedMs: 10 });
    expect(limited.every(({ waitedMs }) => waitedMs === roomMs)).toBe(true);
    expect(free.some(({ waitedMs }) => waitedMs !== undefined)).toBe(false);
  });

  it('is followed by one for a place, which makes it late', async () => {
    const { clock, rowsOf } = openLoop({ limited: true }, { runs: 3, concurrency: 1 });
    await clock.advance(5000);
    // They are due at 0, 50 and 100; a place is free every 100 ms.
    expect(rowsOf('limited').map(({ lateMs }) => lateMs)).toEqual([0, 50, 100]);
  });

  it('ends with the time, and such starts are counted as dropped', async () => {
    const { clock, got, begunMs } = openLoop({ limited: true }, { durationMs: 1200, concurrency: 5 });
    await clock.advance(1300);
    await clock.advance(100);
    // Those due by 150 had room before 1200; that of the last came with the end.
    expect(begunMs).toEqual([1000, 1050, 1100, 1150]);
    expect(got.measured).toMatchObject({ rows: { length: 4 }, dropped: 20 });
    expect(clock.pending).toBe(0);
  });

  it('ends when it is stopped by hand', async () => {
    const { clock, abort, got } = openLoop({ limited: true }, { runs: 3 });
    await clock.advance(500);
    abort.abort(new SpeechError('E_INTERRUPTED', 'stop'));
    await clock.advance(50);
    expect(got.measured).toMatchObject({ rows: [], dropped: 3 });
    expect(clock.pending).toBe(0);
  });

  it('ends when its target is given up', async () => {
    const error = new SpeechError('E_AUTH', 'no');
    const { clock, got, begunMs } = openLoop({ limited: true }, { runs: 50, concurrency: 50 }, error);
    await clock.advance(4000);
    expect(got.measured?.givenUp).toEqual(new Map([['limited', 'E_AUTH']]));
    expect(begunMs.length).toBeLessThan(10);
    expect(got.measured?.dropped).toBe(0);
  });
});

describe('Starts', () => {
  const target: Target = {
    facts: targetFacts('a'),
    openLane: () => ({ run: () => Promise.reject(), close: async () => {} }),
  };

  it('gives a place to who was due first, however late it comes for it', async () => {
    const starts = new Starts(1, () => false);
    const begun: number[] = [];
    for (const dueMs of [5, 30, 10, 20]) void starts.place(target, dueMs).then(() => begun.push(dueMs));
    for (let ended = 0; ended < 3; ended++) {
      await Promise.resolve();
      starts.ended();
    }
    await Promise.resolve();
    expect(begun).toEqual([5, 10, 20, 30]);
  });

  it('has no place for what comes when it is closed', async () => {
    const starts = new Starts(1, () => false);
    starts.close();
    expect(await starts.place(target, 0)).toBe(false);
  });
});
