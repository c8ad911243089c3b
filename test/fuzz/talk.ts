import { Random } from '../../src/metrics/random.ts';
import { textOf } from './reader.ts';

/** What a client does, one thing after another. */
export type Deed =
  | { readonly does: 'text'; readonly text: string }
  | { readonly does: 'binary' | 'ping'; readonly bytes: Uint8Array }
  | { readonly does: 'stopReading' | 'read' | 'breakFrame' | 'leave' };

/** A line begins with one of these where it is no text message. */
const marks = {
  binary: '\u0001',
  ping: '\u0002',
  stopReading: '\u0003',
  read: '\u0004',
  breakFrame: '\u0005',
} as const;
const leave = '\u0006';

export const binaryLine = (bytes: Uint8Array) => marks.binary + Buffer.from(bytes).toString('base64');
export const pingLine = (words: string) => marks.ping + Buffer.from(words).toString('base64');
export const [stopReadingLine, readLine, breakFrameLine] = [marks.stopReading, marks.read, marks.breakFrame];

function deedOf(line: string): Deed {
  const bytes = () => new Uint8Array(Buffer.from(line.slice(1), 'base64'));
  switch (line[0]) {
    case marks.binary:
      return { does: 'binary', bytes: bytes() };
    case marks.ping:
      return { does: 'ping', bytes: bytes().subarray(0, 125) };
    case marks.stopReading:
      return { does: 'stopReading' };
    case marks.read:
      return { does: 'read' };
    case marks.breakFrame:
      return { does: 'breakFrame' };
    case leave:
      return { does: 'leave' };
    default:
      return { does: 'text', text: line };
  }
}

function swapped(deed: Deed): Deed {
  if (deed.does === 'text') return { does: 'binary', bytes: new Uint8Array(Buffer.from(deed.text)) };
  return deed.does === 'binary' ? { does: 'text', text: textOf(deed.bytes) } : deed;
}

type Turn = (deeds: Deed[], random: Random) => Deed[];

/** What becomes of a talk as a whole, beside what its bytes have become. */
const turns: readonly Turn[] = [
  (deeds) => deeds.toReversed(),
  (deeds, random) => {
    const [one, other] = [random.below(deeds.length), random.below(deeds.length)];
    return deeds.map((deed, at) => (at === one ? deeds[other] : at === other ? deeds[one] : deed) ?? deed);
  },
  (deeds, random) => {
    const at = random.below(deeds.length);
    return deeds.toSpliced(at, 1, ...Array.from({ length: random.below(100) }, () => deeds[at] as Deed));
  },
  (deeds, random) => {
    const at = random.below(deeds.length);
    return deeds.map((deed, place) => (place === at ? swapped(deed) : deed));
  },
  (deeds) => deeds.flatMap((deed) => [deed, deed]),
  // An odd byte less.
  (deeds) => deeds.map((deed) => (deed.does === 'binary' ? { ...deed, bytes: deed.bytes.subarray(0, -1) } : deed)),
];

export interface Talk {
  /** The target of the upgrade. */
  readonly target: string;
  readonly deeds: readonly Deed[];
  /** The same of the same bytes. */
  readonly random: Random;
}

const mostBytes = 16 * 1024;

/** The first line is the target of the upgrade, each other one a deed. */
export function readTalk(bytes: Uint8Array): Talk {
  const text = textOf(bytes.subarray(0, mostBytes));
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  const random = Random.seeded(hash);
  const [target = '', ...lines] = text.split('\n');
  let deeds = lines.map(deedOf);
  for (let left = random.below(3); left > 0 && deeds.length > 0; left--) {
    deeds = turns[random.below(turns.length * 2)]?.(deeds, random) ?? deeds;
  }
  return { target, deeds, random };
}
