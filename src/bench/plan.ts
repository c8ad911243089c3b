import type { BenchKind, PlanFacts } from './document.ts';

/** What a benchmark does when nobody says otherwise (hyperfine's rule: at least so many runs, and 3 s of them). */
const usual = { runs: 20, leastMeasuringMs: 3_000, warmup: 1, openConcurrency: 50 } as const;

/** What is asked for. */
export interface BenchWishes {
  readonly kind: BenchKind;
  /** Measured runs a series, exactly. */
  readonly runs?: number;
  /** So many at least, where `runs` is left out: what assertions want. */
  readonly leastRuns?: number;
  readonly warmup?: number;
  readonly reuse?: boolean;
  readonly concurrency?: number;
  readonly ratePerSecond?: number;
  readonly durationMs?: number;
  readonly seed: number;
  /** For the report alone: the lanes know it. */
  readonly facts?: Pick<PlanFacts, 'feed' | 'thinkMs' | 'bargeInMs' | 'pace' | 'end'>;
}

export interface BenchPlan {
  readonly kind: BenchKind;
  /** Measured runs a series; undefined: until the time is over. */
  readonly runs: number | undefined;
  /** More are made until so much time was spent with measuring. */
  readonly leastMeasuringMs: number;
  readonly durationMs: number | undefined;
  readonly warmup: number;
  readonly reuse: boolean;
  /** The most at once. */
  readonly concurrency: number;
  /** Open loop: so many begin a second, whatever becomes of those before. */
  readonly ratePerSecond: number | undefined;
  readonly seed: number;
  readonly facts: NonNullable<BenchWishes['facts']>;
}

/** What is asked for, with what is usual in place of what is not said. */
export function planBench(wishes: BenchWishes): BenchPlan {
  const { kind, runs, leastRuns = 0, ratePerSecond, durationMs, seed, facts = {} } = wishes;
  const isTimed = durationMs !== undefined && runs === undefined;
  return {
    kind,
    runs: isTimed ? undefined : (runs ?? Math.max(usual.runs, leastRuns)),
    leastMeasuringMs: runs === undefined && !isTimed ? usual.leastMeasuringMs : 0,
    durationMs,
    warmup: wishes.warmup ?? usual.warmup,
    reuse: wishes.reuse ?? false,
    concurrency: wishes.concurrency ?? (ratePerSecond === undefined ? 1 : usual.openConcurrency),
    ratePerSecond,
    seed,
    facts,
  };
}
