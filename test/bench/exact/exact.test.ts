import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchDocument } from '../../../src/bench/document.ts';
import type { FigureName } from '../../../src/metrics/figures.ts';
import { scratch } from '../../support/vox.ts';
import { apart, type Pair } from './apart.ts';
import { bench, counted, withinMs } from './measured.ts';
import { type ExactServer, type SessionRecord, startExactServer } from './record.ts';
import { bargeInTruth, type Truth, truthOf } from './truth.ts';

const folder = scratch();
const prompts = join(folder.path, 'prompts.txt');
let server: ExactServer<SessionRecord>;

beforeAll(async () => {
  server = await startExactServer();
  writeFileSync(prompts, Array.from({ length: 400 }, (_, i) => `This is sentence number ${i}.`).join('\n'));
});

afterAll(() => {
  server.stop();
  folder.remove();
});

const args = (...how: readonly string[]) => ['tts', '--endpoint', server.wsUrl, '--prompts', prompts, ...how];

async function pairsOf(document: BenchDocument): Promise<Pair[]> {
  return (await counted(document, server)).map(({ row, session: { turns, handshakeMs } }) => {
    const [turn, ...more] = turns;
    if (turn === undefined || more.length > 0) throw new Error(`${turns.length} turns on a fresh connection`);
    return { measured: row, truth: { ...truthOf(turn), handshakeMs } };
  });
}

const figures: readonly FigureName[] = [
  ...(['ttfbMs', 'ttfbFlushMs', 'leadingSilenceMs', 'ttfaMs', 'ttfaSumMs'] as const),
  ...(['gapMaxMs', 'underrunMs', 'underrunAt100Ms', 'underrunAt200Ms', 'minPreRollMs'] as const),
  ...(['processingMs', 'rtf', 'deliveryRate'] as const),
];

/** Of the runs with gaps enough for a p95, which must have one; the others must not. */
function apartInGaps(pairs: readonly Pair[]): string[] {
  const has = ({ gapP95Ms }: Truth) => gapP95Ms !== undefined;
  expect(pairs.map(({ measured }) => has(measured))).toEqual(pairs.map(({ truth }) => has(truth)));
  return apart(
    pairs.filter(({ truth }) => has(truth)),
    ['gapP95Ms'],
  );
}

describe('vox bench against a server whose delays are known', { timeout: withinMs + 10_000 }, () => {
  it('is right to 2 ms or 2 % at the median, 5 ms or 5 % at p95, with one session', async () => {
    const pairs = await pairsOf(await bench(args('--runs', '20', '--warmup', '2')));
    expect(apart(pairs, [...figures, 'handshakeMs'])).toEqual([]);
    expect(apartInGaps(pairs)).toEqual([]);
    expect(pairs.map(({ measured }) => counts(measured))).toEqual(pairs.map(({ truth }) => counts(truth)));
  });

  it('is as right with 50 sessions at once', async () => {
    const document = await bench(args('--runs', '250', '--concurrency', '50'));
    expect(document.runs.length).toBeGreaterThanOrEqual(250);
    const pairs = await pairsOf(document);
    expect(apart(pairs, figures)).toEqual([]);
    expect(apartInGaps(pairs)).toEqual([]);
    expect(pairs.map(({ measured }) => counts(measured))).toEqual(pairs.map(({ truth }) => counts(truth)));
  });

  it('is right about interruptions, and about text that comes in tokens', async () => {
    const how = args('--runs', '40', '--concurrency', '8', '--feed', 'tokens:50/s', '--barge-in', '100ms');
    const pairs = (await counted(await bench(how), server)).map(({ row, session: { turns } }) => {
      const [stopped, next] = turns;
      if (stopped === undefined || next === undefined) throw new Error(`${turns.length} turns`);
      return { measured: row, truth: { ...truthOf(stopped), ...bargeInTruth(stopped, next) } };
    });
    expect(apart(pairs, ['bargeInMs', 'bargeInTtfaMs', 'ttfbFirstTextMs', 'ttfbFlushMs'])).toEqual([]);
    // Five words, 20 ms apart.
    for (const { truth } of pairs) expect((truth.ttfbFirstTextMs ?? 0) - (truth.ttfbFlushMs ?? 0)).toBeGreaterThan(70);
  });

  it('sees that it stalled itself, and says that those runs do not count', async () => {
    const busy = { VOX_TEST_BUSY_EVERY_MS: '300', VOX_TEST_BUSY_FOR_MS: '120' };
    const env = { ...busy, NODE_OPTIONS: `--require ${join(import.meta.dirname, 'busy.cjs')}` };
    const { runs, machines } = await bench(args('--runs', '5', '--warmup', '0'), env);
    // Each lasts more than 300 ms.
    for (const { invalid } of runs) expect(invalid).toMatch(/stalled for 1\d\d ms/);
    expect(machines[0]?.watch.stalls).toBeGreaterThanOrEqual(5);
  });
});

/** What is exact or wrong. */
function counts({ bytes, chunks, audioMs }: Truth): Truth {
  return { bytes, chunks, audioMs };
}
