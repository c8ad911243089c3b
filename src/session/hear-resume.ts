import { type AudioFormat, durationMs, frameBytes } from '../audio/format.ts';
import type { Clock } from '../clock.ts';
import type { SpeechError } from '../errors.ts';
import type { ListenMeter } from '../metrics/listen-meter.ts';
import type { Leg } from './hear-leg.ts';
import type { HearResults } from './hear-results.ts';
import { KeptAudio } from './kept-audio.ts';
import type { ListenOptions } from './listen-options.ts';
import type { Pacing } from './pacing.ts';
import { Reconnects } from './reconnects.ts';

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
  #boundaryByte = 0;
  /** The connection in use does not have all that the one before had. */
  #behind = false;
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

  /** Whether a `finalize` that is wanted now goes out later: behind the audio that it is about. */
  defersFinalize(): boolean {
    this.#finalizes ||= this.#behind;
    return this.#behind;
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
    this.#reconnects.borne();
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
    this.#behind = true;
    this.#finalizes ||= leg.ending.owes;
    const run: Promise<void> = this.#run(waitMs).finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return true;
  }

  async #run(waitMs: number): Promise<void> {
    const { options, next, isOver, results, pacing, finalize } = this.#setup;
    await rest(options.clock, waitMs, options.signal);
    if (isOver()) return;
    const fromByte = Math.max(this.#kept.fromByte, this.#boundaryByte);
    const leg = next(fromByte);
    if (!(await leg.ready)) return;
    results.again(this.#msAt(fromByte));
    pacing.from(this.#msAt(fromByte), this.#rate);
    await this.#sendAgain(leg, fromByte);
    pacing.from(undefined);
    this.#behind = false;
    if (this.#finalizes && !leg.ending.over) finalize();
    this.#finalizes = false;
  }

  /** What is kept, and what comes while it is sent, until there is no more. */
  async #sendAgain(leg: Leg, fromByte: number): Promise<void> {
    const { options, meter, pacing } = this.#setup;
    const format = this.#format;
    let at = fromByte;
    const pieceBytes = this.#byteAt(pieceMs);
    for (;;) {
      const bytes = this.#kept.at(at, pieceBytes);
      if (bytes === undefined) return;
      await pacing.until(this.#msAt(at + bytes.length));
      if (leg.ending.over) return;
      leg.connection.command({ type: 'audio', chunk: { format, bytes, firstSample: at / this.#frameBytes } });
      const sentBytes = Math.max(0, meter.bytes - at);
      at += bytes.length;
      if (bytes.length > sentBytes) meter.sent(bytes.subarray(sentBytes), options.clock.now());
      if (leg.isCrowded) await leg.drained();
    }
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

/** Cut short where all is called off. The signal may live as long as its program: nothing is left with it. */
function rest(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      timer.cancel();
      signal?.removeEventListener('abort', over);
      resolve();
    };
    const timer = clock.after(ms, over);
    if (signal?.aborted) over();
    else signal?.addEventListener('abort', over, { once: true });
  });
}
