import { describe, expect, it } from 'vitest';
import { randomFrom } from '../support/random.ts';
import { wordErrors } from '../support/word-errors.ts';
import { judge, median } from './judge.ts';
import { emptyTally, type ProcessRecord, type Reading, type SoakRecord } from './record.ts';
import { countsLine, soakTable } from './table.ts';

const random = randomFrom(6);
/** What memory does when nothing leaks: up and down by some per cent. */
const about = (bytes: number) => Math.round(bytes * (0.97 + 0.06 * random()));

function reading(change: Partial<Reading> = {}): Reading {
  return {
    heapBytes: about(12e6),
    externalBytes: about(8e6),
    rssBytes: about(110e6),
    descriptors: 20,
    threads: 11,
    children: 0,
    resources: { TCPServerWrap: 1 },
    ...change,
  };
}

function processRecord(change: Partial<ProcessRecord> = {}): ProcessRecord {
  const readings = () => Array.from({ length: 120 }, () => reading());
  return { name: 'client', atWork: readings(), atRest: readings(), exitCode: 0, ...change };
}

function record(process: Partial<ProcessRecord> = {}, change: Partial<SoakRecord> = {}): SoakRecord {
  const tally = { ...emptyTally(), turns: 7, reconnects: 3, kinds: { turns: 5, heard: 2 } };
  return {
    seed: 6,
    minutes: 2,
    sessionsAtOnce: 50,
    kinds: ['turns', 'heard'],
    processes: [processRecord(process), processRecord({ name: 'server' })],
    tally: { ...tally, dialects: { slng: 3, deepgram: 2, telnyx: 2 } },
    cuts: 4,
    connections: 12,
    outages: 1,
    faults: '',
    ...change,
  };
}

const tallyWith = (change: object) => ({ ...record().tally, ...change });
/** What so many bytes a second do to readings of a second each. */
const ending = (change: Partial<Reading>) => ({ atRest: [...processRecord().atRest, reading(change)] });
const leaking = (what: 'heapBytes' | 'externalBytes' | 'rssBytes', bytesEach: number) =>
  Array.from({ length: 120 }, (_, at) => reading({ [what]: reading()[what] + at * bytesEach }));

describe('the judge of the soak', () => {
  it('has nothing against memory that only goes up and down', () => {
    expect(judge(record())).toEqual([]);
  });

  it('has nothing against memory that was needed at first, or that is given back', () => {
    const during = Array.from({ length: 120 }, (_, at) => reading({ heapBytes: about(at < 40 ? 40e6 : 12e6) }));
    expect(judge(record({ atRest: during }))).toEqual([]);
  });

  const faulty: [string, SoakRecord, RegExp][] = [
    [
      'a leak of 100 kB in the heap',
      record({ atRest: leaking('heapBytes', 100_000) }),
      /^client at rest: heapAndExternal grew/,
    ],
    [
      'one outside of it',
      record({ atRest: leaking('externalBytes', 100_000) }),
      /^client at rest: heapAndExternal grew by/,
    ],
    ['one that only RSS shows', record({ atRest: leaking('rssBytes', 500_000) }), /^client at rest: rss grew by/],
    ['no readings', record({ atRest: [] }), /^client at rest: 0 readings/],
    ['a kept descriptor', record(ending({ descriptors: 21 })), /^client: 1 more descriptors/],
    ['a kept worker', record(ending({ threads: 12 })), /^client: 1 more threads/],
    ['a child', record(ending({ children: 1 })), /^client: 1 more children/],
    ['a timer', record(ending({ resources: { TCPServerWrap: 1, Timeout: 2 } })), /2 more Timeout/],
    ['a process that failed', record({ exitCode: 1 }), /exit code 1/],
    ['one that was killed', record({ exitCode: null }), /exit code null/],
    ['wrong sound', record({}, { tally: tallyWith({ wrong: 1, complaints: ['bytes 7'] }) }), /^1 sessions .*bytes 7/],
    ['a kind that never ran', record({}, { kinds: ['turns', 'heard', 'file'] }), /^no session of "file"/],
    [
      'a dialect that nobody spoke',
      record({}, { tally: tallyWith({ dialects: { slng: 9, telnyx: 1 } }) }),
      /"deepgram"/,
    ],
    ['a service that refuses', record({}, { tally: tallyWith({ refused: 2 }) }), /^2 sessions were refused, of 7/],
    ['servers that did nothing wrong', record({}, { faults: 'unknown@3' }), /did not$/],
    ['no cut', record({}, { cuts: 0 }), /^0 cuts/],
    ['no reconnect', record({}, { tally: tallyWith({ reconnects: 0 }) }), /0 reconnects/],
  ];
  it.each(faulty)('rejects %s', (_, soak, words) => {
    const faults = judge(soak);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(words);
  });
});

it('shows the medians of the middle and the last third, and what was held', () => {
  const during = [1, 1, 1, 10, 30, 20, 25, 20, 21].map((mb) =>
    reading({ heapBytes: mb * 1e6, externalBytes: 0, rssBytes: 100e6 }),
  );
  const shown = soakTable(
    record({ atRest: [...during.slice(0, -1), { ...reading({ descriptors: 21 }), ...during[8], descriptors: 21 }] }),
  );
  expect(shown).toContain('| at rest | 20.0 → 21.0 | +5.0 % | 100.0 → 100.0 | +0.0 % | 20 → 21 | 11 → 11 |');
  expect(countsLine(record())).toMatch(/^2 minutes \(seed 6\): 7 sessions, 50 at once, over 12 connections, /);
});

it('counts words that are wrong', () => {
  const errors = (got: string, wanted: string) => wordErrors(got.split(' '), wanted.split(' '));
  expect(errors('a b c', 'a b c')).toBe(0);
  expect(errors('a x c', 'a b c')).toBe(1);
  expect(errors('b c d', 'a b c')).toBe(2);
  expect(wordErrors([], ['a', 'b'])).toBe(2);
  expect(wordErrors(['a', 'b'], [])).toBe(2);
  expect(median([3, 1, 2])).toBe(2);
});
