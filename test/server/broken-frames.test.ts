import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { direct, flush, init, start, text } from './support/start.ts';

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** The header of a client's frame whose mask is zeros, so that its payload stands as it is. */
function header(firstByte: number, length: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  const sized = length < 126 ? [0x80 | length] : [0xff, ...size];
  return Buffer.from([firstByte, ...sized, 0, 0, 0, 0]);
}

function textFrame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  return Buffer.concat([header(0x81, payload.length), payload]);
}

/** A client that writes bytes as it likes, and never closes its side of the TCP connection. */
class RawClient {
  readonly socket: Socket;
  #got = Buffer.alloc(0);
  #look: () => void = () => {};

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    open.push(this.socket);
    this.socket.on('error', () => {});
    this.socket.on('data', (data) => {
      this.#got = Buffer.concat([this.#got, data]);
      this.#look();
    });
    this.socket.write(
      `GET ${direct} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
  }

  /** Resolves with the bytes behind the place where these stand in what has come. */
  async got(words: string | Buffer): Promise<Buffer> {
    while (!this.#got.includes(words)) {
      await new Promise<void>((resolve) => {
        this.#look = resolve;
      });
    }
    return this.#got.subarray(this.#got.indexOf(words));
  }
}

/** A client that is being spoken to, by an engine that will never be done. */
async function speaking() {
  const running = await start({ limits: { closeMs: 30, messageBytes: 100_000 } });
  const working = new Promise<void>((resolve) => {
    running.engine.gate = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const client = new RawClient(running.server.port);
  await client.got('\r\n\r\n');
  for (const message of [init, text('Hello there.'), flush]) client.socket.write(textFrame(message));
  await working;
  expect(running.engine.underWay).toBe(1);
  return { ...running, client };
}

describe('a frame that is none', () => {
  it.each([
    ['invalid UTF-8', 1007, Buffer.concat([header(0x81, 2), Buffer.from([0xc3, 0x28])])],
    ['a message past the bound', 1009, header(0x81, 100_001)],
    ['reserved bits', 1002, header(0xf1, 0)],
    ['an unknown opcode', 1002, header(0x83, 0)],
    ['no mask', 1002, Buffer.from([0x81, 0x01, 0x41])],
    ['a close code that nobody may send', 1002, Buffer.concat([header(0x88, 2), Buffer.from([0x03, 0xed])])],
  ])('%s: closed with %i, the work stopped at once, and gone though the client stays', async (_, code, bytes) => {
    const { client, engine, server } = await speaking();
    const ended = once(client.socket, 'end');
    client.socket.write(bytes);
    const said = await client.got(Buffer.from([0x88, 0x02]));
    expect(said.readUInt16BE(2)).toBe(code);
    expect(engine.underWay).toBe(0);
    await ended;
    await gone(server, client);
  });
});

describe('a client that says goodbye and stays', () => {
  it('is answered, and gone after the bound of a closing', async () => {
    const { client, engine, server } = await speaking();
    client.socket.write(Buffer.concat([header(0x88, 2), Buffer.from([0x03, 0xe8])]));
    await client.got(Buffer.from([0x88, 0x02, 0x03, 0xe8]));
    await gone(server, client);
    expect(engine.underWay).toBe(0);
  });
});

/** Resolves when the server keeps no session; a test that waits for ever fails by its own time limit. */
async function gone(server: { stats(): { sessions: number } }, client: RawClient): Promise<void> {
  while (server.stats().sessions > 0) {
    // What is written to a socket that is gone is answered with a reset.
    if (!client.socket.destroyed) client.socket.write('x');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
