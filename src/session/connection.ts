import type { Timer } from '../clock.ts';
import { deferred } from '../deferred.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { Timeline } from '../metrics/timeline.ts';
import type { CloseInfo, Frame, FrameHandler, Opened, Transport } from '../transport/transport.ts';
import { closedFault, lateToOpen } from './closed.ts';
import { CodecLine, type CodecLineOwner } from './codec-line.ts';
import { Liveness } from './liveness.ts';
import { openTransport, type Way } from './opening.ts';
import {
  type AnyCommand,
  type AnyEvent,
  type AnySettings,
  type CommonCommand,
  type ConnectionOptions,
  type ConnectionOwner,
  type ConnectionState,
  defaultTimeouts,
  type SessionTimeouts,
} from './options.ts';

/**
 * One connection's life: connecting → handshaking → ready → draining → closed, each arrow bounded in time
 * (docs/session.md). It joins a transport to a codec and knows nothing of turns.
 */
export class Connection<Command extends AnyCommand, Event extends AnyEvent, Settings extends AnySettings>
  implements FrameHandler, CodecLineOwner<Event>
{
  // First what each frame needs, here and wherever it passes: together, it is fetched together (metrics/turn-meter.ts).
  #state: ConnectionState = 'connecting';
  readonly #line: CodecLine<Command | CommonCommand, Event>;
  readonly liveness: Liveness;
  readonly #owner: ConnectionOwner<Event>;
  readonly timeline = new Timeline();
  requestId: string | undefined;
  sessionId: string | undefined;
  /** The other end, and how what crosses the wire is encrypted, once it is open. */
  address: string | undefined;
  tls: string | undefined;
  readonly #way: Way = {};

  readonly #options: ConnectionOptions<Command | CommonCommand, Event, Settings>;
  readonly #timeouts: SessionTimeouts;
  readonly #abort = new AbortController();
  readonly #ready = deferred<void>();
  readonly #gone = deferred<void>();
  #transport: Transport | undefined;
  /** Of `connectMs`, what connecting has left for the handshake. */
  #handshakeMs = 0;
  #readyWanted = false;
  #paused = false;
  /** `close` was called: what still comes is read to its end. */
  #goodbye = false;
  #arrow: Timer | undefined;
  readonly #onAbort = () => this.fail(toSpeechError(this.#options.signal?.reason, 'E_INTERRUPTED'));

  constructor(
    options: ConnectionOptions<Command | CommonCommand, Event, Settings>,
    settings: Settings,
    owner: ConnectionOwner<Event>,
  ) {
    const watcher = options.watcher?.another?.() ?? options.watcher;
    this.#options = { ...options, ...(watcher && { watcher }) };
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#owner = owner;
    this.#line = new CodecLine({
      peer: options.service.client(settings),
      clock: options.clock,
      watcher,
      owner: this,
    });
    this.liveness = new Liveness(options.clock, {
      ...this.#timeouts,
      keepAliveMs: options.service.traits.keepAliveMs,
      fail: (error) => this.fail(error),
      keepAlive: () => this.command({ type: 'keepAlive' }),
    });
    // A connection opened ahead may fail before anyone waits for it; the failure is kept, not thrown at the process.
    this.ready.catch(() => {});
    this.#connect(settings).catch((thrown) => this.fail(toSpeechError(thrown)));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves when the service is ready; rejects with the error that ended the connection before. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async #connect(settings: Settings): Promise<void> {
    const { signal } = this.#options;
    if (signal?.aborted) return this.#onAbort();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    const { connectMs } = this.#timeouts;
    this.#within(connectMs, () => this.fail(lateToOpen('open', connectMs, this.#way.proxy)));
    const opened = await openTransport(this.#options, settings, this.timeline, this.#abort.signal, this.#way);
    if (this.#state === 'closed') opened.transport.terminate();
    else this.#opened(opened);
  }

  #opened({ transport, times, headers, address, tls }: Opened): void {
    [this.address, this.tls] = [address, tls];
    this.requestId = headers['dg-request-id'] ?? headers['x-request-id'];
    this.#arrow?.cancel();
    const nowMs = this.#options.clock.now();
    this.#handshakeMs = Math.max(0, this.#timeouts.connectMs - (nowMs - times.startMs));
    this.#state = 'handshaking';
    this.#transport = transport;
    this.liveness.start(transport);
    this.#line.opened(transport, nowMs);
    if (this.#readyWanted) this.awaitReady();
    // Last: frames that came with the 101 are given out here, and the codec must have been opened before.
    transport.receive(this);
  }

  /** Starts the clock of the handshake, once: with the first text the service owes its ready. */
  awaitReady(): void {
    this.#readyWanted = true;
    if (this.#state !== 'handshaking' || this.timeline.at('handshakeStart') !== undefined) return;
    this.timeline.mark('handshakeStart', this.#options.clock.now());
    const { connectMs } = this.#timeouts;
    this.#within(this.#handshakeMs, () => this.fail(lateToOpen('become ready', connectMs, this.#way.proxy)));
  }

  /** Encodes and sends. Before the socket is open commands wait; after it has closed they are dropped. */
  command(command: Command | CommonCommand): void {
    if (this.#state === 'closed') return;
    const nowMs = this.#options.clock.now();
    this.liveness.sentMs = nowMs;
    this.#line.command(command, nowMs);
  }

  frame(frame: Frame, atMs: number): void {
    if (this.#state === 'closed') return;
    this.liveness.receivedMs = atMs;
    try {
      this.#line.frame(frame, atMs);
    } catch (thrown) {
      // It would go to the socket that called us, and end the process: a fault of ours ends the turn instead.
      this.fail(toSpeechError(thrown));
    }
  }

  event(event: Event, atMs: number): void {
    const known: AnyEvent = event;
    if (known.type === 'ready') this.#becameReady(known, atMs);
    this.#owner.event(event, atMs);
  }

  /** What a codec makes of a close is not said by the service. */
  get closeSeen(): boolean {
    return this.#line.closeSeen;
  }

  #becameReady(event: Extract<AnyEvent, { type: 'ready' }>, atMs: number): void {
    this.requestId = event.requestId ?? this.requestId;
    this.sessionId = event.sessionId ?? this.sessionId;
    if (this.#state !== 'handshaking') return;
    this.timeline.mark('handshakeStart', this.timeline.at('open') ?? atMs);
    // A frame in the same packet as the 101 came before the socket was known to be open.
    this.timeline.mark('ready', Math.max(atMs, this.timeline.at('handshakeStart') ?? atMs));
    this.#arrow?.cancel();
    this.#state = 'ready';
    this.#ready.resolve();
  }

  closed(info: CloseInfo): void {
    this.#end(info, undefined);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Stops the socket from being read, or lets it go on. Handshakes, the first and the last, are always read. */
  pause(paused: boolean): void {
    const mayPause = !this.#goodbye && (this.#state === 'ready' || this.#state === 'draining');
    if (paused === this.#paused || (paused && !mayPause)) return;
    this.#paused = paused;
    this.liveness.pause(paused);
    if (paused) this.#transport?.pause();
    else this.#transport?.resume();
  }

  drained(): Promise<void> {
    return this.#transport?.drained() ?? Promise.resolve();
  }

  /** Bytes that the network has not taken. */
  get bufferedBytes(): number {
    return this.#transport?.bufferedBytes ?? 0;
  }

  /** The round trip of a WebSocket ping, ms; never resolves where the other side does not answer. */
  ping(): Promise<number> {
    return this.#transport?.ping() ?? new Promise(() => {});
  }

  /** draining: says in the dialect's words that no more will come. A service of speech in closes when it is done. */
  leave(): void {
    if (this.#state !== 'ready') return;
    this.command({ type: 'close' });
    this.#state = 'draining';
    this.liveness.stop();
  }

  /** Says goodbye, then closes; resolves when the socket is gone. */
  async close(): Promise<void> {
    this.#goodbye = true;
    if (this.#state === 'connecting') this.drop();
    this.leave();
    if (this.#state === 'handshaking' || this.#state === 'draining') {
      this.#state = 'draining';
      this.#ready.reject(new SpeechError('E_CLOSED', 'the session was closed'));
      this.liveness.stop();
      this.#within(this.#timeouts.closeMs, () => this.drop());
      this.#transport?.close(1000);
    }
    await this.#gone.promise;
  }

  /** Drops the connection at once, without a word. */
  drop(): void {
    this.#end({ code: 1006, reason: 'dropped' }, undefined);
  }

  /** Ends it with an error: ours, or one that the service told in words of its own. */
  fail(error: SpeechError): void {
    this.#end({ code: 1006, reason: error.message, error }, error);
  }

  #within(limitMs: number, late: () => void): void {
    this.#arrow?.cancel();
    this.#arrow = this.#options.clock.after(limitMs, late);
  }

  #end(info: CloseInfo, told: SpeechError | undefined): void {
    // A codec that was never to be connected has no close to hear of.
    const slip = this.timeline.at('connectStart') === undefined ? undefined : this.#line.closed(info);
    const error = told ?? slip;
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#arrow?.cancel();
    this.liveness.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#abort.abort(error ?? new SpeechError('E_CLOSED', 'the session was closed'));
    this.#transport?.terminate();
    this.#ready.reject(error ?? closedFault(info));
    this.#owner.ended(info, error);
    this.#gone.resolve();
  }
}
