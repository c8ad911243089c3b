import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../clock.ts';

export interface PresenceOptions {
  readonly socket: WebSocket;
  readonly clock: Clock;
  /** Between two pings. */
  readonly everyMs: number;
}

/**
 * Finds out whether a client that nothing is read from is still there. That it has gone is otherwise seen only by
 * reading, and behind minutes of audio nobody gets that far; but the network answers what is written to one that has
 * gone with a reset, and the next write then ends the socket. A client that is there answers a ping, and one that has
 * only ended its own half of the connection may still read, and is let be.
 */
export class Presence {
  readonly #options: PresenceOptions;
  #timer: Timer | undefined;
  #unwritten = false;
  #stopped = false;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /**
   * To be called whenever reading pauses. Going on with it calls nothing off: a client that is read from for a moment
   * between two messages of a backlog would never be asked.
   */
  paused(): void {
    const { clock, everyMs } = this.#options;
    if (!this.#stopped) this.#timer ??= clock.after(everyMs, () => this.#look(), { background: true });
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#options.socket.isPaused) return;
    this.#ping();
    this.paused();
  }

  /** Where the last one has not gone out yet, that one is the question; more would only pile up. */
  #ping(): void {
    if (this.#unwritten) return;
    this.#unwritten = true;
    this.#options.socket.ping(undefined, false, () => {
      this.#unwritten = false;
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
