import type { FigureName, Figures } from '../metrics/figures.ts';
import type { RunRow } from './document.ts';
import type { MeasuredAhead, Outcome } from './lane.ts';
import type { ScheduledJob } from './schedule.ts';
import { type SelfWatch, stallMs } from './self-watch.ts';

/** Figures that no service can bring about faster than its link's round trip. */
const bounded = ['ttfbMs', 'finalizeMs'] as const satisfies readonly FigureName[];

export interface MadeRun {
  readonly job: ScheduledJob;
  readonly outcome: Outcome;
  /** When it was begun, clock ms; and when it should have been, in an open loop. */
  readonly startedMs: number;
  readonly intendedMs?: number;
  /** How long it then waited for the service's limits before it was begun, ms: that is no lateness. */
  readonly roomMs?: number;
}

/** Runs of one target, with prompts of one length; what came out of a cache is a series of its own. */
export function seriesId(target: string, set: string, cached: boolean): string {
  return `${target} · ${set}${cached ? ' · cached' : ''}`;
}

/** The row of a run. `zeroMs`: the clock's time at which the first was begun. */
export function rowOf(made: MadeRun, watch: SelfWatch, zeroMs: number): RunRow {
  const { job, outcome, startedMs, intendedMs, roomMs = 0 } = made;
  const { target, material, variation, run } = job;
  const { error, connection, cached, requestId, address, tls, transcript } = outcome;
  const waitedMs = roomMs + (outcome.waitedMs ?? 0);
  const { id } = target.facts;
  const figures = believed(outcome, watch);
  const stalledMs = watch.stalledFor(outcome.t0Ms ?? startedMs, outcome.endMs);
  const stalled = stalledMs !== undefined && stalledMs > stallMs;
  const invalid = stalled ? `the client stalled for ${Math.round(stalledMs)} ms` : outcome.invalid;
  const impossible = bounded.filter((name) => isBelowLink(figures, name, outcome.leastRttMs));
  return {
    run,
    series: seriesId(id, material.set, cached === true),
    target: id,
    prompt: material.id,
    set: material.set,
    variation,
    machine: 0,
    startedAtMs: Math.round(startedMs - zeroMs),
    ...(intendedMs !== undefined && { intendedAtMs: Math.round(intendedMs - zeroMs) }),
    connection,
    ok: error === undefined,
    ...(error && { error: { code: error.code, message: error.message } }),
    ...(invalid !== undefined && { invalid }),
    ...(impossible.length > 0 && { impossible }),
    ...(cached !== undefined && { cached }),
    ...(requestId !== undefined && { requestId }),
    ...(address !== undefined && { address }),
    ...(tls !== undefined && { tls }),
    ...(transcript !== undefined && { transcript }),
    ...figures,
    ...(waitedMs > 0 && { waitedMs: rounded(waitedMs) }),
    ...(intendedMs !== undefined && fromIntended(figures, startedMs - intendedMs - roomMs)),
  };
}

/** Without those that were measured ahead of the run while this process stood still: they are its own time. */
function believed({ figures, ahead = [] }: Outcome, watch: SelfWatch): Figures {
  const isSpoilt = ({ fromMs, toMs }: MeasuredAhead) => (watch.stalledFor(fromMs, toMs) ?? 0) > stallMs;
  const spoilt = new Set<string>(ahead.filter(isSpoilt).flatMap((one) => one.figures));
  return Object.fromEntries(Object.entries(figures).filter(([name]) => !spoilt.has(name)));
}

/** By the shortest ping: a link that was once so fast may have been as fast again. */
function isBelowLink({ rttMs, ...figures }: Figures, name: (typeof bounded)[number], leastRttMs = rttMs) {
  const value = figures[name];
  return value !== undefined && rttMs !== undefined && leastRttMs !== undefined && value < leastRttMs;
}

/** An open loop: who should have been served then waited for that too. */
function fromIntended({ ttfbMs, ttfaMs }: Figures, lateMs: number): Figures {
  return {
    lateMs: rounded(lateMs),
    ...(ttfbMs !== undefined && { ttfbFromIntendedMs: rounded(ttfbMs + lateMs) }),
    ...(ttfaMs !== undefined && { ttfaFromIntendedMs: rounded(ttfaMs + lateMs) }),
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
