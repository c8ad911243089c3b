import type { AudioChunk } from '../audio/format.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { ClipWatch } from '../metrics/clip-watch.ts';
import { connectFigureNames, tidy } from '../metrics/connect-figures.ts';
import type { FigureName } from '../metrics/figures.ts';
import { sinceMs } from '../metrics/latency.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import { hear } from '../session/hearing.ts';
import type { ListenOptions } from '../session/listen-options.ts';
import type { SessionOptions, SpeakSession } from '../session/options.ts';
import { openSpeakSession } from '../session/speak-session.ts';
import type { TurnResult } from '../session/turn.ts';
import { clipFrames } from './clip-frames.ts';
import type { TargetFacts } from './document.ts';
import { spansOf } from './feed.ts';
import type { Job, Lane, Outcome, Target } from './lane.ts';
import { errorFigures } from './listen-lane.ts';
import type { Clip, Prompt } from './material.ts';
import { type Room, roomFor } from './room.ts';
import { connecting, evidence, figuresOf, readied } from './speak-lane.ts';

export interface RoundtripPlan {
  /** The most silence that is sent for the utterance to end. */
  readonly tailMs: number;
}

/** Of what is said first, over a connection that is new; of the half that hears; of what is said in reply. */
const ofPrompt: readonly FigureName[] = [...connectFigureNames, 'coldTtfaMs'];
const ofHearing: readonly FigureName[] = ['ttfiMs', 'wordLatencyMs', 'revisions', 'audioMs'];
const ofReply: readonly FigureName[] = ['ttfbMs', 'ttfaMs'];

/**
 * What a target is told to say in reply, over all its lanes: what was heard is most often the prompt again, which a
 * cache would have. Numbered in front, for a cache of beginnings would look there too.
 */
export class Replies {
  #count = 0;

  textOf(heard: string): string {
    this.#count++;
    return `Reply ${this.#count}: ${heard}`;
  }

  /** About as long as the reply to that prompt will be. */
  like(prompt: string): string {
    return `Reply ${this.#count + 1}: ${prompt}`;
  }
}

/** `speaks` and `hears` make the options of one session; neither may reconnect. */
export function roundtripTarget(
  facts: TargetFacts,
  { speaks, hears }: { readonly speaks: () => SessionOptions; readonly hears: () => ListenOptions },
  plan: RoundtripPlan,
): Target<Prompt> {
  const replies = new Replies();
  return {
    facts,
    openLane: () => new RoundtripLane(speaks, hears, plan, replies),
    // The reply must not wait for the service's limits.
    takeRoom({ material: { text } }, signal) {
      return roomFor(speaks(), [text, replies.like(text)], signal);
    },
  };
}

/**
 * A voice loop: the prompt is spoken, what was spoken is heard in real time, and what was heard is spoken at once by
 * the same voice, on its ready connection. Both halves must have the same format, and neither may reconnect.
 */
export class RoundtripLane implements Lane<Prompt> {
  readonly #speaks: () => SessionOptions;
  readonly #hears: () => ListenOptions;
  readonly #plan: RoundtripPlan;
  readonly #replies: Replies;

  /** `replies`: those of all lanes of the target. */
  constructor(speaks: () => SessionOptions, hears: () => ListenOptions, plan: RoundtripPlan, replies: Replies) {
    this.#speaks = speaks;
    this.#hears = hears;
    this.#plan = plan;
    this.#replies = replies;
  }

  async run(job: Job<Prompt>, signal: AbortSignal, room?: Room): Promise<Outcome> {
    // Room within the shared limits was taken, and must not be waited for again.
    const { rates: _, ...speaks } = this.#speaks();
    const { clock } = speaks;
    const session = openSpeakSession({ ...speaks, signal, flush: 'end' });
    try {
      const loop = new Loop(session, { ...this.#hears(), pace: 1, signal }, this.#plan, this.#replies);
      return await loop.run(job.material.text);
    } catch (thrown) {
      return { figures: {}, error: toSpeechError(thrown), endMs: clock.now(), connection: 'fresh' };
    } finally {
      room?.used();
      await session.close();
    }
  }

  async close(): Promise<void> {}
}

class Loop {
  readonly #session: SpeakSession;
  readonly #hears: ListenOptions;
  readonly #plan: RoundtripPlan;
  readonly #replies: Replies;
  #reply: { readonly wasReady: boolean; readonly result: Promise<TurnResult> } | undefined;

  constructor(session: SpeakSession, hears: ListenOptions, plan: RoundtripPlan, replies: Replies) {
    this.#session = session;
    this.#hears = hears;
    this.#plan = plan;
    this.#replies = replies;
  }

  async run(prompt: string): Promise<Outcome> {
    const facts = await readied(this.#session);
    const { spoken, result } = await this.#speak(prompt);
    // A service that closes after each turn gets its new connection now, not in the reply.
    await readied(this.#session);
    const watch = new ClipWatch(spoken);
    const heard = await this.#hear(spoken, watch);
    const reply = await this.#replied(watch);
    const roundTripMs = tidy(sinceMs(watch.speechSentMs, reply.audibleMs));
    const cached = cachedOf([result.report, reply.report]);
    const { t0Ms: promptMs, audibleMs: heardMs } = result.instants;
    const ofColdTtfa = promptMs !== undefined && heardMs !== undefined ? [{ fromMs: promptMs, toMs: heardMs }] : [];
    return {
      figures: {
        ...figuresOf(result.report, (name) => ofPrompt.includes(name)),
        ...figuresOf(heard, (name) => ofHearing.includes(name)),
        ...watch.figures(),
        ...figuresOf(reply.report, (name) => ofReply.includes(name)),
        ...(roundTripMs !== undefined && { roundTripMs }),
        ...errorFigures(prompt, watch.transcript),
      },
      ...(watch.firstSentMs !== undefined && { t0Ms: watch.firstSentMs }),
      endMs: reply.audibleMs,
      ahead: [...connecting(facts), ...ofColdTtfa],
      connection: 'fresh',
      transcript: watch.transcript,
      ...(reply.invalid !== undefined && { invalid: reply.invalid }),
      ...(cached !== undefined && { cached }),
      ...evidence(facts),
    };
  }

  /** The whole of what the service makes of a text. */
  async #speak(text: string): Promise<{ spoken: Pick<Clip, 'format' | 'bytes'>; result: TurnResult }> {
    const pieces: Uint8Array[] = [];
    let { format } = this.#hears.settings;
    const take = (chunk: AudioChunk) => {
      ({ format } = chunk);
      pieces.push(chunk.bytes);
    };
    const result = await this.#session.speak(spansOf(text), { take }).result;
    if (result.error) throw result.error;
    if (pieces.length === 0) throw new SpeechError('E_PROVIDER', 'the service sent no audio of the prompt');
    return { spoken: { format, bytes: Buffer.concat(pieces) }, result };
  }

  /** Sends it, and has the reply spoken in the socket's own handler, as soon as the turn is over. */
  async #hear(spoken: Pick<Clip, 'format' | 'bytes'>, watch: ClipWatch): Promise<object> {
    const tap: ListenOptions['tap'] = {
      sent: (bytes, atMs) => watch.sent(bytes, atMs),
      result: (event, atMs) => {
        watch.result(event, atMs);
        if (watch.turnEnded) this.#answer(watch.transcript);
      },
    };
    const hearing = hear({ ...this.#hears, tap }, this.#frames(spoken, watch));
    for await (const _ of hearing);
    const { report, error } = await hearing.result;
    if (error) throw error;
    return report;
  }

  async *#frames(spoken: Pick<Clip, 'format' | 'bytes'>, watch: ClipWatch): AsyncGenerator<AudioChunk> {
    yield* clipFrames(spoken, { ms: this.#plan.tailMs, isOver: () => watch.turnEnded });
    watch.asked();
  }

  #answer(heard: string): void {
    if (this.#reply) return;
    const wasReady = this.#session.state === 'ready';
    const spans = spansOf(this.#replies.textOf(heard));
    this.#reply = { wasReady, result: this.#session.speak(spans, { take: () => {} }).result };
  }

  async #replied({ speechEndMs, transcript }: ClipWatch) {
    if (speechEndMs === undefined) throw new SpeechError('E_PROVIDER', 'nothing can be heard in what was spoken');
    if (this.#reply === undefined) {
      const within = `in ${this.#plan.tailMs / 1000} s of silence`;
      const what = transcript === '' ? 'nothing was heard of what was spoken' : `the turn was not ended ${within}`;
      throw new SpeechError('E_PROVIDER', what);
    }
    const { error, report, instants } = await this.#reply.result;
    if (error) throw error;
    const { audibleMs } = instants;
    if (audibleMs === undefined) throw new SpeechError('E_PROVIDER', 'nothing can be heard in the reply');
    const isWarm = this.#reply.wasReady && report.connections === 1;
    return { report, audibleMs, invalid: isWarm ? undefined : 'the reply had no connection that was ready' };
  }
}

/** Where either came out of a cache the run is one of those; undefined where the service says nothing of it. */
function cachedOf(reports: readonly TurnReport[]): boolean | undefined {
  const told = reports.flatMap(({ cached }) => (cached === undefined ? [] : [cached]));
  return told.length === 0 ? undefined : told.includes(true);
}
