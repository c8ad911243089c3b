import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ServiceTimes } from '../../src/cli/service-times.ts';
import { clockCheck } from '../../src/doctor/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import { tunnelTo } from '../../src/transport/tunnel.ts';
import { must, type Reader, textOf, utf8 } from './reader.ts';

const noon = Date.UTC(2026, 10, 27, 12);
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const days = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ');

/** What RFC 9110 (5.6.7) has a sender write, read by its letters; undefined where it is anything else. */
function writtenTime(text: string): number | undefined {
  const form = /^([A-Z][a-z]{2}), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/;
  const [, day, date, month = '', year, hour, minute, second] = form.exec(text) ?? [];
  // Such years are read as other ones, and nobody's clock is off by that much.
  if (day === undefined || Number(year) < 100) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(Number(year), months.indexOf(month), Number(date));
  at.setUTCHours(Number(hour), Number(minute), Number(second));
  const isOne = at.getUTCDate() === Number(date) && at.getUTCMonth() === months.indexOf(month);
  const isTime = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  return isOne && isTime && days[at.getUTCDay()] === day ? at.getTime() : undefined;
}

/** The `Date` of a service's answer; what `vox doctor` makes of it. */
const date: Reader = {
  seeds: () =>
    utf8(
      'Fri, 27 Nov 2026 12:00:00 GMT',
      'Thu, 26 Nov 2026 23:59:59 GMT',
      'Mon, 29 Feb 2016 00:00:00 GMT',
      'Friday, 27-Nov-26 12:00:00 GMT',
      'Fri Nov 27 12:00:00 2026',
      '2026-11-27T12:00:00+01:00',
      '1',
    ),
  async read(bytes) {
    const text = textOf(bytes);
    const services = new ServiceTimes(() => new Date(noon));
    const refused = new SpeechError('E_AUTH', 'no');
    const connect = services.of('it', async (_, { refused }) => {
      throw refused({ status: 401, headers: { date: text }, body: '' });
    });
    const request = { url: 'ws://host', headers: {}, subprotocols: [] };
    const options = { refused: () => refused, onFrame() {}, onClosed() {} };
    await connect(request, options as unknown as Parameters<typeof connect>[1]).catch(() => {});
    const told = services.times.map(({ thereMs }) => thereMs);
    must(
      JSON.stringify(told) === JSON.stringify([writtenTime(text)].filter((ms) => ms !== undefined)),
      `read: ${told}`,
    );
    let now = 0;
    const parts = { times: () => services.times, distrusted: () => services.distrusted, now: () => now++ };
    const { detail } = await clockCheck(parts).run(new AbortController().signal);
    must(detail.length < 200 && !/NaN|Infinity|\p{Cc}/u.test(detail), 'it is told in figures');
  },
};

/** How a proxy goes on when it has said all. */
const goings = ['ends', 'breaks', 'waits'] as const;

let proxy: Server | undefined;
let meet: (client: Socket) => void = () => {};

async function proxyPort(): Promise<number> {
  if (proxy === undefined) {
    proxy = createServer({ noDelay: true }, (client) => meet(client))
      .unref()
      .listen(0, '127.0.0.1');
    await once(proxy, 'listening');
  }
  const address = proxy.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const loopTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Says it, in pieces of one length, when it was asked. */
async function say(client: Socket, bytes: Uint8Array, pieceBytes: number): Promise<void> {
  for (let at = 0; at < bytes.length && !client.destroyed; at += pieceBytes) {
    client.write(bytes.subarray(at, at + pieceBytes));
    await loopTurn();
  }
}

interface Through {
  readonly socket?: Duplex;
  readonly failure?: unknown;
}

/** A proxy's answer to CONNECT, and what is behind it. */
const connectAnswer: Reader = {
  seeds: () =>
    utf8(
      'HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
      'HTTP/1.0 200 OK\r\nProxy-Agent: it\r\nContent-Length: 5\r\n\r\nhello',
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 2\r\n\r\nno',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nx',
      'HTTP/1.1 502 Bad \u0007\u001b[2J Gateway\r\n\r\n<html>',
      `HTTP/1.1 200 OK\r\n${'X-Fill: '.padEnd(400, 'x')}\r\n\r\n`,
      'SSH-2.0-OpenSSH_9.6\r\n',
    ),
  async read(bytes) {
    const given = bytes.subarray(0, 4096);
    // One byte at a time where that is not for ever.
    const pieceBytes = 1 + ((given[0] ?? 0) % 3) * Math.ceil(given.length / 7) + Math.floor(given.length / 100);
    const goes = goings[given.length % goings.length] ?? 'ends';
    process.env.HTTP_PROXY = `http://me:secret@127.0.0.1:${await proxyPort()}`;
    const stop = new AbortController();
    const clients: Socket[] = [];
    const said = new Promise<void>((resolve) => {
      meet = (client) => {
        clients.push(client);
        client.on('error', () => {}).resume();
        client.once('data', async () => {
          await say(client, given, pieceBytes);
          if (goes === 'ends') client.end();
          if (goes === 'breaks') client.resetAndDestroy();
          resolve();
        });
      };
    });
    const tunnel = tunnelTo('ws://service.invalid/', stop.signal);
    must(tunnel !== undefined, 'there is a proxy');
    const through = new Promise<Through>((resolve) => {
      const opened = (failure: Error | null, socket?: Duplex) =>
        resolve(failure ? { failure } : socket ? { socket } : {});
      tunnel?.agent.createConnection({}, opened);
    });
    await said;
    // Who waits for more is not kept waiting: the command's own time ends it.
    if (goes === 'waits') for (let turns = 10; turns > 0; turns--) await loopTurn();
    if (goes === 'waits') stop.abort(new SpeechError('E_CONNECT_TIMEOUT', 'too late'));
    const { socket, failure } = await through;
    if (socket) await letThrough(socket, given, goes);
    else judgeFailure(failure);
    must(tunnel?.isOpen === (socket !== undefined), 'it is open or it is not');
    socket?.destroy();
    // Whatever became of it: no socket to the proxy is left.
    await Promise.all(clients.map((client) => client.closed || once(client, 'close')));
  },
};

/** What came behind the head of a yes is what the service said, to the byte. */
async function letThrough(socket: Duplex, given: Uint8Array, goes: (typeof goings)[number]): Promise<void> {
  must(/^\s*HTTP\/\d\.\d 2\d\d/.test(textOf(given)), 'only a yes is a yes');
  if (goes !== 'ends') return;
  const chunks: Buffer[] = [];
  socket.on('error', () => {});
  for await (const chunk of socket) chunks.push(chunk);
  const rest = Buffer.concat(chunks);
  must(
    Buffer.from(given)
      .subarray(given.length - rest.length)
      .equals(rest),
    'what is behind it is handed on',
  );
  const head = Buffer.from(given)
    .subarray(0, given.length - rest.length)
    .toString('latin1');
  must(/\r?\n\r?\n$/.test(head), 'all that is behind the head');
}

function judgeFailure(failure: unknown): void {
  must(failure instanceof SpeechError, `a failure is one of ours: ${failure}`);
  if (!(failure instanceof SpeechError)) return;
  must(['E_CONNECT', 'E_CONNECT_TIMEOUT'].includes(failure.code), 'it says that there was no way');
  must(failure.message.length < 400 && !/\p{Cc}/u.test(failure.message), 'a no is no document');
  must(!JSON.stringify([failure.message, failure.todo, failure.detail]).includes('secret'), 'a password is not told');
}

export const networkReaders: Readonly<Record<string, Reader>> = { date, 'connect-answer': connectAnswer };
