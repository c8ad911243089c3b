import type { Timer } from '../clock.ts';
import { SpeechError, toSpeechError } from '../errors.ts';
import { Timeline } from '../metrics/timeline.ts';
import type { Peer, Step } from '../speech/service.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings } from '../speech/speak.ts';
import type { CloseInfo, Frame, FrameHandler, Opened, Transport } from '../transport/transport.ts';
import { PendingAcks } from './acks.ts';
import { closedFault, lateFault } from './closed.ts';
import { deferred } from './deferred.ts';
import { Liveness } from './liveness.ts';
import type { ConnectionState, SessionOptions, SessionTimeouts } from './options.ts';

/** What a connection tells the session that made it. */
export interface ConnectionOwner {
  event(connection: Connection, event: SpeakEvent, atMs: number): void;
  /** Once, at the end: with an error where the connection failed, without where the peer closed it. */
  ended(connection: Connection, info: CloseInfo, error: SpeechError | undefined): void;
}

/**
 * One connection's life: connecting → handshaking → ready → draining → closed, each arrow bounded in time
 * (docs/session.md). It joins a transport to a codec and knows nothing of turns.
 */
export class Connection implements FrameHandler {
  readonly timeline = new Timeline();
  readonly acks: PendingAcks;
  /** What it was asked first is over, and nothing of what it was asked since has sounded; the session keeps it. */
  spent = false;
  requestId: string | undefined;
  sessionId: string | undefined;

  readonly #options: SessionOptions;
  readonly #timeouts: SessionTimeouts;
  readonly #owner: ConnectionOwner;
  readonly #peer: Peer<SpeakCommand, SpeakEvent>;
  readonly #abort = new AbortController();
  readonly #liveness: Liveness;
  readonly #ready = deferred<void>();
  readonly #gone = deferred<void>();
  #state: ConnectionState = 'connecting';
  #transport: Transport | undefined;
  #early: SpeakCommand[] = [];
  /** Of `connectMs`, what connecting has left for the handshake. */
  #handshakeMs = 0;
  #readyWanted = false;
  #paused = false;
  #closeSeen = false;
  #arrow: Timer | undefined;
  readonly #onAbort = () => this.fail(toSpeechError(this.#options.signal?.reason, 'E_INTERRUPTED'));

  constructor(options: SessionOptions, timeouts: SessionTimeouts, settings: SpeakSettings, owner: ConnectionOwner) {
    this.#options = options;
    this.#timeouts = timeouts;
    this.#owner = owner;
    this.#peer = options.service.client(settings);
    this.acks = new PendingAcks(options.clock, timeouts.interruptMs);
    this.#liveness = new Liveness(options.clock, {
      owedMs: timeouts.frameMs,
      pingEveryMs: timeouts.pingEveryMs,
      pongMs: timeouts.pongMs,
      keepAliveMs: options.service.traits.keepAliveMs,
      onLate: () => this.fail(lateFault('E_TIMEOUT', 'the service sent nothing for', timeouts.frameMs)),
      onSilent: () => this.fail(lateFault('E_PEER_SILENT', 'the service has not answered a ping for', timeouts.pongMs)),
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

  async #connect(settings: SpeakSettings): Promise<void> {
    const { service, credentials, connect, clock, signal, watcher } = this.#options;
    if (signal?.aborted) return this.#onAbort();
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    const request = service.endpoint.build(settings, credentials);
    const { connectMs } = this.#timeouts;
    this.timeline.mark('connectStart', clock.now());
    this.#within(connectMs, () =>
      this.fail(lateFault('E_CONNECT_TIMEOUT', 'the session did not open within', connectMs)),
    );
    watcher?.opened(request, settings);
    const opened = await connect(request, {
      signal: this.#abort.signal,
      refused: (refusal) => service.endpoint.refused(refusal),
    });
    if (this.#state === 'closed') opened.transport.terminate();
    else this.#opened(opened);
  }

  #opened({ transport, times, headers }: Opened): void {
    if (times.dnsMs !== undefined) this.timeline.mark('dns', times.dnsMs);
    if (times.tcpMs !== undefined) this.timeline.mark('tcp', times.tcpMs);
    if (times.tlsMs !== undefined) this.timeline.mark('tls', times.tlsMs);
    this.timeline.mark('open', times.openMs);
    this.requestId = headers['dg-request-id'] ?? headers['x-request-id'];
    this.#arrow?.cancel();
    const nowMs = this.#options.clock.now();
    this.#handshakeMs = Math.max(0, this.#timeouts.connectMs - (nowMs - times.startMs));
    this.#state = 'handshaking';
    this.#transport = transport;
    this.#liveness.start(transport);
    this.#apply(this.#peer.opened(), nowMs);
    if (this.#readyWanted) this.awaitReady();
    for (const command of this.#early.splice(0)) this.command(command);
    // Last: frames that came with the 101 are given out here, and the codec must have been opened before.
    transport.receive(this);
  }

  /** Starts the clock of the handshake, once: with the first text the service owes its ready. */
  awaitReady(): void {
    this.#readyWanted = true;
    if (this.#state !== 'handshaking' || this.timeline.at('handshakeStart') !== undefined) return;
    this.timeline.mark('handshakeStart', this.#options.clock.now());
    const late = lateFault('E_CONNECT_TIMEOUT', 'the session did not become ready within', this.#timeouts.connectMs);
    this.#within(this.#handshakeMs, () => this.fail(late));
  }

  /** Encodes and sends. Before the socket is open commands wait; after it has closed they are dropped. */
  command(command: SpeakCommand): void {
    if (this.#state === 'connecting') {
      this.#early.push(command);
      return;
    }
    if (this.#state === 'closed') return;
    const nowMs = this.#options.clock.now();
    this.#options.watcher?.command(command);
    this.#liveness.sentMs = nowMs;
    this.#apply(this.#peer.encode(command), nowMs);
  }

  #apply({ frames, events }: Step<SpeakEvent>, atMs: number): void {
    for (const frame of frames) {
      this.#options.watcher?.sent(frame, this.#options.clock.now());
      this.#transport?.send(frame);
    }
    for (const event of events) this.#event(event, atMs);
  }

  frame(frame: Frame, atMs: number): void {
    if (this.#state === 'closed') return;
    this.#liveness.receivedMs = atMs;
    this.#options.watcher?.received(frame, atMs);
    try {
      this.#apply(this.#peer.decode(frame), atMs);
    } catch (thrown) {
      // It would go to the socket that called us, and end the process: a fault of ours ends the turn instead.
      this.fail(toSpeechError(thrown));
    }
  }

  #event(event: SpeakEvent, atMs: number): void {
    this.#options.watcher?.event(event);
    if (event.type === 'audio') this.acks.sounded(event.turn);
    // What a codec makes of a close is no acknowledgement by the service.
    else if (event.type === 'ended' && !this.#closeSeen) this.acks.settle(event.turn);
    else if (event.type === 'ready') this.#becameReady(event, atMs);
    this.#owner.event(this, event, atMs);
  }

  #becameReady(event: Extract<SpeakEvent, { type: 'ready' }>, atMs: number): void {
    this.requestId = event.requestId ?? this.requestId;
    this.sessionId = event.sessionId ?? this.sessionId;
    if (this.#state !== 'handshaking') return;
    this.timeline.mark('handshakeStart', this.timeline.at('open') ?? atMs);
    this.timeline.mark('ready', atMs);
    this.#arrow?.cancel();
    this.#state = 'ready';
    this.#ready.resolve();
  }

  closed(info: CloseInfo): void {
    this.#end(info, undefined);
  }

  /** Whether the service owes us something: only then is its silence an error. */
  owe(owed: boolean): void {
    this.#liveness.owe(owed);
  }

  /** Stops the socket from being read, or lets it go on. Only what is ready is paused: a handshake must be read. */
  pause(paused: boolean): void {
    if (paused === this.#paused || (paused && this.#state !== 'ready')) return;
    this.#paused = paused;
    this.#liveness.pause(paused);
    if (paused) this.#transport?.pause();
    else this.#transport?.resume();
  }

  drained(): Promise<void> {
    return this.#transport?.drained() ?? Promise.resolve();
  }

  /** draining: says goodbye in the dialect's words, then closes; resolves when the socket is gone. */
  async close(): Promise<void> {
    if (this.#state === 'connecting') this.drop();
    if (this.#state === 'ready') this.command({ type: 'close' });
    if (this.#state === 'ready' || this.#state === 'handshaking') {
      this.#state = 'draining';
      this.#ready.reject(new SpeechError('E_CLOSED', 'the session was closed'));
      this.#liveness.stop();
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

  /** The codec hears of it once; in a trace, what it makes of that stands behind the close. Gives what went wrong. */
  #seeClose(info: CloseInfo): SpeechError | undefined {
    if (this.#closeSeen || this.timeline.at('connectStart') === undefined) return undefined;
    this.#closeSeen = true;
    this.#options.watcher?.closed(info.code, info.reason);
    try {
      this.#apply(this.#peer.closed(info), this.#options.clock.now());
      return undefined;
    } catch (thrown) {
      return toSpeechError(thrown);
    }
  }

  #end(info: CloseInfo, told: SpeechError | undefined): void {
    const slip = this.#seeClose(info);
    const error = told ?? slip;
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#arrow?.cancel();
    this.#liveness.stop();
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#abort.abort(error ?? new SpeechError('E_CLOSED', 'the session was closed'));
    this.#transport?.terminate();
    this.#ready.reject(error ?? closedFault(info));
    this.#owner.ended(this, info, error);
    this.acks.clear();
    this.#gone.resolve();
  }
}
