import { type AudioChunk, durationMs, formatName, sameFormat } from '../audio/format.ts';
import { SpeechError } from '../errors.ts';
import type { ListenMeter } from '../metrics/listen-meter.ts';
import type { Leg } from './hear-leg.ts';
import type { Relay } from './hear-relay.ts';
import type { Resumption } from './hear-resume.ts';
import type { HearProgress, ListenOptions } from './listen-options.ts';
import type { Pacing } from './pacing.ts';

/** The stream whose audio is sent. */
export interface SendingOwner {
  /** The connection in use. */
  readonly leg: Leg;
  /** The stream goes on over it (over a new one, where it is gone) with what has not been sent. */
  takeOver(next: Leg): void;
  /** Asks for all that can be heard in what was sent on the connection in use, and waits for it. */
  hearAll(): Promise<void>;
  readonly progress: HearProgress;
}

export interface SendingParts {
  readonly options: ListenOptions;
  readonly meter: ListenMeter;
  readonly pacing: Pacing;
  readonly relay: Relay;
  readonly resumption: Resumption;
}

/** Sends the audio of a stream, piece by piece, over whichever connection is in use. */
export class Sending {
  readonly #owner: SendingOwner;
  readonly #parts: SendingParts;
  #handingOver = false;

  constructor(owner: SendingOwner, parts: SendingParts) {
    this.#owner = owner;
    this.#parts = parts;
  }

  /** A connection that has been heard out is being left: its end is none of the stream's. */
  get handingOver(): boolean {
    return this.#handingOver;
  }

  /** Resolves when the next piece is wanted. */
  async send(chunk: AudioChunk): Promise<void> {
    const { options, meter, pacing, resumption } = this.#parts;
    const { format, bytes } = chunk;
    const wanted = options.settings.format;
    if (!sameFormat(format, wanted)) {
      throw new SpeechError('E_AUDIO', `the audio is ${formatName(format)}, where ${formatName(wanted)} was announced`);
    }
    if (bytes.length === 0) return;
    if (resumption.running && !resumption.hasRoomFor(bytes) && !(await this.steady())) return;
    const endByte = resumption.keep(bytes);
    // A microphone does not wait while another connection is made; it is sent with what is sent again.
    if (resumption.behind && options.pace === 'live') return;
    // The first chunk is taken, so that the source is open, and held until the service takes it.
    if (!(await this.steady()) || !(await this.#relayed())) return;
    await pacing.until(meter.audioMs + (durationMs(format, bytes.length) ?? 0));
    if (!(await this.steady())) return;
    const wasSentAgain = endByte !== undefined && meter.bytes >= endByte;
    if (!wasSentAgain) await this.#put(chunk);
  }

  async #put(chunk: AudioChunk): Promise<void> {
    const { options, meter } = this.#parts;
    const { leg } = this.#owner;
    if (leg.ending.over) return;
    leg.connection.command({ type: 'audio', chunk });
    const atMs = options.clock.now();
    meter.sent(chunk.bytes, atMs);
    options.tap?.sent(chunk.bytes, atMs);
    options.onProgress?.(this.#owner.progress);
    if (leg.isCrowded) await leg.drained();
  }

  /** Resolves when the connection in use is ready and has all that one before it had; false where there is none. */
  async steady(): Promise<boolean> {
    const { resumption } = this.#parts;
    for (;;) {
      await resumption.running;
      const ready = await this.#owner.leg.ready;
      if (!resumption.running) return ready;
    }
  }

  /** Where the service ends connections after a time: goes on with the next, when it is time. The audio waits. */
  async #relayed(): Promise<boolean> {
    const next = this.#parts.relay.successor(this.#owner.leg);
    if (!next) return true;
    const old = this.#owner.leg;
    this.#handingOver = true;
    await this.#owner.hearAll();
    this.#handingOver = false;
    if (old.failed) {
      next.connection.drop();
    } else {
      this.#owner.takeOver(next);
      old.connection.close();
    }
    return this.steady();
  }
}
