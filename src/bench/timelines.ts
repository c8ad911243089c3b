import type { ChunkTimeline, RunRow } from './document.ts';
import type { ChunkLog } from './lane.ts';

/** The two runs of a series that are shown: one like most, and the one that a listener would complain of. */
export function timelinesOf(
  series: string,
  counted: readonly RunRow[],
  logs: ReadonlyMap<number, ChunkLog>,
): ChunkTimeline[] {
  const logged = counted.filter(({ run }) => logs.has(run));
  const byTtfa = [...logged].sort((one, other) => (one.ttfaMs ?? 0) - (other.ttfaMs ?? 0));
  const typical = byTtfa[byTtfa.length >> 1];
  const worst = byTtfa.reduce<RunRow | undefined>(
    (found, row) => (found && !isWorse(row, found) ? found : row),
    undefined,
  );
  const shown = [
    { row: typical, role: 'typical' as const },
    { row: worst === typical ? undefined : worst, role: 'worst' as const },
  ];
  return shown.flatMap(({ row, role }) => {
    const log = row && logs.get(row.run);
    return row && log ? [{ run: row.run, series, role, ...log }] : [];
  });
}

function isWorse(row: RunRow, than: RunRow): boolean {
  const [starvedMs, thanMs] = [row.underrunMs ?? 0, than.underrunMs ?? 0];
  return starvedMs === thanMs ? (row.ttfaMs ?? 0) > (than.ttfaMs ?? 0) : starvedMs > thanMs;
}
