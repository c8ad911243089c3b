import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../clock.ts';
import { type Log, noLog } from '../log.ts';
import type { Peer, Step } from '../speech/service.ts';
import type { Frame } from '../transport/transport.ts';
import type { ServerLimits } from './bounds.ts';
import type { Counters } from './options.ts';
import { Outflow } from './outflow.ts';
import type { Outlet } from './outlet.ts';
import { Presence } from './presence.ts';
import type { ConnectionWatcher } from './watcher.ts';

/** What requests and events have in common, whichever way speech goes. */
interface Named {
  readonly type: string;
}

/** What does the work of a connection: it gets the client's requests in order, and `stop` at the end, once. */
export interface Handler<Request> {
  /** With a promise, nothing more of the client is looked at before it resolves. It never rejects. */
  handle(request: Request): Promise<void> | undefined;
  /** Whether the client has nothing to say for a good reason: it is being spoken to, or waits for its last results. */
  readonly busy: boolean;
  stop(): void;
}

export interface ConnectionParts<Event, Request> {
  readonly socket: WebSocket;
  readonly peer: Peer<Event, Request>;
  readonly name: string;
  readonly clock: Clock;
  readonly limits: ServerLimits;
  readonly counters: Counters;
  readonly log?: Log;
  readonly watcher?: ConnectionWatcher<Event, Request>;
  handler(outlet: Outlet<Event>): Handler<Request>;
}

/** One client: joins its socket to a codec and a handler, and holds what it may use up to the limits. */
export class Connection<Event extends Named, Request extends Named> implements Outlet<Event> {
  readonly #parts: ConnectionParts<Event, Request>;
  readonly #socket: WebSocket;
  readonly #out: Outflow;
  readonly #presence: Presence;
  readonly #handler: Handler<Request>;
  readonly #log: Log;
  /** What was received and not looked at yet, also through a handler's pauses. Requests go before frames. */
  readonly #inbox: Frame[] = [];
  readonly #requests: Request[] = [];
  #inboxWaits = false;
  #working = false;
  #fullOfText = false;
  #ending = false;
  #badInARow = 0;
  #heardAtMs: number;
  #idle: Timer | undefined;
  readonly #end: Timer;
  #goodbye: Timer | undefined;
  /** Resolves when the socket is gone and the work has been stopped. */
  readonly gone: Promise<void>;

  constructor(parts: ConnectionParts<Event, Request>) {
    this.#parts = parts;
    this.#socket = parts.socket;
    this.#log = parts.log ?? noLog;
    this.#heardAtMs = parts.clock.now();
    const { socket, clock, limits } = parts;
    const stalled = () => this.hangUp(1008, `the client has read nothing for ${limits.stalledMs / 1000} s`);
    this.#out = new Outflow({ socket, clock, limits, stalled });
    this.#presence = new Presence({ socket, clock, everyMs: limits.pingMs });
    this.#handler = parts.handler(this);
    this.gone = new Promise((resolve) =>
      this.#socket.once('close', (code, reason) => resolve(this.#closed(code, String(reason)))),
    );
    this.#listen();
    this.#watchIdle(limits.idleMs);
    this.#end = clock.after(limits.sessionMs, () => this.hangUp(1001, 'the session has lasted as long as one may'), {
      background: true,
    });
    this.#guard(() => {
      const step = parts.peer.opened();
      parts.watcher?.opened(step);
      this.#apply(step);
    });
    this.#work();
  }

  #listen(): void {
    this.#socket.on('message', (data: Buffer, isBinary: boolean) => {
      const frame: Frame = isBinary ? { kind: 'binary', bytes: data } : { kind: 'text', text: data.toString('utf8') };
      this.#heard();
      this.#inbox.push(frame);
      this.#work();
    });
    this.#socket.on('ping', (data: Buffer) => {
      this.#heard();
      this.#out.pong(data);
      this.#restrain();
    });
    this.#socket.on('pong', () => this.#heard());
    // A frame that is none: ws says goodbye with the code that the fault wants (1002, 1007, 1009), and waits for an
    // answer; nothing is to be done for such a client meanwhile.
    this.#socket.on('error', (error) => {
      this.#log('server', () => `${this.#parts.name}: ${error.message}`);
      this.#stop();
      this.#readOrNot();
    });
  }

  #heard(): void {
    this.#heardAtMs = this.#parts.clock.now();
  }

  #work(): void {
    // What a request causes may come back here: the loop below goes on with it.
    if (this.#working) return;
    this.#working = true;
    while (!this.#ending && !this.#inboxWaits && this.#requests.length + this.#inbox.length > 0) this.#next();
    this.#working = false;
  }

  #next(): void {
    if (this.#restrain()) return;
    const request = this.#requests.shift();
    const frame = request === undefined ? this.#inbox.shift() : undefined;
    this.#guard(() => {
      if (request) this.#request(request);
      else if (frame) this.#decode(frame);
    });
  }

  /** Looks at nothing more of a client that does not read what it is answered, until it does. */
  #restrain(): boolean {
    const room = this.#out.tooManyReplies && !this.#inboxWaits ? this.#out.room() : undefined;
    if (room) this.#waitFor(room);
    return room !== undefined;
  }

  /** A fault of our own ends this connection, never the server. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (thrown) {
      this.#log('server', () => `${this.#parts.name}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
      this.hangUp(1011, 'internal error');
    }
  }

  #decode(frame: Frame): void {
    const step = this.#parts.peer.decode(frame);
    this.#parts.watcher?.decoded(frame, step);
    this.#apply(step);
  }

  #apply(step: Step<Request>): void {
    for (const frame of step.frames) this.#out.reply(frame);
    if (step.events.length > 0) this.#requests.unshift(...step.events);
  }

  #request(request: Request): void {
    this.#badInARow = request.type === 'reject' ? this.#badInARow + 1 : 0;
    if (this.#badInARow > this.#parts.limits.badMessages) {
      this.hangUp(1008, 'too many messages that cannot be accepted');
      return;
    }
    const done = this.#handler.handle(request);
    if (done) this.#waitFor(done);
  }

  #waitFor(done: Promise<void>): void {
    this.#inboxWaits = true;
    this.#readOrNot();
    done.then(() => {
      this.#inboxWaits = false;
      this.#readOrNot();
      this.#work();
    });
  }

  event(event: Event): void {
    if (!this.#ending) this.#guard(() => this.#encode(event));
  }

  #encode(event: Event): void {
    if (event.type === 'error') this.#parts.counters.faults++;
    const step = this.#parts.peer.encode(event);
    this.#parts.watcher?.encoded(event, step);
    if (event.type === 'audio') {
      for (const frame of step.frames) this.#out.audio(frame);
      return;
    }
    this.#apply(step);
    this.#work();
  }

  room(): Promise<void> | undefined {
    return this.#out.room();
  }

  waiting(chars: number): void {
    const { waitingChars } = this.#parts.limits;
    this.#fullOfText = chars > (this.#fullOfText ? waitingChars / 2 : waitingChars);
    this.#readOrNot();
  }

  /** What is not read waits in the network, and makes the client wait. A closing handshake must be read. */
  #readOrNot(): void {
    const read = this.#ending || !(this.#fullOfText || this.#inboxWaits);
    if (read === !this.#socket.isPaused) return;
    if (read) {
      this.#socket.resume();
      return;
    }
    this.#socket.pause();
    this.#presence.paused();
  }

  #watchIdle(delayMs: number): void {
    const { clock, limits } = this.#parts;
    this.#idle = clock.after(
      delayMs,
      () => {
        const leftMs = this.#heardAtMs + limits.idleMs - clock.now();
        if (leftMs > 0) this.#watchIdle(leftMs);
        else if (this.#handler.busy) this.#watchIdle(limits.idleMs);
        else this.hangUp(1000, 'idle');
      },
      { background: true },
    );
  }

  hangUp(code: number, reason: string): void {
    if (this.#ending) return;
    this.#stop();
    this.#log('server', () => `${this.#parts.name}: closing with ${code} ${reason}`);
    this.#readOrNot();
    this.#socket.close(code, reason);
    const { clock, limits } = this.#parts;
    this.#goodbye = clock.after(limits.closeMs, () => this.#socket.terminate(), { background: true });
  }

  #stop(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#idle?.cancel();
    this.#end.cancel();
    // A message may be minutes of audio, and nobody looks at it any more, nor at what a client says behind a goodbye.
    for (const event of ['message', 'ping']) this.#socket.removeAllListeners(event);
    for (const waiting of [this.#inbox, this.#requests]) waiting.length = 0;
    for (const part of [this.#presence, this.#handler, this.#out]) part.stop();
  }

  #closed(code: number, reason: string): void {
    this.#stop();
    this.#parts.watcher?.closed(code, reason);
    this.#goodbye?.cancel();
    this.#log('server', () => `${this.#parts.name}: closed with ${code}`);
  }
}
