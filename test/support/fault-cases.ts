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

/** How a command must end: healed, or with an error of the table. */
export type End = 'ok' | ErrorCode;

export interface FaultRow extends FaultCase {
  readonly speak: End;
  readonly listen: End;
  /** Where a dialect's own documents say otherwise. */
  readonly but?: Partial<Record<DialectName, { readonly speak?: End; readonly listen?: End }>>;
  /** What measures takes no other connection, so that it ends otherwise where the others are healed by one. */
  readonly measured?: End;
  /** Of these what came is not what was said, and no client can mend it: some is left, and it may be any. */
  readonly spoils?: readonly DialectName[];
  /** The code of the warning that must be said of it, where it is no error. */
  readonly warns?: string;
  /** Something came before the error, and must be kept. */
  readonly keeps?: true;
  readonly commands?: readonly CommandName[];
  /** It can act in these alone. */
  readonly dialects?: readonly DialectName[];
}

const both = (spec: string, end: End, more: Partial<FaultRow> = {}): FaultRow => ({
  spec,
  speak: end,
  listen: end,
  ...more,
});
const commandsOf = (direction: 'speak' | 'listen') =>
  commandNames.filter((name) => commands[name].direction === direction);
const speaking = commandsOf('speak');
const hearing = commandsOf('listen');
const soon = { args: ['--timeout', '1', '--connect-timeout', '1'], reconnects: 0 };
/** A file and a transcript say it for all that reconnect. */
const few: readonly CommandName[] = ['synth to a file', 'transcribe', 'bench tts', 'bench stt'];

const refused = (status: number, end: End, more: Partial<FaultRow> = {}) =>
  both(`refuse=${status}`, end, { commands: few, ...more });
const closed = (code: number, end: End, more: Partial<FaultRow> = {}) =>
  both(`close=${code}@3`, end, { reconnects: 0, commands: few, ...more });

/** Behind the upgrade, and before all has come. */
const cutting = (times: number): Partial<FaultRow> => ({
  hop: { answer: '200 OK', cut: { afterBytes: 700, times } },
  commands: few,
});

/** SLNG alone has numbers, and they say what came wrong, not what was meant. */
const numbered = (of: string): Partial<FaultRow> => ({
  slngAudio: 'json',
  dialects: ['slng'],
  commands: speaking,
  spoils: ['slng'],
  warns: of,
});

/** Every fault, and what must come of it. */
export const faultRows: readonly FaultRow[] = [
  // Nobody is sent elsewhere with a key.
  refused(301, 'E_CONNECT'),
  refused(307, 'E_CONNECT'),
  refused(400, 'E_REQUEST'),
  refused(401, 'E_AUTH'),
  refused(402, 'E_REQUEST'),
  // Telnyx refuses so what is not on the account.
  refused(403, 'E_AUTH', { but: { telnyx: { speak: 'E_REQUEST' } } }),
  refused(404, 'E_REQUEST'),
  refused(408, 'E_PROVIDER'),
  refused(413, 'E_REQUEST'),
  refused(422, 'E_REQUEST'),
  refused(429, 'E_RATE_LIMIT'),
  refused(500, 'E_PROVIDER'),
  refused(502, 'E_PROVIDER'),
  // Deepgram has too many sessions then.
  refused(503, 'E_PROVIDER', { but: { deepgram: { speak: 'E_RATE_LIMIT', listen: 'E_RATE_LIMIT' } } }),
  refused(504, 'E_PROVIDER'),
  both('late=300ms', 'ok'),
  both('unanswered', 'E_CONNECT_TIMEOUT', soon),
  // Where no message says ready, a connection is that when it is open.
  both('unready', 'E_CONNECT_TIMEOUT', {
    ...soon,
    but: { deepgram: { listen: 'E_TIMEOUT' }, telnyx: { speak: 'E_TIMEOUT', listen: 'E_TIMEOUT' } },
  }),
  // The first message is the one that says ready, where a dialect has one.
  both('stall=300ms@1', 'ok'),
  both('stall=300ms@2', 'ok'),
  both('stall=60s@3', 'E_TIMEOUT', soon),
  both('cut@1', 'E_CLOSED', { reconnects: 2 }),
  both('cut@3', 'E_CLOSED', { reconnects: 0 }),
  both('cut@3x1', 'ok', { measured: 'E_CLOSED', warns: 'reconnect' }),
  // The first message of SLNG is its ready, before which nothing is lost.
  both('cut@200B-9kBx2', 'ok', { commands: speaking, measured: 'E_CLOSED', warns: 'reconnect' }),
  both('cut@200B-900Bx2', 'ok', { commands: hearing, measured: 'E_CLOSED', warns: 'reconnect' }),
  closed(1000, 'E_CLOSED', {
    but: { telnyx: { speak: 'ok' } },
    spoils: ['telnyx'],
    warns: 'unconfirmed_end',
  }),
  closed(1001, 'E_CLOSED'),
  closed(1002, 'E_PROTOCOL'),
  closed(1003, 'E_REQUEST'),
  // No code at all, which says as little as 1000.
  closed(1005, 'E_CLOSED', {
    but: { telnyx: { speak: 'ok' } },
    spoils: ['telnyx'],
    warns: 'unconfirmed_end',
  }),
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
  // Behind the first sound, and behind the first final.
  both('close=1011@16', 'E_PROVIDER', { reconnects: 0, commands: speaking, keeps: true }),
  both('close=1011@7', 'E_PROVIDER', { reconnects: 0, commands: hearing, keeps: true }),
  both('stall=60s@16', 'E_TIMEOUT', { ...soon, commands: speaking, keeps: true }),
  // Also where a final that was under way is taken for the answer to `finalize` (SLNG, Telnyx).
  both('stall=60s@7', 'E_TIMEOUT', { ...soon, commands: hearing, keeps: true }),
  // The next connection is refused; and the one behind that is not, where it may come again.
  both('cut@3x1,refuse=503@2x1', 'ok', { measured: 'E_CLOSED', warns: 'reconnect' }),
  both('close=1011@16x1,refuse=401@2', 'E_AUTH', { commands: speaking, measured: 'E_PROVIDER', keeps: true }),
  both('close=1011@7x1,refuse=401@2', 'E_AUTH', { commands: hearing, measured: 'E_PROVIDER', keeps: true }),
  both('close=1011@3x1', 'ok', { measured: 'E_PROVIDER', warns: 'reconnect' }),
  both('close=1001@3x2', 'ok', { measured: 'E_CLOSED', warns: 'reconnect' }),
  both('malformed@2', 'ok', { warns: 'malformed' }),
  // Of Telnyx it is a sound, of the others the answer to a flush or a session's ready.
  both('truncated@2', 'ok', {
    ...{ args: ['--timeout', '2'], reconnects: 0 },
    but: { deepgram: { speak: 'E_TIMEOUT' } },
    spoils: ['telnyx'],
    warns: 'malformed',
  }),
  both('unknown@2', 'ok'),
  both('huge@2', 'ok'),
  // Later sound is one byte early from there on, as it is where a service cuts samples in two.
  both('odd@2', 'ok', { commands: speaking, spoils: dialectNames, warns: 'odd_byte' }),
  both('riff', 'ok', { commands: speaking }),
  both('rate', 'ok', { commands: speaking, warns: 'riff_format' }),
  both('duplicate@2', 'ok', numbered('sequence_repeated')),
  // That the very first is missing cannot be known.
  both('missing@7', 'ok', numbered('sequence_gap')),
  both('flood', 'ok', { commands: hearing }),
  both('pings@2', 'ok'),
  both('endless@2', 'ok', { spoils: dialectNames }),
  // What speaks has said all before a second of it comes, if nothing holds it up.
  both('endless@2,stall=300ms@5', 'ok', { commands: speaking, spoils: dialectNames }),
  both('a proxy', 'ok', { hop: { answer: '200 OK' }, commands: few }),
  both('a proxy that refuses', 'E_CONNECT', { hop: { answer: '403 Forbidden' }, commands: few }),
  both('a proxy that says nothing', 'E_CONNECT_TIMEOUT', { hop: { answer: null }, ...soon, commands: few }),
  both('a proxy that cuts', 'E_CLOSED', { ...cutting(Number.POSITIVE_INFINITY), reconnects: 0 }),
  both('a proxy that cuts twice', 'ok', { ...cutting(2), measured: 'E_CLOSED', warns: 'reconnect' }),
  // The first sound comes behind it, and the first final.
  both('half open', 'E_TIMEOUT', { network: { silentAfterBytes: 3000 }, ...soon, commands: speaking }),
  both('half open early', 'E_TIMEOUT', { network: { silentAfterBytes: 700 }, ...soon, commands: hearing }),
  both('200 ms of jitter', 'ok', { network: { jitterMs: 200 } }),
  both('1 kB/s', 'ok', {
    network: { bytesASecond: 1000, upBytesASecond: 1000 },
    soundArgs: ['--sample-rate', '8000'],
    commands: speaking,
  }),
  // What was said would take minutes to get there.
  both('1 kB/s to the client', 'ok', { network: { bytesASecond: 1000 }, commands: hearing }),
  both('20 kB/s', 'ok', { network: { bytesASecond: 20_000, upBytesASecond: 20_000 } }),
];

/** The commands that it is tried with, in a dialect. */
export function commandsFor(
  { commands: some = commandNames, dialects = dialectNames }: FaultRow,
  dialect: DialectName,
) {
  return dialects.includes(dialect) ? some : [];
}

interface Judged {
  readonly fault: FaultRow;
  readonly dialect: DialectName;
  readonly command: CommandName;
}

export function endOf({ fault, dialect, command }: Judged): End {
  const { direction, measures }: Command = commands[command];
  return (measures && fault.measured) ?? fault.but?.[dialect]?.[direction] ?? fault[direction];
}

/** What is wrong with an outcome: it ended otherwise than it must, in silence, or what came is not kept as it came. */
export function wrongIn({ ended, left, acted, warned }: Outcome, judged: Judged): string | undefined {
  const { fault, dialect, command } = judged;
  const must = endOf(judged);
  if (acted === false) return 'the fault never acted';
  if (ended !== must) return `it ended with ${ended}, not ${must}`;
  if (ended === 'ok' && fault.warns !== undefined && !warned.includes(fault.warns))
    return `it did not warn of ${fault.warns}`;
  const isSpoilt = commands[command].direction === 'speak' && fault.spoils?.includes(dialect);
  return isKept(left, isSpoilt ? 'spoilt' : ended, fault) ? undefined : `it ended with ${ended}, and ${left} is left`;
}

function isKept(left: Outcome['left'], ended: string, { keeps }: FaultRow): boolean {
  if (ended === 'spoilt') return left !== 'nothing';
  if (ended === 'ok') return left === 'all';
  return keeps ? left === 'part' : left !== 'other';
}
