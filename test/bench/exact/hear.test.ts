import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FigureName } from '../../../src/metrics/figures.ts';
import { wavOf } from '../../e2e/spoken.ts';
import { scratch } from '../../support/vox.ts';
import { apart, type Pair } from './apart.ts';
import { speech } from './hear-plans.ts';
import { type HearRecord, startHearServer } from './hear-record.ts';
import { bench, counted, withinMs } from './measured.ts';
import type { ExactServer } from './record.ts';

const samplesPerMs = 16;

const folder = scratch();
const recording = join(folder.path, 'tone.wav');
let server: ExactServer<HearRecord>;

beforeAll(async () => {
  server = await startHearServer();
  const { leadMs, wordEndsMs, trailMs } = speech;
  const [from, to] = [leadMs * samplesPerMs, (leadMs + wordEndsMs[2]) * samplesPerMs];
  const tone = (_: unknown, i: number) => (i < from || i >= to ? 0 : i % 16 < 8 ? 9000 : -9000);
  writeFileSync(recording, wavOf(Int16Array.from({ length: to + trailMs * samplesPerMs }, tone)));
});

afterAll(() => {
  server.stop();
  folder.remove();
});

/** The runs that count, each with what was so. */
async function heard(...how: readonly string[]): Promise<Pair[]> {
  const service = ['--provider', 'deepgram', '--endpoint', server.wsUrl];
  const document = await bench(['stt', ...service, '--audio', recording, ...how], { DEEPGRAM_API_KEY: 'k' });
  return (await counted(document, server)).map(({ row, session: { truth } }) => ({ measured: row, truth }));
}

const always: readonly FigureName[] = ['ttfiMs', 'wordLatencyMs', 'processingMs', 'rtf'];
/** What is exact or wrong. */
const exact = ({ bytes, chunks, audioMs }: Pair['truth']) => ({ bytes, chunks, audioMs });

describe('vox bench stt against a server whose delays are known', { timeout: withinMs + 10_000 }, () => {
  it.each([
    { at: 'with one session', how: ['--runs', '15'] },
    { at: 'with 50 sessions at once', how: ['--runs', '100', '--concurrency', '50'] },
  ])('$at it is right to 2 ms or 2 % at the median, 5 ms or 5 % at p95', async ({ how }) => {
    const natural = await heard(...how, '--end', 'natural');
    expect(apart(natural, [...always, 'ttfsMs', 'eotMs'])).toEqual([]);
    const asked = await heard(...how, '--end', 'finalize');
    expect(apart(asked, [...always, 'finalizeMs'])).toEqual([]);
    for (const pairs of [natural, asked]) {
      expect(pairs.map(({ measured }) => exact(measured))).toEqual(pairs.map(({ truth }) => exact(truth)));
      // The first interim is none of the three words.
      for (const { measured } of pairs) expect(measured.revisions).toBeCloseTo(1 / 3, 3);
    }
  });
});
