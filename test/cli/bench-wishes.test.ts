import { describe, expect, it } from 'vitest';
import { decide } from '../../src/cli/bench-wishes.ts';

const flags = { assert: [], warmup: 1 };
const now = new Date(2030, 0, 31, 14, 15, 0);
const refused = (message: string) =>
  expect.objectContaining({ code: 'E_USAGE', message: expect.stringContaining(message) });

describe('what is decided before anything is opened', () => {
  it('makes 20 runs and measures for 3 s, unless more are wanted', () => {
    expect(decide('tts', flags).plan).toMatchObject({ runs: 20, leastMeasuringMs: 3000, warmup: 1, concurrency: 1 });
    expect(decide('tts', { ...flags, runs: 7 }).plan).toMatchObject({ runs: 7, leastMeasuringMs: 0 });
    expect(decide('tts', { ...flags, duration: 8000 }).plan).toMatchObject({ runs: undefined, durationMs: 8000 });
    expect(decide('tts', { ...flags, rate: 5 }).plan).toMatchObject({ ratePerSecond: 5, concurrency: 50 });
  });

  it('raises the default for an assertion, and refuses too few that are given', () => {
    const assert = ['ttfa.p95<400ms', 'ttfb.p50<1s'];
    const { plan, assertions } = decide('tts', { ...flags, assert });
    expect(plan.runs).toBe(100);
    expect(assertions.map(({ name }) => name)).toEqual(['ttfa.p95', 'ttfb.p50']);
    expect(() => decide('tts', { ...flags, assert, runs: 99 })).toThrow(refused('ttfa.p95 wants at least 100 runs'));
    expect(decide('tts', { ...flags, assert, runs: 100 }).plan.runs).toBe(100);
  });

  it('raises it twice as far where each ending is that of every second run', () => {
    const both = { pace: 1, end: 'both' } as const;
    const assert = ['eot.p50<1s'];
    expect(decide('stt', { ...flags, assert }, both).plan.runs).toBe(22);
    expect(() => decide('stt', { ...flags, assert, runs: 19 }, both)).toThrow(
      refused('eot.p50 wants at least 20 runs'),
    );
  });

  it.each([
    [{ runs: 5, duration: 5 }, '--runs and --duration exclude one another'],
    [{ assert: ['fast'] }, 'is no assertion'],
    [{ output: ['a.pdf'] }, 'vox does not write benches as .pdf'],
    [{ startAt: '14:14' }, '--start-at 14:14 has passed'],
  ])('refuses %j', (given, message) => {
    expect(() => decide('tts', { ...flags, ...given }, {}, now)).toThrow(refused(message));
  });

  it('takes the seed that is given, and else another each time', () => {
    expect(decide('tts', { ...flags, seed: 42 }).plan.seed).toBe(42);
    const seeds = new Set(Array.from({ length: 5 }, () => decide('tts', flags).plan.seed));
    expect(seeds.size).toBe(5);
  });

  it('knows the outputs and the instant to start', () => {
    const decided = decide('stt', { ...flags, output: ['a.json'], startAt: '+30s' }, { pace: 1 }, now);
    expect(decided).toMatchObject({
      plan: { kind: 'stt', facts: { pace: 1 } },
      outputs: [{ path: 'a.json', kind: 'json' }],
      startAt: now.getTime() + 30_000,
    });
  });
});
