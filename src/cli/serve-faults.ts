import { randomInt } from 'node:crypto';
import { SpeechError } from '../errors.ts';
import {
  type FaultName,
  type FaultPlan,
  type FaultRow,
  type FaultValue,
  type FaultWish,
  faultNames,
  faultTable,
  type Place,
} from '../server/faults/table.ts';
import { durationForm, durationMs } from './duration.ts';

export { type FaultPlan, faultList } from '../server/faults/table.ts';

const seeds = 1_000_000;

/** What `--faults` asks for; without a seed, one is drawn. */
export function faultsOf(specs: readonly string[]): FaultPlan | undefined {
  return specs.length === 0 ? undefined : readFaults(specs, randomInt(seeds));
}

const form = /^(?<name>[a-z]+)(?:=(?<value>[^@x]+))?(?:@(?<at>[^x]+))?(?:x(?<times>[1-9]\d{0,5}))?$/;
const sizes: Readonly<Record<string, number>> = { B: 1, kB: 1000, MB: 1_000_000 };
/** What a WebSocket may be closed with from outside (RFC 6455, 7.4): the others are never sent, and 1005 is no code at all. */
const mayClose = (code: number) =>
  (code >= 1000 && code <= 1014 && ![1004, 1006].includes(code)) || (code >= 3000 && code <= 4999);

const readers: Readonly<Record<FaultValue, { read(text: string): number | undefined; form: string }>> = {
  status: {
    form: 'a status of HTTP from 300 to 599',
    read: (text) => (/^[345]\d\d$/.test(text) ? Number(text) : undefined),
  },
  code: {
    form: 'a close code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999; or 1005 for a close without one',
    read: (text) => (/^\d{4}$/.test(text) && mayClose(Number(text)) ? Number(text) : undefined),
  },
  time: { form: durationForm, read: durationMs },
};

/** `3`, `2-9`: messages; `20kB`, `512B-9kB`: bytes. */
function readPlace(text: string): Place | undefined {
  const parts = text.split('-');
  const ends = parts.map((end) => /^(?<number>\d{1,9})(?<unit>B|kB|MB)?$/.exec(end)?.groups);
  const [from, to] = parts.length === 1 ? [ends[0], ends[0]] : ends;
  if (ends.length > 2 || !from || !to || (from.unit === undefined) !== (to.unit === undefined)) return undefined;
  const [least, most] = [from, to].map(({ number, unit }) => Number(number) * (sizes[unit ?? ''] ?? 1));
  if (least === undefined || most === undefined || most < least) return undefined;
  if (from.unit !== undefined) return { unit: 'bytes', least, most };
  return least === 0 ? undefined : { unit: 'messages', least, most };
}

const first: Place = { unit: 'messages', least: 1, most: 1 };

/**
 * What `--faults` says: faults with a comma between, each NAME[=VALUE][@PLACE][xTIMES], and `seed=N`; `drawn` is the
 * seed where none is given. Throws E_USAGE.
 */
export function readFaults(specs: readonly string[], drawn: number): FaultPlan {
  let seed = drawn;
  const faults: FaultWish[] = [];
  const words = specs.flatMap((spec) => spec.split(',')).map((word) => word.trim());
  for (const word of words) {
    const given = /^seed=(\d{1,9})$/.exec(word)?.[1];
    if (given === undefined) faults.push(readFault(word));
    else seed = Number(given);
  }
  return { faults, seed };
}

function isFault(name: string): name is FaultName {
  return Object.hasOwn(faultTable, name);
}

function readFault(word: string): FaultWish {
  const { name = word, value, at, times } = form.exec(word)?.groups ?? {};
  if (!isFault(name)) throw refusal(word, 'is no fault', `the faults: ${faultNames.join(', ')}`);
  const row: FaultRow = faultTable[name];
  const place = at === undefined ? first : readPlace(at);
  if (!place) throw refusal(word, 'has no place that can be read', 'as @3 (a message), @20kB, or a range of either');
  if (row.scope === 'upgrade' && place.unit === 'bytes') {
    throw refusal(word, 'happens to the upgrade', 'say which, as @2 (the second)');
  }
  return {
    name,
    value: readValue(word, value, row),
    at: place,
    times: times === undefined ? Number.POSITIVE_INFINITY : Number(times),
  };
}

function readValue(word: string, text: string | undefined, row: FaultRow): number {
  if (row.value === undefined) {
    if (text === undefined) return 0;
    throw refusal(word, 'takes no value', 'leave out what stands behind =');
  }
  const { read, form } = readers[row.value];
  const value = text === undefined ? undefined : read(text);
  if (value === undefined) throw refusal(word, `wants ${form}`, 'NAME=VALUE');
  return value;
}

function refusal(word: string, why: string, todo: string): SpeechError {
  return new SpeechError('E_USAGE', `--faults: '${word.slice(0, 80)}' ${why}`, { todo });
}
