import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import { durationMs, frameBytes } from '../audio/format.ts';
import type { SpeechError } from '../errors.ts';
import { TurnMeter } from '../metrics/turn-meter.ts';
import type { TurnReport } from '../metrics/turn-report.ts';
import type { SpeakTraits } from '../speech/service.ts';
import type { Boundary } from '../speech/span.ts';
import type { TurnEnd, WordTime } from '../speech/speak.ts';
import type { Connection } from './connection.ts';
import { deferred } from './deferred.ts';
import { HeardLedger } from './heard.ts';
import type { Heard, SpeakOutput, TurnOptions, TurnProgress } from './options.ts';
import { AsyncQueue } from './queue.ts';
import { Script, type ScriptLine } from './script.ts';
import { SentText } from './sent-text.ts';

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
  /** The connection that its commands go to. */
  carrier: Connection | undefined;
  /** The carrier is ready, and was sent all that the ones before it left to say. */
  live = false;
  /** The source has no more text, or `end` was called. */
  inputEnded = false;
  /** A line that was taken from the source and waits for a connection; `flush` then goes with it. */
  held: { flush: boolean } | undefined;
  why: TurnEnd | undefined;
  started = false;

  readonly #format: AudioFormat;
  readonly #sampleBytes: number | undefined;
  readonly #ledger: HeardLedger;
  #firstCarrier: Connection | undefined;
  #connections = 0;
  #samples = 0;
  #carrierFirstSample = 0;
  #playedBefore = 0;
  readonly #result = deferred<TurnResult>();
  #stopped = false;
  #onStop: (() => void) | undefined;
  #moved: (() => void)[] = [];

  constructor({ id, options, format, traits, flush, onHeld, onReturn }: TurnSetup) {
    this.id = id;
    this.options = options;
    this.script = new Script(id, traits, flush);
    this.output = new AsyncQueue(weightOf, onHeld, onReturn);
    this.meter = new TurnMeter(format);
    this.#format = format;
    this.#sampleBytes = frameBytes(format);
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

  carriedBy(connection: Connection): void {
    this.carrier = connection;
    this.live = false;
    this.#firstCarrier ??= connection;
    this.#connections++;
    this.#carrierFirstSample = this.#samples;
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
    this.meter.audio(chunk, atMs);
    this.#ledger.audio(length);
    let numbered = chunk;
    if (this.#sampleBytes !== undefined) {
      // A codec counts from its own connection's start; a turn that went on counts on.
      if (this.#carrierFirstSample > 0) numbered = { ...chunk, firstSample: this.#samples };
      this.#samples += length / this.#sampleBytes;
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

  /** Resolves at the next checkpoint, or when the turn ends. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#moved.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#moved.splice(0)) resolve();
  }

  /** What `work` gives, or undefined when the turn wants no more text before that. One at a time. */
  unlessStopped<T>(work: T | PromiseLike<T>): Promise<T | undefined> {
    // Not a race against one long promise, which would keep every loser for as long as the turn lasts.
    return new Promise((resolve, reject) => {
      this.#onStop = () => resolve(undefined);
      Promise.resolve(work).then(resolve, reject);
    });
  }

  get wantsText(): boolean {
    return !this.#stopped;
  }

  /** No more text is taken from the source. */
  stopInput(): void {
    this.#stopped = true;
    this.#onStop?.();
    this.#wake();
  }

  /** What was heard: by the sink, or where there is none by what the consumer has taken. */
  heard(): Heard {
    const { audioMs } = this.#ledger;
    const played = this.options.sink?.position().playedSamples;
    const taken = durationMs(this.#format, this.meter.bytes - this.output.weight) ?? 0;
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
