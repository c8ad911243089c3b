import { type AudioFormat, durationMs, frameBytes } from '../audio/format.ts';
import type { SpeechError } from '../errors.ts';
import type { ListenMeter } from '../metrics/listen-meter.ts';
import type { Leg } from './hear-leg.ts';
import type { HearResults } from './hear-results.ts';
import { KeptAudio } from './kept-audio.ts';
import type { ListenOptions } from './listen-options.ts';
import type { Pacing } from './pacing.ts';
import { Reconnects } from './reconnects.ts';
import { Rest } from './rest.ts';
import type { Warnings } from './warnings.ts';

/** Audio that is kept, ms: longer than an utterance and all attempts to reach the service together. */
const mostKeptMs = 180_000;
/** What is sent again goes in pieces of so much, as audio does anyway. */
const pieceMs = 100;
/** A hosted service is sent again what it missed at most so many times as fast as it was spoken. */
const catchUpRate = 1.25;

export interface ResumptionSetup {
  readonly options: ListenOptions;
  readonly meter: ListenMeter;
  readonly pacing: Pacing;
  readonly results: HearResults;
  readonly warnings: Warnings;
  /** Opens another connection and makes it the one in use, with audio from that byte of the stream on. */
  readonly next: (fromByte: number) => Leg;
  /** Nobody wants more. */
  readonly isOver: () => boolean;
  readonly finalize: () => void;
}

/**
 * Goes on with a stream of audio over another connection when one is lost: the audio since the last utterance boundary
 * is sent again. One at a time; a connection that is lost on the way begins it anew.
 */
export class Resumption {
  readonly #setup: ResumptionSetup;
  readonly #reconnects: Reconnects;
  readonly #kept: KeptAudio;
  readonly #format: AudioFormat;
  readonly #rate: number;
  #running: Promise<void> | undefined;
  #rest: Rest | undefined;
  #boundaryByte = 0;
  /** The connection in use, or the last, was sent no more than that, byte of the stream; undefined: all. */
  #behindAt: number | undefined;
  #finalizes = false;
  #count = 0;

  constructor(setup: ResumptionSetup) {
    const { options } = setup;
    const { service, settings, pace = service.traits.pace, reconnect } = options;
    this.#setup = setup;
    this.#format = settings.format;
    this.#reconnects = new Reconnects(reconnect);
    this.#kept = new KeptAudio(this.#byteAt(mostKeptMs));
    const wanted = typeof pace === 'number' ? pace : 1;
    this.#rate = service.traits.pace === 'fast' ? Number.POSITIVE_INFINITY : Math.max(catchUpRate, wanted);
  }

  /** While another connection takes over: settles when it has all that the last one had, or is lost too. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  get count(): number {
    return this.#count;
  }

  /** What is kept now is sent with what is sent again. */
  get behind(): boolean {
    return this.#behindAt !== undefined;
  }

  /** Up to where the connection in use was sent the audio, ms of the stream. */
  get sentMs(): number {
    return this.#behindAt === undefined ? this.#setup.meter.audioMs : this.#msAt(this.#behindAt);
  }

  /** Whether a `finalize` that is wanted now goes out later: behind the audio that it is about. */
  defersFinalize(): boolean {
    this.#finalizes ||= this.behind;
    return this.behind;
  }

  /** Nobody wants another connection any longer. */
  leave(): void {
    this.#rest?.cut();
  }

  /** Words have come: the waits for another connection begin anew. */
  borne(): void {
    this.#reconnects.borne();
  }

  /** Whether so much more can be kept, and nothing be lost that waits for a connection; else the source should wait. */
  hasRoomFor(bytes: Uint8Array): boolean {
    return !this.#reconnects.enabled || this.#kept.hasRoomFor(bytes.length);
  }

  /** Audio that is about to be sent. Answers the byte of the stream at which it ends; undefined: nothing is kept. */
  keep(bytes: Uint8Array): number | undefined {
    if (!this.#reconnects.enabled) return undefined;
    this.#kept.add(bytes);
    return this.#kept.endByte;
  }

  /** An utterance is over there, ms of the stream: what lies before is never sent again. */
  boundary(endMs: number): void {
    this.#boundaryByte = this.#byteAt(endMs);
    this.#kept.dropBefore(this.#boundaryByte);
  }

  /** Whether the stream goes on over another connection. */
  lost(leg: Leg, error: SpeechError): boolean {
    if (leg.connection.timeline.at('ready') !== undefined) this.#reconnects.established();
    // What the service said would be said again.
    const waitMs = leg.told ? undefined : this.#reconnects.next(error);
    if (waitMs === undefined) return false;
    this.#count++;
    this.#behindAt ??= this.#setup.meter.bytes;
    this.#finalizes ||= leg.ending.owes;
    const run: Promise<void> = this.#run(waitMs).finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return true;
  }

  async #run(waitMs: number): Promise<void> {
    const { options, next, isOver, results, pacing, finalize } = this.#setup;
    this.#rest = new Rest(options.clock, waitMs, options.signal);
    await this.#rest.over;
    if (isOver()) return;
    results.settle();
    this.#tellLoss();
    const fromByte = Math.max(this.#kept.fromByte, this.#boundaryByte);
    const leg = next(fromByte);
    if (!(await leg.ready)) return;
    results.again(this.#msAt(fromByte));
    pacing.from(this.#msAt(fromByte), this.#rate);
    // Where that connection is lost too, the next has it all to do.
    if (!(await this.#sendAgain(leg, fromByte))) return;
    pacing.caughtUp();
    if (this.#finalizes) finalize();
    this.#finalizes = false;
  }

  /** What is kept is bounded: where more had not been told about, that is said. */
  #tellLoss(): void {
    const { meter, warnings } = this.#setup;
    const [fromMs, toMs] = [this.#msAt(this.#boundaryByte), this.#msAt(this.#kept.fromByte)];
    const lostMs = toMs > fromMs ? meter.audibleMsAfter(fromMs) - meter.audibleMsAfter(toMs) : 0;
    if (lostMs === 0) return;
    const seconds = (ms: number) => (ms / 1000).toFixed(1);
    const where = `from ${seconds(fromMs)} s to ${seconds(toMs)} s of the audio`;
    warnings.say('audio_lost', `words may be missing ${where}: the service had not told them, and no more is kept`);
  }

  /** What is kept, and what comes while it is sent, until there is no more; false where that connection is lost too. */
  async #sendAgain(leg: Leg, fromByte: number): Promise<boolean> {
    const { options, meter, pacing } = this.#setup;
    const format = this.#format;
    const pieceBytes = this.#byteAt(pieceMs);
    for (let at = fromByte; !leg.ending.over; ) {
      this.#behindAt = at;
      const bytes = this.#kept.at(at, pieceBytes);
      if (bytes === undefined) {
        // At once: the next piece that comes is sent by itself.
        this.#behindAt = undefined;
        return true;
      }
      await pacing.until(this.#msAt(at + bytes.length));
      if (leg.ending.over) break;
      leg.connection.command({ type: 'audio', chunk: { format, bytes, firstSample: at / this.#frameBytes } });
      const sentBytes = Math.max(0, meter.bytes - at);
      at += bytes.length;
      if (bytes.length > sentBytes) meter.sent(bytes.subarray(sentBytes), options.clock.now());
      if (leg.isCrowded) await leg.drained();
    }
    return false;
  }

  get #frameBytes(): number {
    return frameBytes(this.#format) ?? 1;
  }

  #byteAt(ms: number): number {
    return Math.round((ms * this.#format.sampleRateHz) / 1000) * this.#frameBytes;
  }

  #msAt(byte: number): number {
    return durationMs(this.#format, byte) ?? 0;
  }
}
