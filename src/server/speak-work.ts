import type { AudioChunk } from '../audio/format.ts';
import { frameBytes } from '../audio/format.ts';
import { type Clock, loopTurn } from '../clock.ts';
import { type Deferred, deferred } from '../deferred.ts';
import type { SynthesisOutput, SynthesisRequest, Synthesizer } from '../engine/engine.ts';
import { toSpeechError } from '../errors.ts';
import type { SpeakEvent } from '../speech/speak.ts';
import type { AudioStage, SendAudio } from './audio-stage.ts';
import type { ServerLimits } from './bounds.ts';
import type { Outlet } from './outlet.ts';
import { cost, type Job, type Mark, roughMs, type Sentence, type Synthesis } from './speak-jobs.ts';

export interface SpeakWorkOptions {
  readonly engine: Synthesizer;
  /** What every sentence of this connection is asked for. */
  readonly request: Omit<SynthesisRequest, 'text' | 'wantedAtMs'>;
  readonly outlet: Outlet<SpeakEvent>;
  readonly limits: Pick<ServerLimits, 'waitingChars'>;
  readonly clock: Pick<Clock, 'now'>;
  stage(send: SendAudio): AudioStage;
}

/** Of what cannot be read so much is shown. */
const shownChars = 60;

/**
 * Speaks sentences one after another, in order, until it is aborted. One instance holds what was asked for between two
 * interruptions, so that an interruption throws away all of it at once and the next text waits for nothing.
 * The sentence after the one being sent is made meanwhile; never more, for the engine is shared.
 */
export class SpeakWork {
  readonly #options: SpeakWorkOptions;
  readonly #stage: AudioStage;
  #jobs: Job[] = [];
  #current: Synthesis | undefined;
  /** How long a listener has something to hear once all that was started is there, ms of the clock. */
  #heardUntilMs = 0;
  #wake: () => void = () => {};
  #waitingChars = 0;
  #room: Deferred<void> | undefined;
  #aborted = false;
  #atWork = false;
  /** Something before the next mark could not be spoken; the rest up to there is left out. */
  #failed = false;
  #turn = '';
  #samples = 0;

  constructor(options: SpeakWorkOptions) {
    this.#options = options;
    this.#stage = options.stage((turn, chunk) => this.#send(turn, chunk));
    this.#run().catch((thrown) => this.#broke(thrown));
  }

  get busy(): boolean {
    return this.#atWork || this.#jobs.length > 0;
  }

  sentence(turn: string, text: string): void {
    this.#push({ kind: 'sentence', turn, text });
  }

  mark(turn: string, events: readonly SpeakEvent[], hangsUp = false): void {
    this.#push({ kind: 'mark', turn, events, hangsUp });
  }

  /** Stops the engine, the encoder and all that waits. Nothing is sent after this. */
  abort(): void {
    this.#aborted = true;
    this.#current?.abort.abort(stopped);
    for (const job of this.#jobs) if (job.kind === 'sentence') job.started?.abort.abort(stopped);
    this.#jobs = [];
    this.#stage.drop();
    this.#wait(0);
    this.#wake();
  }

  #push(job: Job): void {
    if (this.#aborted) return;
    this.#jobs.push(job);
    this.#wait(this.#waitingChars + cost(job));
    this.#startAhead();
    this.#wake();
  }

  #wait(chars: number): void {
    this.#waitingChars = chars;
    this.#options.outlet.waiting(chars);
    if (chars > this.#options.limits.waitingChars / 2) return;
    this.#room?.resolve();
    this.#room = undefined;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  /** Undefined where more may be asked for at once; else resolves when half of what waits is spoken, or all dropped. */
  room(): Promise<void> | undefined {
    if (this.#waitingChars <= this.#options.limits.waitingChars) return undefined;
    this.#room ??= deferred();
    return this.#room.promise;
  }

  #startAhead(): void {
    if (this.#failed) return;
    const next = this.#jobs.find((job) => job.kind === 'sentence');
    if (next?.kind === 'sentence') next.started ??= this.#start(next.text);
  }

  #start(text: string): Synthesis {
    const { engine, request, clock } = this.#options;
    const abort = new AbortController();
    const wantedAtMs = Math.max(clock.now(), this.#heardUntilMs);
    this.#heardUntilMs = wantedAtMs + roughMs(text, request.speed);
    try {
      return { outputs: engine.synthesize({ ...request, text, wantedAtMs }, abort.signal), abort };
    } catch (refusal) {
      return { refusal, abort };
    }
  }

  async #run(): Promise<void> {
    for (let job = await this.#take(); job !== undefined; job = await this.#take()) {
      this.#atWork = true;
      if (job.kind === 'mark') {
        await this.#answer(job);
      } else {
        await this.#speak(job);
        // An engine may answer at once; that a client has gone, or wants to be heard, is seen when the event loop turns.
        await loopTurn();
      }
      this.#atWork = false;
    }
  }

  async #take(): Promise<Job | undefined> {
    while (this.#jobs.length === 0 && !this.#aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const job = this.#jobs.shift();
    if (job === undefined || this.#aborted) return undefined;
    this.#wait(this.#waitingChars - cost(job));
    return job;
  }

  async #speak({ turn, text, started }: Sentence): Promise<void> {
    if (this.#failed) {
      started?.abort.abort(stopped);
      return;
    }
    this.#current = started ?? this.#start(text);
    this.#startAhead();
    if (turn !== this.#turn) this.#samples = 0;
    this.#turn = turn;
    const before = this.#samples;
    try {
      // What is told of a sentence is as much as a sentence, and may be all that comes of it.
      const room = this.#options.outlet.room();
      if (room) await room;
      if (this.#aborted) return;
      this.#tellUnread(text);
      if ('refusal' in this.#current) throw this.#current.refusal;
      for await (const output of this.#current.outputs) {
        if (this.#aborted) return;
        if ('word' in output) this.#word(turn, before, output);
        else await this.#stage.write(turn, this.#numbered(output, before));
      }
    } catch (thrown) {
      this.#fail(turn, thrown);
    } finally {
      this.#current = undefined;
    }
  }

  /** What nobody will hear is no secret: the sentence is spoken without it. */
  #tellUnread(text: string): void {
    const { engine, request, outlet } = this.#options;
    const words = engine.unread?.({ ...request, text }) ?? [];
    if (words.length === 0) return;
    const all = words.join(' ');
    const shown = all.length > shownChars ? `${all.slice(0, shownChars)}…` : all;
    const message = `the voice "${request.voice}" cannot read "${shown}", and leaves it out`;
    outlet.event({ type: 'warning', code: 'unread', message });
  }

  /** Samples are counted through the turn, where the engine counts through the sentence. */
  #numbered(chunk: AudioChunk, before: number): AudioChunk {
    this.#samples += chunk.bytes.length / (frameBytes(chunk.format) ?? 1);
    return { ...chunk, firstSample: before + (chunk.firstSample ?? 0) };
  }

  #word(turn: string, before: number, { word, startMs, endMs }: Extract<SynthesisOutput, { word: string }>): void {
    const offsetMs = (before / this.#options.request.format.sampleRateHz) * 1000;
    const items = [{ text: word, startMs: startMs + offsetMs, endMs: endMs + offsetMs }];
    this.#options.outlet.event({ type: 'words', turn, items });
  }

  async #send(turn: string, chunk: AudioChunk): Promise<void> {
    await this.#options.outlet.room();
    if (!this.#aborted) this.#options.outlet.event({ type: 'audio', turn, chunk });
  }

  /** Every flush is answered once, also after a failure: clients pair answers with flushes by counting them. */
  async #answer({ turn, events, hangsUp }: Mark): Promise<void> {
    try {
      await this.#stage.finish();
    } catch (thrown) {
      this.#fail(turn, thrown);
    }
    await this.#options.outlet.room();
    if (this.#aborted) return;
    this.#failed = false;
    this.#startAhead();
    for (const event of events) this.#options.outlet.event(event);
    if (hangsUp) this.#options.outlet.hangUp(1000, '');
  }

  #fail(turn: string, thrown: unknown): void {
    if (this.#aborted) return;
    this.#failed = true;
    this.#stage.drop();
    const { code, message } = toSpeechError(thrown, 'E_ENGINE');
    this.#options.outlet.event({ type: 'error', turn, fault: { code, message } });
  }

  /** Nothing above lets an error through; should one come, the client hears of it instead of waiting. */
  #broke(thrown: unknown): void {
    if (this.#aborted) return;
    this.#fail(this.#turn, thrown);
    this.#options.outlet.hangUp(1011, 'internal error');
  }
}

const stopped = new DOMException('the speech was stopped', 'AbortError');
