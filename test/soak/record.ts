/** What one process said of itself after a forced collection. */
export interface Reading {
  readonly heapBytes: number;
  /** Memory outside of the heap that objects in it hold, array buffers among it. */
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
  /** What keeps its event loop busy: how many of each kind. */
  readonly resources: Readonly<Record<string, number>>;
}

export interface ProcessRecord {
  readonly name: string;
  /** While all sessions are at it, at even distances. */
  readonly atWork: readonly Reading[];
  /** With all sessions ended, after each round of them; the first after the warm-up, in which every kind had been there. */
  readonly atRest: readonly Reading[];
  readonly exitCode: number | null;
}

/** What the sessions did, and what of it went wrong. */
export interface Tally {
  /** By kind of session, and by dialect. */
  readonly kinds: Record<string, number>;
  readonly dialects: Record<string, number>;
  turns: number;
  audioBytes: number;
  words: number;
  reconnects: number;
  /** Their very first connection was lost before it was ready, which is the end of a session. */
  refused: number;
  /** Messages that a client did not know, or could not read. */
  odd: number;
  /** Ended with an error aloud where nothing else was promised: whoever took the sound could take nothing back. */
  lostAloud: number;
  /** Whatever was not as promised: the first of them in words. */
  wrong: number;
  readonly complaints: string[];
}

export interface SoakRecord {
  readonly seed: number;
  readonly minutes: number;
  readonly sessionsAtOnce: number;
  /** How many kinds of sessions there are, each of which must have run. */
  readonly kinds: readonly string[];
  readonly processes: readonly ProcessRecord[];
  readonly tally: Tally;
  /** Connections that were broken on the way, and those that there were. */
  readonly cuts: number;
  readonly connections: number;
  /** Times at which all connections were broken at once. */
  readonly outages: number;
  /** What the servers were told to do wrong; empty where nothing. */
  readonly faults: string;
}

const mostComplaints = 20;

export function emptyTally(): Tally {
  return {
    kinds: {},
    dialects: {},
    turns: 0,
    audioBytes: 0,
    words: 0,
    reconnects: 0,
    refused: 0,
    odd: 0,
    lostAloud: 0,
    wrong: 0,
    complaints: [],
  };
}

/** How many ran to their end. */
export const sessionsOf = ({ kinds }: Tally): number => Object.values(kinds).reduce((sum, count) => sum + count, 0);

export function complain(tally: Tally, complaint: string): void {
  tally.wrong++;
  if (tally.complaints.length < mostComplaints) tally.complaints.push(complaint);
}

export const dialectNames = ['slng', 'deepgram', 'telnyx'] as const;
export type DialectName = (typeof dialectNames)[number];
