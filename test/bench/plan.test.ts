import { describe, expect, it } from 'vitest';
import { planBench } from '../../src/bench/plan.ts';

const wishes = { kind: 'tts', seed: 7 } as const;

describe('planBench', () => {
  it('makes 20 runs, and at least 3 s of them, one at a time, after one that does not count', () => {
    expect(planBench(wishes)).toMatchObject({
      runs: 20,
      leastMeasuringMs: 3000,
      durationMs: undefined,
      warmup: 1,
      reuse: false,
      concurrency: 1,
      ratePerSecond: undefined,
      seed: 7,
      facts: {},
    });
  });

  it('makes just as many as it is told', () => {
    expect(planBench({ ...wishes, runs: 3 })).toMatchObject({ runs: 3, leastMeasuringMs: 0 });
  });

  it('raises the default to what assertions want, and never lowers it', () => {
    expect(planBench({ ...wishes, leastRuns: 100 }).runs).toBe(100);
    expect(planBench({ ...wishes, leastRuns: 10 }).runs).toBe(20);
    expect(planBench({ ...wishes, leastRuns: 100, runs: 5 }).runs).toBe(5);
  });

  it('goes by time alone where only that is said, and by both where both are', () => {
    expect(planBench({ ...wishes, durationMs: 500 })).toMatchObject({ runs: undefined, leastMeasuringMs: 0 });
    expect(planBench({ ...wishes, durationMs: 500, runs: 4 })).toMatchObject({ runs: 4, durationMs: 500 });
  });

  it('lets an open loop have fifty at once, unless it is told', () => {
    expect(planBench({ ...wishes, ratePerSecond: 5 }).concurrency).toBe(50);
    expect(planBench({ ...wishes, ratePerSecond: 5, concurrency: 2 }).concurrency).toBe(2);
  });
});
