import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { Client } from './support/client.ts';
import { bridge, direct, init, start } from './support/start.ts';

const problem = (status: number, title: string) => ({ status, title });

describe('the key at an upgrade', () => {
  it.each<[string, string, Record<string, string>]>([
    ['in the header', direct, { Authorization: 'Bearer K' }],
    ['as X-API-Key', bridge, { 'X-API-Key': 'K' }],
    ['in the query', `${direct}?token=K`, {}],
  ])('is right %s', async (_where, path, headers) => {
    const { connect: open } = await start({ key: 'K' });
    const client = await open(path, headers);
    client.send(init);
    await client.got('ready');
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['missing', direct, { 'X-Other': 'K' }, 'No API key was given'],
    ['wrong', direct, { Authorization: 'Bearer k' }, 'The API key is not valid'],
    ['wrong over the bridge', bridge, { Authorization: 'Bearer KK' }, 'The API key is not valid'],
    ['wrong in the query', `${direct}?token=`, { 'X-Other': 'K' }, 'The API key is not valid'],
    ['of another scheme', direct, { Authorization: 'Basic K' }, 'No API key was given'],
  ])('is refused where it is %s', async (_how, path, headers, detail) => {
    const { server } = await start({ key: 'K' });
    const refused = await Client.refused(server.wsUrl + path, headers);
    expect(refused.status).toBe(401);
    expect(refused.body).toEqual({ ...problem(401, 'Unauthorized'), detail });
    expect(refused.headers).toMatchObject({ 'content-type': 'application/json', 'www-authenticate': 'Bearer' });
    expect(server.stats()).toMatchObject({ refused: 1, sessionsTotal: 0 });
  });

  it('may be anything where the server has none', async () => {
    const { connect: open } = await start();
    for (const key of ['', 'Bearer whatever']) {
      const client = await open(direct, { Authorization: key });
      client.send(init);
      await client.got('ready');
    }
  });
});

describe('an upgrade', () => {
  it('of an unknown path gets 404', async () => {
    const { server } = await start();
    expect(await Client.refused(`${server.wsUrl}/v1/listen`)).toMatchObject({
      status: 404,
      body: { ...problem(404, 'Not Found'), detail: 'There is nothing at /v1/listen' },
    });
  });

  it('of a model that cannot be one gets the dialect’s own answer', async () => {
    const { server } = await start();
    const refused = await Client.refused(`${server.wsUrl}/v1/tts/..%2F..%2Fetc`);
    expect(refused.status).toBe(404);
    expect(refused.body).toMatchObject({ error: 'Not Found', statusCode: 404 });
  });

  it.each(['/v1/tts/..%2F..%2Fetc', '/v1/tts/%ff'])(
    'that is wrong, to %s, is told that to its key only',
    async (path) => {
      const { server } = await start({ key: 'K' });
      expect((await Client.refused(server.wsUrl + path, { Authorization: 'Bearer k' })).status).toBe(401);
      expect((await Client.refused(server.wsUrl + path, { Authorization: 'Bearer K' })).status).not.toBe(401);
    },
  );

  it('that a dialect refuses gets its status, headers and body', async () => {
    const { server } = await start();
    const refused = await Client.refused(`${server.wsUrl}/teapot`);
    expect(refused).toMatchObject({ status: 418, body: { error: 'short and stout' } });
    expect(refused.headers['x-teapot']).toBe('yes');
  });

  it('behind a request that has no answer yet is dropped, and nothing is written into a WebSocket', async () => {
    const { server } = await start();
    const socket = connect(server.port, '127.0.0.1');
    const asks = (path: string, ...more: string[]) =>
      `${[`GET ${path} HTTP/1.1`, 'Host: localhost', ...more].join('\r\n')}\r\n\r\n`;
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
    const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', key];
    socket.write(asks('/healthz') + asks(direct, ...upgrade));
    let got = '';
    for await (const part of socket) got += String(part);
    expect(got).not.toContain('101 Switching');
    expect(server.stats()).toMatchObject({ sessions: 0, sessionsTotal: 0 });
  });

  it('beyond the number of sessions gets 503, until one has ended', async () => {
    const { server, connect: open } = await start({ limits: { sessions: 2 } });
    const first = await open();
    await open();
    const refused = await Client.refused(server.wsUrl + direct);
    expect(refused).toMatchObject({ status: 503, body: problem(503, 'Service Unavailable') });
    expect(refused.headers['retry-after']).toBe('1');
    expect((await Client.refused(`${server.wsUrl}/nowhere`)).status).toBe(404);
    await first.close();
    const third = await open();
    third.send(init);
    await third.got('ready');
  });

  it('is answered with the subprotocol that the dialect chose, and with none where it chose none', async () => {
    const { server } = await start();
    const plain = await Client.open(`${server.wsUrl}/plain`, {}, ['token', 'K']);
    expect(plain.socket.protocol).toBe('token');
    await plain.close();
    const client = new WebSocket(server.wsUrl + direct, ['token']);
    const error = await new Promise<Error>((resolve) => client.once('error', resolve));
    expect(error.message).toContain('no subprotocol');
  });

  it('does not compress', async () => {
    const { server } = await start();
    const client = new WebSocket(server.wsUrl + direct, { perMessageDeflate: true });
    await new Promise((resolve) => client.once('open', resolve));
    expect(client.extensions).toBe('');
    client.terminate();
  });

  it.each([
    ['to something else', 426, 'Upgrade: h2c\r\nConnection: Upgrade'],
    ['without a key of its own', 400, 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13'],
  ])('%s gets %i and no session', async (_what, status, headers) => {
    const { server } = await start();
    const answer = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(`GET ${direct} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`);
      });
      socket.on('data', (chunk) => {
        got += chunk.toString();
      });
      socket.on('close', () => resolve(got));
    });
    expect(Number(answer.slice(9, 12))).toBe(status);
    expect(server.stats().sessions).toBe(0);
  });

  it('given up at once by many clients leaves nothing behind', async () => {
    const { server, connect: open } = await start();
    const upgrade =
      `GET ${direct} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
    await Promise.all(
      Array.from(
        { length: 50 },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(server.port, '127.0.0.1', () =>
              socket.write(upgrade, () => socket.resetAndDestroy()),
            );
            socket.on('error', () => {});
            socket.on('close', () => resolve());
          }),
      ),
    );
    const client = await open();
    while (server.stats().sessions > 1) {
      client.socket.ping();
      await new Promise((resolve) => client.socket.once('pong', resolve));
    }
    client.send(init);
    await client.got('ready');
  });
});
