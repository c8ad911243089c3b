import type { Unit } from '../metrics/figures.ts';
import { type Assertion, type Operator, samplesFor, unitFor } from './assertion.ts';
import type { Series } from './document.ts';

/** Whether an assertion holds. */
export interface AssertionResult {
  readonly assertion: Assertion;
  readonly ok: boolean;
  /** A line in words for each series that failed, or the one that says why nothing could be looked at. */
  readonly failures: readonly string[];
}

const holds: Record<Operator, (value: number, wanted: number) => boolean> = {
  '<': (value, wanted) => value < wanted,
  '<=': (value, wanted) => value <= wanted,
  '>': (value, wanted) => value > wanted,
  '>=': (value, wanted) => value >= wanted,
  '=': (value, wanted) => value === wanted,
};

/**
 * Looks at every series that has the figure: each must hold. What cannot be known fails too: a figure that no series
 * has, a percentile that too few samples support, a series of which not one run counted.
 */
export function checkAssertion(assertion: Assertion, series: readonly Series[]): AssertionResult {
  const failures = series.flatMap((one) => {
    const complaint = complaintOf(assertion, one) ?? (isDead(one, series) ? deadLine(assertion, one) : undefined);
    return complaint === undefined ? [] : [complaint];
  });
  const found = series.some(({ summary }) => summary[assertion.figure] !== undefined);
  if (!found && failures.length === 0) failures.push(`${assertion.name} does not exist: no run has it`);
  return { assertion, ok: failures.length === 0, failures };
}

/** What is wrong with a series that has the figure; undefined where it holds, and where it has not. */
function complaintOf(assertion: Assertion, series: Series): string | undefined {
  const { figure, statistic, operator, wanted, name } = assertion;
  const stats = series.summary[figure];
  if (stats === undefined) return undefined;
  const value = stats[statistic];
  if (value === undefined) {
    const needed = samplesFor(assertion);
    return `${name} is not known: it wants ${needed} samples, and there are ${stats.count} (${placeOf(series)})`;
  }
  if (holds[operator](value, wanted)) return undefined;
  const [is, should] = inWords(value, wanted, unitFor(figure, statistic));
  return `${name} is ${is}, wanted ${operator} ${should} (${placeOf(series)})`;
}

/** Not one run of this target with these prompts counted, answers from a cache or not: silence is no success. */
function isDead({ target, set }: Series, all: readonly Series[]): boolean {
  return all.filter((one) => one.target === target && one.set === set).every(({ measured }) => measured === 0);
}

function deadLine({ name }: Assertion, series: Series): string {
  return `${name} is not known: none of ${series.runs} runs counted (${placeOf(series)})`;
}

function placeOf({ target, set, cached }: Series): string {
  return `${target}, ${set}${cached ? ', cached' : ''}`;
}

/** Two values with their unit, in as few digits as tell them apart. */
function inWords(value: number, wanted: number, unit: Unit): [string, string] {
  const short = [rounded(value), rounded(wanted)] as const;
  const [is, should] = short[0] === short[1] ? [value, wanted] : short;
  const suffix = { ms: ' ms', ratio: '', count: '', bytes: ' bytes' }[unit];
  return [`${is}${suffix}`, `${should}${suffix}`];
}

/** Four digits, or all that stand before the point. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
