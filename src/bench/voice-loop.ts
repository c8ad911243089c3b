import type { AudioChunk } from '../audio/format.ts';
import type { Clock } from '../clock.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { ClipWatch } from '../metrics/clip-watch.ts';
import { connectFigureNames, tidy } from '../metrics/connect-figures.ts';
import type { FigureName, Figures } from '../metrics/figures.ts';
import { sinceMs } from '../metrics/latency.ts';
import type { ListenReport } from '../metrics/listen-report.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import { hear } from '../session/hearing.ts';
import type { ListenOptions } from '../session/listen-options.ts';
import type { ReadyFacts, SpeakSession } from '../session/options.ts';
import type { TurnResult } from '../session/turn.ts';
import { clipFrames } from './clip-frames.ts';
import { spansOf } from './feed.ts';
import type { MeasuredAhead, Outcome } from './lane.ts';
import { errorFigures, readOut } from './listen-lane.ts';
import type { Clip } from './material.ts';
import type { Replies, RoundtripPlan } from './roundtrip-lane.ts';
import { connecting, evidence, figuresOf, readied } from './speak-lane.ts';

/** Of what is said first, over a connection that is new; of the half that hears; of what is said in reply. */
const ofPrompt: readonly FigureName[] = [...connectFigureNames, 'coldTtfaMs'];
const ofHearing: readonly FigureName[] = ['ttfiMs', 'wordLatencyMs', 'revisions', 'audioMs'];
const ofReply: readonly FigureName[] = ['ttfbMs', 'ttfaMs'];

type Sound = Pick<Clip, 'format' | 'bytes'>;

/** One round trip, and what is known of it so far: where it fails that is kept. */
export class VoiceLoop {
  readonly #session: SpeakSession;
  readonly #hears: ListenOptions;
  readonly #clock: Clock;
  readonly #plan: RoundtripPlan;
  readonly #replies: Replies;
  #facts: ReadyFacts | undefined;
  #prompt: TurnResult | undefined;
  #watch: ClipWatch | undefined;
  #heard: ListenReport | undefined;
  #reply: { readonly wasReady: boolean; readonly result: Promise<TurnResult> } | undefined;
  #replied: TurnResult | undefined;

  constructor(session: SpeakSession, hears: ListenOptions, plan: RoundtripPlan, replies: Replies) {
    this.#session = session;
    this.#hears = hears;
    this.#clock = hears.clock;
    this.#plan = plan;
    this.#replies = replies;
  }

  async run(prompt: string): Promise<Outcome> {
    try {
      await this.#goRound(prompt);
      return this.#outcome(prompt);
    } catch (thrown) {
      return { ...this.#outcome(prompt), error: toSpeechError(thrown) };
    }
  }

  async #goRound(prompt: string): Promise<void> {
    this.#facts = await readied(this.#session);
    const spoken = await this.#speak(prompt);
    // A service that closes after each turn gets its new connection now, not in the reply.
    await readied(this.#session);
    const watch = new ClipWatch(spoken);
    this.#watch = watch;
    await this.#hear(spoken, watch);
    await this.#awaitReply(watch);
  }

  /** The whole of what the service makes of a text. */
  async #speak(text: string): Promise<Sound> {
    const pieces: Uint8Array[] = [];
    let { format } = this.#hears.settings;
    const take = (chunk: AudioChunk) => {
      ({ format } = chunk);
      pieces.push(chunk.bytes);
    };
    const result = await this.#session.speak(spansOf(text), { take }).result;
    this.#prompt = result;
    if (result.error) throw result.error;
    if (pieces.length === 0) throw new SpeechError('E_PROVIDER', 'the service sent no audio of the prompt');
    return { format, bytes: Buffer.concat(pieces) };
  }

  /** Sends it, and has the reply spoken in the socket's own handler, as soon as the turn is over. */
  async #hear(spoken: Sound, watch: ClipWatch): Promise<void> {
    const tap: ListenOptions['tap'] = {
      sent: (bytes, atMs) => watch.sent(bytes, atMs),
      result: (event, atMs) => {
        watch.result(event, atMs);
        if (watch.turnEnded) this.#answer(watch.transcript);
      },
    };
    const hearing = hear({ ...this.#hears, tap }, this.#frames(spoken, watch));
    await readOut(hearing);
    const { report, error } = await hearing.result;
    this.#heard = report;
    if (error) throw error;
  }

  async *#frames(spoken: Sound, watch: ClipWatch): AsyncGenerator<AudioChunk> {
    yield* clipFrames(spoken, { ms: this.#plan.tailMs, isOver: () => watch.turnEnded });
    watch.asked();
  }

  #answer(heard: string): void {
    if (this.#reply) return;
    const wasReady = this.#session.state === 'ready';
    const spans = spansOf(this.#replies.textOf(heard));
    this.#reply = { wasReady, result: this.#session.speak(spans, { take: () => {} }).result };
  }

  async #awaitReply({ speechEndMs, transcript }: ClipWatch): Promise<void> {
    if (speechEndMs === undefined) throw new SpeechError('E_PROVIDER', 'nothing can be heard in what was spoken');
    if (this.#reply === undefined) {
      const within = `in ${this.#plan.tailMs / 1000} s of silence`;
      const what = transcript === '' ? 'nothing was heard of what was spoken' : `the turn was not ended ${within}`;
      throw new SpeechError('E_PROVIDER', what);
    }
    const replied = await this.#reply.result;
    this.#replied = replied;
    if (replied.error) throw replied.error;
    if (replied.instants.audibleMs === undefined) {
      throw new SpeechError('E_PROVIDER', 'nothing can be heard in the reply');
    }
  }

  #outcome(prompt: string): Outcome {
    const [facts, watch] = [this.#facts, this.#watch];
    const { audibleMs } = this.#replied?.instants ?? {};
    const cached = cachedOf([this.#prompt?.report, this.#replied?.report]);
    const isCold = this.#replied !== undefined && !(this.#reply?.wasReady && this.#replied.report.connections === 1);
    return {
      figures: this.#figures(prompt),
      ...(watch?.firstSentMs !== undefined && { t0Ms: watch.firstSentMs }),
      endMs: audibleMs ?? this.#clock.now(),
      ahead: [...(facts ? connecting(facts) : []), ...this.#promptSpoken()],
      connection: 'fresh',
      ...(watch && { transcript: watch.transcript }),
      ...(isCold && { invalid: 'the reply had no connection that was ready' }),
      ...(cached !== undefined && { cached }),
      ...(facts && evidence(facts)),
    };
  }

  #figures(prompt: string): Figures {
    const watch = this.#watch;
    const roundTripMs = tidy(sinceMs(watch?.speechSentMs, this.#replied?.instants.audibleMs));
    return {
      ...figuresOf(this.#prompt?.report ?? {}, (name) => ofPrompt.includes(name)),
      ...figuresOf(this.#heard ?? {}, (name) => ofHearing.includes(name)),
      ...watch?.figures(),
      ...figuresOf(this.#replied?.report ?? {}, (name) => ofReply.includes(name)),
      ...(roundTripMs !== undefined && { roundTripMs }),
      // What was heard of a turn that did not end is not all.
      ...(watch?.turnEnded && errorFigures(prompt, watch.transcript)),
    };
  }

  /** From when to when `coldTtfaMs` counts, behind connecting. */
  #promptSpoken(): MeasuredAhead[] {
    const { t0Ms: fromMs, audibleMs: toMs } = this.#prompt?.instants ?? {};
    return fromMs === undefined || toMs === undefined ? [] : [{ fromMs, toMs, figures: ['coldTtfaMs'] }];
  }
}

/** Where either came out of a cache the run is one of those; undefined where the service says nothing of it. */
function cachedOf(reports: readonly (TurnReport | undefined)[]): boolean | undefined {
  const told = reports.flatMap((report) => (report?.cached === undefined ? [] : [report.cached]));
  return told.length === 0 ? undefined : told.includes(true);
}
