import { dialectNames, type ProcessRecord, type Reading, type SoakRecord, sessionsOf } from './record.ts';

/** So much may the last third lie above the middle one. */
export const mostGrowth = { heapAndExternal: 0.05, rss: 0.1 } as const;

/** Runs of so many minutes are judged by their memory at work, too. */
const judgedAtWorkFrom = 10;

/** Fewer readings in a third say nothing. */
export const leastReadings = 3;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

export interface Growth {
  readonly middleBytes: number;
  readonly lastBytes: number;
  /** 0.02: the last third's median lies 2 % above the middle third's. */
  readonly share: number;
}

function growthOf(readings: readonly Reading[], bytesOf: (reading: Reading) => number): Growth {
  const third = Math.floor(readings.length / 3);
  const [middleBytes, lastBytes] = [readings.slice(-2 * third, -third), readings.slice(-third)].map((part) =>
    median(part.map(bytesOf)),
  ) as [number, number];
  return { middleBytes, lastBytes, share: lastBytes / middleBytes - 1 };
}

export const growthsOf = (readings: readonly Reading[]): Record<keyof typeof mostGrowth, Growth> => ({
  heapAndExternal: growthOf(readings, ({ heapBytes, externalBytes }) => heapBytes + externalBytes),
  rss: growthOf(readings, ({ rssBytes }) => rssBytes),
});

/** Sessions that never had a connection: one at each outage, and so many of all that ran. */
const mostRefused = 0.1;

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function memoryFaults(name: string, readings: readonly Reading[]): string[] {
  if (readings.length < 3 * leastReadings) return [`${name}: ${readings.length} readings of memory`];
  const growths = growthsOf(readings);
  return (['heapAndExternal', 'rss'] as const).flatMap((what) => {
    const { share } = growths[what];
    // Written so that a figure that is none does not pass.
    if (share <= mostGrowth[what]) return [];
    return [`${name}: ${what} grew by ${percent(share)}, at most ${percent(mostGrowth[what])} is allowed`];
  });
}

/** What is held after all has ended that was not held before, in words. */
export function leftovers(before: Reading, after: Reading): string[] {
  const counts = (['descriptors', 'threads', 'children'] as const).map(
    (what) => [what, before[what], after[what]] as const,
  );
  const kinds = Object.keys(after.resources);
  const resources = kinds.map((kind) => [kind, before.resources[kind] ?? 0, after.resources[kind] ?? 0] as const);
  return [...counts, ...resources]
    .filter(([, was, is]) => is > was)
    .map(([what, was, is]) => `${is - was} more ${what} at the end than before`);
}

function heldFaults({ name, atRest }: ProcessRecord): string[] {
  const [before, after] = [atRest[0], atRest.at(-1)];
  return before && after ? leftovers(before, after).map((fault) => `${name}: ${fault}`) : [];
}

/** All that a soak must not show, in words; nothing where it passed. */
export function judge(record: SoakRecord): string[] {
  const { processes, tally, kinds, cuts, minutes, outages, faults } = record;
  const missing = [
    ...kinds.filter((kind) => !tally.kinds[kind]),
    ...dialectNames.filter((dialect) => !tally.dialects[dialect]),
  ];
  const sessions = sessionsOf(tally);
  return [
    ...(tally.refused > outages + mostRefused * sessions
      ? [`${tally.refused} sessions were refused, of ${sessions}`]
      : []),
    ...(tally.wrong > 0 ? [`${tally.wrong} sessions went wrong: ${tally.complaints.join('; ')}`] : []),
    ...missing.map((what) => `no session of "${what}" ran to its end`),
    ...(cuts > 0 && tally.reconnects > 0
      ? []
      : [`${cuts} cuts and ${tally.reconnects} reconnects: that is no bad day`]),
    ...(faults === '' || tally.odd > 0 ? [] : ['the servers were told to do wrong, and did not']),
    ...processes.flatMap((process) => [
      ...memoryFaults(`${process.name} at rest`, process.atRest),
      // What is under way at any moment goes up and down with what else the machine does: in minutes that says nothing.
      ...(minutes < judgedAtWorkFrom ? [] : memoryFaults(`${process.name} at work`, process.atWork)),
      ...heldFaults(process),
      ...(process.exitCode === 0 ? [] : [`${process.name}: exit code ${process.exitCode}`]),
    ]),
  ];
}
