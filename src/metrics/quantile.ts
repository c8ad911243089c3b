/**
 * How percentiles are made: type 7 of Hyndman and Fan ("Sample quantiles in statistical packages", 1996), the default
 * of numpy's `percentile` and of R's `quantile`. The value at rank (n − 1) · percent ÷ 100, counted from 0, by linear
 * interpolation between its two neighbours.
 */
export const percentileMethod = 'hyndman-fan-7';

/** The percentiles that are given, lowest first. In percent, for then the ranks of whole ones are exact. */
export const percentiles = { p50: 50, p90: 90, p95: 95, p99: 99 } as const;

export type PercentileName = keyof typeof percentiles;

export const percentileNames = Object.keys(percentiles).filter(isPercentileName);

export function isPercentileName(name: string): name is PercentileName {
  return Object.hasOwn(percentiles, name);
}

/** A percentile is given only where so many samples lie above it. */
const samplesAbove = 5;

/** How many samples a percentile wants: 10 for p50, 50 for p90, 100 for p95, 500 for p99. */
export function samplesWanted(percent: number): number {
  return Math.ceil((100 * samplesAbove) / (100 - percent));
}

/** The percentile of values in rising order, at least one. */
export function quantile(sorted: ArrayLike<number>, percent: number): number {
  const rank = ((sorted.length - 1) * percent) / 100;
  const at = Math.floor(rank);
  const low = sorted[at] ?? 0;
  return between(low, sorted[at + 1] ?? low, rank - at);
}

/**
 * Percentiles of values in rising order, each of which stands there as often as its weight says (0 is possible): what
 * `quantile` gives of the list written out. `total` is the sum of the weights, at least 1; the percents rise too, so
 * that one walk finds them all. The answers go into `into`, which has as many places as there are percents.
 */
export function weightedQuantiles(
  sorted: Float64Array,
  weights: Uint32Array,
  total: number,
  percents: readonly number[],
  into: Float64Array,
): void {
  let at = -1;
  // How many places of the list written out are taken up by values at or before `at`.
  let through = 0;
  for (const [slot, percent] of percents.entries()) {
    const rank = ((total - 1) * percent) / 100;
    const place = Math.floor(rank);
    while (through <= place && at < sorted.length - 1) through += weights[++at] ?? 0;
    const low = sorted[at] ?? 0;
    const isLast = through > place + 1 || place + 1 >= total;
    const high = isLast ? low : (sorted[nextWeighted(weights, at)] ?? low);
    into[slot] = between(low, high, rank - place);
  }
}

function nextWeighted(weights: Uint32Array, after: number): number {
  let at = after + 1;
  while (at < weights.length && weights[at] === 0) at++;
  return at;
}

function between(low: number, high: number, share: number): number {
  return low + (high - low) * share;
}
