import { setMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Job, Lane, Outcome, Target } from '../../src/bench/lane.ts';
import type { Prompt } from '../../src/bench/material.ts';
import { type BenchWishes, planBench } from '../../src/bench/plan.ts';
import { builtInPrompts, varyPrompt } from '../../src/bench/prompts.ts';
import { type Measured, runBench } from '../../src/bench/runner.ts';
import { SelfWatch } from '../../src/bench/self-watch.ts';
import { SpeechError } from '../../src/errors.ts';
import { EarlyClock, ManualClock } from '../support/manual-clock.ts';
import { targetFacts } from './made.ts';

/** Every run takes so long, unless the test says otherwise. */
const runMs = 100;

interface Scripted {
  readonly begun: { target: string; atMs: number; job: Job<Prompt> }[];
  lanes: number;
  closed: number;
  atOnce: number;
  most: number;
}

function scripted(clock: ManualClock, id: string, outcomeOf: (count: number) => Partial<Outcome>, all: Scripted) {
  let count = 0;
  const target: Target<Prompt> = {
    facts: targetFacts(id),
    openLane(): Lane<Prompt> {
      all.lanes++;
      return {
        async run(job, signal) {
          all.begun.push({ target: id, atMs: clock.now(), job });
          all.atOnce++;
          all.most = Math.max(all.most, all.atOnce);
          const t0Ms = clock.now();
          await new Promise<void>((resolve) => {
            clock.after(runMs, resolve);
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
          all.atOnce--;
          const base = { figures: { ttfaMs: 10, ttfbMs: 5 }, t0Ms, endMs: clock.now(), connection: 'fresh' as const };
          return { ...base, ...outcomeOf(count++) };
        },
        async close() {
          all.closed++;
        },
      };
    },
  };
  return target;
}

function bench(
  wishes: Partial<BenchWishes>,
  outcomes: Record<string, (count: number) => Partial<Outcome>> = { a: () => ({}) },
  clock = new ManualClock(),
) {
  const all: Scripted = { begun: [], lanes: 0, closed: 0, atOnce: 0, most: 0 };
  const abort = new AbortController();
  // As in the command: each that is under way listens.
  setMaxListeners(0, abort.signal);
  const idle = { cpuMs: () => 0, collections: () => ({ count: 0, ms: 0 }), stop: () => {} };
  const got: { measured?: Measured; progress: string[] } = { progress: [] };
  const done = runBench(planBench({ kind: 'tts', seed: 1, warmup: 0, ...wishes }), {
    clock,
    targets: Object.entries(outcomes).map(([id, outcomeOf]) => scripted(clock, id, outcomeOf, all)),
    materials: builtInPrompts('short'),
    vary: varyPrompt,
    signal: abort.signal,
    watch: new SelfWatch(clock, idle),
    onRow: (_, { done: count, of, failed }) => got.progress.push(`${count}/${of ?? '?'} ${failed}`),
  }).then((measured) => {
    got.measured = measured;
  });
  return { clock, all, abort, got, done };
}

describe('a closed loop', () => {
  it('begins the next run when one has ended, and reuses its lane', async () => {
    const { clock, all, got } = bench({ runs: 3 });
    await clock.advance(1000);
    // Ten ms behind each run a stall that held it up would be known.
    expect(all.begun.map(({ atMs }) => atMs)).toEqual([0, 110, 220]);
    expect([all.lanes, all.closed]).toEqual([1, 1]);
    expect(got.measured?.rows.map(({ run }) => run)).toEqual([0, 1, 2]);
    expect(got.progress).toEqual(['1/3 0', '2/3 0', '3/3 0']);
    expect(clock.pending).toBe(0);
  });

  it('keeps N at once', async () => {
    const { clock, all, got } = bench({ runs: 10, concurrency: 4 });
    await clock.advance(2000);
    expect([all.most, got.measured?.rows.length, all.lanes]).toEqual([4, 10, 4]);
  });

  it('makes as many as there is time for in three seconds, where nothing is said of their number', async () => {
    const { clock, got } = bench({});
    await clock.advance(10_000);
    expect(got.measured?.rows.length).toBe(Math.ceil(3000 / 110));
  });

  it('gives every target as many, and says the same to all', async () => {
    const { clock, all, got } = bench({ runs: 4 }, { a: () => ({}), b: () => ({}) });
    await clock.advance(2000);
    const textsOf = (id: string) => all.begun.filter(({ target }) => target === id).map(({ job }) => job.material.text);
    expect(textsOf('a')).toEqual(textsOf('b'));
    expect(got.measured?.rows).toHaveLength(8);
  });

  it('drops the warm-up, and counts from behind it', async () => {
    const { clock, all, got } = bench({ runs: 2, warmup: 2 });
    await clock.advance(2000);
    expect(all.begun.map(({ job }) => job.warmup)).toEqual([true, true, false, false]);
    expect(got.measured?.rows.map(({ startedAtMs }) => startedAtMs)).toEqual([0, 110]);
  });

  it('ends by the time, with the runs that were begun', async () => {
    const { clock, got } = bench({ durationMs: 250 });
    await clock.advance(2000);
    expect(got.measured?.rows).toHaveLength(3);
  });
});

describe('what goes wrong', () => {
  const failing = (code: 'E_AUTH' | 'E_RATE_LIMIT' | 'E_TIMEOUT') => ({
    figures: {},
    error: new SpeechError(code, 'no'),
  });

  it('is a row, and its lane is closed', async () => {
    const { clock, all, got } = bench({ runs: 3 }, { a: (count) => (count === 1 ? failing('E_TIMEOUT') : {}) });
    await clock.advance(2000);
    expect(got.measured?.rows.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect([all.lanes, all.closed]).toEqual([2, 2]);
    expect(got.progress.at(-1)).toBe('3/3 1');
  });

  it('five times in the same way, from the first run on, ends the target and not the others', async () => {
    const { clock, got } = bench({ runs: 20 }, { a: () => failing('E_AUTH'), b: () => ({}) });
    await clock.advance(20_000);
    const of = (id: string) => got.measured?.rows.filter(({ target }) => target === id).length;
    expect([of('a'), of('b')]).toEqual([5, 20]);
    expect(got.measured?.givenUp).toEqual(new Map([['a', 'E_AUTH']]));
  });

  it('but not after one that went well, nor for being asked too often', async () => {
    const mixed = bench({ runs: 8 }, { a: (count) => (count === 0 ? {} : failing('E_AUTH')) });
    const busy = bench({ runs: 8 }, { a: () => failing('E_RATE_LIMIT') });
    await Promise.all([mixed.clock.advance(5000), busy.clock.advance(5000)]);
    expect([mixed.got.measured?.rows.length, busy.got.measured?.rows.length]).toEqual([8, 8]);
  });

  it('is no failure where it was stopped by hand: what was measured by then is given', async () => {
    const { clock, abort, got } = bench({ runs: 20 }, { a: () => (abort.signal.aborted ? failing('E_TIMEOUT') : {}) });
    await clock.advance(250);
    abort.abort(new SpeechError('E_INTERRUPTED', 'stop'));
    await clock.advance(1000);
    expect(got.measured?.rows.map(({ ok }) => ok)).toEqual([true, true]);
  });
});

describe('an open loop', () => {
  it('begins at instants that depend on nothing else', async () => {
    const { clock, all, got } = bench({ runs: 5, ratePerSecond: 20 });
    await clock.advance(2000);
    expect(all.begun.map(({ atMs }) => atMs)).toEqual([0, 50, 100, 150, 200]);
    expect(all.most).toBe(2);
    expect(got.measured?.rows.every(({ lateMs }) => lateMs === 0)).toBe(true);
  });

  it('begins no run before its instant, though timers ring early: nobody is late by less than nothing', async () => {
    const { clock, got } = bench({ runs: 5, ratePerSecond: 20 }, { a: () => ({}) }, new EarlyClock());
    await clock.advance(2000);
    const lateMs = got.measured?.rows.map((row) => row.lateMs ?? Number.NaN) ?? [];
    expect(lateMs).toHaveLength(5);
    for (const ms of lateMs) expect(ms >= 0 && ms <= 1, `${ms}`).toBe(true);
  });

  it('lets a start wait that finds no room, and counts from when it should have been', async () => {
    const { clock, got } = bench({ runs: 4, ratePerSecond: 20, concurrency: 1 });
    await clock.advance(2000);
    const rows = got.measured?.rows ?? [];
    expect(rows.map(({ intendedAtMs }) => intendedAtMs)).toEqual([0, 50, 100, 150]);
    expect(rows.map(({ startedAtMs }) => startedAtMs)).toEqual([0, 100, 200, 300]);
    expect(rows.map(({ lateMs }) => lateMs)).toEqual([0, 50, 100, 150]);
    expect(rows.map(({ ttfaFromIntendedMs }) => ttfaFromIntendedMs)).toEqual([10, 60, 110, 160]);
    expect(got.measured?.dropped).toBe(0);
  });

  it('tells of its last runs too, which it knows to count only a little later', async () => {
    const { clock, got } = bench({ runs: 2, ratePerSecond: 1000 });
    await clock.advance(runMs + 5);
    expect([got.progress, got.measured]).toEqual([[], undefined]);
    await clock.advance(10);
    expect(got.measured?.rows.map(({ run }) => run)).toEqual([0, 1]);
  });

  it('asks nothing more of a target that was given up, of what waits neither', async () => {
    const error = new SpeechError('E_AUTH', 'no');
    const { clock, all, got } = bench(
      { runs: 30, ratePerSecond: 1000, concurrency: 1 },
      { a: () => ({ figures: {}, error }) },
    );
    await clock.advance(20_000);
    // The sixth had begun while it was not yet known that the fifth had failed.
    expect(all.begun.length).toBeLessThanOrEqual(6);
    expect([got.measured?.rows.length, got.measured?.dropped]).toEqual([all.begun.length, 0]);
  });

  it('counts what was never begun when the time is over', async () => {
    const { clock, got } = bench({ durationMs: 300, ratePerSecond: 20, concurrency: 1 });
    await clock.advance(2000);
    // Six starts within 300 ms, of which three found room.
    expect([got.measured?.rows.length, got.measured?.dropped]).toEqual([3, 3]);
  });
});
