import type { ErrorCode } from '../../src/errors.ts';
import { type CommandName, commands, type DialectName, type FaultCase, type Outcome } from './fault-cells.ts';

/** How a command must end: healed, or with an error of the table. Two, where it hangs on who gives up first. */
export type End = 'ok' | ErrorCode;
type Ends = End | readonly End[];

export interface FaultRow extends FaultCase {
  readonly speak: Ends;
  readonly listen: Ends;
  /** Where a dialect's own documents say otherwise. */
  readonly but?: Partial<Record<DialectName, { readonly speak?: Ends; readonly listen?: Ends }>>;
  /** What was said is not what comes, and no client can tell, or mend it: what it leaves is not looked at. */
  readonly spoils?: 'speak';
  readonly commands?: readonly CommandName[];
}

const both = (spec: string, ends: Ends, more: Partial<FaultRow> = {}): FaultRow => ({
  spec,
  speak: ends,
  listen: ends,
  ...more,
});
const alone = ['--no-reconnect'];
const soon = ['--timeout', '1', '--connect-timeout', '1', ...alone];
/** A file and a transcript say it for all commands. */
const two: readonly CommandName[] = ['synth to a file', 'transcribe'];

const refused = (status: number, ends: Ends, more: Partial<FaultRow> = {}) =>
  both(`refuse=${status}`, ends, { commands: two, ...more });
const closed = (code: number, ends: Ends, more: Partial<FaultRow> = {}) =>
  both(`close=${code}@3`, ends, { args: alone, commands: two, ...more });

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
  both('unanswered', 'E_CONNECT_TIMEOUT', { args: soon }),
  both('unready', ['E_CONNECT_TIMEOUT', 'E_TIMEOUT'], { args: soon }),
  both('stall=300ms@2', 'ok'),
  both('stall=60s@3', 'E_TIMEOUT', { args: soon }),
  both('cut@1', 'E_CLOSED', { args: ['--max-reconnects', '2'] }),
  both('cut@3', 'E_CLOSED', { args: alone }),
  both('cut@3x1', 'ok'),
  both('cut@1B-9kBx2', 'ok'),
  closed(1000, 'E_CLOSED', { but: { telnyx: { speak: 'ok' } }, spoils: 'speak' }),
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
  both('close=1011@3x1', 'ok'),
  both('close=1001@3x2', 'ok'),
  both('malformed@2', 'ok'),
  // Of Telnyx it is a sound, of the others the answer to a flush or a session's ready.
  both('truncated@2', 'ok', {
    args: ['--timeout', '2', ...alone],
    but: { deepgram: { speak: 'E_TIMEOUT' } },
    spoils: 'speak',
  }),
  both('unknown@2', 'ok'),
  both('huge@2', 'ok'),
  // Later sound is one byte early from there on, as it is where a service cuts samples in two.
  both('odd@2', 'ok', { spoils: 'speak' }),
  both('riff', 'ok'),
  both('rate', 'ok'),
  both('duplicate@2', 'ok', { slngAudio: 'json', spoils: 'speak' }),
  both('missing@2', 'ok', { slngAudio: 'json', spoils: 'speak' }),
  both('flood', 'ok'),
  both('endless@2', 'ok', { spoils: 'speak' }),
  // What speaks says far more than that; what listens may have said all by then.
  {
    spec: 'half open',
    network: { silentAfterBytes: 3000 },
    args: soon,
    speak: 'E_TIMEOUT',
    listen: ['ok', 'E_TIMEOUT'],
  },
  both('200 ms of jitter', 'ok', { network: { jitterMs: 200 } }),
  both('1 kB/s', 'ok', { network: { bytesASecond: 1000 }, commands: ['transcribe', 'listen'] }),
  both('20 kB/s', 'ok', { network: { bytesASecond: 20_000 } }),
];

function endsOf({ speak, listen, but }: FaultRow, dialect: DialectName, command: CommandName): readonly string[] {
  const { direction } = commands[command];
  const ends = but?.[dialect]?.[direction] ?? { speak, listen }[direction];
  return typeof ends === 'string' ? [ends] : ends;
}

/** What is wrong with an outcome: it ended otherwise than it must, or what came is not kept as it came. */
export function wrongIn(
  { ended, left }: Outcome,
  { fault, dialect, command }: { fault: FaultRow; dialect: DialectName; command: CommandName },
): string | undefined {
  const must = endsOf(fault, dialect, command);
  if (!must.includes(ended)) return `it ended with ${ended}, not ${must.join(' or ')}`;
  if (fault.spoils === commands[command].direction) return undefined;
  const kept = ended === 'ok' ? left === 'all' : left !== 'other';
  return kept ? undefined : `it ended with ${ended}, and ${left} is left`;
}
