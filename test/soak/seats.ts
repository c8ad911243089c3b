import { openSync } from 'node:fs';
import type * as Library from '../../src/index.ts';
import type { Sabotage } from './plan.ts';
import { dialectNames, type Tally } from './record.ts';

/** What every session has to work with, in either direction of speech. */
export interface Common {
  readonly library: typeof Library;
  readonly tally: Tally;
  /** Ends all sessions at once; it is never used, and nothing of a session that has ended may be left with it. */
  readonly signal: AbortSignal;
  /** Aborted when all come to rest: nothing more is begun then, and nobody listens out what was said. */
  readonly resting: () => AbortSignal;
  /** 0 (inclusive) to 1. */
  readonly random: () => number;
  readonly dialect: (typeof dialectNames)[number];
  /** Sees whether a connection was ever ready. */
  readonly watcher: Library.WireWatcher;
}

export type Kinds<Work> = Readonly<Record<string, (work: Work) => Promise<void>>>;

/** One place, in which one session after another runs. */
export interface Seat {
  readonly kinds: readonly string[];
  /** Runs the next; rejects where it did not go as promised. */
  run(): Promise<void>;
}

interface SeatSetup<Work> {
  readonly kinds: Kinds<Work & Common>;
  readonly work: Work;
  readonly common: Pick<Common, 'library' | 'tally' | 'signal' | 'resting' | 'random'>;
  readonly number: number;
  readonly onEnd: () => void;
}

/** All kinds in turn, so that each meets each dialect: how many there are of either have no divisor in common. */
export function createSeat<Work>({ kinds, work, common, number, onEnd }: SeatSetup<Work>): Seat {
  const { library, tally } = common;
  const names = Object.keys(kinds);
  let next = number;
  const run = async () => {
    const kind = names[next % names.length] ?? '';
    const dialect = dialectNames[next % dialectNames.length] ?? 'slng';
    next++;
    const opening = watchOpening(tally);
    try {
      await kinds[kind]?.({ ...work, ...common, dialect, watcher: opening.watcher });
    } catch (thrown) {
      const refused = !opening.ready && thrown instanceof library.SpeechError && thrown.retryable;
      if (!refused) throw new Error(`${kind}, ${dialect}`, { cause: thrown });
      tally.refused++;
      return;
    }
    for (const [counts, name] of [[tally.kinds, kind] as const, [tally.dialects, dialect] as const]) {
      counts[name] = (counts[name] ?? 0) + 1;
    }
    onEnd();
  };
  return { kinds: names, run };
}

/** The very first connection of a session is not tried again: one that never was ready may fail. */
function watchOpening(tally: Tally) {
  const nothing = () => {};
  const opening = {
    ready: false,
    watcher: {
      ...{ opened: nothing, sent: nothing, received: nothing, command: nothing, closed: nothing },
      event({ type }: { readonly type: string }) {
        opening.ready ||= type === 'ready';
        if (type === 'unknown' || type === 'malformed') tally.odd++;
      },
    },
  };
  return opening;
}

/** For the test of the test: what spoils the run when it is asked to. */
export function saboteur({ leakBytes, keepsDescriptor, flipsByte = false }: Sabotage = {}) {
  const kept: unknown[] = [];
  let flips = flipsByte ? 1 : 0;
  return {
    sessionEnded() {
      if (keepsDescriptor && kept.length === 0) kept.push(openSync('/dev/null', 'r'));
      if (leakBytes !== undefined) kept.push(Buffer.alloc(leakBytes, 1));
    },
    look(bytes: Uint8Array): Uint8Array {
      if (flips === 0 || bytes.length === 0) return bytes;
      flips--;
      return Uint8Array.from(bytes, (byte, at) => (at === 0 ? byte ^ 1 : byte));
    },
  };
}
