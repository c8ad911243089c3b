import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import { frameBytes } from '../audio/format.ts';
import type { SpeechError } from '../errors.ts';
import { TurnMeter } from '../metrics/turn-meter.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import type { SpeakTraits } from '../speech/service.ts';
import type { Boundary } from '../speech/span.ts';
import type { TurnEnd, WordTime } from '../speech/speak.ts';
import { deferred } from './deferred.ts';
import { HeardLedger } from './heard.ts';
import type { Heard, SpeakOutput, TurnOptions, TurnProgress } from './options.ts';
import { AsyncQueue } from './queue.ts';
import { Script, type ScriptLine } from './script.ts';
import { SentText } from './sent-text.ts';
import type { SpeakConnection } from './speak-connection.ts';
import { StopGate } from './stop-gate.ts';

/** So much sound, bytes, of which nothing tells what it says: more than a sentence makes. */
const untoldBytes = 1024 * 1024;

export interface TurnResult {
  readonly why: TurnEnd;
  readonly report: TurnReport;
  readonly error?: SpeechError;
}

export interface TurnSetup {
  readonly id: string;
  readonly options: TurnOptions;
  readonly format: AudioFormat;
  readonly traits: SpeakTraits;
  readonly flush: Boundary;
  /** Hears each change of the audio that nobody has taken yet, in bytes. */
  readonly onHeld: (change: number) => void;
  /** The consumer wants no more. */
  readonly onReturn: () => void;
}

/** The state of one turn: what was sent, what is acknowledged, what came of it. The session moves it. */
export class Turn {
  readonly id: string;
  readonly options: TurnOptions;
  readonly script: Script;
  readonly text = new SentText();
  readonly meter: TurnMeter;
  readonly output: AsyncQueue<SpeakOutput>;
  /** Stopped when the turn wants no more text. */
  readonly input = new StopGate();
  /** The connection that its commands go to. */
  carrier: SpeakConnection | undefined;
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
  why: TurnEnd | undefined;
  started = false;

  readonly #format: AudioFormat;
  readonly #ledger: HeardLedger;
  #firstCarrier: SpeakConnection | undefined;
  #connections = 0;
  #samples = 0;
  #carrierFirstSample = 0;
  #playedBefore = 0;
  readonly #result = deferred<TurnResult>();
  #moved: (() => void)[] = [];

  constructor({ id, options, format, traits, flush, onHeld, onReturn }: TurnSetup) {
    this.id = id;
    this.options = options;
    this.script = new Script(id, traits, flush);
    this.output = new AsyncQueue(weightOf, onHeld, onReturn);
    this.meter = new TurnMeter(format);
    this.#format = format;
    this.#ledger = new HeardLedger(format);
  }

  get result(): Promise<TurnResult> {
    return this.#result.promise;
  }

  get progress(): TurnProgress {
    const { throughChar, sentChar, sentences } = this.text;
    return { throughChar, sentChar, sentences, audioMs: this.#ledger.audioMs };
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
    this.#carrierFirstSample = this.#samples;
  }

  /** No connection carries it: what is left to say waits for the next. */
  putDown(): void {
    this.carrier = undefined;
    this.live = false;
    this.endSent = false;
    this.#wake();
  }

  sent(line: ScriptLine, atMs: number): void {
    if (line.commands.length > 0) this.meter.textSent(atMs, line.span.text.length);
    this.text.add(line);
    this.#ledger.sent(line.span);
  }

  audio(chunk: AudioChunk, atMs: number): void {
    const { length } = chunk.bytes;
    // A header that was stripped leaves a chunk without samples: that is no sound yet.
    if (length === 0) return;
    const wasUntold = this.isUntold;
    this.meter.audio(chunk, atMs);
    if (this.isUntold !== wasUntold) this.#wake();
    this.#ledger.audio(length, chunk.format);
    let numbered = chunk;
    const sampleBytes = frameBytes(chunk.format);
    if (sampleBytes !== undefined) {
      // A codec counts from its own connection's start; a turn that went on counts on.
      if (this.#carrierFirstSample > 0) numbered = { ...chunk, firstSample: this.#samples };
      this.#samples += length / sampleBytes;
    }
    this.output.push({ type: 'audio', chunk: numbered });
  }

  words(items: readonly WordTime[]): void {
    const shiftMs = (this.#carrierFirstSample / this.#format.sampleRateHz) * 1000;
    const shifted =
      shiftMs === 0
        ? items
        : items.map((item) => ({ ...item, startMs: item.startMs + shiftMs, endMs: item.endMs + shiftMs }));
    this.#ledger.words(shifted);
    this.output.push({ type: 'words', items: shifted });
  }

  /** The sound is complete up to here. Says whether that is further than before. */
  checkpoint(throughChar: number): boolean {
    const further = this.text.checkpoint(throughChar);
    this.#ledger.progress(this.text.throughChar);
    if (further) this.options.onProgress?.(this.progress);
    this.#wake();
    return further;
  }

  /** It sounds, and the service has never told how far: it may be one that tells it at the end alone. */
  get isUntold(): boolean {
    return this.text.throughChar === 0 && this.meter.bytes >= untoldBytes;
  }

  /**
   * Resolves at the next checkpoint, when so much has sounded that none may come, when the connection is lost or
   * another, or when the turn ends.
   */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
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
    const { audioMs } = this.#ledger;
    const played = this.options.sink?.position().playedSamples;
    const taken = this.meter.durationMs(this.meter.bytes - this.output.weight) ?? 0;
    const ms = played === undefined ? taken : ((played - this.#playedBefore) / this.#format.sampleRateHz) * 1000;
    const heardMs = Math.max(0, Math.min(ms, audioMs ?? ms));
    return { heardMs, heardText: this.#ledger.textAt(heardMs) };
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
    const report = this.meter.report(this.id, why, facts, this.#connections);
    this.#result.resolve({ why, report, ...(error && { error }) });
  }
}

/** Of what waits for the consumer only the sound is heavy. */
function weightOf(output: SpeakOutput): number {
  return output.type === 'audio' ? output.chunk.bytes.length : 0;
}
