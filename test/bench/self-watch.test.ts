import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/bench/lane.ts';
import { rowOf } from '../../src/bench/rows.ts';
import { SelfWatch } from '../../src/bench/self-watch.ts';
import type { Clock } from '../../src/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import { targetFacts } from './made.ts';

/** A clock whose timers ring when they are told to: late, if that is wanted. */
class LateClock implements Clock {
  nowMs = 1000;
  #due: { fn: () => void; atMs: number }[] = [];

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, fn: () => void) {
    const entry = { fn, atMs: this.nowMs + delayMs };
    this.#due.push(entry);
    return { cancel: () => this.#due.splice(this.#due.indexOf(entry), 1) };
  }

  /** The timers that are set ring so much after they should. */
  ring(lateMs: number): void {
    for (const { fn, atMs } of this.#due.splice(0)) {
      this.nowMs = atMs + lateMs;
      fn();
    }
  }
}

function watching() {
  const clock = new LateClock();
  const used = { cpuMs: 0, count: 0, ms: 0, stopped: 0 };
  const watch = new SelfWatch(clock, {
    cpuMs: () => used.cpuMs,
    collections: () => ({ count: used.count, ms: used.ms }),
    stop: () => {
      used.stopped++;
    },
  });
  return { clock, watch, used };
}

describe('SelfWatch', () => {
  it('takes lateness alone for loop delay: a timer that rings in time has none', () => {
    const { clock, watch } = watching();
    for (let n = 0; n < 100; n++) clock.ring(0);
    expect(watch.facts()).toMatchObject({ loopDelayP50Ms: 0, loopDelayMaxMs: 0, stalls: 0 });
    clock.ring(8);
    expect(watch.facts()).toMatchObject({ loopDelayMaxMs: 8, stalls: 0 });
  });

  it('knows when it stood still for more than 20 ms, and for how long', () => {
    const { clock, watch } = watching();
    clock.ring(20);
    expect(watch.facts().stalls).toBe(0);
    const dueMs = clock.nowMs + 10;
    clock.ring(34);
    expect(watch.facts().stalls).toBe(1);
    expect(watch.stalledFor(dueMs + 1, dueMs + 2)).toBe(34);
    expect(watch.stalledFor(dueMs - 50, dueMs)).toBeUndefined();
    expect(watch.stalledFor(dueMs + 34, dueMs + 90)).toBeUndefined();
    expect(watch.stalledFor(0, 1e9)).toBe(34);
  });

  it('counts processor time and collections from its own start on', () => {
    const { clock, watch, used } = watching();
    used.cpuMs = 50;
    used.count = 2;
    used.ms = 3.5;
    clock.nowMs += 200;
    expect(watch.facts()).toMatchObject({ cpuShare: 0.25, gcCount: 2, gcMs: 3.5 });
  });

  it('leaves no timer and no observer', () => {
    const { clock, watch, used } = watching();
    watch.stop();
    clock.ring(500);
    expect([watch.facts().stalls, used.stopped]).toEqual([0, 1]);
  });
});

describe('the row of a run', () => {
  const job = {
    run: 3,
    target: { facts: targetFacts('a'), openLane: () => ({ run: async () => outcome(), close: async () => {} }) },
    material: { id: 'short-1', set: 'short', text: 'One.' },
    variation: 2,
    warmup: false,
  };
  const outcome = (more: Partial<Outcome> = {}): Outcome => ({
    figures: { ttfbMs: 40, ttfaMs: 60, rttMs: 5 },
    t0Ms: 1100,
    endMs: 1200,
    connection: 'fresh',
    ...more,
  });

  it('says what was done, when, and what came of it', () => {
    const { watch } = watching();
    expect(rowOf({ job, outcome: outcome({ requestId: 'r' }), startedMs: 1050 }, watch, 1000)).toEqual({
      ...{ run: 3, series: 'a · short', target: 'a', prompt: 'short-1', set: 'short', variation: 2, machine: 0 },
      ...{ startedAtMs: 50, connection: 'fresh', ok: true, requestId: 'r', ttfbMs: 40, ttfaMs: 60, rttMs: 5 },
    });
  });

  it('is invalid where this process stood still while it mattered, and only there', () => {
    const { clock, watch } = watching();
    clock.nowMs = 1120;
    watch.stop();
    const late = watching();
    late.clock.ring(150);
    expect(rowOf({ job, outcome: outcome(), startedMs: 1050 }, late.watch, 1000).invalid).toBe(
      'the client stalled for 150 ms',
    );
    const before = outcome({ t0Ms: 2000, endMs: 2100 });
    expect(rowOf({ job, outcome: before, startedMs: 1050 }, late.watch, 1000).invalid).toBeUndefined();
    const replaced = outcome({ invalid: 'its connection was replaced' });
    expect(rowOf({ job, outcome: replaced, startedMs: 1050 }, watch, 1000).invalid).toBe('its connection was replaced');
  });

  it('has no figure that was measured ahead of it while this process stood still, and keeps the others', () => {
    const { clock, watch } = watching();
    clock.ring(150);
    const measured = { connectMs: 160, handshakeMs: 3, ttfbMs: 40, rttMs: 50 };
    // The stall was from 1010 to 1160.
    const ahead = [
      { fromMs: 1000, toMs: 1020, figures: ['connectMs', 'handshakeMs', 'coldTtfaMs'] },
      { fromMs: 1500, toMs: 1550, figures: ['rttMs'] },
    ] as const;
    const made = outcome({ figures: measured, t0Ms: 2000, endMs: 2100, ahead });
    const { invalid, connectMs, handshakeMs, ttfbMs, rttMs, impossible } = rowOf(
      { job, outcome: made, startedMs: 990 },
      watch,
      0,
    );
    expect({ invalid, connectMs, handshakeMs, ttfbMs, rttMs }).toEqual({ ttfbMs: 40, rttMs: 50 });
    expect(impossible).toEqual(['ttfbMs']);
    const pinged = [{ fromMs: 1100, toMs: 1200, figures: ['rttMs'] }] as const;
    const slow = rowOf({ job, outcome: { ...made, ahead: pinged, leastRttMs: 45 }, startedMs: 990 }, watch, 0);
    expect(slow).toMatchObject({ connectMs: 160, ttfbMs: 40 });
    for (const name of ['rttMs', 'impossible', 'invalid']) expect(slow).not.toHaveProperty(name);
  });

  it('marks what is faster than the link allows', () => {
    const { watch } = watching();
    const fast = outcome({ figures: { ttfbMs: 4, finalizeMs: 6, rttMs: 5 } });
    expect(rowOf({ job, outcome: fast, startedMs: 1050 }, watch, 1000).impossible).toEqual(['ttfbMs']);
    // The median of the pings is no bound: one of them was faster than the answer.
    const once = outcome({ figures: { ttfbMs: 4, rttMs: 5 }, leastRttMs: 3.9 });
    expect(rowOf({ job, outcome: once, startedMs: 1050 }, watch, 1000).impossible).toBeUndefined();
    const never = outcome({ figures: { ttfbMs: 4, rttMs: 5 }, leastRttMs: 4.1 });
    expect(rowOf({ job, outcome: never, startedMs: 1050 }, watch, 1000).impossible).toEqual(['ttfbMs']);
    const unknown = outcome({ figures: { ttfbMs: 4 } });
    expect(rowOf({ job, outcome: unknown, startedMs: 1050 }, watch, 1000).impossible).toBeUndefined();
  });

  it('counts from the intended start too, where it was late', () => {
    const { watch } = watching();
    const made = { job, outcome: outcome(), startedMs: 1050, intendedMs: 1020 };
    expect(rowOf(made, watch, 1000)).toMatchObject({
      ...{ startedAtMs: 50, intendedAtMs: 20, lateMs: 30, ttfbFromIntendedMs: 70, ttfaFromIntendedMs: 90 },
    });
  });

  it('of a failure has its code and words; of an answer from a cache a series of its own', () => {
    const { watch } = watching();
    const failed = outcome({ figures: {}, error: new SpeechError('E_TIMEOUT', 'nothing came') });
    expect(rowOf({ job, outcome: failed, startedMs: 1050 }, watch, 1000)).toMatchObject({
      ok: false,
      error: { code: 'E_TIMEOUT', message: 'nothing came' },
    });
    const cached = rowOf({ job, outcome: outcome({ cached: true }), startedMs: 1050 }, watch, 1000);
    expect([cached.series, cached.cached]).toEqual(['a · short · cached', true]);
  });
});
