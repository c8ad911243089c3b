import { type Clock, pauseUntil } from '../clock.ts';
import { type SpeechError, toSpeechError } from '../errors.ts';
import type { Figures } from '../metrics/figures.ts';
import { type Arrivals, bargeInFigures, TurnTap } from '../metrics/turn-tap.ts';
import type { SpeakSession, SpeakTurn } from '../session/options.ts';
import type { TurnResult } from '../session/turn.ts';
import { fedSpans, spansOf } from './feed.ts';
import type { ChunkLog, Job } from './lane.ts';
import type { Prompt } from './material.ts';
import type { SpeakPlan } from './speak-lane.ts';

/** What is said when a prompt was interrupted: no text that was, or will be, said to this target. */
export function secondText({ material }: Job<Prompt>): string {
  return `Instead, this: ${material.text}`;
}

/** Says something that is not measured but for when it was heard. */
export async function said(session: SpeakSession, text: string): Promise<TurnResult> {
  const result = await session.speak(spansOf(text), { take: () => {} }).result;
  if (result.error) throw result.error;
  return result;
}

/** What came of an interruption. */
interface Interrupted {
  readonly figures: Figures;
  readonly error?: SpeechError;
}

interface Spoken extends Interrupted {
  readonly result: TurnResult;
  readonly chunks: ChunkLog | undefined;
}

/** One prompt being spoken, and perhaps interrupted by another. */
export class SpokenRun {
  readonly #session: SpeakSession;
  readonly #plan: SpeakPlan;
  readonly #clock: Clock;
  readonly #job: Job<Prompt>;
  readonly #signal: AbortSignal;
  readonly #tap = new TurnTap();
  /** Sound that came though it was interrupted. */
  #lastLateMs: number | undefined;

  constructor(session: SpeakSession, plan: SpeakPlan, clock: Clock, job: Job<Prompt>, signal: AbortSignal) {
    this.#session = session;
    this.#plan = plan;
    this.#clock = clock;
    this.#job = job;
    this.#signal = signal;
  }

  /** `error`: of what was said behind the interruption; the result has that of the turn. */
  async speak(): Promise<Spoken> {
    const { bargeInMs, onAudio } = this.#plan;
    const failed = new AbortController();
    const stop = AbortSignal.any([this.#signal, failed.signal]);
    let bargeIn: Promise<Interrupted> | undefined;
    const turn = this.#session.speak(fedSpans(this.#job.material.text, this.#plan.feed, this.#clock), {
      take: (chunk, atMs) => {
        this.#tap.audio(chunk, atMs);
        onAudio?.(this.#job, chunk);
        if (bargeInMs === undefined || bargeIn) return;
        const { audibleMs } = turn.instants;
        if (audibleMs !== undefined) bargeIn = this.#bargeIn(turn, audibleMs + bargeInMs, stop);
      },
      late: (_, atMs) => {
        this.#lastLateMs = atMs;
      },
    });
    const result = await turn.result;
    if (result.error) failed.abort(result.error);
    const { figures, error } = (await bargeIn) ?? { figures: {} };
    const { t0Ms, audibleMs } = result.instants;
    const chunks = t0Ms === undefined ? undefined : chunksFrom(this.#tap.arrivals, t0Ms, audibleMs);
    return { result, figures: { ...this.#tap.figures(), ...figures }, chunks, ...(error && { error }) };
  }

  /** It does not reject: what was measured of the turn before is kept. */
  async #bargeIn(turn: SpeakTurn, atMs: number, signal: AbortSignal): Promise<Interrupted> {
    try {
      await pauseUntil(this.#clock, atMs, signal);
      turn.interrupt();
      // It has been sent inside the call, behind what a turn's end costs ourselves.
      const interruptMs = this.#clock.now();
      const { instants } = await said(this.#session, secondText(this.#job));
      const lastAudioMs = this.#lastLateMs ?? this.#tap.lastAtMs;
      return { figures: bargeInFigures({ interruptMs, lastAudioMs, nextAudibleMs: instants.audibleMs }) };
    } catch (thrown) {
      return { figures: {}, error: toSpeechError(thrown) };
    }
  }
}

function chunksFrom({ atMs, throughMs, underruns }: Arrivals, t0Ms: number, audibleMs: number | undefined): ChunkLog {
  return {
    atMs: atMs.map((ms) => ms - t0Ms),
    throughMs,
    underruns: underruns.map(({ fromMs, toMs }) => ({ fromMs: fromMs - t0Ms, toMs: toMs - t0Ms })),
    ...(audibleMs !== undefined && { audibleAtMs: audibleMs - t0Ms }),
  };
}
