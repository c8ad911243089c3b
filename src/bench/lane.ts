import type { SpeechError } from '../errors.ts';
import type { FigureName, Figures } from '../metrics/figures.ts';
import type { TargetFacts } from './document.ts';
import type { Clip, Prompt } from './material.ts';
import type { Room } from './room.ts';

/** One run that is to be made. */
export interface Job<Material extends Prompt | Clip = Prompt | Clip> {
  /** Counts from 0; warm-up runs count apart. */
  readonly run: number;
  readonly material: Material;
  /** 0: the material as it stands. */
  readonly variation: number;
  readonly warmup: boolean;
}

/** In ms, of the clock where nothing else is said. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Figures, and from when to when they were measured, clock ms. */
export interface MeasuredAhead extends Stretch {
  readonly figures: readonly FigureName[];
}

/** What came of a run. A failure is an outcome, never a throw: errors and timeouts are rows. */
export interface Outcome {
  readonly figures: Figures;
  readonly error?: SpeechError;
  /** The instant that latencies count from, and that of the last one, clock ms: in between a stall of ours matters. */
  readonly t0Ms?: number;
  readonly endMs: number;
  /** What was measured before t0: a stall of ours then spoils these figures, and no others. */
  readonly ahead?: readonly MeasuredAhead[];
  readonly connection: 'fresh' | 'warm';
  /** The shortest round trip of a ping, ms, where there were several; `rttMs` is their median. */
  readonly leastRttMs?: number;
  /** Why it does not count, where that is not our own stalling: its connection was replaced, say. */
  readonly invalid?: string;
  readonly cached?: boolean;
  readonly requestId?: string;
  readonly address?: string;
  readonly tls?: string;
  readonly transcript?: string;
  readonly chunks?: ChunkLog;
  /** How long it waited on its way for a vendor's rate limits, ms; in no figure. */
  readonly waitedMs?: number;
}

/** When each frame with audio came, ms after t0, and up to where in the audio it reached, ms. */
export interface ChunkLog {
  readonly atMs: readonly number[];
  readonly throughMs: readonly number[];
  /** Stretches in which a player without pre-roll had nothing to play, ms after t0. */
  readonly underruns: readonly Stretch[];
  readonly audibleAtMs?: number;
}

/**
 * Makes runs against one target, one at a time, and holds the connection where one is used for all. What a run measures
 * is the lane's; when runs are made is the runner's.
 */
export interface Lane<Material extends Prompt | Clip = Prompt | Clip> {
  /** `room`: what the target took for it. */
  run(job: Job<Material>, signal: AbortSignal, room?: Room): Promise<Outcome>;
  close(): Promise<void>;
}

/** What is measured: who speaks or hears. Lanes are opened as many as there are runs at once. */
export interface Target<Material extends Prompt | Clip = Prompt | Clip> {
  readonly facts: TargetFacts;
  openLane(): Lane<Material>;
  /**
   * Takes room within the service's limits for a run, and waits for it: before a lane is, and in an open loop before
   * there is a place for it. Undefined where there are no limits.
   */
  takeRoom?(job: Job<Material>, signal: AbortSignal): Promise<Room | undefined>;
}
