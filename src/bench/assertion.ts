import { SpeechError } from '../errors.ts';
import { type Figure, type FigureName, figureNames, figures, type Unit } from '../metrics/figures.ts';
import { isPercentileName, type PercentileName, percentiles, samplesWanted } from '../metrics/quantile.ts';
import { countErrors } from '../metrics/wer.ts';
import type { PlanFacts } from './document.ts';
import { cold, runsForOne } from './share.ts';

/** What `--assert` may ask of a figure. */
export type AssertedStatistic = PercentileName | 'mean' | 'min' | 'max' | 'count';

export type Operator = '<' | '<=' | '>' | '>=' | '=';

/** `--assert 'ttfa.p95<400ms'`, understood. */
export interface Assertion {
  readonly figure: FigureName;
  readonly statistic: AssertedStatistic;
  readonly operator: Operator;
  /** In the figure's own unit: ms, a ratio (not percent), a count. */
  readonly wanted: number;
  /** `ttfa.p95`, as messages say it. */
  readonly name: string;
}

const grammar = "NAME.STAT OP VALUE, as in 'ttfa.p95<400ms', 'wer.mean<=15%' or 'underruns.max=0'";
const statistics: readonly AssertedStatistic[] = ['p50', 'p90', 'p95', 'p99', 'mean', 'min', 'max', 'count'];

/** Longer is no assertion; it bounds what is looked at, and what a message quotes. */
const longest = 100;

/** What may stand behind a value, and what it is worth in the figure's unit. */
const unitsOf: Record<Unit, Readonly<Record<string, number>>> = {
  ms: { ms: 1, s: 1000 },
  ratio: { '%': 0.01 },
  count: {},
  bytes: {},
};

/** Figures by their names in assertions: without `Ms`, and in full. */
const byName = new Map(figureNames.flatMap((name) => [[shortName(name), name] as const, [name, name] as const]));
const shortNames = figureNames.map(shortName);

function shortName(name: FigureName): string {
  return name.replace(/Ms$/, '');
}

/** Reads one assertion. Anything else than one is E_USAGE, with what is allowed. */
export function parseAssertion(given: string): Assertion {
  const [, left = '', sign = '', right = ''] = /^([^<>=]*)(<=|>=|==|<|>|=)([^<>=]*)$/.exec(bounded(given)) ?? [];
  if (sign === '') throw refusal(given, 'is no assertion', `write ${grammar}`);
  const [name = '', statistic = '', ...more] = left.trim().split(/\s*\.\s*/);
  const figure = byName.get(name);
  if (figure === undefined) throw refusal(given, `knows no figure ${quoted(name)}`, suggested(name));
  const known = statistics.find((one) => one === statistic);
  if (known === undefined || more.length > 0) {
    const asked = quoted([statistic, ...more].join('.'));
    const complaint = statistic === '' ? 'does not say which statistic' : `knows no statistic ${asked}`;
    throw refusal(given, complaint, `use one of: ${statistics.join(', ')}`);
  }
  const operator = operators.get(sign) ?? '=';
  const wanted = parseValue(given, right.trim(), unitFor(figure, known));
  return { figure, statistic: known, operator, wanted, name: `${shortName(figure)}.${known}` };
}

const operators = new Map<string, Operator>([
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['=', '='],
  ['==', '='],
]);

function bounded(given: string): string {
  return given.length <= longest ? given : '';
}

/** The unit that a statistic is in: a count of ms is no ms. */
export function unitFor(name: FigureName, statistic: AssertedStatistic): Unit {
  const figure: Figure = figures[name];
  return statistic === 'count' ? 'count' : figure.unit;
}

function parseValue(given: string, text: string, unit: Unit): number {
  const [, number = '', suffix = ''] = /^(-?(?:\d+(?:\.\d+)?|\.\d+))\s*([a-z%]*)$/i.exec(text) ?? [];
  const suffixes = Object.keys(unitsOf[unit]);
  const allowed = suffixes.length === 0 ? 'a number without a unit' : `a number, with ${suffixes.join(' or ')} or none`;
  if (number === '') {
    const complaint = text === '' ? 'has no value' : `has no value that is a number: ${quoted(text)}`;
    throw refusal(given, complaint, `this figure takes ${allowed}`);
  }
  const factor = suffix === '' ? 1 : new Map(Object.entries(unitsOf[unit])).get(suffix);
  if (factor === undefined) {
    throw refusal(given, `has a unit that does not fit: ${quoted(suffix)}`, `this figure takes ${allowed}`);
  }
  // A division where it can be one: 15 ÷ 100 is the double that "0.15" is, 15 × 0.01 is not for every number.
  return factor < 1 ? Number(number) / Math.round(1 / factor) : Number(number) * factor;
}

function refusal(given: string, complaint: string, todo: string): SpeechError {
  return new SpeechError('E_USAGE', `--assert ${quoted(given)} ${complaint}`, { todo });
}

/** On one line, of a bounded length, with no control characters. */
function quoted(text: string): string {
  const shown = text.length <= longest ? text : `${text.slice(0, longest)}…`;
  return `'${shown.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\ufffd')}'`;
}

/** The figures whose names are near what was given, else all of them. */
function suggested(given: string): string {
  const steps = (name: string) => {
    const { substitutions, deletions, insertions } = countErrors([...name.toLowerCase()], [...given.toLowerCase()]);
    return substitutions + deletions + insertions;
  };
  const near = shortNames
    .map((name) => ({ name, steps: steps(name) }))
    .filter((one) => one.steps <= 2 && one.steps < one.name.length)
    .sort((one, other) => one.steps - other.steps)
    .slice(0, 3)
    .map(({ name }) => name);
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : `use one of: ${shortNames.join(', ')}`;
}

/** How many samples an assertion's percentile wants; 0 where it is of none. */
export function samplesFor({ statistic }: Assertion): number {
  return isPercentileName(statistic) ? samplesWanted(percentiles[statistic]) : 0;
}

type Sharing = Pick<PlanFacts, 'end' | 'pace'>;

/** The fewest runs of a series in which there may be as many samples. */
function runsFor(assertion: Assertion, sharing: Sharing): number {
  return samplesFor(assertion) * runsForOne(assertion.figure, sharing);
}

/** How many runs a series needs for the percentiles that are asked for; 0 where none is. */
export function runsWanted(assertions: readonly Assertion[], sharing: Sharing = {}): number {
  // By turns it may be that two more had one ending than the other, wherever a series begins.
  const spare = (assertion: Assertion) => 2 * (runsForOne(assertion.figure, sharing) - 1);
  const needed = assertions.map((one) => (samplesFor(one) === 0 ? 0 : runsFor(one, sharing) + spare(one)));
  return Math.max(0, ...needed);
}

/** Refuses, before anything is connected, a number of runs that was given and is too small for an assertion. */
export function refuseTooFewRuns(assertions: readonly Assertion[], runs: number, sharing: Sharing = {}): void {
  for (const assertion of assertions) {
    const wanted = runsFor(assertion, sharing);
    if (runs >= wanted) continue;
    const why = runsForOne(assertion.figure, sharing) > 1 ? ', of which one in two has it (--end both)' : '';
    throw new SpeechError('E_USAGE', `${assertion.name} wants at least ${wanted} runs${why}, and --runs is ${runs}`, {
      todo: `use --runs ${wanted} or leave it out; a percentile needs five samples above it (docs/statistics.md)`,
    });
  }
}

/**
 * The same where connections are kept: what it costs to make one only the first run over each has, so that there are
 * never more samples than connections.
 */
export function refuseTooFewConnections(assertions: readonly Assertion[], connections: number): void {
  const refused = assertions.find((one) => cold.has(one.figure) && samplesFor(one) > connections);
  if (refused === undefined) return;
  const have = connections === 1 ? 'there is one connection' : `there are at most ${connections} connections`;
  throw new SpeechError('E_USAGE', `${refused.name} wants ${samplesFor(refused)} new connections, and ${have}`, {
    todo: 'leave out --reuse and --think, so that each run has a connection of its own',
  });
}
