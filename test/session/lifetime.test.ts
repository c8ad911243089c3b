import { describe, expect, it } from 'vitest';
import { Lifetime } from '../../src/session/lifetime.ts';
import { ManualClock } from '../support/manual-clock.ts';

const minuteMs = 60_000;

describe('Lifetime', () => {
  it.each([
    [0, 0, 'young'],
    [55.9, 0, 'young'],
    [56, 0, 'due'],
    [57.9, 0, 'due'],
    [58, 0, 'last'],
    [61, 0, 'last'],
    // What has to be said takes a slow voice a tenth of a second for each character.
    [46, 6000, 'due'],
    [48, 6000, 'last'],
    // More than half of its time is never taken for that.
    [25.9, 1_000_000, 'young'],
    [28, 1_000_000, 'last'],
  ] as const)('after %d of 60 minutes, with %d characters to say, is %s', async (minutes, chars, expected) => {
    const clock = new ManualClock();
    await clock.advance(1000);
    const lifetime = new Lifetime(clock, 60 * minuteMs, () => {});
    await clock.advance(minutes * minuteMs);
    expect(lifetime.age(1000, chars)).toBe(expected);
  });

  it('keeps no more than a tenth of a short life', async () => {
    const clock = new ManualClock();
    const lifetime = new Lifetime(clock, 10_000, () => {});
    const ages: string[] = [];
    for (let second = 0; second < 20; second++) {
      ages.push(lifetime.age(0, 0));
      await clock.advance(500);
    }
    expect(ages.join(' ')).toBe(`${'young '.repeat(18)}due last`);
  });

  it('tells when a connection that is watched becomes due, and when it is at its last', async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const lifetime = new Lifetime(clock, 60 * minuteMs, () => told.push(clock.now() / minuteMs));
    lifetime.watch(0);
    await clock.advance(100 * minuteMs);
    expect(told).toEqual([56, 58]);
  });

  it('watches one at a time, or none', async () => {
    const clock = new ManualClock();
    const told: number[] = [];
    const lifetime = new Lifetime(clock, 60 * minuteMs, () => told.push(clock.now() / minuteMs));
    lifetime.watch(0);
    lifetime.watch(10 * minuteMs);
    expect(clock.pending).toBe(1);
    await clock.advance(66 * minuteMs);
    expect(told).toEqual([66]);
    lifetime.watch(undefined);
    expect(clock.pending).toBe(0);
  });

  it('is endless where the service says nothing of an end', async () => {
    const clock = new ManualClock();
    const lifetime = new Lifetime(clock, undefined, () => {});
    lifetime.watch(0);
    expect(clock.pending).toBe(0);
    await clock.advance(1e9);
    expect(lifetime.age(0, 1e6)).toBe('young');
  });
});
