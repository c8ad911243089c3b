import type { ErrorCode } from '../errors.ts';
import type { FigureComparison } from '../metrics/effect.ts';
import type { FigureStats } from '../metrics/figure-stats.ts';
import type { FigureName, Figures } from '../metrics/figures.ts';

export type { FigureComparison, Verdict } from '../metrics/effect.ts';

/**
 * What `vox bench` found out, as it is written to `-o FILE.json`, read back by `compare` and `report`, and rendered by
 * every exporter. docs/bench-schema.json is its schema; a change that a reader could notice changes `schemaVersion`.
 * Times within it are ms since `startedAt` unless a name says otherwise.
 */
export interface BenchDocument {
  readonly schema: 'voxwire-bench';
  readonly schemaVersion: 1;
  readonly kind: BenchKind;
  /** Versions of what the numbers mean: docs/metrics.md, and for word errors the normaliser. */
  readonly definitions: { readonly metrics: number; readonly percentiles: string; readonly normaliser: string };
  /** ISO 8601, UTC, of the first run. */
  readonly startedAt: string;
  /** Where each run was made; one of them unless documents were merged. A run names its machine by this index. */
  readonly machines: readonly Machine[];
  readonly plan: PlanFacts;
  readonly prompts: PromptFacts;
  readonly targets: readonly TargetFacts[];
  readonly series: readonly Series[];
  /** The summary of the only series; left out where there are several. */
  readonly summary?: Series['summary'];
  /**
   * One object a run, in the order in which they started, machine after machine; warm-up runs are counted in `plan`,
   * and are not here.
   */
  readonly runs: readonly RunRow[];
  /** Chunks against the playhead, of a few runs of each series. */
  readonly timelines: readonly ChunkTimeline[];
  /** Each target against the one that was named first, where there are several. */
  readonly comparisons: readonly Comparison[];
  /** Advice, in words. */
  readonly advice: readonly Advice[];
}

export type BenchKind = 'tts' | 'stt' | 'roundtrip';

export interface Machine {
  /** `--label`, of a region say; by default none. */
  readonly label?: string;
  readonly vox: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly startedAt: string;
  readonly watch: WatchFacts;
}

/** How the client itself was while it measured. */
export interface WatchFacts {
  /** Lateness of a timer, its interval taken off. */
  readonly loopDelayP50Ms?: number;
  readonly loopDelayP99Ms?: number;
  readonly loopDelayMaxMs?: number;
  /** Of one core, 0 to 1 and above. */
  readonly cpuShare?: number;
  readonly gcCount?: number;
  readonly gcMs?: number;
  readonly stalls: number;
}

export interface PlanFacts {
  /** Measured runs a series that were asked for; undefined with `--duration`. */
  readonly runs?: number;
  readonly warmup: number;
  readonly reuse: boolean;
  /** Closed loop: so many at once. Open loop: started at this rate, with at most so many at once. */
  readonly loop: 'closed' | 'open';
  readonly concurrency: number;
  readonly ratePerSecond?: number;
  readonly durationMs?: number;
  readonly seed: number;
  /** `whole`, or `tokens:40/s`. */
  readonly feed?: string;
  readonly thinkMs?: number;
  readonly bargeInMs?: number;
  /** Speech in: times real time, or as fast as it is taken. */
  readonly pace?: number | 'fast';
  /** How an utterance was ended: by the service, by `finalize`, or by turns. */
  readonly end?: 'natural' | 'finalize' | 'both';
  /** Open loop: starts that were never made, because no session was free before the end. */
  readonly dropped: number;
  /** From the first measured run's start to the last one's end. */
  readonly measuringMs: number;
  /** Spent waiting for vendors' rate limits; in no figure. */
  readonly waitedMs: number;
}

export interface PromptFacts {
  /** SHA-256 of all texts (or of all audio) in order, hex; where documents with others were merged, of their hashes. */
  readonly hash: string;
  readonly items: readonly PromptFact[];
}

export interface PromptFact {
  readonly id: string;
  readonly set: string;
  /** Of text. */
  readonly chars?: number;
  /** Of audio. */
  readonly audioMs?: number;
  /** What is said, or is in the audio. */
  readonly text?: string;
}

/** Nothing of it is secret: keys are not in it, and an endpoint has lost its query. */
export interface TargetFacts {
  readonly id: string;
  readonly provider: string;
  readonly dialect: string;
  readonly model?: string;
  readonly voice?: string;
  readonly endpoint: string;
  readonly params: Readonly<Record<string, string>>;
  readonly sampleRateHz: number;
  readonly encoding: string;
  /** A round trip's other half: what hears. */
  readonly hears?: Omit<TargetFacts, 'hears'>;
}

/** Runs that may be summed up together: of one target, with prompts of one length, and answers from a cache apart. */
export interface Series {
  readonly id: string;
  readonly target: string;
  readonly set: string;
  readonly cached: boolean;
  /** All rows; those that count are `measured`, without the failed and the invalid. */
  readonly runs: number;
  readonly measured: number;
  readonly failed: number;
  readonly invalid: number;
  readonly impossible: number;
  /** By figure. A percentile with fewer than five samples above it is left out. */
  readonly summary: { readonly [Name in FigureName]?: FigureStats };
}

export interface RunRow extends Figures {
  /** Counts from 0 in the order of starting. */
  readonly run: number;
  readonly series: string;
  readonly target: string;
  /** The prompt's id, and which numbered variation of it was said: 0 as it stands. */
  readonly prompt: string;
  readonly set: string;
  readonly variation: number;
  /** Index into `machines`. */
  readonly machine: number;
  readonly startedAtMs: number;
  /** Open loop. */
  readonly intendedAtMs?: number;
  readonly connection: 'fresh' | 'warm';
  readonly ok: boolean;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  /** Why it does not count: the client stalled, say. It is in no summary. */
  readonly invalid?: string;
  /** Figures below the link's own round trip. */
  readonly impossible?: readonly FigureName[];
  readonly cached?: boolean;
  readonly requestId?: string;
  readonly address?: string;
  readonly tls?: string;
  /** What was heard. */
  readonly transcript?: string;
  /** Where `--save-audio` put it. */
  readonly audioFile?: string;
}

/** One run's audio against the playhead of a player without pre-roll, ms after t0. */
export interface ChunkTimeline {
  readonly run: number;
  readonly series: string;
  /** Why this run is shown. */
  readonly role: 'typical' | 'worst';
  /** When each frame came, and up to where in the audio it then reached. Long ones are thinned. */
  readonly atMs: readonly number[];
  readonly throughMs: readonly number[];
  /** Stretches in which the player had nothing to play; of very many the longest. */
  readonly underruns: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** When the first audible sample was heard. */
  readonly audibleAtMs?: number;
}

export interface Comparison {
  /** Series ids (of documents that are compared: with their names). */
  readonly base: string;
  readonly other: string;
  readonly figures: readonly FigureComparison[];
}

export interface Advice {
  /** `too_few_runs`, `padded_silence`, `slow_first_run`, `outliers`, `impossible`, `invalid`, `failures`, … */
  readonly code: string;
  readonly message: string;
  readonly series?: string;
}
