import { createHash } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket as WsSocket } from 'ws';
import { systemClock } from '../../src/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import type { CloseInfo, Frame, FrameHandler, Opened, UpgradeRefusal } from '../../src/transport/transport.ts';
import { createWebSocketConnect } from '../../src/transport/websocket.ts';
import { ManualClock } from '../support/manual-clock.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

/** A bare TCP or HTTP server on loopback, and its sockets, all gone after the test. */
async function listen(server: ReturnType<typeof createTcpServer> | Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

async function serve(
  onConnection: (socket: WsSocket, request: IncomingMessage) => void,
): Promise<{ url: string; server: WebSocketServer }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  closers.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on('connection', onConnection);
  await once(server, 'listening');
  return { url: `ws://127.0.0.1:${portOf(server)}/speak`, server };
}

interface Attempt {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  subprotocols?: string[];
  refused?: (refusal: UpgradeRefusal) => SpeechError;
  clock?: ManualClock;
}

async function connect(url: string, attempt: Attempt = {}): Promise<Opened> {
  const { headers = {}, subprotocols = [], clock = systemClock } = attempt;
  const refused = attempt.refused ?? (({ status, body }) => new SpeechError('E_REQUEST', `${status}: ${body}`));
  const opened = await createWebSocketConnect(clock)(
    { url, headers, subprotocols },
    { signal: attempt.signal ?? new AbortController().signal, refused },
  );
  closers.push(() => opened.transport.terminate());
  return opened;
}

class Recorder implements FrameHandler {
  readonly frames: Frame[] = [];
  readonly times: number[] = [];
  info: CloseInfo | undefined;
  onFrame: (() => void) | undefined;

  frame(frame: Frame, atMs: number): void {
    this.frames.push(frame);
    this.times.push(atMs);
    this.onFrame?.();
  }

  closed(info: CloseInfo): void {
    this.info = info;
  }

  get texts(): string[] {
    return this.frames.map((frame) => (frame.kind === 'text' ? frame.text : `${frame.bytes.length} bytes`));
  }

  /** Resolves when so many frames are there. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => this.frames.length >= count && resolve();
      this.onFrame = look;
      look();
    });
  }
}

describe('an open WebSocket', () => {
  it('says who is at its other end', async () => {
    const { url, server } = await serve(() => {});
    const { address, tls } = await connect(url);
    expect(address).toBe(`127.0.0.1:${portOf(server)}`);
    expect(tls).toBeUndefined();
  });

  it('says an address of IPv6 in brackets', async (context) => {
    const server = new WebSocketServer({ port: 0, host: '::1' });
    closers.push(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    const [failed] = await Promise.race([once(server, 'listening'), once(server, 'error')]);
    if (failed !== undefined) return context.skip('no IPv6 here');
    const { address } = await connect(`ws://[::1]:${portOf(server)}/speak`);
    expect(address).toBe(`[::1]:${portOf(server)}`);
  });

  it('carries text and bytes both ways, with the headers that were asked for', async () => {
    const asked: IncomingMessage[] = [];
    const { url } = await serve((socket, request) => {
      asked.push(request);
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    const { transport, times, headers } = await connect(url, { headers: { Authorization: 'Bearer k', 'X-Y': 'z' } });
    const recorder = new Recorder();
    transport.receive(recorder);
    transport.send({ kind: 'text', text: 'grüß 🦜' });
    const pool = new Uint8Array([9, 1, 2, 3, 9]);
    transport.send({ kind: 'binary', bytes: pool.subarray(1, 4) });
    await recorder.until(2);
    expect(recorder.texts).toEqual(['grüß 🦜', '3 bytes']);
    expect(recorder.frames[1]).toMatchObject({ bytes: Buffer.from([1, 2, 3]) });
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer k', 'x-y': 'z' });
    expect(asked[0]?.headers['sec-websocket-extensions']).toBeUndefined();
    expect(headers).toMatchObject({ upgrade: 'websocket', connection: 'Upgrade' });
    expect(times.openMs).toBeGreaterThanOrEqual(times.tcpMs ?? Number.POSITIVE_INFINITY);
    expect(times.tcpMs).toBeGreaterThanOrEqual(times.startMs);
    expect(times.tlsMs).toBeUndefined();
    expect(recorder.times[0]).toBeGreaterThan(times.openMs);
  });

  it('offers subprotocols', async () => {
    let offered = '';
    const { url } = await serve((_socket, request) => {
      offered = request.headers['sec-websocket-protocol'] ?? '';
    });
    await connect(url, { subprotocols: ['token', 'abc'] });
    expect(offered).toBe('token,abc');
  });

  it('keeps frames that come before anybody receives, those in the packet of the 101 too', async () => {
    const { url } = await serve((socket) => {
      socket.send('first');
      socket.send('second');
    });
    const { transport } = await connect(url);
    await transport.ping();
    const recorder = new Recorder();
    transport.receive(recorder);
    expect(recorder.texts).toEqual(['first', 'second']);
    expect(recorder.times[0]).toBeLessThan(systemClock.now());
  });

  it('loses nothing of what comes in one packet with the 101', async () => {
    const port = await listen(
      refusing((socket, request) => {
        const key = /sec-websocket-key: (.*)\r\n/i.exec(request)?.[1];
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        const head = `HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(head), Buffer.from([0x81, 0x02, 0x6f, 0x6b, 0x82, 0x01, 0x07])]));
      }),
    );
    const { transport } = await connect(`ws://127.0.0.1:${port}/`);
    const recorder = new Recorder();
    transport.receive(recorder);
    await recorder.until(2);
    expect(recorder.texts).toEqual(['ok', '1 bytes']);
  });

  it('tells a close that came before anybody received', async () => {
    const { url } = await serve((socket) => {
      socket.send('bye');
      socket.close(1008, 'no text in time');
    });
    const { transport } = await connect(url);
    await transport.closed;
    const recorder = new Recorder();
    transport.receive(recorder);
    expect(recorder.texts).toEqual(['bye']);
    expect(recorder.info).toEqual({ code: 1008, reason: 'no text in time' });
  });

  it('answers a ping with its round trip, and never once it is closed', async () => {
    const { url } = await serve(() => {});
    const { transport } = await connect(url);
    expect(await transport.ping()).toBeGreaterThan(0);
    transport.close();
    await transport.closed;
    let answered = false;
    transport.ping().then(() => {
      answered = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    transport.send({ kind: 'text', text: 'dropped, not thrown' });
  });

  it('lets several pings wait for one pong, and pings anew after it', async () => {
    let pings = 0;
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
    closers.push(() => server.close());
    server.on('connection', (socket) => {
      closers.push(() => socket.terminate());
      socket.on('ping', () => {
        pings++;
        if (pings % 3 === 0) socket.pong();
      });
    });
    await once(server, 'listening');
    const { transport } = await connect(`ws://127.0.0.1:${portOf(server)}/`);
    for (let round = 1; round <= 2; round++) {
      const waiting = [transport.ping(), transport.ping(), transport.ping()];
      for (const ms of await Promise.all(waiting)) expect(ms).toBeGreaterThan(0);
      expect(pings).toBe(3 * round);
    }
  });

  it('answers the newest of many pings, and is not lost to them', async () => {
    const answered: string[] = [];
    let newest = () => {};
    const last = new Promise<void>((resolve) => {
      newest = resolve;
    });
    const { url } = await serve((socket) => {
      socket.on('pong', (data) => {
        answered.push(String(data));
        if (String(data) === '1999') newest();
      });
      for (let n = 0; n < 2000; n++) socket.ping(String(n));
    });
    const { transport } = await connect(url);
    await Promise.race([last, transport.closed]);
    expect(answered.at(-1)).toBe('1999');
    // In the order in which they came, and none twice.
    expect(answered.map(Number)).toEqual([...new Set(answered.map(Number))].toSorted((one, other) => one - other));
    expect(await transport.ping()).toBeGreaterThan(0);
  });

  it('reads nothing while it is paused, so that the server’s buffer fills', async () => {
    let buffered = () => 0;
    const { url } = await serve((socket, request) => {
      if (request.url === '/other') return;
      buffered = () => socket.bufferedAmount;
      for (let i = 0; i < 64; i++) socket.send(Buffer.alloc(1024 * 1024));
    });
    const { transport } = await connect(url);
    const recorder = new Recorder();
    transport.pause();
    transport.receive(recorder);
    const before = recorder.frames.length;
    await transport.drained();
    // Round trips on another connection: time enough for everything that would come.
    const other = await connect(url.replace('speak', 'other'));
    for (let i = 0; i < 10; i++) await other.transport.ping();
    expect(recorder.frames.length - before).toBeLessThan(8);
    expect(buffered()).toBeGreaterThan(32 * 1024 * 1024);
    transport.resume();
    await recorder.until(64);
    expect(buffered()).toBe(0);
  });

  it('says when the network has taken what was sent', async () => {
    let go = () => {};
    const { url } = await serve((socket) => {
      socket.pause();
      go = () => socket.resume();
    });
    const { transport } = await connect(url);
    expect(transport.bufferedBytes).toBe(0);
    await transport.drained();
    for (let i = 0; i < 32; i++) transport.send({ kind: 'binary', bytes: new Uint8Array(1024 * 1024) });
    expect(transport.bufferedBytes).toBeGreaterThan(1024 * 1024);
    let drained = false;
    const waiting = transport.drained().then(() => {
      drained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).toBe(false);
    go();
    await waiting;
    expect(transport.bufferedBytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('lets nobody wait for room on a connection that is gone', async () => {
    const { url } = await serve((socket) => socket.pause());
    const { transport } = await connect(url);
    for (let i = 0; i < 32; i++) transport.send({ kind: 'binary', bytes: new Uint8Array(1024 * 1024) });
    const waiting = transport.drained();
    transport.terminate();
    await waiting;
    await transport.drained();
    expect(await transport.closed).toMatchObject({ code: 1006 });
  });
});

describe('the end of a WebSocket', () => {
  it.each([1000, 1008, 1011, 4001])('tells the close code %d and its reason', async (code) => {
    const { url } = await serve((socket) => socket.close(code, 'because'));
    const { transport } = await connect(url);
    const recorder = new Recorder();
    transport.receive(recorder);
    expect(await transport.closed).toEqual({ code, reason: 'because' });
    expect(recorder.info).toEqual({ code, reason: 'because' });
  });

  it('is 1005 without a code, and 1006 where the connection broke', async () => {
    const quiet = await serve((socket) => socket.close());
    expect(await (await connect(quiet.url)).transport.closed).toEqual({ code: 1005, reason: '' });
    const broken = await serve((socket) => socket.terminate());
    expect(await (await connect(broken.url)).transport.closed).toMatchObject({ code: 1006 });
  });

  it('closes with a handshake', async () => {
    const sockets: WsSocket[] = [];
    const { url } = await serve((socket) => sockets.push(socket));
    const { transport } = await connect(url);
    const seen = sockets.map((socket) => once(socket, 'close'));
    transport.close(1000);
    transport.close(1000);
    expect(await transport.closed).toEqual({ code: 1000, reason: '' });
    expect((await Promise.all(seen)).map(([code]) => code)).toEqual([1000]);
  });

  it('closes while it is paused', async () => {
    const { url } = await serve((socket) => {
      for (let i = 0; i < 8; i++) socket.send(Buffer.alloc(1024 * 1024));
    });
    const { transport } = await connect(url);
    transport.receive(new Recorder());
    transport.pause();
    transport.close();
    expect(await transport.closed).toMatchObject({ code: 1000 });
  });

  it.each(['close', 'never ends its TCP connection after its own'] as const)(
    'does not wait for ever for a server that answers no %s',
    async (kind) => {
      const port = await listen(
        upgrading((socket) => {
          // An unmasked close frame with code 1000, and then silence; or silence at once.
          if (kind !== 'close') socket.write(Buffer.from([0x88, 0x02, 0x03, 0xe8]));
        }),
      );
      const { transport } = await connect(`ws://127.0.0.1:${port}/`);
      const start = systemClock.now();
      if (kind === 'close') transport.close();
      const { code } = await transport.closed;
      expect(code).toBe(kind === 'close' ? 1006 : 1000);
      expect(systemClock.now() - start).toBeLessThan(4000);
    },
  );

  it.each([
    ['invalid UTF-8', [0x81, 0x02, 0xc3, 0x28]],
    ['a frame with reserved bits', [0xf1, 0x00]],
    ['a masked frame', [0x81, 0x81, 1, 2, 3, 4, 5]],
    ['an unknown opcode', [0x83, 0x00]],
    ['a message of 17 MiB', [0x82, 0x7f, 0, 0, 0, 0, 0x01, 0x10, 0, 0]],
  ])('is E_PROTOCOL after %s, at once, and keeps what came before', async (_name, bytes) => {
    const port = await listen(
      upgrading((socket) => {
        socket.write(Buffer.from([0x81, 0x02, 0x6f, 0x6b]));
        socket.write(Buffer.from(bytes));
      }),
    );
    const { transport } = await connect(`ws://127.0.0.1:${port}/`);
    const recorder = new Recorder();
    transport.receive(recorder);
    const start = systemClock.now();
    const info = await transport.closed;
    expect(info.error).toMatchObject({ code: 'E_PROTOCOL' });
    expect(recorder.texts).toEqual(['ok']);
    expect(systemClock.now() - start).toBeLessThan(1000);
  });
});

describe('a connection that is not made', () => {
  it.each([400, 401, 429, 500])('gives a refusal (%d) with its body to the dialect', async (status) => {
    const port = await listen(
      createServer().on('upgrade', (_request, socket: Socket) => {
        const body = JSON.stringify({ code: 'auth_error', message: 'bad key' });
        const head = `HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\nX-Request-Id: r1\r\n`;
        socket.end(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
      }),
    );
    const refusals: UpgradeRefusal[] = [];
    const error = new SpeechError('E_AUTH', 'refused');
    const attempt = connect(`ws://127.0.0.1:${port}/?token=secret`, {
      refused: (refusal) => {
        refusals.push(refusal);
        return error;
      },
    });
    await expect(attempt).rejects.toBe(error);
    expect(refusals).toEqual([expect.objectContaining({ status, body: '{"code":"auth_error","message":"bad key"}' })]);
    expect(refusals[0]?.headers).toMatchObject({ 'x-request-id': 'r1', 'content-type': 'application/json' });
  });

  it('reads a chunked body', async () => {
    const port = await listen(
      refusing((socket) => {
        socket.write('HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
        socket.end('6\r\n there\r\n0\r\n\r\n');
      }),
    );
    await expect(connect(`ws://127.0.0.1:${port}/`)).rejects.toThrow('403: hello there');
  });

  it('reads no more than 16 KiB of a body without end', async () => {
    const port = await listen(
      refusing((socket) => {
        socket.write('HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n');
        const more = () => {
          while (socket.writable && socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`));
          if (socket.writable) socket.once('drain', more);
        };
        more();
      }),
    );
    const error: Error = await connect(`ws://127.0.0.1:${port}/`).then(
      () => new Error('connected'),
      (thrown) => thrown,
    );
    expect(error.message).toBe(`500: ${'x'.repeat(16 * 1024)}`);
  });

  it('does not wait for ever for a body that stalls', async () => {
    const clock = new ManualClock();
    let seen = () => {};
    const arrived = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const port = await listen(
      refusing((socket) => {
        socket.write('HTTP/1.1 429 No\r\nContent-Length: 1000\r\n\r\nslow down');
        seen();
      }),
    );
    const attempt = connect(`ws://127.0.0.1:${port}/`, { clock });
    const outcome = expect(attempt).rejects.toThrow('429: slow down');
    await arrived;
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2000);
    await outcome;
    expect(clock.pending).toBe(0);
  });

  it('rejects with what the dialect threw over a refusal', async () => {
    const port = await listen(refusing((socket) => socket.end('HTTP/1.1 418 No\r\n\r\n')));
    const attempt = connect(`ws://127.0.0.1:${port}/`, {
      refused: () => {
        throw new SpeechError('E_PROTOCOL', 'a teapot');
      },
    });
    await expect(attempt).rejects.toMatchObject({ code: 'E_PROTOCOL', message: 'a teapot' });
  });

  it('says in words why nobody answers, without the query', async () => {
    const port = await listen(createTcpServer());
    for (const close of closers.splice(0)) await close();
    await expect(connect(`ws://user:pass@127.0.0.1:${port}/speak?token=secret`)).rejects.toMatchObject({
      code: 'E_CONNECT',
      message: `cannot connect to ws://127.0.0.1:${port}/speak: connection refused (is the server running?)`,
    });
  });

  it.each([
    ['not a url?token=secret', 'that is no valid URL'],
    ['ftp://127.0.0.1/?token=secret', 'protocol must be one of'],
    ['ws://127.0.0.1:1/#token=secret', 'fragment'],
  ])('refuses %s, and shows no key', async (url, words) => {
    const error: Error = await connect(url).then(
      () => new Error('connected'),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'E_CONNECT' });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('secret');
    expect(String(error.cause)).not.toContain('secret');
  });

  it('refuses a header that is none, without showing it', async () => {
    const error: Error = await connect('ws://127.0.0.1:1/', { headers: { Authorization: 'Bearer sec\nret' } }).then(
      () => new Error('connected'),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ code: 'E_CONNECT' });
    expect(error.message).not.toContain('ret');
  });

  it('knows a server that speaks no HTTP, one that hangs up, and one without TLS', async () => {
    const other = await listen(createTcpServer((socket) => socket.end('220 mail ready\r\n')));
    await expect(connect(`ws://127.0.0.1:${other}/`)).rejects.toThrow('what answers there does not speak HTTP');
    const rude = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    await expect(connect(`ws://127.0.0.1:${rude}/`)).rejects.toThrow('the connection was reset');
    const plain = await listen(createServer());
    await expect(connect(`wss://127.0.0.1:${plain}/`)).rejects.toThrow('no TLS there');
  });

  it('is given up when the signal says so, and leaves no socket and no listener', async () => {
    const server = createTcpServer((socket) => socket.resume());
    const port = await listen(server);
    const controller = new AbortController();
    const reason = new Error('enough');
    const connected = once(server, 'connection');
    const outcome = expect(connect(`ws://127.0.0.1:${port}/`, { signal: controller.signal })).rejects.toBe(reason);
    const [socket] = await connected;
    const gone = once(socket, 'close');
    controller.abort(reason);
    await outcome;
    await gone;
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('is not begun with a signal that is aborted', async () => {
    const reason = new Error('enough');
    await expect(connect('ws://127.0.0.1:1/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('leaves no listener on the signal once it is open', async () => {
    const { url } = await serve(() => {});
    const { signal } = new AbortController();
    await connect(url, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

/** Answers every upgrade by hand. */
function refusing(answer: (socket: Socket, request: string) => void) {
  return createTcpServer((socket) => socket.once('data', (data) => answer(socket, data.toString())));
}

/** Accepts every upgrade, then speaks as it likes. */
function upgrading(speak: (socket: Socket) => void) {
  const server = createServer();
  // Only the handshake is ws's: what follows is bytes of the test.
  const accept = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket: Socket, head) => {
    accept.handleUpgrade(request, socket, head, () => {
      socket.removeAllListeners('data');
      socket.removeAllListeners('end');
      socket.resume();
      speak(socket);
    });
  });
  return server;
}
