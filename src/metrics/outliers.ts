import { percentiles, quantile, samplesWanted } from './quantile.ts';

export interface Outliers {
  /** The outer fences: what lies beyond them is "far out". */
  readonly low: number;
  readonly high: number;
  /** Of the values given, in their order. */
  readonly indices: readonly number[];
}

/**
 * Tukey's outer fences ("Exploratory data analysis", 1977): three times the distance between the quartiles below the
 * lower and above the upper one. Quartiles, and not the median's deviation (hyperfine's choice), because latencies lean
 * to one side. For warnings alone: nothing is ever dropped for it.
 *
 * Undefined with fewer than ten values, and where the quartiles are the same, as of a count that is mostly 0: then
 * everything else would be far out.
 */
export function outliersOf(values: readonly number[]): Outliers | undefined {
  if (values.length < samplesWanted(percentiles.p50)) return undefined;
  const sorted = Float64Array.from(values).sort();
  const [lower, upper] = [quantile(sorted, 25), quantile(sorted, 75)];
  const reach = 3 * (upper - lower);
  if (!(reach > 0)) return undefined;
  const [low, high] = [lower - reach, upper + reach];
  return { low, high, indices: [...values.keys()].filter((at) => isBeyond(values[at], low, high)) };
}

function isBeyond(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && (value < low || value > high);
}
