import { type AudioChunk, type AudioFormat, frameBytes } from '../audio/format.ts';
import { TurnMeter } from '../metrics/turn-meter.ts';
import type { WordTime } from '../speech/speak.ts';
import { HeardLedger } from './heard.ts';
import type { SpeakOutput, TurnOptions } from './options.ts';
import { AsyncQueue } from './queue.ts';

/** No voice takes longer over a text: so long a character, which may be a digit said slowly, and so long anyhow. */
const mostSeconds = { aChar: 2, anyhow: 30 } as const;
/** Of compressed sound: Opus takes up to 510 kbit/s, MP3 up to 320. */
const mostCompressedBytesASecond = 64_000;

export interface TurnSoundSetup {
  readonly options: TurnOptions;
  readonly format: AudioFormat;
  /** Hears each change of the audio that nobody has taken yet, in bytes. */
  readonly onHeld: (change: number) => void;
  /** The consumer wants no more. */
  readonly onReturn: () => void;
}

/** What came of a turn: measured, remembered, numbered through all its connections, and given to whoever takes it. */
export class TurnSound {
  #carrierFirstSample = 0;
  #carrierFirstByte = 0;
  /** What came since the last checkpoint is void. */
  #hasVoid = false;
  readonly meter: TurnMeter;
  readonly ledger: HeardLedger;
  readonly #options: TurnOptions;
  readonly output: AsyncQueue<SpeakOutput>;
  readonly #format: AudioFormat;
  readonly #bytesASecond: number;
  /** Of the sound up to the last checkpoint from which the turn could go on. */
  #wholeBytes = 0;

  constructor({ options, format, onHeld, onReturn }: TurnSoundSetup) {
    this.#options = options;
    this.#format = format;
    const bytesAFrame = frameBytes(format);
    this.#bytesASecond = bytesAFrame === undefined ? mostCompressedBytesASecond : bytesAFrame * format.sampleRateHz;
    this.output = new AsyncQueue(weightOf, onHeld, onReturn);
    this.meter = new TurnMeter(format);
    this.ledger = new HeardLedger(() => this.meter.durationMs(this.meter.bytes));
  }

  /** Another connection carries it from here on. */
  carried(): void {
    this.#carrierFirstByte = this.#hasVoid ? this.#wholeBytes : this.meter.bytes;
    this.#carrierFirstSample = this.meter.samples(this.#carrierFirstByte);
  }

  /** With samples in it. */
  audio(chunk: AudioChunk, atMs: number): void {
    this.#dropVoid();
    // A codec counts from its own connection's start; a turn that went on counts on.
    const numbered =
      this.#carrierFirstSample > 0 ? { ...chunk, firstSample: this.meter.samples(this.meter.bytes) } : chunk;
    this.meter.audio(chunk, atMs);
    if (this.#options.take) this.#options.take(numbered, atMs);
    else this.output.push({ type: 'audio', chunk: numbered });
  }

  /** More has come on this connection than can be about so many characters. */
  isBeyond(chars: number): boolean {
    const bytes = this.meter.bytes - this.#carrierFirstByte;
    return bytes > this.#bytesASecond * (mostSeconds.anyhow + mostSeconds.aChar * chars);
  }

  words(items: readonly WordTime[]): void {
    const shiftMs = (this.#carrierFirstSample / this.#format.sampleRateHz) * 1000;
    const shifted =
      shiftMs === 0
        ? items
        : items.map((item) => ({ ...item, startMs: item.startMs + shiftMs, endMs: item.endMs + shiftMs }));
    this.ledger.words(shifted);
    this.output.push({ type: 'words', items: shifted });
  }

  /** All that came belongs to text that will not be said again. */
  settle(): void {
    this.#dropVoid();
    this.#wholeBytes = this.meter.bytes;
    if (this.#options.takesBack) this.output.push({ type: 'checkpoint' });
  }

  /**
   * Whether another connection may go on from where `settle` was. Somebody may have heard what came since, and cannot
   * take it back; and compressed sound of two connections is no one stream, also where it would meet at a checkpoint.
   */
  get maySoundAgain(): boolean {
    const { bytes } = this.meter;
    if (bytes === 0) return true;
    const isCompressed = this.meter.durationMs(bytes) === undefined;
    return !isCompressed && (bytes <= this.#wholeBytes || this.#options.takesBack === true);
  }

  /** What came since `settle` comes again. */
  takeBack(): void {
    this.#hasVoid = this.meter.bytes > this.#wholeBytes;
  }

  /** Not before there is something in its place: if no connection can be made, what was received is kept. */
  #dropVoid(): void {
    if (!this.#hasVoid) return;
    this.#hasVoid = false;
    this.meter.takeBack(this.#wholeBytes);
    this.ledger.takeBack();
    this.output.push({ type: 'takeBack' });
  }

  /** How long the sound lasts that somebody has taken, ms. */
  get takenMs(): number {
    return this.meter.durationMs(this.meter.bytes - this.output.weight) ?? 0;
  }
}

/** Of what waits for the consumer only the sound is heavy. */
function weightOf(output: SpeakOutput): number {
  return output.type === 'audio' ? output.chunk.bytes.length : 0;
}
