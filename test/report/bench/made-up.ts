import type {
  Advice,
  BenchDocument,
  BenchKind,
  ChunkTimeline,
  Comparison,
  Machine,
  RunRow,
  Series,
  TargetFacts,
} from '../../../src/bench/document.ts';
import { compareRuns } from '../../../src/metrics/effect.ts';
import type { FigureName } from '../../../src/metrics/figures.ts';
import { Random } from '../../../src/metrics/random.ts';
import { summarise } from '../../../src/metrics/summarise.ts';

export interface MadeUp {
  readonly kind?: BenchKind;
  readonly targets?: number;
  readonly runs?: number;
  readonly seed?: number;
  /** Text that a stranger chose: an error's, a voice's, a request id's, a transcript's. */
  readonly hostile?: string;
}

/** ms a target adds to each of its latencies. */
const stepMs = 35;
const prompts = ['sentence-01', 'sentence-02', 'sentence-03', 'sentence-04', 'sentence-05'];

/** What a bench might have found, the same for the same wish: errors, an invalid run, underruns and a cached series. */
export function madeUpDocument({
  kind = 'tts',
  targets = 3,
  runs = 100,
  seed = 42,
  hostile,
}: MadeUp = {}): BenchDocument {
  const facts = Array.from({ length: targets }, (_, at) => targetFacts(at, kind, hostile));
  const random = Random.seeded(seed, 1);
  const rows = facts.flatMap((target, at) => rowsOf(target, at, { kind, runs, random, hostile }));
  const ordered = rows.sort((a, b) => a.startedAtMs - b.startedAtMs).map((row, run): RunRow => ({ ...row, run }));
  const series = seriesOf(ordered, seed);
  return {
    schema: 'voxwire-bench',
    schemaVersion: 1,
    kind,
    definitions: { metrics: 1, percentiles: 'hyndman-fan-7', normaliser: 'vox-words-1' },
    startedAt: '2026-11-26T09:10:11.120Z',
    machines: [machine('eu-west', seed), machine('us-east', seed + 1)],
    plan: planFacts(kind, runs, seed),
    prompts: {
      hash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      items: prompts.map((id) => ({ id, set: 'sentence', chars: 81, text: `The text of ${id}.` })),
    },
    targets: facts,
    series,
    ...(series.length === 1 && { summary: series[0]?.summary }),
    runs: ordered,
    timelines: kind === 'stt' ? [] : timelinesOf(series, ordered),
    comparisons: comparisonsOf(series, ordered, seed),
    advice: advice(series),
  };
}

function targetFacts(at: number, kind: BenchKind, hostile: string | undefined): TargetFacts {
  const names = ['local', 'deepgram', 'slng', 'telnyx'];
  const provider = names[at % names.length] ?? 'local';
  const voice = hostile ?? ['slt', 'thalia', 'aura', 'astra'][at % 4] ?? 'slt';
  const one = {
    id: `${provider}/model-${at}:${voice}`,
    provider,
    dialect: provider === 'local' ? 'slng' : provider,
    model: `model-${at}`,
    voice,
    endpoint: `wss://api.${provider}.example/v1/speak`,
    params: { speed: '1.0' },
    sampleRateHz: 24_000,
    encoding: 'linear16',
  };
  return kind === 'roundtrip' ? { ...one, hears: { ...one, id: `${provider}/nova` } } : one;
}

function machine(label: string, seed: number): Machine {
  return {
    label,
    vox: '0.1.0',
    node: 'v20.19.5',
    platform: 'linux-x64',
    cpu: 'Example CPU @ 2.40GHz',
    cores: 2,
    startedAt: '2026-11-26T09:10:11.120Z',
    watch: {
      loopDelayP50Ms: 0.2,
      loopDelayP99Ms: 2.4,
      loopDelayMaxMs: 31 + seed,
      cpuShare: 0.12,
      gcCount: 9,
      gcMs: 21,
      stalls: 1,
    },
  };
}

function planFacts(kind: BenchKind, runs: number, seed: number): BenchDocument['plan'] {
  const speech = kind === 'stt' ? { pace: 1, end: 'natural' as const } : { feed: 'whole' };
  const shared = { warmup: 1, reuse: false, loop: 'closed' as const, concurrency: 4, dropped: 0 };
  return { runs, ...shared, seed, ...speech, measuringMs: 61_340, waitedMs: 1200 };
}

interface Making {
  readonly kind: BenchKind;
  readonly runs: number;
  readonly random: Random;
  readonly hostile: string | undefined;
}

function rowsOf(target: TargetFacts, at: number, { kind, runs, random, hostile }: Making): RunRow[] {
  return Array.from({ length: runs }, (_, index): RunRow => {
    const cached = at === 1 && index % 10 === 9;
    const head = {
      run: 0,
      series: `${target.id} sentence${cached ? ' cached' : ''}`,
      target: target.id,
      prompt: prompts[index % prompts.length] ?? '',
      set: 'sentence',
      variation: Math.floor(index / prompts.length),
      machine: index % 2,
      startedAtMs: index * 610 + at * 200 + random.next() / 2 ** 26,
      connection: 'fresh' as const,
      requestId: hostile ?? `req-${at}-${index}`,
      ...(cached && { cached }),
    };
    if (index % 37 === 11) {
      const message = hostile ?? 'no audio within 10 s';
      return { ...head, ok: false, error: { code: 'E_TIMEOUT', message }, connectMs: 41 };
    }
    const stalled = index % 41 === 17 ? { invalid: 'the client stalled for 112 ms' } : {};
    const below = index % 53 === 19 ? { impossible: ['ttfbMs' as const] } : {};
    const heard = kind === 'tts' ? {} : { transcript: hostile ?? 'the words that were heard' };
    return { ...head, ok: true, ...stalled, ...below, ...heard, ...made[kind](random, at, cached) };
  });
}

type Numbers = { readonly [Name in FigureName]?: number };

/** Positive, its median `middle`, a long tail to the right: as latencies are. */
function latency(random: Random, middle: number): number {
  const unit = (random.next() + 1) / (2 ** 32 + 2);
  return Math.round(middle * (unit / (1 - unit)) ** 0.12 * 1000) / 1000;
}

function reached(random: Random, at: number): Numbers {
  const [connectMs, handshakeMs] = [latency(random, 48 + at), latency(random, 12)];
  return { connectMs, tcpMs: connectMs / 3, tlsMs: connectMs / 3, handshakeMs, rttMs: latency(random, 11) };
}

const made: Readonly<Record<BenchKind, (random: Random, at: number, cached: boolean) => Numbers>> = {
  tts: (random, at, cached) => {
    const ttfbMs = latency(random, cached ? 40 : 180 + at * stepMs);
    const [leadingSilenceMs, audioMs] = [latency(random, 60), latency(random, 4800)];
    const starved = random.next() % 6 === 0 ? 1 + (random.next() % 3) : 0;
    const ttfaMs = ttfbMs + leadingSilenceMs;
    return {
      ...reached(random, at),
      ...{ ttfbMs, ttfbFlushMs: ttfbMs, leadingSilenceMs, ttfaMs, ttfaSumMs: ttfaMs, coldTtfaMs: ttfaMs + 60 },
      ...{ gapP95Ms: latency(random, 32), gapMaxMs: latency(random, 95), underruns: starved, underrunMs: starved * 40 },
      ...{ minPreRollMs: starved * 22, rtf: latency(random, 0.21), deliveryRate: latency(random, 4.6), audioMs },
      ...{ processingMs: audioMs * 0.2, bytes: Math.round(audioMs) * 48, chunks: 240, chars: 81 },
    };
  },
  stt: (random, at) => ({
    ...reached(random, at),
    ...{
      ttfiMs: latency(random, 420),
      wordLatencyMs: latency(random, 510),
      ttfsMs: latency(random, 620 + at * stepMs),
    },
    ...{ eotMs: latency(random, 800), falseCutoffs: random.next() % 2, pauses: 2, revisions: latency(random, 0.2) },
    ...{ wordErrors: random.next() % 3, referenceWords: 16, words: 16, wer: (random.next() % 3) / 16 },
    ...{ rtf: latency(random, 1.1), audioMs: 4800, processingMs: 5300 },
  }),
  roundtrip: (random, at) => ({
    ...reached(random, at),
    ...{ roundTripMs: latency(random, 900 + at * stepMs), ttfsMs: latency(random, 560), ttfaMs: latency(random, 310) },
    ...{ ttfbMs: latency(random, 250), leadingSilenceMs: 60, wordErrors: random.next() % 3, referenceWords: 16 },
    ...{ wer: (random.next() % 3) / 16, underruns: 0, rtf: latency(random, 0.3), audioMs: 4800 },
  }),
};

function counting({ ok, invalid }: RunRow): boolean {
  return ok && invalid === undefined;
}

function seriesOf(rows: readonly RunRow[], seed: number): Series[] {
  const groups = [...new Set(rows.map(({ series }) => series))].map((id): [string, RunRow[]] => {
    return [id, rows.filter((row) => row.series === id)];
  });
  return groups
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, all]): Series => {
      const good = all.filter(counting);
      const { target = '', cached = false } = all[0] ?? {};
      const counts = {
        runs: all.length,
        measured: good.length,
        failed: all.filter(({ ok }) => !ok).length,
        invalid: all.filter(({ invalid }) => invalid !== undefined).length,
        impossible: all.filter(({ impossible }) => impossible !== undefined).length,
      };
      return { id, target, set: 'sentence', cached, ...counts, summary: summarise(good, { seed, replicates: 200 }) };
    });
}

function comparisonsOf(series: readonly Series[], rows: readonly RunRow[], seed: number): Comparison[] {
  const [base, ...others] = series.filter(({ cached }) => !cached);
  const of = (id: string) => rows.filter((row) => row.series === id && counting(row));
  if (!base) return [];
  return others.map(({ id }) => {
    return { base: base.id, other: id, figures: compareRuns(of(base.id), of(id), { seed, replicates: 200 }) };
  });
}

/** Frames of 20 ms: all at once but for a pause in the middle, which starves the player of the worst run. */
function timelinesOf(series: readonly Series[], rows: readonly RunRow[]): ChunkTimeline[] {
  return series.flatMap(({ id }) =>
    (['typical', 'worst'] as const).map((role, at): ChunkTimeline => {
      const run = rows.filter((row) => row.series === id && row.ok)[at]?.run ?? 0;
      const lateMs = role === 'worst' ? 900 : 0;
      const atMs = Array.from({ length: 100 }, (_, frame) => 190 + frame * 8 + (frame >= 50 ? lateMs : 0));
      const throughMs = atMs.map((_, frame) => (frame + 1) * 20);
      const underruns = role === 'worst' ? [{ fromMs: 1190, toMs: 1490 }] : [];
      return { run, series: id, role, atMs, throughMs, underruns, audibleAtMs: 250 };
    }),
  );
}

function advice(series: readonly Series[]): Advice[] {
  const one = series[0]?.id;
  return [
    { code: 'too_few_runs', message: 'p99 wants 500 runs a series: it is not given', ...(one && { series: one }) },
    { code: 'padded_silence', message: 'a third of the time to first audio is silence that the server sends' },
  ];
}
