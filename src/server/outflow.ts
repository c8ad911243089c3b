import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../clock.ts';
import { type Deferred, deferred } from '../deferred.ts';
import type { Frame } from '../transport/transport.ts';
import type { ServerLimits } from './bounds.ts';

export interface OutflowOptions {
  readonly socket: WebSocket;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  /** The client has taken nothing for `limits.stalledMs` while something waited for it. */
  stalled(): void;
}

/** What is sent to one client, and how much of it the network has not taken yet. */
export class Outflow {
  readonly #options: OutflowOptions;
  #unreadReplies = 0;
  #unreadReplyBytes = 0;
  #room: (Deferred<void> & { watch: Timer }) | undefined;
  #stopped = false;
  readonly #written: () => void;

  constructor(options: OutflowOptions) {
    this.#options = options;
    this.#written = () => this.#onWritten();
  }

  audio(frame: Frame): void {
    this.#send(frame, this.#written);
  }

  /** Anything else: it does not wait, so it is counted. */
  reply(frame: Frame): void {
    this.#send(frame, this.#counted(frame.kind === 'text' ? frame.text.length : frame.bytes.length));
  }

  pong(data: Buffer): void {
    this.#options.socket.pong(data, false, this.#counted(data.length));
  }

  #counted(bytes: number): () => void {
    this.#unreadReplies++;
    this.#unreadReplyBytes += bytes;
    return () => {
      this.#unreadReplies--;
      this.#unreadReplyBytes -= bytes;
      this.#onWritten();
    };
  }

  #send(frame: Frame, written: () => void): void {
    if (frame.kind === 'text') this.#options.socket.send(frame.text, written);
    else this.#options.socket.send(frame.bytes, { binary: true }, written);
  }

  /** Who asks and asks and does not read the answers should not be answered any further. */
  get tooManyReplies(): boolean {
    const { socket, limits } = this.#options;
    // Sound that waits as well is no reason: who interrupts must be heard.
    const bytes = Math.min(this.#unreadReplyBytes, socket.bufferedAmount);
    return this.#unreadReplies > limits.unreadReplies || bytes > limits.unsentBytes;
  }

  /** Undefined where more may be sent at once; else resolves when it may, or when this is stopped. */
  room(): Promise<void> | undefined {
    if (this.#stopped || !this.#crowded(1)) return undefined;
    this.#room ??= { ...deferred<void>(), watch: this.#watchStall(this.#options.socket.bufferedAmount) };
    return this.#room.promise;
  }

  /** Whether so much is unsent that the client must read first: all of the limits, or this part of them. */
  #crowded(part: number): boolean {
    const { socket, limits } = this.#options;
    return socket.bufferedAmount > limits.unsentBytes * part || this.#unreadReplies > limits.unreadReplies * part;
  }

  #watchStall(unsentBytes: number): Timer {
    const { socket, clock, limits, stalled } = this.#options;
    return clock.after(
      limits.stalledMs,
      () => {
        const nowBytes = socket.bufferedAmount;
        if (nowBytes >= unsentBytes) stalled();
        else if (this.#room) this.#room.watch = this.#watchStall(nowBytes);
      },
      { background: true },
    );
  }

  #onWritten(): void {
    if (this.#room && !this.#crowded(0.5)) this.#openRoom();
  }

  #openRoom(): void {
    this.#room?.watch.cancel();
    this.#room?.resolve();
    this.#room = undefined;
  }

  stop(): void {
    this.#stopped = true;
    this.#openRoom();
  }
}
