import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frame, message, RawSocket, routeNames, routes } from '../support/raw-socket.ts';
import { type WatchedServer, watchedServer } from '../support/watched-server.ts';

const mib = 2 ** 20;

function servedWith(...args: string[]): () => WatchedServer {
  let server: WatchedServer | undefined;
  beforeAll(async () => {
    server = await watchedServer(['--engine', 'scripted', ...args]);
  });
  afterAll(async () => {
    expect(await server?.stop()).toBe(0);
  });
  return () => {
    if (server === undefined) throw new Error('it has not started');
    return server;
  };
}

/** More than the sockets of both sides hold: 14 MB of sound, or as much of results. */
function flood(name: (typeof routeNames)[number]): Buffer {
  const { more, flush } = routes[name];
  const said = name.endsWith('speaking')
    ? [...Array.from({ length: 36 }, () => more('As long as a book. '.repeat(44))), flush]
    : [more(''), ...Array.from({ length: 60_000 }, () => flush)];
  return Buffer.concat(said.map(message));
}

describe('a client that reads nothing of what it asked for', { timeout: 120_000 }, () => {
  const served = servedWith('--stalled-timeout', '0.5', '--close-timeout', '0.2');

  it.each(routeNames)('is closed, not stored: %s', async (name) => {
    const server = served();
    const before = await server.held();
    const client = new RawSocket(server.port);
    client.upgrade(routes[name]).say(...routes[name].opening);
    await client.answered();
    expect(client.status).toBe(101);
    client.socket.pause();
    client.write(flood(name));
    // It has not read a byte since, nor does it now.
    await server.quiet();
    const after = await server.held();
    expect(after.descriptors).toBe(before.descriptors);
    expect(after.heapBytes - before.heapBytes).toBeLessThan(4 * mib);
    client.drop();
    await client.closed;
  });

  it('is closed, not stored: answers over HTTP', async () => {
    const server = served();
    const before = await server.held();
    const rules = { rewrite: { rules: [] }, ipa: 'x'.repeat(1_000_000) };
    const created = await fetch(`${server.url}/v1/pronunciation/dictionaries`, {
      method: 'POST',
      headers: { connection: 'close' },
      body: JSON.stringify({ name: 'large', modes: rules }),
    });
    expect(created.status).toBe(201);
    await created.text();
    const client = new RawSocket(server.port);
    await client.opened;
    client.socket.pause();
    client.write('GET /v1/pronunciation/dictionaries HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(90));
    await server.until((held) => held.descriptors > before.descriptors);
    // One answer is under way, and the 89 others are not made before it is taken.
    expect((await server.held()).heapBytes - before.heapBytes).toBeLessThan(8 * mib);
    await server.until((held) => held.descriptors === before.descriptors);
    client.drop();
    await client.closed;
  });
});

describe('a client that takes its time', { timeout: 60_000 }, () => {
  const served = servedWith('--handshake-timeout', '0.5', '--idle-timeout', '0.5', '--close-timeout', '0.2');

  /** Sends a byte now and then until the connection is gone. */
  async function trickle(client: RawSocket, byte: string): Promise<void> {
    const slowly = setInterval(() => client.write(byte), 50);
    await client.closed.finally(() => clearInterval(slowly));
  }

  it('over its first byte is let go', async () => {
    const client = new RawSocket(served().port);
    await client.closed;
  });

  it.each(routeNames)('over the headers of its upgrade is let go: %s', async (name) => {
    const client = new RawSocket(served().port);
    client.write(`GET ${routes[name].path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nX-Slow: `);
    await trickle(client, 's');
    // Who goes on writing meets a reset, and may not come to see the answer.
    expect(client.status ?? 408).toBe(408);
  });

  it('over a body is let go', async () => {
    const client = new RawSocket(served().port);
    client.write('POST /v1/pronunciation/dictionaries HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n[');
    await trickle(client, ' ');
    expect(client.status ?? 408).toBe(408);
  });

  it.each(routeNames)('over a message is idle: %s', async (name) => {
    const client = new RawSocket(served().port);
    client.upgrade(routes[name]).say(...routes[name].opening);
    await client.answered();
    client.write(frame({ opcode: 1, payload: Buffer.from('{'), length: 1000 }));
    await trickle(client, ' ');
    expect(client.status).toBe(101);
    expect([1000, undefined]).toContain(client.closeCode);
  });

  it.each(routeNames)('over its close is dropped: %s', async (name) => {
    const client = new RawSocket(served().port);
    client.upgrade(routes[name]).say(...routes[name].opening);
    await client.answered();
    client.socket.pause();
    await served().quiet();
    client.drop();
    await client.closed;
  });
});

describe('a client that lasts', () => {
  const served = servedWith(
    '--session-timeout',
    '0.5',
    '--max-sessions',
    '2',
    '--max-requests',
    '3',
    '--keep-alive-timeout',
    '0.5',
  );

  it.each(routeNames)('as long as a session may is told so: %s', async (name) => {
    const client = new RawSocket(served().port);
    client.upgrade(routes[name]).say(...routes[name].opening);
    await client.answered();
    await client.until(() => client.closeCode !== undefined);
    expect(client.closeCode).toBe(1001);
    client.drop();
    await client.closed;
  });

  it.each([
    ['slng, hearing', 503],
    // Deepgram's own number for too many.
    ['deepgram, speaking', 429],
    ['telnyx, speaking', 503],
  ] as const)('and is one more than there may be is told so: %s', async (name, status) => {
    const clients = [1, 2, 3].map(() => new RawSocket(served().port));
    for (const client of clients) {
      client.upgrade(routes[name]);
      await client.answered();
    }
    expect(clients.map((client) => client.status)).toEqual([101, 101, status]);
    for (const client of clients) client.drop();
    await Promise.all(clients.map((client) => client.closed));
    await served().quiet();
  });

  it('and asks more often over one socket than it may is told so', async () => {
    const client = new RawSocket(served().port, 100_000);
    client.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(5));
    await client.closed;
    const statuses = [...client.came.toString('latin1').matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(statuses).toEqual(['200', '200', '200', '503', '503']);
  });
});
