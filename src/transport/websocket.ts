import { Buffer } from 'node:buffer';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import type { Clock } from '../clock.ts';
import { SpeechError } from '../errors.ts';
import { cannotConnect, reasonOf, socketError } from './connect-errors.ts';
import { flatHeaders } from './flat-headers.ts';
import { answerPings } from './pongs.ts';
import type {
  CloseInfo,
  Connect,
  ConnectTimes,
  Frame,
  FrameHandler,
  Opened,
  Transport,
  UpgradeRefusal,
  UpgradeRequest,
} from './transport.ts';
import { type Tunnel, tunnelTo } from './tunnel.ts';

/** A message larger than this breaks the connection (1009): no service here sends audio in such pieces. */
const maxMessageBytes = 16 * 1024 * 1024;
/** `drained` waits while more than this is unsent. */
const highWaterBytes = 64 * 1024;
/** The body of a refused upgrade is read up to here, and for so long, ms: it holds a reason, not a document. */
const maxRefusalBytes = 16 * 1024;
const refusalWithinMs = 2000;
/** How long a close handshake may take, whoever began it, before the socket is dropped, ms. */
const closeWithinMs = 2000;

type Times = { -readonly [K in keyof ConnectTimes]: ConnectTimes[K] };

/** Opens WebSockets with the `ws` package, the only file that knows it on the client's side. */
export function createWebSocketConnect(clock: Clock): Connect {
  return (request, { signal, refused, proxied }) =>
    new Promise<Opened>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const times: Times = { startMs: clock.now(), openMs: 0 };
      let socket: WebSocket;
      let tunnel: Tunnel | undefined;
      try {
        tunnel = tunnelTo(request.url, signal);
        if (tunnel) proxied?.(tunnel.proxy);
        socket = begin(request, tunnel, times, clock);
      } catch (thrown) {
        return reject(thrown instanceof SpeechError ? thrown : cannotConnect(request.url, reasonOf(thrown), thrown));
      }
      const onAbort = () => {
        reject(signal.reason);
        socket.terminate();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      // Made before 'open' fires: the server's first frames may come in the same packet as its 101.
      const transport = new WebSocketTransport(socket, clock);
      answerPings(socket);
      let facts: Pick<Opened, 'headers' | 'address' | 'tls'> = { headers: {} };
      socket.once('upgrade', (response) => {
        facts = { headers: flatHeaders(response), ...otherEnd(response.socket) };
      });
      socket.once('unexpected-response', (_pending, response) => {
        readRefusal(response, clock)
          .then((refusal) => reject(refused(refusal)))
          .catch(reject)
          .finally(() => socket.terminate());
      });
      socket.once('open', () => {
        signal.removeEventListener('abort', onAbort);
        times.openMs = clock.now();
        resolve({ transport, times, ...facts });
      });
      transport.closed.then(({ code, error }) => {
        signal.removeEventListener('abort', onAbort);
        reject(cannotConnect(request.url, error?.message ?? `closed (${code})`, error, tunnel));
      });
    });
}

/** Evidence for a report: who was spoken to, and how. */
function otherEnd(socket: Socket): Pick<Opened, 'address' | 'tls'> {
  const { remoteAddress: host, remotePort: port } = socket;
  const cipher = socket instanceof TLSSocket ? `${socket.getProtocol()} ${socket.getCipher().standardName}` : undefined;
  return {
    ...(host !== undefined && { address: `${host.includes(':') ? `[${host}]` : host}:${port}` }),
    ...(cipher !== undefined && { tls: cipher }),
  };
}

/** Starts to connect. Throws where the URL or a header is none. */
function begin(request: UpgradeRequest, tunnel: Tunnel | undefined, times: Times, clock: Clock): WebSocket {
  // Said here, because the error that ws throws for it has the whole URL in it, and that may hold a key.
  if (!URL.canParse(request.url)) throw new Error('that is no valid URL');
  // closeTimeout is newer than the types of ws.
  const options: WebSocket.ClientOptions & { closeTimeout: number } = {
    headers: { ...request.headers },
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: maxMessageBytes,
    closeTimeout: closeWithinMs,
    agent: tunnel?.agent,
    finishRequest: (pending: ClientRequest) => {
      watchConnecting(pending, times, clock);
      pending.end();
    },
  };
  return new WebSocket(request.url, [...request.subprotocols], options);
}

class WebSocketTransport implements Transport {
  #handler: FrameHandler | undefined;
  readonly #clock: Clock;
  readonly #socket: WebSocket;
  readonly closed: Promise<CloseInfo>;
  #early: { frame: Frame; atMs: number }[] = [];
  #ended: CloseInfo | undefined;
  #waiting: (() => void)[] = [];
  #pong: Promise<number> | undefined;
  readonly #sent = () => this.#release();

  constructor(socket: WebSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    let error: SpeechError | undefined;
    socket.on('error', (thrown) => {
      error ??= socketError(thrown);
      // After a frame that is none, nothing on this connection can be trusted; a close handshake could take its time.
      socket.terminate();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        const info: CloseInfo = { code, reason: reason.toString('utf8'), ...(error && { error }) };
        this.#ended = info;
        this.#release();
        this.#handler?.closed(info);
        resolve(info);
      });
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  receive(handler: FrameHandler): void {
    this.#handler = handler;
    for (const { frame, atMs } of this.#early.splice(0)) handler.frame(frame, atMs);
    if (this.#ended) handler.closed(this.#ended);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const atMs = this.#clock.now();
    const frame: Frame = isBinary ? { kind: 'binary', bytes: data } : { kind: 'text', text: data.toString('utf8') };
    if (this.#handler) this.#handler.frame(frame, atMs);
    else this.#early.push({ frame, atMs });
  }

  send(frame: Frame): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (frame.kind === 'text') this.#socket.send(frame.text, this.#sent);
    else this.#socket.send(frame.bytes, { binary: true }, this.#sent);
  }

  #release(): void {
    if (this.#waiting.length === 0) return;
    if (!this.#ended && this.#socket.bufferedAmount > highWaterBytes) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  drained(): Promise<void> {
    if (this.#ended || this.#socket.bufferedAmount <= highWaterBytes) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  ping(): Promise<number> {
    if (this.#socket.readyState !== WebSocket.OPEN) return new Promise(() => {});
    // A server that answers none must not collect listeners: while one ping is out, the next waits for the same pong.
    this.#pong ??= new Promise((resolve) => {
      const sentMs = this.#clock.now();
      this.#socket.once('pong', () => {
        this.#pong = undefined;
        resolve(this.#clock.now() - sentMs);
      });
    });
    this.#socket.ping();
    return this.#pong;
  }

  close(code = 1000, reason = ''): void {
    this.#socket.resume();
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

function watchConnecting(pending: ClientRequest, times: Times, clock: Clock): void {
  pending.once('socket', (socket) => {
    socket.once('lookup', () => {
      times.dnsMs = clock.now();
    });
    socket.once('connect', () => {
      times.tcpMs = clock.now();
    });
    socket.once('secureConnect', () => {
      times.tlsMs = clock.now();
    });
  });
}

/** Reads what it can of the body; a server that stops half-way, or goes on for ever, still gives its status. */
async function readRefusal(response: IncomingMessage, clock: Clock): Promise<UpgradeRefusal> {
  const parts: Buffer[] = [];
  let size = 0;
  const timer = clock.after(refusalWithinMs, () => response.destroy());
  try {
    for await (const part of response) {
      parts.push(part);
      size += part.length;
      if (size >= maxRefusalBytes) break;
    }
  } catch {
    // A body cut short is no reason to lose the status.
  } finally {
    timer.cancel();
  }
  const body = Buffer.concat(parts).subarray(0, maxRefusalBytes).toString('utf8');
  return { status: response.statusCode ?? 0, headers: flatHeaders(response), body };
}
