import type { ErrorCode } from '../../src/errors.ts';
import {
  type Command,
  type CommandName,
  commandNames,
  commands,
  type DialectName,
  dialectNames,
  type FaultCase,
  type Outcome,
} from './fault-cells.ts';

/** How a command must end: healed, or with an error of the table. Two, where it hangs on who gives up first. */
export type End = 'ok' | ErrorCode;
type Ends = End | readonly End[];

export interface FaultRow extends FaultCase {
  readonly speak: Ends;
  readonly listen: Ends;
  /** Where a dialect's own documents say otherwise. */
  readonly but?: Partial<Record<DialectName, { readonly speak?: Ends; readonly listen?: Ends }>>;
  /** What measures takes no other connection, so that it ends otherwise where the others are healed by one. */
  readonly measured?: Ends;
  /** Where what comes is not what was said, and no client can mend it: what it leaves there is not looked at. */
  readonly spoils?: readonly DialectName[];
  /** What must be said of it, in both directions or one, and in all dialects or some; not where it is an error. */
  readonly warns?: {
    readonly of: string;
    readonly direction?: 'speak' | 'listen';
    readonly dialects?: readonly DialectName[];
  };
  readonly commands?: readonly CommandName[];
}

const both = (spec: string, ends: Ends, more: Partial<FaultRow> = {}): FaultRow => ({
  spec,
  speak: ends,
  listen: ends,
  ...more,
});
const soon = { args: ['--timeout', '1', '--connect-timeout', '1'], reconnects: 0 };
/** A file and a transcript say it for all that reconnect. */
const few: readonly CommandName[] = ['synth to a file', 'transcribe', 'bench tts', 'bench stt'];

const refused = (status: number, ends: Ends, more: Partial<FaultRow> = {}) =>
  both(`refuse=${status}`, ends, { commands: few, ...more });
const closed = (code: number, ends: Ends, more: Partial<FaultRow> = {}) =>
  both(`close=${code}@3`, ends, { reconnects: 0, commands: few, ...more });

/** SLNG alone has numbers, and they say what came wrong, not what was meant. */
const numbered = (of: string): Partial<FaultRow> => ({
  slngAudio: 'json',
  spoils: ['slng'],
  warns: { of, direction: 'speak', dialects: ['slng'] },
});

/** Every fault, and what must come of it. */
export const faultRows: readonly FaultRow[] = [
  refused(400, 'E_REQUEST'),
  refused(401, 'E_AUTH'),
  // Telnyx refuses so what is not on the account.
  refused(403, 'E_AUTH', { but: { telnyx: { speak: 'E_REQUEST' } } }),
  refused(404, 'E_REQUEST'),
  refused(413, 'E_REQUEST'),
  refused(422, 'E_REQUEST'),
  refused(429, 'E_RATE_LIMIT'),
  refused(500, 'E_PROVIDER'),
  refused(502, 'E_PROVIDER'),
  // Deepgram has too many sessions then.
  refused(503, 'E_PROVIDER', { but: { deepgram: { speak: 'E_RATE_LIMIT', listen: 'E_RATE_LIMIT' } } }),
  both('late=300ms', 'ok'),
  both('unanswered', 'E_CONNECT_TIMEOUT', soon),
  both('unready', ['E_CONNECT_TIMEOUT', 'E_TIMEOUT'], soon),
  // The first message is the one that says ready, where a dialect has one.
  both('stall=300ms@1', 'ok'),
  both('stall=300ms@2', 'ok'),
  both('stall=60s@3', 'E_TIMEOUT', soon),
  both('cut@1', 'E_CLOSED', { reconnects: 2 }),
  both('cut@3', 'E_CLOSED', { reconnects: 0 }),
  both('cut@3x1', 'ok', { measured: 'E_CLOSED', warns: { of: 'reconnect' } }),
  both('cut@1B-9kBx2', 'ok', { measured: ['ok', 'E_CLOSED'] }),
  closed(1000, 'E_CLOSED', {
    but: { telnyx: { speak: 'ok' } },
    spoils: ['telnyx'],
    warns: { of: 'unconfirmed_end', direction: 'speak', dialects: ['telnyx'] },
  }),
  closed(1001, 'E_CLOSED'),
  closed(1002, 'E_PROTOCOL'),
  closed(1003, 'E_REQUEST'),
  closed(1007, 'E_REQUEST'),
  closed(1008, 'E_REQUEST'),
  closed(1009, 'E_REQUEST'),
  closed(1010, 'E_CLOSED'),
  closed(1011, 'E_PROVIDER'),
  closed(1012, 'E_CLOSED'),
  closed(1013, 'E_CLOSED'),
  closed(1014, 'E_CLOSED'),
  closed(3000, 'E_CLOSED'),
  closed(4000, 'E_CLOSED'),
  both('close=1011@3x1', 'ok', { measured: 'E_PROVIDER', warns: { of: 'reconnect' } }),
  both('close=1001@3x2', 'ok', { measured: 'E_CLOSED', warns: { of: 'reconnect' } }),
  both('malformed@2', 'ok', { warns: { of: 'malformed' } }),
  // Of Telnyx it is a sound, of the others the answer to a flush or a session's ready.
  both('truncated@2', 'ok', {
    ...{ args: ['--timeout', '2'], reconnects: 0 },
    but: { deepgram: { speak: 'E_TIMEOUT' } },
    spoils: ['telnyx'],
    warns: { of: 'malformed' },
  }),
  both('unknown@2', 'ok'),
  both('huge@2', 'ok'),
  // Later sound is one byte early from there on, as it is where a service cuts samples in two.
  both('odd@2', 'ok', { spoils: dialectNames, warns: { of: 'odd_byte', direction: 'speak' } }),
  both('riff', 'ok'),
  both('rate', 'ok', { warns: { of: 'riff_format', direction: 'speak' } }),
  both('duplicate@2', 'ok', numbered('sequence_repeated')),
  // That the very first is missing cannot be known.
  both('missing@7', 'ok', numbered('sequence_gap')),
  both('flood', 'ok'),
  both('endless@2', 'ok', { spoils: dialectNames }),
  // What speaks says far more than that; what listens may have said all by then.
  {
    spec: 'half open',
    network: { silentAfterBytes: 3000 },
    ...soon,
    speak: 'E_TIMEOUT',
    listen: ['ok', 'E_TIMEOUT'],
  },
  both('200 ms of jitter', 'ok', { network: { jitterMs: 200 } }),
  {
    spec: '1 kB/s',
    network: { bytesASecond: 1000 },
    soundArgs: ['--sample-rate', '8000'],
    speak: 'ok',
    listen: 'ok',
  },
  both('20 kB/s', 'ok', { network: { bytesASecond: 20_000 } }),
];

export const cellsInADialect = faultRows.reduce((sum, row) => sum + (row.commands ?? commandNames).length, 0);

interface Judged {
  readonly fault: FaultRow;
  readonly dialect: DialectName;
  readonly command: CommandName;
}

/** Of these it must end with one. */
export function endsOf({ fault, dialect, command }: Judged): readonly End[] {
  const { direction, measures }: Command = commands[command];
  const ends = (measures && fault.measured) ?? fault.but?.[dialect]?.[direction] ?? fault[direction];
  return typeof ends === 'string' ? [ends] : ends;
}

function warningOf({ fault, dialect, command }: Judged): string | undefined {
  const { direction, measures }: Command = commands[command];
  if (!fault.warns || (measures && fault.measured)) return undefined;
  const { of, direction: only = direction, dialects = dialectNames } = fault.warns;
  return only === direction && dialects.includes(dialect) ? of : undefined;
}

/** What is wrong with an outcome: it ended otherwise than it must, in silence, or what came is not kept as it came. */
export function wrongIn({ ended, left, warned }: Outcome, judged: Judged): string | undefined {
  const must: readonly string[] = endsOf(judged);
  if (!must.includes(ended)) return `it ended with ${ended}, not ${must.join(' or ')}`;
  const warning = warningOf(judged);
  if (warning !== undefined && !warned.includes(warning)) return `it did not warn of ${warning}`;
  const { fault, dialect, command } = judged;
  if (commands[command].direction === 'speak' && fault.spoils?.includes(dialect)) return undefined;
  const kept = ended === 'ok' ? left === 'all' : left !== 'other';
  return kept ? undefined : `it ended with ${ended}, and ${left} is left`;
}
