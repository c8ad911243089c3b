import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerOptions as SocketOptions, WebSocket } from 'ws';
import { SpeechError } from '../errors.ts';
import { noLog } from '../log.ts';
import type { ServerStyle } from '../speech/service.ts';
import { defaultLimits } from './bounds.ts';
import { catalogRoute } from './catalog.ts';
import { dictionaryRoutes } from './dictionary-routes.ts';
import { DictionaryStore } from './dictionary-store.ts';
import { createHttp, type Route } from './http.ts';
import { createKeyCheck } from './keys.ts';
import { type Counters, defaultStyle, type RunningServer, type ServerOptions } from './options.ts';
import { withoutOffer } from './other-upgrade.ts';
import { Places } from './places.ts';
import { openSession, type Session, sessionPrefixes } from './sessions.ts';
import { createGuard, isLoopback } from './strangers.ts';
import { type Admitted, chosenSubprotocol, createUpgrader, greetingLines } from './upgrade.ts';
import { WrongKeys } from './wrong-keys.ts';

export type { ServerLimits } from './bounds.ts';
export { defaultLimits } from './bounds.ts';
export type { RunningServer, ServerOptions, ServerStats } from './options.ts';
export { defaultStyle } from './options.ts';

/**
 * Starts a server that speaks where it has an engine, and listens where it has a recogniser: HTTP and WebSocket on one port. Rejects with E_INSECURE where strangers could use it
 * without a key, and with E_USAGE where the address cannot be had.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? '127.0.0.1';
  if (options.key === undefined && !isLoopback(host)) {
    throw new SpeechError('E_INSECURE', `without a key a server is not opened to ${host}`, {
      todo: 'set VOX_SERVE_KEY, or leave the host at 127.0.0.1',
    });
  }
  const { WebSocketServer } = await import('ws');
  const speech = new SpeechServer({ ...options, host });
  // Three are newer than the types of ws. closeTimeout bounds the closings that a client begins, and those after a fault.
  const socketOptions: SocketOptions & { closeTimeout: number; maxFragments: number; maxBufferedChunks: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: speech.limits.messageBytes,
    maxFragments: speech.limits.fragments,
    maxBufferedChunks: speech.limits.chunks,
    closeTimeout: speech.limits.closeMs,
    // Answered by the connection, which counts what a client does not read.
    autoPong: false,
    handleProtocols: (_offered, request) => chosenSubprotocol(request),
  };
  const sockets = new WebSocketServer(socketOptions);
  sockets.on('headers', (lines, request) => lines.push(...greetingLines(request)));
  const upgrader = createUpgrader(sockets, speech.rules, {
    refused: (status) => speech.refused(status),
    opened: (socket, admitted) => speech.opened(socket, admitted),
    other: (...offer) => withoutOffer(speech.http, ...offer),
  });
  speech.http.on('upgrade', upgrader);
  await speech.listen();
  return speech;
}

class SpeechServer implements RunningServer {
  readonly limits;
  readonly http: Server;
  readonly rules;
  port = 0;
  readonly #options: ServerOptions & { readonly host: string };
  readonly #style: ServerStyle;
  readonly #dictionaries: DictionaryStore;
  readonly #connections = new Set<Session>();
  /** Of every socket, also of those that have not said what they want yet. */
  readonly #places: Places;
  readonly #counters: Counters = {
    sessions: 0,
    listeners: 0,
    encoders: 0,
    sessionsTotal: 0,
    refused: 0,
    turns: 0,
    interruptions: 0,
    utterances: 0,
    faults: 0,
  };
  #closing: Promise<void> | undefined;

  constructor(options: ServerOptions & { readonly host: string }) {
    this.#options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.#style = { ...defaultStyle, ...options.style };
    const { engine, recogniser, services, ids, today, clock } = options;
    const guard = createGuard(options);
    const keyIsRight = createKeyCheck(options.key);
    const wrongKeys = new WrongKeys(clock, this.limits.wrongKeyAddresses);
    const { dictionaries: most, dictionaryBytes: mostBytes } = this.limits;
    this.#dictionaries = new DictionaryStore({ most, mostBytes, ids, today });
    const hasRoom = () => this.#connections.size < this.limits.sessions;
    const sessionName = (direction: keyof typeof sessionPrefixes) => sessionPrefixes[direction] + ids();
    const door = { clock, guard, services, keyIsRight, wrongKeys };
    const { bodyBytes, handshakeMs, closeMs } = this.limits;
    const { faults } = options;
    const routes = [this.#health(), catalogRoute(engine, recogniser), ...dictionaryRoutes(this.#dictionaries)];
    const http = createHttp({ ...door, routes, bodyBytes, ...(options.log && { log: options.log }) });
    this.rules = { ...door, engine, recogniser, hasRoom, sessionName, closeMs, faults, owes: http.owes };
    this.http = createServer(
      {
        maxHeaderSize: this.limits.headerBytes,
        headersTimeout: handshakeMs,
        requestTimeout: handshakeMs * 3,
        connectionsCheckingInterval: Math.max(10, handshakeMs / 4),
        keepAliveTimeout: this.limits.keepAliveMs,
      },
      http.respond,
    );
    this.http.maxRequestsPerSocket = this.limits.requests;
    // Who takes nothing of an answer; once a socket is a session's, its outflow sees to that.
    this.http.timeout = this.limits.stalledMs;
    this.#places = new Places(this.limits.connections);
    this.http.on('connection', (socket: Socket) => this.#places.take(socket));
    this.http.on('request', ({ socket }, response) => response.once('close', () => this.#places.served(socket)));
  }

  get url(): string {
    return `http://${this.#authority}`;
  }

  get wsUrl(): string {
    return `ws://${this.#authority}`;
  }

  get #authority(): string {
    const { host } = this.#options;
    return `${host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  stats(): Counters {
    return { ...this.#counters, sessions: this.#connections.size };
  }

  #health(): Route {
    const { engine, recogniser, version } = this.#options;
    const body = () => ({
      status: 'ok',
      ...(version !== undefined && { version }),
      engine: engine?.name ?? null,
      recogniser: recogniser?.name ?? null,
      sessions: this.#connections.size,
      listeners: this.#counters.listeners,
    });
    return { path: '/healthz', open: true, methods: { GET: () => ({ status: 200, body: body() }) } };
  }

  listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.http.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
      this.http.listen(port, host, () => {
        const address = this.http.address();
        if (typeof address === 'object' && address !== null) this.port = address.port;
        // From here on only single connections fail (no descriptor left, say), and the others go on.
        this.http.on('error', (error) => this.#log(() => error.message));
        this.#log(() => `listening on ${this.url}`);
        resolve();
      });
    });
  }

  refused(status: number): void {
    this.#counters.refused++;
    this.#log(() => `upgrade refused with ${status}`);
  }

  opened(socket: WebSocket, admitted: Admitted): void {
    this.#places.keep(admitted.request.socket);
    const connection = openSession(socket, admitted, {
      ...this.#options,
      limits: this.limits,
      style: this.#style,
      counters: this.#counters,
      dictionaries: this.#dictionaries,
    });
    this.#connections.add(connection);
    connection.gone.then(() => this.#connections.delete(connection));
    if (this.#closing) connection.hangUp(1001, goodbye);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.http.close(() => resolve()));
    for (const connection of this.#connections) connection.hangUp(1001, goodbye);
    const late = this.#options.clock.after(this.limits.closeMs, () => this.#places.dropAll());
    await gone;
    late.cancel();
    await Promise.all([...this.#connections].map((connection) => connection.gone));
  }

  #log(text: () => string): void {
    (this.#options.log ?? noLog)('server', text);
  }
}

const goodbye = 'the server is going away';

/** What the system says of an address, in words, and what to do about it. */
const addressFaults: Readonly<Record<string, { why: string; todo: string }>> = {
  EADDRINUSE: { why: 'the port is in use', todo: 'choose another --port, or 0 for any free one' },
  EACCES: { why: 'no permission for this port', todo: 'choose a --port above 1023' },
  EADDRNOTAVAIL: { why: 'this machine has no such address', todo: 'check --host' },
  ENOTFOUND: { why: 'there is no such host', todo: 'check --host' },
};

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): SpeechError {
  const { why, todo } = addressFaults[error.code ?? ''] ?? { why: error.message, todo: 'check --host and --port' };
  return new SpeechError('E_USAGE', `cannot listen on ${host}:${port}: ${why}`, { todo, cause: error });
}
