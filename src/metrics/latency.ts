import type { Mark, Timeline } from './timeline.ts';

/** Milliseconds from one mark to another; undefined where either is missing. The only subtraction of two times. */
export function betweenMs(timeline: Timeline, from: Mark, to: Mark): number | undefined {
  return sinceMs(timeline.at(from), timeline.at(to));
}

export function sinceMs(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : toMs - fromMs;
}
