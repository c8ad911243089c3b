import type { FigureName } from '../../../src/metrics/figures.ts';
import type { TurnRecord } from './record.ts';

/** 24 kHz linear16. */
const bytesPerMs = 48;

export type Truth = { readonly [Name in FigureName]?: number };

/**
 * What the figures of one turn were, from when its frames were really sent: docs/metrics.md in the plainest arithmetic,
 * on whole lists, and in no line that of src/metrics.
 */
export function truthOf({ plan, textMs, flushMs, sent }: TurnRecord): Truth {
  const atMs = sent.map((frame) => frame.atMs - flushMs);
  const lastsMs = sent.map((frame) => frame.bytes / bytesPerMs);
  /** Where in the audio each frame begins. */
  const fromMs = lastsMs.map((_, i) => sum(lastsMs.slice(0, i)));
  const firstMs = at(atMs, 0);
  const lastMs = at(atMs, -1);
  const audioMs = sum(lastsMs);
  const gapsMs = atMs.slice(1).map((ms, i) => ms - at(atMs, i));
  const onsetFrame = fromMs.findLastIndex((ms) => ms <= plan.silenceMs);
  /** How late each frame is for a player that began with the first: it waits as long as the latest so far. */
  const lateMs = atMs.map((ms, i) => ms - firstMs - at(fromMs, i));
  const stalledMs = (preRollMs: number) => Math.max(0, ...lateMs.map((ms) => ms - preRollMs));
  return {
    ttfbMs: firstMs,
    ttfbFlushMs: firstMs,
    ttfbFirstTextMs: firstMs + flushMs - textMs,
    leadingSilenceMs: plan.silenceMs,
    ttfaMs: firstMs + plan.silenceMs + Math.max(...lateMs.slice(0, onsetFrame + 1)),
    ttfaSumMs: firstMs + plan.silenceMs,
    gapMaxMs: Math.max(...gapsMs),
    ...(gapsMs.length >= 100 && { gapP95Ms: nearestRank(gapsMs, 0.95) }),
    underrunMs: stalledMs(0),
    underrunAt100Ms: stalledMs(100),
    underrunAt200Ms: stalledMs(200),
    minPreRollMs: stalledMs(0),
    processingMs: lastMs,
    audioMs,
    rtf: lastMs / audioMs,
    deliveryRate: (audioMs - at(lastsMs, 0)) / (lastMs - firstMs),
    bytes: sum(sent.map((frame) => frame.bytes)),
    chunks: sent.length,
  };
}

/** An interruption, and the turn that was begun behind it. */
export function bargeInTruth({ cancelMs, sent }: TurnRecord, next: TurnRecord): Truth {
  if (cancelMs === undefined) throw new Error('the turn was not interrupted');
  const { ttfaMs = Number.NaN } = truthOf(next);
  return { bargeInMs: Math.max(0, at(sent, -1).atMs - cancelMs), bargeInTtfaMs: next.flushMs + ttfaMs - cancelMs };
}

export function nearestRank(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return at(sorted, Math.max(0, Math.ceil(fraction * sorted.length) - 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function at<T>(list: readonly T[], index: number): T {
  const found = list.at(index);
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}
