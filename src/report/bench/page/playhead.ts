import type { ChunkTimeline } from '../../../bench/document.ts';

/** What had come and what had been played, ms of audio, at instants after t0. Before the first frame nothing plays. */
export interface PlayheadTable {
  readonly x: readonly number[];
  readonly received: readonly (number | null)[];
  readonly played: readonly (number | null)[];
}

/**
 * A player without pre-roll: it starts with the first frame and stands still in the stretches in which it was starved,
 * as they were measured.
 */
export function playheadTable({ atMs, throughMs, underruns }: ChunkTimeline): PlayheadTable {
  const startMs = atMs[0] ?? 0;
  const audioMs = throughMs.at(-1) ?? 0;
  const stoodMs = (at: number) =>
    underruns.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(at, toMs) - fromMs), 0);
  const endMs = startMs + audioMs + stoodMs(Number.POSITIVE_INFINITY);
  const edges = underruns.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const x = [...new Set([0, ...atMs, ...edges, endMs])].sort((a, b) => a - b);
  let next = 0;
  const received = x.map((at) => {
    while (next < atMs.length && (atMs[next] ?? 0) <= at) next++;
    return next === 0 ? null : (throughMs[next - 1] ?? null);
  });
  const played = x.map((at) => (at < startMs ? null : Math.min(audioMs, at - startMs - stoodMs(at))));
  return { x, received, played };
}
