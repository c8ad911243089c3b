import type { Mark, Timeline } from './timeline.ts';

/** Milliseconds from one mark to another; undefined where either is missing. The only subtraction of two times. */
export function betweenMs(timeline: Timeline, from: Mark, to: Mark): number | undefined {
  return sinceMs(timeline.at(from), timeline.at(to));
}

export function sinceMs(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : toMs - fromMs;
}

/** The middle one, or the mean of the two in the middle; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[sorted.length >> 1];
  const low = sorted[(sorted.length - 1) >> 1];
  return high === undefined || low === undefined ? undefined : (low + high) / 2;
}
