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

/** A time to wait, for a person: `0:07`, `1:20`, `1:02:03`. */
export function clockTime(ms: number): string {
  const all = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

/** `ttfb 38 ms`; undefined where the figure does not exist. */
export function figure(name: string, value: number | undefined, write: (value: number) => string): string | undefined {
  return value === undefined ? undefined : `${name} ${write(value)}`;
}

/** `connect 3.1 ms + handshake 2 ms`, as far as they are known. */
export function connectFigure(connectMs: number | undefined, handshakeMs: number | undefined): string | undefined {
  const steps = [figure('connect', connectMs, milliseconds), figure('handshake', handshakeMs, milliseconds)];
  return steps.filter((step) => step !== undefined).join(' + ') || undefined;
}

/** `1 word`, `34 words`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
