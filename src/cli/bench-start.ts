import { type Clock, pause } from '../clock.ts';
import { SpeechError } from '../errors.ts';

const longestMs = 24 * 3_600_000;
const grammar = 'use 14:30, 14:30:15, +30s, or a date and time such as 2030-01-31T14:30:00Z';
const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/**
 * The instant that `--start-at` means, ms since 1970: so much later, a time of today (of this machine's time zone), or
 * a date and time of ISO 8601. E_USAGE for what is none, has passed, or is more than a day away.
 */
export function parseStartAt(text: string, now: Date): number {
  const at = instantOf(text, now);
  const refusal = (complaint: string, todo: string) =>
    new SpeechError('E_USAGE', `--start-at ${text.slice(0, 40)} ${complaint}`, { todo });
  if (at === undefined || Number.isNaN(at)) throw refusal('is no time', grammar);
  const aheadMs = at - now.getTime();
  if (aheadMs < 0) throw refusal('has passed', 'name a time that is still to come; for tomorrow, with its date');
  if (aheadMs > longestMs) throw refusal('is more than a day away', 'start vox later');
  return at;
}

function instantOf(text: string, now: Date): number | undefined {
  const [, number, unit = ''] = /^\+(\d{1,6}(?:\.\d+)?)(s|m|h)$/.exec(text) ?? [];
  if (number !== undefined) return now.getTime() + Number(number) * (unitsMs[unit] ?? 0);
  const [, hour, minute, second = '0'] = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (hour !== undefined) return new Date(now).setHours(Number(hour), Number(minute), Number(second), 0);
  return dated(text);
}

/** A date of which no part is out of its range: `Date` itself makes 3 March of 31 February where it has no zone. */
function dated(text: string): number | undefined {
  const pattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/;
  const [, year, month, day, hour] = pattern.exec(text) ?? [];
  if (year === undefined) return undefined;
  const written = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const isDay = written.getUTCMonth() === Number(month) - 1 && written.getUTCDate() === Number(day);
  return isDay && Number(hour) < 24 ? Date.parse(text) : undefined;
}

/** Waits for the instant, and says so; no time where it has come. */
export async function waitForStart(
  at: number,
  { clock, signal, note, now }: { clock: Clock; signal: AbortSignal; note: (text: string) => void; now: Date },
): Promise<void> {
  const aheadMs = at - now.getTime();
  if (aheadMs <= 0)
    return note(`vox: the time to start passed ${Math.round(-aheadMs)} ms ago, while all was made ready`);
  note(`vox: starting at ${new Date(at).toISOString()}, in ${Math.round(aheadMs / 100) / 10} s`);
  await pause(clock, aheadMs, signal);
}
