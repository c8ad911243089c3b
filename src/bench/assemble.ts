import { replicatesFor } from '../metrics/bootstrap.ts';
import { compareRuns } from '../metrics/effect.ts';
import { normaliserId } from '../metrics/normaliser.ts';
import { percentileMethod } from '../metrics/quantile.ts';
import { summarise } from '../metrics/summarise.ts';
import { metricsVersion } from '../metrics/version.ts';
import { adviceOf } from './advice.ts';
import type {
  BenchDocument,
  ChunkTimeline,
  Comparison,
  Machine,
  PlanFacts,
  PromptFacts,
  RunRow,
  Series,
  TargetFacts,
} from './document.ts';
import type { BenchPlan } from './plan.ts';
import type { Measured } from './runner.ts';
import { timelinesOf } from './timelines.ts';

export interface Setting {
  readonly machine: Omit<Machine, 'watch' | 'startedAt'>;
  /** ISO 8601, of the first measured run. */
  readonly startedAt: string;
  readonly prompts: PromptFacts;
  readonly targets: readonly TargetFacts[];
}

/** The document of what was measured on this machine. */
export function assemble(plan: BenchPlan, measured: Measured, setting: Setting): BenchDocument {
  const { rows, watch, measuringMs, dropped, chunkLogs } = measured;
  const { machine, startedAt, prompts, targets } = setting;
  const facts: PlanFacts = {
    ...(plan.runs !== undefined && { runs: plan.runs }),
    warmup: plan.warmup,
    reuse: plan.reuse,
    loop: plan.ratePerSecond === undefined ? 'closed' : 'open',
    concurrency: plan.concurrency,
    ...(plan.ratePerSecond !== undefined && { ratePerSecond: plan.ratePerSecond }),
    ...(plan.durationMs !== undefined && { durationMs: plan.durationMs }),
    seed: plan.seed,
    ...plan.facts,
    dropped,
    measuringMs,
    waitedMs: rows.reduce((sum, { waitedMs = 0 }) => sum + waitedMs, 0),
  };
  const timelines = [...bySeries(rows)].flatMap(([id, own]) => timelinesOf(id, own.filter(counts), chunkLogs));
  const machines = [{ ...machine, startedAt, watch }];
  return summedUp({ kind: plan.kind, startedAt, machines, plan: facts, prompts, targets, rows, timelines }, measured);
}

/** What a document is made of, be it measured here or merged of several. */
export interface Raw {
  readonly kind: BenchDocument['kind'];
  readonly startedAt: string;
  readonly machines: readonly Machine[];
  readonly plan: PlanFacts;
  readonly prompts: PromptFacts;
  readonly targets: readonly TargetFacts[];
  readonly rows: readonly RunRow[];
  readonly timelines: readonly ChunkTimeline[];
}

export function summedUp(raw: Raw, { givenUp }: Partial<Pick<Measured, 'givenUp'>> = {}): BenchDocument {
  const { kind, startedAt, machines, plan, prompts, targets, rows, timelines } = raw;
  const resampling = { seed: plan.seed, replicates: replicatesFor(rows.length) };
  const series = [...bySeries(rows)].map(([id, own]) => seriesOf(id, own, resampling));
  const [only, ...others] = series;
  const body = {
    schema: 'voxwire-bench' as const,
    schemaVersion: 1 as const,
    kind,
    definitions: {
      metrics: metricsVersion,
      percentiles: percentileMethod,
      normaliser: normaliserId,
    },
    startedAt,
    machines,
    plan,
    prompts,
    targets,
    series,
    ...(only && others.length === 0 && { summary: only.summary }),
    runs: rows,
    timelines,
    comparisons: comparisonsOf(raw, series, resampling),
  };
  return { ...body, advice: adviceOf(body, givenUp) };
}

/** Neither failed nor invalid: what may be summed up. */
export function counts({ ok, invalid }: RunRow): boolean {
  return ok && invalid === undefined;
}

function bySeries(rows: readonly RunRow[]): Map<string, RunRow[]> {
  const found = new Map<string, RunRow[]>();
  for (const row of rows) {
    const own = found.get(row.series);
    if (own) own.push(row);
    else found.set(row.series, [row]);
  }
  // By target and set, not by who happened to be first.
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function seriesOf(id: string, rows: readonly RunRow[], resampling: { seed: number; replicates: number }): Series {
  const counted = rows.filter(counts);
  const [first] = rows;
  return {
    id,
    target: first?.target ?? '',
    set: first?.set ?? '',
    cached: first?.cached === true,
    runs: rows.length,
    measured: counted.length,
    failed: rows.filter(({ ok }) => !ok).length,
    invalid: rows.filter(({ ok, invalid }) => ok && invalid !== undefined).length,
    impossible: rows.filter(({ impossible }) => impossible !== undefined).length,
    summary: summarise(counted, resampling),
  };
}

/** Each target against the one that was named first, with the same prompts. */
function comparisonsOf(
  { targets, rows }: Raw,
  series: readonly Series[],
  resampling: { seed: number; replicates: number },
): Comparison[] {
  const countedOf = ({ id }: Series) => rows.filter((row) => row.series === id && counts(row));
  const bases = series.filter(({ target, cached }) => target === targets[0]?.id && !cached);
  return bases.flatMap((base) =>
    series
      .filter(({ target, set, cached }) => target !== base.target && set === base.set && !cached)
      .map((other) => ({
        base: base.id,
        other: other.id,
        figures: compareRuns(countedOf(base), countedOf(other), resampling),
      }))
      .filter(({ figures }) => figures.length > 0),
  );
}
