import type { AudioChunk } from '../audio/format.ts';
import { toSpeechError } from '../errors.ts';
import { ClipWatch } from '../metrics/clip-watch.ts';
import { connectFigureNames } from '../metrics/connect-figures.ts';
import type { FigureName, Figures } from '../metrics/figures.ts';
import { wordErrors } from '../metrics/wer.ts';
import { hear } from '../session/hearing.ts';
import type { Hearing, ListenOptions } from '../session/listen-options.ts';
import { clipFrames, cutAt } from './clip-frames.ts';
import type { TargetFacts } from './document.ts';
import type { Job, Lane, Outcome, Target } from './lane.ts';
import type { Clip } from './material.ts';
import { finalizeOnly, naturalOnly } from './share.ts';
import { figuresOf } from './speak-lane.ts';

export interface ListenPlan {
  /** Times real time, or as fast as it is taken: then nothing is a listener's latency. */
  readonly pace: number | 'fast';
  /** How an utterance ends: the service finds it, in silence that is sent on; we ask; run by run in turns. */
  readonly end: 'natural' | 'finalize' | 'both';
  /** The most silence that is sent for a natural end. */
  readonly tailMs: number;
}

export const usualTailMs = 3_000;

/** What only a pace of real time has. */
const realTimeOnly: readonly FigureName[] = ['ttfiMs', 'wordLatencyMs', ...naturalOnly, ...finalizeOnly];

/** `options` makes those of one session; it must not reconnect. */
export function listenTarget(facts: TargetFacts, options: () => ListenOptions, plan: ListenPlan): Target<Clip> {
  const endings = new Endings(plan);
  return { facts, openLane: () => new ListenLane(options, plan, endings) };
}

/** By turns, and so that a recording which was ended in one way is ended in the other in its next variation. */
class Endings {
  readonly #plan: ListenPlan;
  /** Of each set, in the order in which its recordings were first heard. */
  readonly #orders = new Map<string, string[]>();

  constructor(plan: ListenPlan) {
    this.#plan = plan;
  }

  finalizes({ material: { set, id }, variation }: Job<Clip>): boolean {
    const { end, pace } = this.#plan;
    if (end !== 'both' || pace === 'fast') return end === 'finalize' || pace === 'fast';
    const order = this.#orders.get(set) ?? [];
    this.#orders.set(set, order);
    if (!order.includes(id)) order.push(id);
    return (order.indexOf(id) + variation) % 2 === 1;
  }
}

/** Runs of speech to text against one target: a session each. */
class ListenLane implements Lane<Clip> {
  readonly #options: () => ListenOptions;
  readonly #plan: ListenPlan;
  readonly #endings: Endings;

  constructor(options: () => ListenOptions, plan: ListenPlan, endings: Endings) {
    this.#options = options;
    this.#plan = plan;
    this.#endings = endings;
  }

  async run(job: Job<Clip>, signal: AbortSignal): Promise<Outcome> {
    const options = { ...this.#options(), pace: this.#plan.pace, signal };
    try {
      return await new HeardRun(options, this.#plan, job.material, this.#endings.finalizes(job)).hear();
    } catch (thrown) {
      return { figures: {}, error: toSpeechError(thrown), endMs: options.clock.now(), connection: 'fresh' };
    }
  }

  async close(): Promise<void> {}
}

class HeardRun {
  readonly #options: ListenOptions;
  readonly #plan: ListenPlan;
  readonly #clip: Clip;
  readonly #finalizes: boolean;
  readonly #watch: ClipWatch;

  constructor(options: ListenOptions, plan: ListenPlan, clip: Clip, finalizes: boolean) {
    this.#options = options;
    this.#plan = plan;
    this.#clip = clip;
    this.#finalizes = finalizes;
    this.#watch = new ClipWatch(clip);
  }

  async hear(): Promise<Outcome> {
    const watch = this.#watch;
    // It connects at once.
    const fromMs = this.#options.clock.now();
    const hearing = hear({ ...this.#options, tap: watch }, this.#chunks());
    await readOut(hearing);
    const { report, error, address, tls } = await hearing.result;
    const { requestId } = report;
    if (!error) this.#tell();
    return {
      figures: {
        ...figuresOf(report, (name) => this.#keeps(name) && !naturalOnly.includes(name)),
        ...figuresOf(watch.figures(), (name) => this.#keeps(name)),
        ...(!error && errorFigures(this.#clip.reference, watch.transcript)),
      },
      ...(watch.firstSentMs !== undefined && { t0Ms: watch.firstSentMs }),
      ahead: [{ fromMs, toMs: watch.firstSentMs ?? fromMs, figures: [...connectFigureNames, 'rttMs'] }],
      endMs: watch.lastMs ?? this.#options.clock.now(),
      connection: 'fresh',
      transcript: watch.transcript,
      ...(error && { error }),
      ...(requestId !== undefined && { requestId }),
      ...(address !== undefined && { address }),
      ...(tls !== undefined && { tls }),
    };
  }

  #keeps(name: FigureName): boolean {
    if (this.#plan.pace === 'fast' && realTimeOnly.includes(name)) return false;
    // Silence is closed with a `finalize` too: that is no answer to speech.
    return !(this.#finalizes ? naturalOnly : finalizeOnly).includes(name);
  }

  async *#chunks(): AsyncGenerator<AudioChunk> {
    const { speechEndMs } = this.#watch;
    const isCut = this.#finalizes && this.#plan.pace !== 'fast' && speechEndMs !== undefined;
    const tail = {
      ms: this.#finalizes ? 0 : this.#plan.tailMs,
      isOver: () => !this.#finalizes && this.#watch.turnEnded,
    };
    yield* clipFrames(isCut ? cutAt(this.#clip, speechEndMs) : this.#clip, tail);
    this.#watch.asked();
  }

  /** Why a run has no figure that others have. */
  #tell(): void {
    const { onWarning } = this.#options;
    const { speechEndMs, turnEnded } = this.#watch;
    if (speechEndMs === undefined) {
      onWarning?.({ code: 'no_speech', message: `nothing can be heard in ${this.#clip.id}: it has no latencies` });
    } else if (!this.#finalizes && !turnEnded) {
      const within = `in ${this.#plan.tailMs / 1000} s of silence`;
      const message = `the service did not end a turn ${within}: such runs have no ttfs and no eot`;
      onWarning?.({ code: 'no_turn_end', message });
    }
  }
}

/** To its end, well or not: the result tells it. */
export async function readOut(hearing: Hearing): Promise<void> {
  try {
    for await (const _ of hearing);
  } catch {}
}

/** The word error rate, and what it is made of; nothing where it is not known what was said. */
export function errorFigures(reference: string | undefined, transcript: string): Figures {
  if (reference === undefined) return {};
  const { substitutions, deletions, insertions, words, wer } = wordErrors(reference, transcript);
  return {
    wordErrors: substitutions + deletions + insertions,
    referenceWords: words,
    ...(wer !== undefined && { wer: Math.round(1000 * wer) / 1000 }),
  };
}
