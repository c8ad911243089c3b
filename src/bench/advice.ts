import type { ErrorCode } from '../errors.ts';
import { outliersOf } from '../metrics/outliers.ts';
import { percentileNames, percentiles, samplesWanted } from '../metrics/quantile.ts';
import type { Advice, BenchDocument, RunRow, Series } from './document.ts';

type Body = Omit<BenchDocument, 'advice'>;

/** Silence in front of the speech that is so much of the time to first audio, and so long, is worth a word. */
const paddedShare = 0.4;
const paddedMs = 100;
/** A first run so many times slower than the median of the others. */
const slowFirst = 2;
/** Waits that nobody would notice are not told. */
const toldWaitMs = 50;
/** With fewer prompts the intervals say little of other texts. */
const fewPrompts = 5;

/** What a person should know before believing the numbers. */
export function adviceOf(body: Body, givenUp: ReadonlyMap<string, ErrorCode> = new Map()): Advice[] {
  const ofTargets = [...givenUp].map(([target, code]) => ({
    code: 'given_up',
    message: `${target} was given up: its first runs all failed with ${code}`,
  }));
  const ofSeries = body.series.flatMap((series) => {
    const rows = body.runs.filter((row) => row.series === series.id);
    return checks.flatMap((check) => check(series, rows)).map((advice) => ({ ...advice, series: series.id }));
  });
  return [...ofTargets, ...ofSeries, ...ofAll(body)];
}

type Check = (series: Series, rows: readonly RunRow[]) => Advice[];

const checks: readonly Check[] = [
  failures,
  invalids,
  impossibles,
  paddedSilence,
  slowFirstRun,
  starving,
  farOut,
  tooFewRuns,
  tooFewPrompts,
];

function failures({ failed, runs }: Series, rows: readonly RunRow[]): Advice[] {
  if (failed === 0) return [];
  const byCode = new Map<string, number>();
  for (const { error } of rows) if (error) byCode.set(error.code, (byCode.get(error.code) ?? 0) + 1);
  const told = [...byCode].map(([code, count]) => `${code} ${count}×`).join(', ');
  return [{ code: 'failures', message: `${failed} of ${runs} runs failed (${told}); they are in no figure` }];
}

function invalids({ invalid, runs }: Series): Advice[] {
  const message = `${invalid} of ${runs} runs do not count: this machine stalled, or a connection was replaced`;
  return invalid === 0 ? [] : [{ code: 'invalid', message }];
}

function impossibles({ impossible }: Series): Advice[] {
  const message = `${impossible} runs answered faster than the link's round trip: that was no answer to what was asked`;
  return impossible === 0 ? [] : [{ code: 'impossible', message }];
}

function paddedSilence({ summary: { ttfaMs, leadingSilenceMs } }: Series): Advice[] {
  const silenceMs = leadingSilenceMs?.p50 ?? leadingSilenceMs?.mean ?? 0;
  const audibleMs = ttfaMs?.p50 ?? ttfaMs?.mean ?? 0;
  if (silenceMs < paddedMs || silenceMs < paddedShare * audibleMs) return [];
  const share = Math.round((100 * silenceMs) / audibleMs);
  const message = `the speech begins with ${Math.round(silenceMs)} ms of silence, ${share} % of the time to first audio`;
  return [{ code: 'padded_silence', message }];
}

/** What a person waits for, of each run that counts: the first audio, else the final, else whatever comes first. */
function waits(rows: readonly RunRow[]): number[] {
  return rows.flatMap(({ ok, invalid, ttfaMs, roundTripMs, ttfsMs, finalizeMs, ttfbMs }) => {
    const waitMs = ttfaMs ?? roundTripMs ?? ttfsMs ?? finalizeMs ?? ttfbMs;
    return ok && invalid === undefined && waitMs !== undefined ? [waitMs] : [];
  });
}

function slowFirstRun({ cached }: Series, rows: readonly RunRow[]): Advice[] {
  const [firstMs, ...others] = waits(rows);
  const rest = others.sort((one, other) => one - other);
  const medianMs = rest[rest.length >> 1];
  if (cached || firstMs === undefined || medianMs === undefined || rest.length < fewPrompts) return [];
  if (firstMs < slowFirst * medianMs) return [];
  const message = `the first run took ${Math.round(firstMs)} ms, the others about ${Math.round(medianMs)} ms: more --warmup?`;
  return [{ code: 'slow_first_run', message }];
}

function starving({ summary: { minPreRollMs } }: Series): Advice[] {
  const worstMs = minPreRollMs?.max ?? 0;
  if (worstMs < 1) return [];
  const message = `a player needs up to ${Math.ceil(worstMs)} ms of pre-roll, or it starves`;
  return [{ code: 'underruns', message }];
}

function farOut(_: Series, rows: readonly RunRow[]): Advice[] {
  const values = waits(rows);
  const count = outliersOf(values)?.indices.length ?? 0;
  if (count === 0) return [];
  const is = count === 1 ? 'is' : 'are';
  const message = `${count} of ${values.length} runs ${is} far from the others; all of them count`;
  return [{ code: 'outliers', message }];
}

function tooFewRuns({ measured }: Series): Advice[] {
  const missing = percentileNames.filter((name) => measured < samplesWanted(percentiles[name]));
  const [first] = missing;
  if (measured === 0 || first === undefined) return [];
  const wanted = missing.map((name) => `${name} wants ${samplesWanted(percentiles[name])}`).join(', ');
  return [{ code: 'too_few_runs', message: `too few runs (${measured}) for ${missing.join(', ')}: ${wanted}` }];
}

function tooFewPrompts({ measured }: Series, rows: readonly RunRow[]): Advice[] {
  const distinct = new Set(rows.map(({ prompt }) => prompt)).size;
  if (measured < fewPrompts || distinct >= fewPrompts) return [];
  const message = `only ${distinct} prompt${distinct === 1 ? '' : 's'}, in variations: the intervals say little of other texts`;
  return [{ code: 'few_prompts', message }];
}

function ofAll({ plan, series }: Body): Advice[] {
  const waited = `${(plan.waitedMs / 1000).toFixed(1)} s were spent waiting for rate limits, in no figure`;
  const dropped = `${plan.dropped} starts of the open loop were never made: no session was free in time`;
  const mixed = 'some answers came from a cache: they are series of their own';
  return [
    ...(plan.waitedMs >= toldWaitMs ? [{ code: 'rate_wait', message: waited }] : []),
    ...(plan.dropped > 0 ? [{ code: 'dropped', message: dropped }] : []),
    ...(series.some(({ cached }) => cached) ? [{ code: 'cached', message: mixed }] : []),
  ];
}
