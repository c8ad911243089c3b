import { describe, expect, it } from 'vitest';
import type { ServerOptions } from '../../src/server/server.ts';
import { Client } from './support/client.ts';
import { sound } from './support/fake-recogniser.ts';
import { startListening } from './support/start-listening.ts';

const ears = {
  code: 'local/ears',
  name: 'ears',
  service_type: 'stt',
  provider_code: 'local',
  provider: { name: 'Local', code: 'local' },
  streaming: true,
  languages: ['en-US', 'en-GB'],
  supported_protocols: ['websocket'],
  voices: [],
};

/** A server that knows the dialects, and lacks what hears or what speaks. */
async function lacking(part: 'recogniser' | 'engine', options: Partial<ServerOptions> = {}) {
  const { server } = await startListening({ ...options, [part]: undefined });
  return server;
}

describe('an upgrade to speech in', () => {
  it('without a recogniser gets 501 and the reason', async () => {
    const server = await lacking('recogniser');
    expect(await Client.refused(`${server.wsUrl}/hear`)).toMatchObject({
      status: 501,
      body: {
        title: 'Not Implemented',
        status: 501,
        detail: 'This server does not listen: it was started without a recogniser',
      },
    });
    expect(server.stats()).toMatchObject({ refused: 1, sessionsTotal: 0 });
  });

  it('needs no engine, without which speech out gets 501', async () => {
    const { server, ready } = await startListening({ ...{ engine: undefined } });
    const client = await ready();
    client.socket.send(sound('heard.'));
    await client.got('final');
    expect(await Client.refused(`${server.wsUrl}/plain`)).toMatchObject({
      status: 501,
      body: { detail: 'This server does not speak: it was started without an engine' },
    });
    const models = await fetch(`${server.url}/v1/catalog/models`);
    expect(await models.json()).toMatchObject({ items: [ears] });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toMatchObject({ engine: null, recogniser: 'ears' });
  });

  it('tells a stranger nothing of that', async () => {
    const server = await lacking('recogniser', { key: 'K' });
    expect((await Client.refused(`${server.wsUrl}/hear`)).status).toBe(401);
    expect((await Client.refused(`${server.wsUrl}/hear`, { 'x-plain-key': 'K' })).status).toBe(501);
  });

  it('wants the key, and takes it where the dialect finds it', async () => {
    const { server, connect } = await startListening({ key: 'K' });
    expect((await Client.refused(`${server.wsUrl}/hear`, { 'x-plain-key': 'L' })).status).toBe(401);
    const client = await connect('/hear?configured', { 'x-plain-key': 'K' });
    await client.got('ready');
  });

  it('gets the dialect’s own refusal', async () => {
    const { server } = await startListening();
    expect(await Client.refused(`${server.wsUrl}/deaf`)).toMatchObject({ status: 418, body: { error: 'no ears' } });
  });

  it('counts among the sessions', async () => {
    const { server, connect } = await startListening({ limits: { sessions: 1 } });
    await connect('/plain');
    expect((await Client.refused(`${server.wsUrl}/hear`)).status).toBe(503);
  });
});

describe('plain HTTP', () => {
  it('is told to upgrade where the server listens, with a recogniser or without', async () => {
    const { server } = await startListening();
    for (const { url } of [server, await lacking('recogniser')]) {
      const answer = await fetch(`${url}/hear`);
      expect(answer.status).toBe(426);
      expect(answer.headers.get('upgrade')).toBe('websocket');
    }
  });

  it('learns at /healthz what listens, and to how many', async () => {
    const { server, ready } = await startListening();
    const health = async () => (await fetch(`${server.url}/healthz`)).json();
    expect(await health()).toEqual({ status: 'ok', engine: 'fake', recogniser: 'ears', sessions: 0, listeners: 0 });
    const client = await ready();
    expect(await health()).toMatchObject({ sessions: 1, listeners: 1 });
    client.send({ type: 'close' });
    await client.closed;
    expect(await health()).toMatchObject({ listeners: 0 });
  });

  it('finds the recogniser in the catalogue, beside the engine or alone', async () => {
    const { server } = await startListening();
    const listed = async (query: string) => (await fetch(`${server.url}/v1/catalog/models${query}`)).json();
    expect(await listed('?service_type=stt')).toEqual({
      items: [ears],
      meta: { page: 1, page_size: 50, total: 1, pages: 1 },
    });
    expect(await listed('')).toMatchObject({ items: [{ service_type: 'tts' }, ears], meta: { total: 2 } });
    expect(await listed('?service_type=tts')).toMatchObject({ items: [{ name: 'fake' }], meta: { total: 1 } });
    expect(await listed('?page=2&page_size=1')).toMatchObject({ items: [ears], meta: { page: 2, pages: 2 } });
    expect(await listed('?service_type=other')).toMatchObject({ items: [], meta: { total: 0 } });
  });
});
