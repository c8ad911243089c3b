import type { AudioChunk } from '../audio/format.ts';
import { type Clock, pause } from '../clock.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { tidy } from '../metrics/connect-figures.ts';
import { type FigureName, type Figures, figureNames } from '../metrics/figures.ts';
import { median } from '../metrics/latency.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import type { ReadyFacts, SessionOptions, SpeakSession } from '../session/options.ts';
import { openSpeakSession } from '../session/speak-session.ts';
import type { TargetFacts } from './document.ts';
import type { Feed } from './feed.ts';
import type { Job, Lane, MeasuredAhead, Outcome, Target } from './lane.ts';
import type { Prompt } from './material.ts';
import { type Room, roomFor } from './room.ts';
import { cold } from './share.ts';
import { SpokenRun, said, secondText } from './spoken-run.ts';

export interface SpeakPlan {
  /** All runs of a lane over one connection, warm; else each over a fresh one. */
  readonly reuse: boolean;
  readonly feed: Feed;
  /** The ready socket idles for so long before the text. It is then one connection, as with `reuse`. */
  readonly thinkMs?: number;
  /** So long after its first audible sample the turn is interrupted, and another spoken at once. */
  readonly bargeInMs?: number;
  /** The audio of each run, as it comes: to be kept. */
  readonly onAudio?: (job: Job<Prompt>, chunk: AudioChunk) => void;
}

/** The link's round trip is the median of so many pings on the idle socket, before the text. */
const pings = 3;
const pingWithinMs = 1000;

/** What is said before a socket idles that its service would close, were nothing said on it. */
const opener = 'One moment.';

/** `options` makes those of one session; it must not reconnect. */
export function speakTarget(facts: TargetFacts, options: () => SessionOptions, plan: SpeakPlan): Target<Prompt> {
  return {
    facts,
    openLane: () => new SpeakLane(options, plan),
    takeRoom: (job, signal) => roomFor(options(), textsOf(job, plan, options()), signal),
  };
}

/** All that a run says. */
function textsOf(job: Job<Prompt>, { thinkMs, bargeInMs }: SpeakPlan, { service }: SessionOptions): string[] {
  return [
    ...(thinkMs !== undefined && service.traits.textWithinMs !== undefined ? [opener] : []),
    job.material.text,
    ...(bargeInMs === undefined ? [] : [secondText(job)]),
  ];
}

/** Runs of text to speech against one target. `options` makes those of a session; it must not reconnect. */
export class SpeakLane implements Lane<Prompt> {
  readonly #options: () => SessionOptions;
  readonly #plan: SpeakPlan;
  #session: SpeakSession | undefined;
  /** The connection that the last run used. */
  #lastUsed: ReadyFacts['timeline'] | undefined;

  constructor(options: () => SessionOptions, plan: SpeakPlan) {
    this.#options = options;
    this.#plan = plan;
  }

  /** Of a text that goes out at once there is one clock; of one that is fed as tokens there are two. */
  #has(name: FigureName, isFresh: boolean): boolean {
    if (name === 'ttfbFirstTextMs' && this.#plan.feed.kind === 'whole') return false;
    return isFresh || !cold.has(name);
  }

  async run(job: Job<Prompt>, signal: AbortSignal, room?: Room): Promise<Outcome> {
    const options = this.#options();
    const session = this.#session ?? this.#open(options, signal);
    this.#session = session;
    let failed = true;
    try {
      const outcome = await this.#measure(session, options, job, signal);
      failed = outcome.error !== undefined;
      return outcome;
    } catch (thrown) {
      return { figures: {}, error: toSpeechError(thrown), endMs: options.clock.now(), connection: 'fresh' };
    } finally {
      room?.used();
      if (failed || !this.#reuses) await this.close();
    }
  }

  /** Without the shared limits: room within them was taken, and must not be waited for again. */
  #open(options: SessionOptions, signal: AbortSignal): SpeakSession {
    const { rates: _, ...own } = options;
    return openSpeakSession({ ...own, signal, flush: 'end' });
  }

  get #reuses(): boolean {
    return this.#plan.reuse || this.#plan.thinkMs !== undefined;
  }

  async #measure(
    session: SpeakSession,
    options: SessionOptions,
    job: Job<Prompt>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock } = options;
    await this.#openUp(session, options);
    const facts = await readied(session);
    // Before the socket idles, which is what a link may have to wake up from.
    const pingMs = clock.now();
    const rttsMs = await roundTrips(session, clock);
    const rttMs = tidy(median(rttsMs));
    const pongMs = clock.now();
    const stillThere = await this.#think(session, clock, facts, signal);
    const run = new SpokenRun(session, this.#plan, clock, job, signal);
    const { result, figures, chunks, error: bargeInError } = await run.speak();
    const isFresh = this.#lastUsed !== facts.timeline;
    this.#lastUsed = facts.timeline;
    const { report, instants } = result;
    const error = result.error ?? bargeInError ?? (report.bytes === 0 ? noSound() : undefined);
    const invalid = stillThere ? replaced(report) : 'the service closed the connection while it idled';
    return {
      figures: {
        ...figuresOf(report, (name) => this.#has(name, isFresh)),
        ...figures,
        ...(rttMs !== undefined && { rttMs }),
      },
      ...(instants.t0Ms !== undefined && { t0Ms: instants.t0Ms }),
      ahead: [...(isFresh ? connecting(facts) : []), { fromMs: pingMs, toMs: pongMs, figures: ['rttMs'] }],
      // With a barge-in, what is measured goes on behind the turn.
      endMs: (this.#plan.bargeInMs === undefined ? instants.lastAudioMs : undefined) ?? clock.now(),
      connection: isFresh ? 'fresh' : 'warm',
      ...(error && { error }),
      ...(rttsMs.length > 0 && { leastRttMs: tidy(Math.min(...rttsMs)) }),
      ...(invalid !== undefined && { invalid }),
      ...(report.cached !== undefined && { cached: report.cached }),
      ...evidence(facts),
      ...(chunks && { chunks }),
      ...(report.waitedMs !== undefined && { waitedMs: report.waitedMs }),
    };
  }

  /** A service that wants text soon (SLNG: within 5 s of its first message) gets a little before its socket idles. */
  async #openUp(session: SpeakSession, { service }: SessionOptions): Promise<void> {
    if (this.#plan.thinkMs === undefined || service.traits.textWithinMs === undefined) return;
    const { timeline } = await readied(session);
    if (this.#lastUsed === timeline) return;
    await said(session, opener);
    this.#lastUsed = timeline;
  }

  /** The socket idles. False where the service did not keep it: what is measured then is another. */
  async #think(session: SpeakSession, clock: Clock, { timeline }: ReadyFacts, signal: AbortSignal): Promise<boolean> {
    const { thinkMs } = this.#plan;
    if (thinkMs === undefined) return true;
    await pause(clock, thinkMs, signal);
    return (await readied(session)).timeline === timeline;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#lastUsed = undefined;
    await session?.close();
  }
}

/** Of the socket itself, ms, once it is ready; none where the other side answers no ping in a second. */
async function roundTrips(session: SpeakSession, clock: Clock): Promise<number[]> {
  const measured: number[] = [];
  for (let count = 0; count < pings; count++) {
    const over = new AbortController();
    const tooLate = pause(clock, pingWithinMs, over.signal).catch(() => undefined);
    const rttMs = (await Promise.race([session.ping(), tooLate])) ?? undefined;
    over.abort();
    if (rttMs === undefined) break;
    measured.push(rttMs);
  }
  return measured;
}

function replaced({ connections }: TurnReport): string | undefined {
  return connections > 1 ? 'its connection was replaced on the way' : undefined;
}

function noSound(): SpeechError {
  return new SpeechError('E_PROVIDER', 'the service said that it had spoken, and sent no audio');
}

/** Connecting may be tried once more, where the error says that this may help. A measured turn never is. */
export async function readied(session: SpeakSession): Promise<ReadyFacts> {
  try {
    return await session.ready();
  } catch (thrown) {
    if (!toSpeechError(thrown).retryable) throw thrown;
    return session.ready();
  }
}

/** From when to when its connection was made, and what that is measured by. */
export function connecting({ timeline }: ReadyFacts): MeasuredAhead[] {
  const [fromMs, toMs] = [timeline.at('connectStart'), timeline.at('ready')];
  return fromMs === undefined || toMs === undefined ? [] : [{ fromMs, toMs, figures: [...cold] }];
}

/** What a report has of the figures that a run may have. */
export function figuresOf(report: object, wanted: (name: FigureName) => boolean = () => true): Figures {
  const found = new Map(Object.entries(report));
  const entries = figureNames.flatMap((name) => {
    const value: unknown = found.get(name);
    return typeof value === 'number' && wanted(name) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

export function evidence({ requestId, sessionId, address, tls }: ReadyFacts) {
  const id = requestId ?? sessionId;
  return {
    ...(id !== undefined && { requestId: id }),
    ...(address !== undefined && { address }),
    ...(tls !== undefined && { tls }),
  };
}
