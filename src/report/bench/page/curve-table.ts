import type { Curve } from '../page-data.ts';
import { rankOf } from '../page-data.ts';

/** Values on one x, and for each curve the share of its runs (in percent) that is at most there; none before its first. */
export interface CurveTable {
  readonly x: readonly number[];
  readonly shares: readonly (readonly (number | null)[])[];
}

/** Empirical distributions side by side: each is a staircase that goes up at its own values. */
export function curveTable(curves: readonly (Curve | undefined)[]): CurveTable {
  const x = [...new Set(curves.flatMap((curve) => curve?.values ?? []))].sort((a, b) => a - b);
  return { x, shares: curves.map((curve) => (curve ? sharesAt(x, curve) : x.map(() => null))) };
}

function sharesAt(x: readonly number[], { count, values }: Curve): (number | null)[] {
  let next = 0;
  let share: number | null = null;
  return x.map((at) => {
    for (; next < values.length && (values[next] ?? 0) <= at; next++) {
      share = (100 * (rankOf(next, values.length, count) + 1)) / count;
    }
    return share;
  });
}
