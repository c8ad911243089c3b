import type { Clock } from '../clock.ts';
import type { CloseInfo, Frame, FrameHandler, Transport } from './transport.ts';

/** Two transports joined in memory: what one sends, the other receives, in order, after the current task. */
export function createMemoryPair(clock: Clock): [Transport, Transport] {
  const a = new MemoryTransport(clock);
  const b = new MemoryTransport(clock);
  a.join(b);
  b.join(a);
  return [a, b];
}

class MemoryTransport implements Transport {
  readonly closed: Promise<CloseInfo>;
  readonly #clock: Clock;
  #other: MemoryTransport | undefined;
  #handler: FrameHandler | undefined;
  #inbox: Frame[] = [];
  #paused = false;
  #delivering = false;
  #ended: CloseInfo | undefined;
  #closing: CloseInfo | undefined;
  #waiting: (() => void)[] = [];
  #resolveClosed: (info: CloseInfo) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  join(other: MemoryTransport): void {
    this.#other = other;
  }

  get bufferedBytes(): number {
    let bytes = 0;
    const inbox = this.#other ? this.#other.#inbox : [];
    for (const frame of inbox) bytes += frame.kind === 'text' ? frame.text.length : frame.bytes.length;
    return bytes;
  }

  receive(handler: FrameHandler): void {
    this.#handler = handler;
    if (this.#ended) handler.closed(this.#ended);
    this.#schedule();
  }

  send(frame: Frame): void {
    const other = this.#other;
    if (!other || other.#closing || this.#ended) return;
    other.#inbox.push(frame);
    other.#schedule();
  }

  drained(): Promise<void> {
    if (this.#ended || this.bufferedBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  ping(): Promise<number> {
    const sentMs = this.#clock.now();
    return this.#ended ? new Promise(() => {}) : Promise.resolve().then(() => this.#clock.now() - sentMs);
  }

  close(code = 1000, reason = ''): void {
    this.#paused = false;
    this.#end({ code, reason });
    if (this.#other) this.#other.#end({ code, reason });
  }

  terminate(): void {
    this.#inbox.length = 0;
    this.#paused = false;
    this.#end({ code: 1006, reason: '' });
    if (this.#other) this.#other.#end({ code: 1006, reason: '' });
  }

  #end(info: CloseInfo): void {
    if (this.#closing) return;
    this.#closing = info;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    queueMicrotask(() => {
      this.#delivering = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    while (this.#handler && !this.#paused && this.#inbox.length > 0) {
      const frame = this.#inbox.shift();
      if (frame) this.#handler.frame(frame, this.#clock.now());
    }
    if (this.#inbox.length === 0 && this.#other) for (const resolve of this.#other.#waiting.splice(0)) resolve();
    // A close comes after the frames that were sent before it, unless nobody will ever read them.
    const unread = this.#handler && (this.#inbox.length > 0 || this.#paused);
    if (!this.#closing || this.#ended || unread) return;
    this.#ended = this.#closing;
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#handler?.closed(this.#ended);
    this.#resolveClosed(this.#ended);
  }
}
