import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { AudioFormat } from '../../audio/format.ts';
import type { Clock, Timer } from '../../clock.ts';
import type { Frame } from '../../transport/transport.ts';
import { acts } from './messages.ts';
import type { FaultName, FaultOf, FaultWish, Place } from './table.ts';

export interface Fault<Name extends FaultName = FaultName> extends FaultWish<Name> {
  /** On so many more connections. */
  left: number;
  /** On so many so far. */
  acted: number;
}

/** It acts, on one connection more. */
export function act(fault: Fault): void {
  fault.left--;
  fault.acted++;
}

/** A fault on one connection, and where there. */
export interface Armed {
  readonly fault: Fault<FaultOf<'message'>>;
  readonly unit: Place['unit'];
  readonly at: number;
}

export interface SendingFaults {
  readonly armed: readonly Armed[];
  readonly clock: Clock;
  readonly format: AudioFormat;
}

const repeatMs = 20;
/** What a close without a code is called where it is received (RFC 6455, 7.1.5). */
const noCode = 1005;

interface Held {
  readonly frame: Frame;
  readonly written: () => void;
}

const sizeOf = (frame: Frame) => (frame.kind === 'text' ? Buffer.byteLength(frame.text) : frame.bytes.length);
const nothing = () => {};

/** Stands in the way of all that goes to one client: its messages, and the bytes that they become. */
export class FaultySending {
  readonly #socket: WebSocket;
  readonly #network: Duplex;
  readonly #clock: Clock;
  readonly #format: AudioFormat;
  readonly #send: (frame: Frame, written: () => void) => void;
  #armed: readonly Armed[];
  #messages = 0;
  #bytes = 0;
  /** What waits while the connection is held. */
  #held: Held[] = [];
  #heldBytes = 0;
  /** Faults that hold it, each until it lets go. */
  #holds = 0;
  #goodbye: (() => void) | undefined;
  #left = false;
  readonly #timers = new Set<Timer>();

  constructor(socket: WebSocket, network: Duplex, { armed, clock, format }: SendingFaults) {
    this.#socket = socket;
    this.#network = network;
    this.#clock = clock;
    this.#format = format;
    const isOfBytes = ({ fault, unit }: Armed) => fault.name === 'cut' && unit === 'bytes';
    this.#armed = armed.filter((one) => !isOfBytes(one));
    for (const { fault, at } of armed.filter(isOfBytes)) this.#cutAt(at, fault);
    const send = socket.send.bind(socket);
    this.#send = (frame, written) => {
      if (frame.kind === 'text') send(frame.text, written);
      else send(frame.bytes, { binary: true }, written);
    };
    this.#takeOver();
    socket.once('close', () => this.#end());
  }

  /** In the socket's own place: whoever has it sends by it, and sees what waits. */
  #takeOver(): void {
    const socket = this.#socket;
    socket.send = (data: unknown, ...rest: unknown[]) => {
      const last = rest.at(-1);
      const written = typeof last === 'function' ? () => void last() : nothing;
      this.#message(typeof data === 'string' ? { kind: 'text', text: data } : binary(data), written);
    };
    // A goodbye waits behind what waits, and is the first that was said, as it would be without that.
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      if (this.#holds > 0) this.#goodbye ??= () => close(code, reason);
      else close(code, reason);
    };
    const buffered = () => Reflect.get(Object.getPrototypeOf(socket), 'bufferedAmount', socket) as number;
    Object.defineProperty(socket, 'bufferedAmount', { get: () => buffered() + this.#heldBytes });
  }

  #message(frame: Frame, written: () => void): void {
    this.#messages++;
    if (this.#left) {
      queueMicrotask(written);
      return;
    }
    let frames: readonly Frame[] = [frame];
    for (const armed of this.#armed) {
      const reached = armed.unit === 'bytes' ? this.#bytes >= armed.at : this.#messages >= armed.at;
      if (reached && armed.fault.left > 0) frames = this.#apply(armed, frames);
    }
    this.#bytes += sizeOf(frame);
    frames.forEach((one, at) => {
      this.#pass(one, at === frames.length - 1 ? written : nothing);
    });
    // Nothing of it is left to wait for.
    if (frames.length === 0) queueMicrotask(written);
  }

  #apply(armed: Armed, frames: readonly Frame[]): readonly Frame[] {
    const { fault } = armed;
    // The message itself stands behind what earlier faults put before it.
    const message = frames.at(-1);
    const others = message && acts[fault.name](message, this.#acting(fault.value));
    if (others === undefined) return frames;
    act(fault);
    this.#armed = this.#armed.filter((other) => other !== armed);
    return [...frames.slice(0, -1), ...others];
  }

  #acting(value: number) {
    return {
      value,
      format: this.#format,
      hold: (ms: number) => this.#hold(ms),
      close: (code: number) => this.#leave(code),
      ping: () => this.#socket.ping(),
      reset: () => this.#reset(),
      repeat: (frame: Frame) => this.#repeat(frame),
    };
  }

  /** What comes after it is not sent, also where the goodbye itself has to wait. */
  #leave(code: number): void {
    this.#left = true;
    if (code === noCode) this.#socket.close();
    else this.#socket.close(code, 'this fault was asked for');
  }

  #pass(frame: Frame, written: () => void): void {
    if (this.#holds === 0) {
      this.#send(frame, written);
      return;
    }
    this.#held.push({ frame, written });
    this.#heldBytes += sizeOf(frame);
  }

  #hold(ms: number): void {
    this.#holds++;
    if (Number.isFinite(ms)) this.#after(ms, () => this.#release());
  }

  #release(): void {
    if (--this.#holds > 0) return;
    this.#heldBytes = 0;
    for (const { frame, written } of this.#held.splice(0)) this.#send(frame, written);
    this.#goodbye?.();
  }

  #repeat(frame: Frame): void {
    this.#after(repeatMs, () => {
      if (this.#left) return;
      // Who does not read is not sent more: it would be stored here.
      if (this.#socket.bufferedAmount === 0) this.#pass(frame, nothing);
      this.#repeat(frame);
    });
  }

  /** Frames are written as they come, so a byte of the connection may lie anywhere in one. */
  #cutAt(byte: number, fault: Fault): void {
    const network = this.#network;
    const write = network.write.bind(network);
    let leftBytes = byte;
    network.write = (chunk: unknown, ...rest: unknown[]) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (!(bytes instanceof Uint8Array) || fault.left === 0) return Reflect.apply(write, network, [chunk, ...rest]);
      leftBytes -= bytes.length;
      if (leftBytes > 0) return Reflect.apply(write, network, [bytes, ...rest]);
      act(fault);
      // What came before must arrive, so that it is cut there and not earlier.
      network.end(bytes.subarray(0, bytes.length + leftBytes), () => this.#reset());
      network.write = () => false;
      return false;
    };
  }

  #reset(): void {
    this.#network.destroy();
  }

  #after(ms: number, act: () => void): void {
    const timer = this.#clock.after(
      ms,
      () => {
        this.#timers.delete(timer);
        act();
      },
      { background: true },
    );
    this.#timers.add(timer);
  }

  #end(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const { written } of this.#held.splice(0)) written();
    this.#heldBytes = 0;
  }
}

function binary(data: unknown): Frame {
  if (!(data instanceof Uint8Array)) throw new Error('the server sends text and bytes');
  return { kind: 'binary', bytes: data };
}
