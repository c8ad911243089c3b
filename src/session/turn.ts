import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import type { Clock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import type { SpeechError } from '../errors.ts';
import type { TurnInstants, TurnMeter } from '../metrics/turn-meter.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import type { SpeakTraits } from '../speech/service.ts';
import type { Boundary } from '../speech/span.ts';
import type { TurnEnd } from '../speech/speak.ts';
import type { Heard, SpeakOutput, TurnOptions, TurnProgress } from './options.ts';
import type { AsyncQueue } from './queue.ts';
import { Script, type ScriptLine } from './script.ts';
import { SentText } from './sent-text.ts';
import type { SpeakConnection } from './speak-connection.ts';
import { StopGate } from './stop-gate.ts';
import type { TurnEvent } from './turn-event.ts';
import { TurnSound, type TurnSoundSetup } from './turn-sound.ts';

/** So much sound, bytes, of which nothing tells what it says: more than a sentence makes. */
const untoldBytes = 1024 * 1024;

export interface TurnResult {
  readonly why: TurnEnd;
  readonly report: TurnReport;
  readonly error?: SpeechError;
  /** What the report's latencies count from, and when the first audible sample was heard; clock ms. */
  readonly instants: TurnInstants;
}

export interface TurnSetup extends TurnSoundSetup {
  readonly id: string;
  readonly traits: SpeakTraits;
  readonly flush: Boundary;
}

/** The state of one turn: what was sent, what is acknowledged, what came of it. The session moves it. */
export class Turn {
  /** The connection that its commands go to. */
  carrier: SpeakConnection | undefined;
  readonly id: string;
  why: TurnEnd | undefined;
  readonly sound: TurnSound;
  readonly options: TurnOptions;
  readonly script: Script;
  readonly text = new SentText();
  /** Stopped when the turn wants no more text. */
  readonly input = new StopGate();
  /** The carrier is ready, and was sent all that the ones before it left to say. */
  live = false;
  /** Settles when the carrier has become live, or has been replaced before. */
  alive: Promise<void> = Promise.resolve();
  /** The source has no more text, or `end` was called. */
  inputEnded = false;
  /** The carrier was told so. */
  endSent = false;
  /** A flush waits for its time. */
  flushing: Promise<void> | undefined;
  /** A line that was taken from the source and waits for a connection; `flush` then goes with it. */
  held: { flush: boolean } | undefined;
  /** A connection was lost: the next is opened when this has resolved. */
  rest: Promise<void> | undefined;
  started = false;

  readonly #format: AudioFormat;
  #firstCarrier: SpeakConnection | undefined;
  #connections = 0;
  #reconnects = 0;
  #playedBefore = 0;
  readonly #result = deferred<TurnResult>();
  #moved: (() => void)[] = [];

  constructor({ id, traits, flush, ...sound }: TurnSetup) {
    this.id = id;
    this.options = sound.options;
    this.script = new Script(id, traits, flush);
    this.sound = new TurnSound(sound);
    this.#format = sound.format;
  }

  get meter(): TurnMeter {
    return this.sound.meter;
  }

  get output(): AsyncQueue<SpeakOutput> {
    return this.sound.output;
  }

  get result(): Promise<TurnResult> {
    return this.#result.promise;
  }

  get progress(): TurnProgress {
    const { throughChar, sentChar, sentences } = this.text;
    return { throughChar, sentChar, sentences, audioMs: this.sound.ledger.audioMs };
  }

  /** Its turn has come. A sink that plays one turn after another is asked how far it is. */
  start(): void {
    this.started = true;
    this.#playedBefore = this.options.sink?.position().playedSamples ?? 0;
  }

  carriedBy(connection: SpeakConnection): void {
    this.putDown();
    this.carrier = connection;
    this.#firstCarrier ??= connection;
    this.#connections++;
    this.sound.carried();
  }

  /** No connection carries it: what is left to say waits for the next. */
  putDown(): void {
    this.carrier = undefined;
    this.live = false;
    this.endSent = false;
    this.text.unasked();
    this.#wake();
  }

  /** Its carrier has all that the ones before it left to say. */
  enliven(): void {
    this.live = true;
    this.#wake();
  }

  sent(line: ScriptLine, atMs: number): void {
    if (line.commands.length > 0) this.meter.textSent(atMs, line.span.text.length);
    this.text.add(line);
    this.sound.ledger.sent(line.span);
  }

  audio(chunk: AudioChunk, atMs: number): void {
    // A header that was stripped leaves a chunk without samples: that is no sound yet.
    if (chunk.bytes.length === 0) return;
    const beforeBytes = this.meter.bytes;
    this.sound.audio(chunk, atMs);
    if (beforeBytes < untoldBytes && this.isUntold) this.#wake();
  }

  /** Of a turn that was interrupted: sound that comes all the same. */
  late(event: TurnEvent, atMs: number): void {
    if (event.turn !== this.id) return;
    if (event.type === 'late') this.options.late?.(event.bytes, atMs);
    else if (event.type === 'audio') this.options.late?.(event.chunk.bytes.length, atMs);
  }

  /** The sound is complete up to here. Says whether that is further than before. */
  checkpoint(throughChar: number): boolean {
    const further = this.text.checkpoint(throughChar);
    this.sound.ledger.progress(this.text.throughChar);
    if (this.text.isClean) {
      this.text.settle();
      this.sound.settle();
    }
    if (further) this.options.onProgress?.(this.progress);
    this.#wake();
    return further;
  }

  /**
   * The connection is lost: the text since the last checkpoint is said again, and what sounded of it is void as soon as
   * it comes again. False where that cannot be taken back.
   */
  takeBack(): boolean {
    if (!this.sound.maySoundAgain) return false;
    this.sound.takeBack();
    this.text.takeBack();
    this.putDown();
    this.#reconnects++;
    return true;
  }

  /** It sounds, and the service has never told how far: it may be one that tells it at the end alone. */
  get isUntold(): boolean {
    return this.meter.bytes >= untoldBytes && this.text.throughChar === 0;
  }

  /**
   * Resolves at the next checkpoint, when so much has sounded that none may come, when the connection is lost or
   * another, or when the turn ends.
   */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
  }

  /** Resolves after this time, or when the turn moves before. */
  movedOrAfter(clock: Clock, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.after(waitMs, resolve);
      this.moved().then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** The next connection is opened after this time. */
  restFor(clock: Clock, waitMs: number): void {
    this.rest = this.movedOrAfter(clock, waitMs).finally(() => {
      this.rest = undefined;
    });
  }

  #wake(): void {
    for (const resolve of this.#moved.splice(0)) resolve();
  }

  /** No more text is taken from the source. */
  stopInput(): void {
    this.input.stop();
    this.#wake();
  }

  /** What was heard: by the sink, or where there is none by what the consumer has taken. */
  heard(): Heard {
    const { audioMs } = this.sound.ledger;
    const played = this.options.sink?.position().playedSamples;
    const ms =
      played === undefined ? this.sound.takenMs : ((played - this.#playedBefore) / this.#format.sampleRateHz) * 1000;
    const heardMs = Math.max(0, Math.min(ms, audioMs ?? ms));
    return { heardMs, heardText: this.sound.ledger.textAt(heardMs) };
  }

  /** `reason` is what the iteration fails with, where that is not the error itself. */
  finish(why: TurnEnd, atMs: number, error?: SpeechError, reason: unknown = error): void {
    if (this.why !== undefined) return;
    if (why === 'done') this.checkpoint(this.text.sentChar);
    this.why = why;
    this.meter.timeline.mark('ended', atMs);
    this.stopInput();
    if (why === 'interrupted') this.output.clear();
    else this.output.end(reason);
    const first = this.#firstCarrier;
    const facts = first && { timeline: first.timeline, requestId: first.requestId ?? first.sessionId };
    const measured = this.meter.report(this.id, why, facts, this.#connections);
    const report = { ...measured, ...(this.#reconnects > 0 && { reconnects: this.#reconnects }) };
    this.#result.resolve({ why, report, instants: this.meter.instants, ...(error && { error }) });
  }
}
