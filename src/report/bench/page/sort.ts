/** What a cell is sorted by: a number before a text, and what is missing last, whichever way. */
export type SortKey = number | string | undefined;

export type Direction = 'ascending' | 'descending';

/** The order of rows by their keys, as indexes; rows with equal keys stay as they stand. */
export function sortedIndexes(keys: readonly SortKey[], direction: Direction): number[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return keys.map((_, at) => at).sort((a, b) => compare(keys[a], keys[b], sign));
}

function compare(a: SortKey, b: SortKey, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1;
  return sign * a.localeCompare(b, 'en', { numeric: true });
}
