import { InvalidArgumentError } from 'commander';

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** Nobody waits longer, and a timer of Node's takes no more than 24 days. */
const longestMs = 24 * 3_600_000;

/** What a time is written as, in the words of an error. */
export const durationForm = 'a time above 0 and up to 24h, like 500ms, 8s or 2m';

/** "8s", "500ms", "2m": ms; undefined where it is no such time. */
export function durationMs(text: string): number | undefined {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)$/.exec(text) ?? [];
  const valueMs = Number(number) * (unitsMs[unit] ?? 0);
  return valueMs > 0 && valueMs <= longestMs ? valueMs : undefined;
}

/** The same, as the value of a flag. */
export function duration(text: string): number {
  const valueMs = durationMs(text);
  if (valueMs === undefined) throw new InvalidArgumentError(`Not ${durationForm}.`);
  return valueMs;
}
