/** What a fault is told with `=`. */
export type FaultValue = 'status' | 'time' | 'code';

/** What it happens to: the upgrade, or what the client is sent. */
export type FaultScope = 'upgrade' | 'message';

export interface FaultRow {
  readonly scope: FaultScope;
  readonly value?: FaultValue;
  readonly words: string;
}

/** Every fault that `vox serve --faults` can inject. The list of the flag and the table in docs/serving.md are made of it. */
export const faultTable = {
  refuse: { scope: 'upgrade', value: 'status', words: "the upgrade is answered so, in the dialect's own words" },
  late: { scope: 'upgrade', value: 'time', words: 'the upgrade is answered so much later' },
  unanswered: { scope: 'upgrade', words: 'the upgrade is never answered' },
  unready: { scope: 'message', words: 'from here on no message leaves, not even the one that says ready' },
  stall: { scope: 'message', value: 'time', words: 'no message leaves for so long, then all of them' },
  cut: { scope: 'message', words: 'the TCP connection breaks off, in the middle of a frame where it falls so' },
  close: { scope: 'message', value: 'code', words: 'a WebSocket close with that code; 1005: with none' },
  malformed: { scope: 'message', words: 'a message of JSON that is none comes before' },
  truncated: { scope: 'message', words: 'the next message of JSON breaks off in the middle' },
  unknown: { scope: 'message', words: 'a message of a type that nobody knows comes before' },
  huge: { scope: 'message', words: 'such a message with a megabyte of text comes before' },
  pings: { scope: 'message', words: 'a thousand pings come before' },
  odd: { scope: 'message', words: 'the next sound lacks its last byte' },
  riff: { scope: 'message', words: 'a RIFF header that is right stands before the next sound' },
  rate: { scope: 'message', words: 'a RIFF header of twice the sample rate stands before the next sound' },
  duplicate: { scope: 'message', words: 'the next message that has a sequence number comes twice' },
  missing: { scope: 'message', words: 'the next message that has a sequence number is left out' },
  flood: { scope: 'message', words: 'the next interim result comes a thousand times' },
  endless: { scope: 'message', words: 'the next sound or interim result comes again and again, every 20 ms' },
} as const satisfies Readonly<Record<string, FaultRow>>;

export type FaultName = keyof typeof faultTable;

/** Those of a scope. */
export type FaultOf<Scope extends FaultScope> = {
  [Name in FaultName]: (typeof faultTable)[Name]['scope'] extends Scope ? Name : never;
}[FaultName];

export const faultNames = Object.keys(faultTable).filter((name): name is FaultName => Object.hasOwn(faultTable, name));

/** A line for each, for a terminal. */
export function faultList(): string {
  const lines = faultNames.map((name): [string, string] => {
    const { value, words }: FaultRow = faultTable[name];
    return [value === undefined ? name : `${name}=${value.toUpperCase()}`, words];
  });
  const width = Math.max(...lines.map(([form]) => form.length));
  return lines.map(([form, words]) => `${form.padEnd(width)}  ${words}\n`).join('');
}

/**
 * Where a fault comes to act: at a byte or at a message to the client, drawn evenly between the two. For what happens to
 * an upgrade the messages are the upgrades, counted over the server's life.
 */
export interface Place {
  readonly unit: 'bytes' | 'messages';
  readonly least: number;
  readonly most: number;
}

export interface FaultWish<Name extends FaultName = FaultName> {
  readonly name: Name;
  /** A status, a close code, or ms. */
  readonly value: number;
  readonly at: Place;
  /** On so many connections. */
  readonly times: number;
}

export function hasScope<Scope extends FaultScope, Wish extends FaultWish>(
  scope: Scope,
  wish: Wish,
): wish is Wish & FaultWish<FaultOf<Scope>> {
  return faultTable[wish.name].scope === scope;
}

export interface FaultPlan {
  readonly faults: readonly FaultWish[];
  readonly seed: number;
}
