import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';

type Written = () => void;

/** A WebSocket of the server's with nobody behind it but the test. Pings and pongs wait like messages. */
export class FakeSocket extends EventEmitter {
  isPaused = false;
  bufferedAmount = 0;
  /** The most that waited when something more was sent, and the largest of what was. */
  mostHeldBytes = 0;
  largestBytes = 0;
  sent = 0;
  sentAfterClose = 0;
  closedWith: { readonly code: number | undefined; readonly reason: string } | undefined;
  isGone = false;
  /** Whether the client takes what it is sent. */
  reads = true;
  #unread: { readonly bytes: number; readonly written: Written }[] = [];

  /** As the server has it. */
  get socket(): WebSocket {
    return this as unknown as WebSocket;
  }

  send(data: string | Uint8Array, ...rest: unknown[]): void {
    this.#write(typeof data === 'string' ? Buffer.byteLength(data) : data.length, rest.at(-1));
  }

  ping(data: Uint8Array | undefined, _: boolean, written: Written): void {
    this.#write(data?.length ?? 0, written);
  }

  pong(data: Uint8Array, _: boolean, written: Written): void {
    this.#write(data.length, written);
  }

  #write(bytes: number, written: unknown): void {
    this.sent++;
    if (this.closedWith || this.isGone) this.sentAfterClose++;
    this.mostHeldBytes = Math.max(this.mostHeldBytes, this.bufferedAmount);
    this.largestBytes = Math.max(this.largestBytes, bytes);
    this.bufferedAmount += bytes;
    this.#unread.push({ bytes, written: typeof written === 'function' ? () => void written() : () => {} });
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** The network takes all that waits, where the client reads. */
  drain(): void {
    if (!this.reads) return;
    for (const { bytes, written } of this.#unread.splice(0)) {
      this.bufferedAmount -= bytes;
      written();
    }
  }

  close(code?: number, reason = ''): void {
    this.closedWith ??= { code, reason };
  }

  /** A frame that is none: ws says goodbye by itself, and tells the server. */
  breakFrame(): void {
    if (this.closedWith || this.isGone) return;
    this.close(1002);
    this.emit('error', new Error('Invalid WebSocket frame'));
  }

  terminate(): void {
    this.leave(1006);
  }

  /** The connection is over, whoever wanted that. */
  leave(code: number): void {
    if (this.isGone) return;
    this.isGone = true;
    this.emit('close', code, Buffer.alloc(0));
  }
}
