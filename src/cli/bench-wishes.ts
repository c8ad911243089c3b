import { randomInt } from 'node:crypto';
import { type Assertion, parseAssertion, refuseTooFewRuns, runsWanted } from '../bench/assertion.ts';
import type { BenchKind } from '../bench/document.ts';
import { type BenchPlan, type BenchWishes, planBench } from '../bench/plan.ts';
import { SpeechError } from '../errors.ts';
import type { BenchTtsFlags, MeasureFlags } from './bench-flags.ts';
import { type WantedOutput, wantedOutputs } from './bench-outputs.ts';
import { parseStartAt } from './bench-start.ts';

/** What is decided before anything is opened: a contradiction among the flags costs nothing. */
export interface Decided {
  readonly plan: BenchPlan;
  readonly assertions: readonly Assertion[];
  readonly outputs: readonly WantedOutput[];
  /** ms since 1970. */
  readonly startAt?: number;
}

type Flags = Pick<
  MeasureFlags,
  'assert' | 'runs' | 'warmup' | 'concurrency' | 'rate' | 'duration' | 'seed' | 'startAt' | 'output'
> &
  Pick<BenchTtsFlags, 'reuse'>;

export function decide(kind: BenchKind, flags: Flags, facts: BenchWishes['facts'] = {}, now = new Date()): Decided {
  const { runs, concurrency, rate, duration, startAt } = flags;
  if (runs !== undefined && duration !== undefined) {
    const todo = '--duration measures as often as there is time for';
    throw new SpeechError('E_USAGE', '--runs and --duration exclude one another', { todo });
  }
  const assertions = flags.assert.map(parseAssertion);
  if (runs !== undefined) refuseTooFewRuns(assertions, runs, facts);
  const plan = planBench({
    ...{ kind, warmup: flags.warmup, reuse: flags.reuse ?? false, facts },
    leastRuns: runsWanted(assertions, facts),
    seed: flags.seed ?? randomInt(2 ** 32),
    ...(runs !== undefined && { runs }),
    ...(concurrency !== undefined && { concurrency }),
    ...(rate !== undefined && { ratePerSecond: rate }),
    ...(duration !== undefined && { durationMs: duration }),
  });
  const outputs = wantedOutputs(flags.output);
  return { plan, assertions, outputs, ...(startAt !== undefined && { startAt: parseStartAt(startAt, now) }) };
}
