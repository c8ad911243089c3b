import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Log, noLog } from '../../src/log.ts';
import { direct, start } from './support/start.ts';

/** Sends bytes as they are and resolves with everything that came until the server closed. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

describe('healthz', () => {
  it('says that the server lives, without a key', async () => {
    const { server, connect: open } = await start({ key: 'K', version: '1.2.3' });
    const before = await fetch(`${server.url}/healthz`);
    expect(before.status).toBe(200);
    expect(before.headers.get('content-type')).toBe('application/json');
    expect(await before.json()).toEqual({
      ...{ status: 'ok', version: '1.2.3', engine: 'fake', recogniser: null, sessions: 0, listeners: 0 },
    });

    await open(direct, { authorization: 'Bearer K' });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toMatchObject({ sessions: 1 });
  });

  it('answers HEAD without a body, and leaves out a version that it was not given', async () => {
    const { server } = await start();
    const head = await fetch(`${server.url}/healthz`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect(await (await fetch(`${server.url}/healthz`)).json()).not.toHaveProperty('version');
  });
});

describe('a client that offers another protocol', () => {
  const offer = 'Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk';

  it('is answered as if it did not', async () => {
    const { server } = await start();
    const healthz = await raw(server.port, `GET /healthz HTTP/1.1\r\n${offer}\r\n\r\n`);
    expect(healthz).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"status":"ok"/);
    expect(healthz).toContain('Connection: close');
    const speak = await raw(server.port, `GET ${direct} HTTP/1.1\r\n${offer}\r\n\r\n`);
    expect(speak).toMatch(/^HTTP\/1\.1 426 /);
    expect(server.stats()).toMatchObject({ refused: 0, sessionsTotal: 0 });
  });

  it('has its body read, also where that comes later', async () => {
    const { server } = await start();
    const body = JSON.stringify({ name: 'names', modes: { rewrite: { rules: [{ match: 'a', replace: 'b' }] } } });
    const socket = connect(server.port, '127.0.0.1');
    const head =
      'POST /v1/pronunciation/dictionaries HTTP/1.1\r\nContent-Type: application/json\r\nExpect: 100-continue';
    socket.write(`${head}\r\n${offer}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`);
    let got = '';
    for await (const part of socket) {
      if (got === '') socket.write(body.slice(20));
      got += String(part);
    }
    expect(got).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
  });

  it('passes no guard by it, and needs its key', async () => {
    const { server } = await start({ key: 'K' });
    const foreign = offer.replace('localhost', 'evil.test');
    expect(await raw(server.port, `GET /healthz HTTP/1.1\r\n${foreign}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 421 /);
    const keyless = await raw(server.port, `GET /v1/pronunciation/dictionaries HTTP/1.1\r\n${offer}\r\n\r\n`);
    expect(keyless).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('a client that goes before its body is there', () => {
  it('is no failure of the server, and gets no answer', async () => {
    const lines: string[] = [];
    let told: () => void = () => {};
    const line = new Promise<void>((resolve) => {
      told = resolve;
    });
    const log: Log = (_area, text) => {
      lines.push(text());
      if (lines.at(-1)?.startsWith('POST')) told();
    };
    const { server } = await start({ log });
    const socket = connect(server.port, '127.0.0.1');
    const head = 'POST /v1/pronunciation/dictionaries HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue';
    socket.write(`${head}\r\nContent-Length: 100\r\n\r\n{`);
    socket.once('data', () => socket.destroy());
    await line;
    expect(lines.filter((text) => text.startsWith('POST'))).toEqual([
      'POST /v1/pronunciation/dictionaries: gone before its end',
    ]);
  });
});

describe('the catalogue', () => {
  it('has the engine as one model, with its voices, without a key', async () => {
    const { server } = await start({ key: 'K' });
    const answer = await fetch(`${server.url}/v1/catalog/models?service_type=tts`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      items: [
        {
          code: 'local/fake',
          name: 'fake',
          service_type: 'tts',
          provider_code: 'local',
          provider: { name: 'Local', code: 'local' },
          streaming: true,
          languages: ['en', 'sv'],
          supported_protocols: ['websocket'],
          voices: [
            { voice_id: 'ada', name: 'Ada, calm', gender: 'female', language: 'en' },
            { voice_id: 'bo', name: 'Bo', language: 'sv' },
          ],
        },
      ],
      meta: { page: 1, page_size: 50, total: 1, pages: 1 },
    });
  });

  it('is empty for speech in where there is no recogniser, and behind its last page', async () => {
    const { server } = await start();
    const listen = await fetch(`${server.url}/v1/catalog/models?service_type=stt`);
    expect(await listen.json()).toMatchObject({ items: [], meta: { total: 0, pages: 0 } });
    const behind = await fetch(`${server.url}/v1/catalog/models?page=2&page_size=10`);
    expect(await behind.json()).toMatchObject({ items: [], meta: { page: 2, page_size: 10, total: 1 } });
  });

  it.each(['0', '-1', 'x', '1.5', ''])('takes page %j for the first', async (page) => {
    const { server } = await start();
    const answer = await fetch(`${server.url}/v1/catalog/models?page=${page}`);
    expect(await answer.json()).toMatchObject({ items: [{ name: 'fake' }], meta: { page: 1 } });
  });

  it('hides what made the engine fail', async () => {
    const running = await start();
    running.engine.voices = () => Promise.reject(new Error('secret path'));
    const answer = await fetch(`${running.server.url}/v1/catalog/models`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  });
});

describe('other requests', () => {
  it('find nothing at an unknown path', async () => {
    const { server } = await start();
    const answer = await fetch(`${server.url}/v1/nothing?x=1`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ title: 'Not Found', status: 404, detail: 'There is nothing at /v1/nothing' });
  });

  it.each([
    ['POST', '/healthz', 'GET'],
    ['DELETE', '/v1/catalog/models', 'GET'],
    ['PUT', '/v1/pronunciation/dictionaries', 'GET, POST'],
    ['POST', '/v1/pronunciation/dictionaries/x', 'GET, DELETE'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const { server } = await start();
    const answer = await fetch(server.url + path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(await answer.json()).toMatchObject({ status: 405, detail: `This path takes ${allow}` });
  });

  it('are told to upgrade where a dialect speaks', async () => {
    const { server } = await start();
    const answer = await fetch(server.url + direct);
    expect(answer.status).toBe(426);
    expect(answer.headers.get('upgrade')).toBe('websocket');
    expect(await answer.json()).toMatchObject({ status: 426 });
  });

  it.each(['*', 'http://elsewhere/healthz', '//[/healthz'])(
    'that ask for %j get 400 or 404, and no crash',
    async (target) => {
      const { server } = await start();
      const answer = await raw(server.port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    },
  );

  it('are not the server’s end when they are no HTTP', async () => {
    const { server } = await start();
    expect(await raw(server.port, 'GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('that never finish their headers are closed in time', async () => {
    const { server } = await start({ limits: { handshakeMs: 40 } });
    expect(await raw(server.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n')).toMatch(/^HTTP\/1\.1 408 /);
    await raw(server.port, '');
  });
});

describe('the log', () => {
  it('has the path and the status of a request, and never the key', async () => {
    const lines: string[] = [];
    const { server, connect: open } = await start({ key: 'K-1234', log: (_area, line) => lines.push(line()) });
    await fetch(`${server.url}/v1/pronunciation/dictionaries?token=K-1234`);
    await fetch(`${server.url}/healthz`, { headers: { authorization: 'Bearer K-1234' } });
    const client = await open(`${direct}?token=K-1234`);
    await client.close();
    expect(lines).toContain('GET /v1/pronunciation/dictionaries: 200');
    expect(lines.join('\n')).not.toContain('K-1234');
  });

  it('may be left out', async () => {
    const { server } = await start({ log: noLog });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });
});
