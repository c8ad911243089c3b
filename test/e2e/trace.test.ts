import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import { checkFixture } from '../dialects/contract.ts';
import { faultyServer } from '../support/faulty-server.ts';
import { serve } from '../support/vox.ts';
import { type Fixture, parseTrace } from '../support/wire-fixture.ts';
import { expectFailure, key, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

/** The connections of a trace, which must hold no key. */
function traced(name: string, keys: readonly string[] = [key]): Fixture[] {
  const content = readFileSync(place.file(name), 'utf8');
  for (const secret of keys) expect(content).not.toContain(secret);
  return parseTrace(name, content);
}

const quick = ['doctor', '--no-tone', '--json'];

/** What the check of a provider says. */
function reached(stdout: Buffer, provider: string): unknown {
  const [{ checks } = {}] = objects(stdout);
  return Array.isArray(checks) ? checks.find(({ name }) => name === `reach ${provider}`) : undefined;
}

describe('vox doctor --trace', () => {
  it('reaches the chosen provider as its flags say, and writes that down without a key', async () => {
    const server = await faultyServer();
    const own = 'another-key-of-the-customer';
    const wishes = ['-H', `X-Slng-Provider-Key: ${own}`, '--param', 'tone=warm', '--route', 'bridge'];
    try {
      const args = ['--endpoint', server.wsUrl, '--region', 'eu-north-1', '--auth', 'query', ...wishes];
      const ran = await place.vox([...quick, ...args, '--trace', 'doctor.jsonl']);
      expect(reached(ran.stdout, 'slng')).toMatchObject({ status: 'ok' });
      expect(reached(ran.stdout, 'local')).toMatchObject({ status: 'ok' });
    } finally {
      await server.close();
    }
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.url).toMatch(/^\/v1\/bridges\/.*region=eu-north-1&token=/);
    expect(server.requests[0]?.headers).toMatchObject({ 'x-slng-provider-key': own });
    expect(server.connections[0]?.[0]).toMatchObject({ type: 'init', config: { tone: 'warm' } });
    const [connection, second] = traced('doctor.jsonl', [key, own]);
    expect(second).toBeUndefined();
    expect(connection?.header).toMatchObject({ key: 'query', settings: { route: 'bridge', params: { tone: 'warm' } } });
    expect(connection && checkFixture(slngSpeak, connection)).toEqual([]);
  });

  it('of the local provider, when that is chosen; --debug wire shows the same', async () => {
    const args = ['--provider', 'local', '--trace', 'own.jsonl', '--debug', 'wire'];
    const ran = await place.vox([...quick, ...args], { env: { SLNG_API_KEY: undefined } });
    expect(ran.stderr).toContain('"type":"init"');
    expect(traced('own.jsonl')).toHaveLength(1);
  });

  it('takes the key of a file, and no key over plain ws:// beyond this machine', async () => {
    const server = await faultyServer();
    const file = place.put('key.txt', `${key}-of-a-file\n`);
    const args = ['--endpoint', server.wsUrl, '--api-key-file', file, '--trace', 'file.jsonl'];
    await place.vox([...quick, ...args]).finally(() => server.close());
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}-of-a-file`);
    expect(traced('file.jsonl')[0]?.header.upgrade?.headers.Authorization).toBe('Bearer KEY');
    const ran = await place.vox([...quick, '--endpoint', 'ws://192.0.2.1', '--trace', 'never.jsonl']);
    expect(reached(ran.stdout, 'slng')).toMatchObject({ status: 'fail', code: 'E_INSECURE' });
    expect(place.names()).not.toContain('never.jsonl');
  });

  it('into a file that cannot be written: says so', async () => {
    const ran = await place.vox([...quick, '--provider', 'local', '--trace', 'missing/t.jsonl']);
    expect(reached(ran.stdout, 'local')).toMatchObject({ status: 'fail', code: 'E_FILE' });
    expect(ran.code).not.toBe(0);
  });
});

describe('vox serve --trace', () => {
  /** Opens a session and says a sentence; resolves when it has sounded. The client stays. */
  async function talk(url: string, headers: Record<string, string>): Promise<WebSocket> {
    const client = new WebSocket(url, { headers });
    await once(client, 'open');
    const flushed = new Promise<void>((resolve) => {
      client.on('message', (data, binary) => {
        if (!binary && JSON.parse(String(data)).type === 'flushed') resolve();
      });
    });
    client.send(JSON.stringify({ type: 'init', config: { encoding: 'linear16', sample_rate: 24_000 } }));
    client.send(JSON.stringify({ type: 'text', text: 'Hello there.' }));
    client.send(JSON.stringify({ type: 'flush' }));
    await flushed;
    return client;
  }

  it.each(['binary', 'json'])('is a transcript of each connection, with audio as %s', async (kind) => {
    const name = `serve-${kind}.jsonl`;
    const guest = 'key-of-a-guest';
    const served = await serve(['--engine', 'scripted', '--slng-audio', kind, '--trace', place.file(name)]);
    const url = `${served.wsUrl}/v1/tts/slng/deepgram/aura:2-en`;
    // Two at once, and the first is still there when the second ends.
    const first = await talk(url, { Authorization: `Bearer ${guest}` });
    const second = await talk(`${url}?token=${guest}`, {});
    second.send(`{"type":"${guest}"}`);
    second.send(JSON.stringify({ type: 'close' }));
    await once(second, 'close');
    first.terminate();
    expect(await served.stop()).toBe(0);
    const connections = traced(name, [guest]);
    expect(connections.map(({ header }) => [header.connection, header.key])).toEqual([
      [1, 'header'],
      [2, 'query'],
    ]);
    for (const connection of connections) {
      expect(connection.header).toMatchObject({ kind: 'trace', style: { audio: kind } });
      expect(checkFixture(slngSpeak, connection)).toEqual([]);
      const types = connection.lines.flatMap((line) => ('ask' in line ? [line.ask.type] : []));
      expect(types.slice(0, 4)).toEqual(expect.arrayContaining(['configure', 'begin', 'text', 'flush']));
      const audio = connection.lines.filter((line) => ('say' in line ? line.say.type === 'audio' : false));
      expect(audio.length).toBeGreaterThan(0);
    }
    const [one, two] = connections;
    expect(one?.lines.at(-1)).toMatchObject({ close: { code: 1006 } });
    expect(two?.lines.at(-1)).toMatchObject({ close: { code: 1000 } });
    expect(two?.lines).toContainEqual(expect.objectContaining({ dir: 'c>s', json: { type: 'KEY' } }));
  });

  it('is told before anything is served when it cannot be written', async () => {
    const ran = await place.vox(['serve', '--port', '0', '--trace', 'missing/t.jsonl']);
    expectFailure(ran, 'E_FILE', /the trace missing\/t\.jsonl: the directory does not exist/);
    expect(ran.stdout.length).toBe(0);
  });
});

describe('vox synth --trace', () => {
  it('with several sessions at once: each line says of which it is', async () => {
    const args = ['synth', '--lines', '--out-dir', 'lines', '--jobs', '3', '--provider', 'local'];
    const input = 'The first.\nThe second.\nThe third.\n';
    expect(await place.vox([...args, '--trace', 'jobs.jsonl'], { input })).toMatchObject({ code: 0 });
    const connections = traced('jobs.jsonl');
    expect(connections.map(({ header }) => header.connection)).toEqual([1, 2, 3].slice(0, connections.length));
    expect(connections.length).toBeGreaterThan(1);
    for (const connection of connections) expect(checkFixture(slngSpeak, connection)).toEqual([]);
  });
});
