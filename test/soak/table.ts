import { growthsOf } from './judge.ts';
import { type Reading, type SoakRecord, sessionsOf } from './record.ts';

const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
const signed = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(1)} %`;

/** What was seen, as a table in Markdown, and a line of counts above it. */
export function soakTable(record: SoakRecord): string {
  const rows = record.processes.flatMap(({ name, atWork, atRest }) => {
    const [first, last] = [atRest[0], atRest.at(-1)];
    return [
      [`${name}, at work`, ...memory(atWork), '', ''],
      [
        'at rest',
        ...memory(atRest),
        `${first?.descriptors} → ${last?.descriptors}`,
        `${first?.threads} → ${last?.threads}`,
      ],
    ];
  });
  const header = ['', 'heap and external, MB', '', 'RSS, MB', '', 'descriptors', 'threads'];
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [countsLine(record), '', ...lines].join('\n');
}

/** The medians of the middle and the last third, and how much more the second is. */
function memory(readings: readonly Reading[]): string[] {
  const { heapAndExternal, rss } = growthsOf(readings);
  return [heapAndExternal, rss].flatMap(({ middleBytes, lastBytes, share }) => {
    return [`${mb(middleBytes)} → ${mb(lastBytes)}`, signed(share)];
  });
}

export function countsLine(record: SoakRecord): string {
  const { tally, cuts, connections, outages, minutes, sessionsAtOnce, seed } = record;
  return [
    `${minutes} minutes (seed ${seed}): ${sessionsOf(tally)} sessions, ${sessionsAtOnce} at once, over ${connections}`,
    `connections, ${cuts} of which were cut at a random byte, and all of them ${outages} times; ${tally.reconnects}`,
    `reconnects; ${tally.turns} turns, ${mb(tally.audioBytes)} MB of sound, ${tally.words} words; ${tally.wrong} wrong`,
    `(${tally.refused} refused, ${tally.lostAloud} lost aloud)`,
  ].join(' ');
}
