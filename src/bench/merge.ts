import { createHash } from 'node:crypto';
import { SpeechError } from '../errors.ts';
import { type Raw, summedUp } from './assemble.ts';
import type { BenchDocument, PlanFacts, PromptFact, RunRow, TargetFacts } from './document.ts';
import { seriesId } from './rows.ts';

/** What of a plan decides on what a run's figures mean: where it differs they are compared, and not added up. */
const ways = [
  'reuse',
  'loop',
  'concurrency',
  'ratePerSecond',
  'feed',
  'thinkMs',
  'bargeInMs',
  'pace',
  'end',
] as const satisfies readonly (keyof PlanFacts)[];

/**
 * One document of several, of other machines or other hours: their rows together, machine after machine, and everything
 * summed up anew. A target or a prompt that is called the same and is another one is numbered. Throws E_USAGE for what
 * cannot be added up.
 */
export function mergeDocuments(documents: readonly Raw[]): BenchDocument {
  const [first, ...others] = documents;
  if (!first) throw new SpeechError('E_USAGE', 'there is nothing to merge');
  let merged = first;
  for (const [at, other] of others.entries()) {
    refuseOtherWays(first, other);
    refuseTwice(merged, other);
    merged = joined(merged, withOwnNames(other, merged, ` (${at + 2})`));
  }
  return summedUp({ ...merged, prompts: { ...merged.prompts, hash: hashOf(documents) } });
}

function refuseOtherWays(first: Raw, other: Raw): void {
  if (other.kind !== first.kind) {
    throw new SpeechError('E_USAGE', `a bench of ${other.kind} cannot be added to one of ${first.kind}`);
  }
  const different = ways.find((name) => other.plan[name] !== first.plan[name]);
  if (different === undefined) return;
  const [one, two] = [first, other].map(({ plan }) => String(plan[different] ?? 'none'));
  throw new SpeechError('E_USAGE', `the results were measured in different ways: ${different} ${one} and ${two}`, {
    todo: 'see `vox bench compare`, or report each alone',
  });
}

/**
 * Its runs would count twice. A measurement is known by its machine's entry, which has the instant and what the machine
 * went through meanwhile: so also within a result that was merged before.
 */
function refuseTwice(merged: Raw, other: Raw): void {
  const known = new Set(merged.machines.map((machine) => JSON.stringify(machine)));
  const again = other.machines.find((machine) => known.has(JSON.stringify(machine)));
  if (again === undefined) return;
  const which = again.label === undefined ? '' : `${again.label}, `;
  throw new SpeechError('E_USAGE', `the same measurement is given twice (${which}begun ${again.startedAt})`, {
    todo: 'give each result once, and none that is part of another',
  });
}

/** Of the same prompts the hash that they have; of several, that of their hashes. */
function hashOf(documents: readonly Raw[]): string {
  const [hash = '', ...others] = new Set(documents.map(({ prompts }) => prompts.hash));
  return others.length === 0
    ? hash
    : createHash('sha256')
        .update([hash, ...others].join('\n'))
        .digest('hex');
}

function joined(one: Raw, other: Raw): Raw {
  const runs = 1 + one.rows.reduce((most, { run }) => Math.max(most, run), -1);
  const [oneMs, otherMs] = [Date.parse(one.startedAt), Date.parse(other.startedAt)];
  const earliest = oneMs <= otherMs ? one : other;
  // Rows count from the beginning of their document.
  const own = one.rows.map((row) => later(row, Math.max(0, oneMs - otherMs)));
  const moved = other.rows.map((row) => ({
    ...later(row, Math.max(0, otherMs - oneMs)),
    run: row.run + runs,
    machine: row.machine + one.machines.length,
  }));
  return {
    ...one,
    startedAt: earliest.startedAt,
    machines: [...one.machines, ...other.machines],
    plan: {
      ...one.plan,
      dropped: one.plan.dropped + other.plan.dropped,
      measuringMs: one.plan.measuringMs + other.plan.measuringMs,
      waitedMs: one.plan.waitedMs + other.plan.waitedMs,
    },
    prompts: { ...one.prompts, items: united(one.prompts.items, other.prompts.items) },
    targets: united(one.targets, other.targets),
    rows: own.concat(moved),
    timelines: [...one.timelines, ...other.timelines.map((line) => ({ ...line, run: line.run + runs }))],
  };
}

function later(row: RunRow, byMs: number): RunRow {
  const { startedAtMs, intendedAtMs } = row;
  return {
    ...row,
    startedAtMs: startedAtMs + byMs,
    ...(intendedAtMs !== undefined && { intendedAtMs: intendedAtMs + byMs }),
  };
}

function united<Item extends { readonly id: string }>(one: readonly Item[], other: readonly Item[]): Item[] {
  const known = new Set(one.map(({ id }) => id));
  return [...one, ...other.filter(({ id }) => !known.has(id))];
}

/** What is called as something else in `others`, which it is not. */
function clashing(own: readonly (TargetFacts | PromptFact)[], others: readonly (TargetFacts | PromptFact)[]) {
  const known = new Map(others.map((one) => [one.id, JSON.stringify(one)]));
  const clashes = own.filter((one) => (known.get(one.id) ?? JSON.stringify(one)) !== JSON.stringify(one));
  return new Set(clashes.map(({ id }) => id));
}

function withOwnNames(document: Raw, others: Raw, ending: string): Raw {
  const targets = clashing(document.targets, others.targets);
  const prompts = clashing(document.prompts.items, others.prompts.items);
  const renamed = (id: string, among: ReadonlySet<string>) => (among.has(id) ? `${id}${ending}` : id);
  const series = new Map<string, string>();
  const rows = document.rows.map((row): RunRow => {
    const target = renamed(row.target, targets);
    const id = seriesId(target, row.set, row.cached === true);
    series.set(row.series, id);
    return { ...row, target, series: id, prompt: renamed(row.prompt, prompts) };
  });
  const items = document.prompts.items.map((item) => ({ ...item, id: renamed(item.id, prompts) }));
  return {
    ...document,
    prompts: { ...document.prompts, items },
    targets: document.targets.map((target) => ({ ...target, id: renamed(target.id, targets) })),
    rows,
    timelines: document.timelines.map((line) => ({ ...line, series: series.get(line.series) ?? line.series })),
  };
}
