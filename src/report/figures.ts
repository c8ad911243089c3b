/** Seconds for a person: `1.42 s`, `154 s`. */
export function seconds(ms: number): string {
  const value = ms / 1000;
  return `${value.toFixed(value < 99.995 ? 2 : 0)} s`;
}

/** Milliseconds for a person: `0.4 ms`, `38 ms`. */
export function milliseconds(ms: number): string {
  return `${Math.abs(ms) < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

const sizes = [
  { name: 'GB', bytes: 1e9 },
  { name: 'MB', bytes: 1e6 },
  { name: 'kB', bytes: 1e3 },
];

/** Sizes for a person, all in the unit of the last one: `0.3/2.0 MB`. */
export function sizesOf(...counts: readonly number[]): string {
  const largest = counts.at(-1) ?? 0;
  const size = sizes.find(({ bytes }) => largest >= bytes);
  if (!size) return `${counts.join('/')} bytes`;
  return `${counts.map((count) => (count / size.bytes).toFixed(1)).join('/')} ${size.name}`;
}

/** A ratio for a person: two decimals, or one digit where that would be 0.00. */
export function ratio(value: number): string {
  return value > 0 && value < 0.005 ? value.toPrecision(1) : value.toFixed(2);
}
