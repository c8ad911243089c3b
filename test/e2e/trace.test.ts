import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import { checkFixture } from '../dialects/contract.ts';
import { faultyServer, nobody, type Scenario } from '../support/faulty-server.ts';
import { parseHttpTrace } from '../support/http-trace.ts';
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

const quick = ['doctor', '--no-tone', '--no-microphone', '--json'];

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
    // Once to speak, once to be listened to; the trace is of the first.
    expect(server.requests).toHaveLength(2);
    expect(server.requests[0]?.url).toMatch(/^\/v1\/bridges\/.*\/tts\/.*region=eu-north-1&token=/);
    expect(server.requests[1]?.url).toMatch(/^\/v1\/bridges\/.*\/stt\/.*region=eu-north-1&token=/);
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

describe('vox voices --trace', () => {
  function asked(name: string, keys: readonly string[] = [key]) {
    const content = readFileSync(place.file(name), 'utf8');
    for (const secret of keys) expect(content).not.toContain(secret);
    return parseHttpTrace(content);
  }

  async function refused(http: Scenario['http'], name: string, args: readonly string[] = []) {
    const server = await faultyServer({ ...(http && { http }) });
    const own = 'another-key-of-the-customer';
    const headers = ['-H', `X-Slng-Provider-Key: ${own}`, '-H', 'X-Plain: shown'];
    const ran = await place
      .vox(['voices', '--endpoint', server.wsUrl, ...headers, '--trace', name, ...args])
      .finally(() => server.close());
    return { ran, server, traced: asked(name, [key, own]) };
  }

  it('is what was asked of vox serve and what it answered, without the key', async () => {
    const served = await serve(['--engine', 'scripted'], { VOX_SERVE_KEY: key });
    const ran = await place.vox(['voices', '--endpoint', served.wsUrl, '--trace', 'voices.jsonl', '--json']);
    expect(await served.stop()).toBe(0);
    const { header, lines } = asked('voices.jsonl');
    expect(header).toMatchObject({ dialect: 'slng', connection: 1, settings: { baseUrl: served.wsUrl } });
    expect(lines).toMatchObject([
      {
        dir: 'c>s',
        http: { url: expect.stringMatching(/\/v1\/catalog\/models\?/), headers: { Authorization: 'Bearer KEY' } },
      },
      { dir: 's>c', http: { status: 200, headers: { 'content-type': 'application/json' } } },
    ]);
    const voices = objects(ran.stdout).map(({ id }) => id);
    expect(voices.length).toBeGreaterThan(0);
    const { json } = lines[1]?.http as { json?: { items: { voices: { voice_id: string }[] }[] } };
    expect(json?.items.flatMap((model) => model.voices.map(({ voice_id }) => voice_id))).toEqual(voices);
  });

  it('has every page of a catalogue, one after another', async () => {
    const body = JSON.stringify({ items: [], meta: { page: 1, pages: 3 } });
    const { ran, traced } = await refused({ status: 200, body }, 'pages.jsonl');
    expect(ran.code).toBe(0);
    expect(traced.lines.map(({ dir }) => dir)).toEqual(['c>s', 's>c', 'c>s', 's>c', 'c>s', 's>c']);
    const times = traced.lines.map(({ t }) => t);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const urls = traced.lines.flatMap(({ http }) => ('url' in http ? [http.url] : []));
    expect(urls.map((url) => new URL(url).searchParams.get('page'))).toEqual(['1', '2', '3']);
  });

  it('has the body of a refusal, and no key that is repeated in it', async () => {
    const http = { status: 401, body: `{"message":"bad ${key}","api_key":"one-we-never-saw"}` };
    const { ran, server, traced } = await refused(http, 'refused.jsonl');
    expectFailure(ran, 'E_AUTH', '401: bad KEY');
    expect(server.requests[0]?.headers['x-slng-provider-key']).toBe('another-key-of-the-customer');
    expect(traced.lines).toMatchObject([
      { http: { headers: { Authorization: 'Bearer KEY', 'X-Slng-Provider-Key': 'KEY', 'X-Plain': 'shown' } } },
      { http: { status: 401, json: { message: 'bad KEY', api_key: 'KEY' } } },
    ]);
  });

  it.each([
    { what: 'text', http: { status: 500, body: '<p>gone</p>', type: 'text/html' }, body: { text: '<p>gone</p>' } },
    { what: 'nothing', http: { status: 500, body: '' }, body: {} },
    { what: 'very much', http: { status: 500, body: 'é'.repeat(1024 * 1024 + 1) }, body: { body: { bytes: 2097154 } } },
  ])('has a body of $what', async ({ what, http, body }) => {
    const { ran, traced } = await refused(http, `${what}.jsonl`);
    expectFailure(ran, 'E_PROVIDER');
    const { headers: _, ...rest } = traced.lines[1]?.http as { headers: object };
    expect(rest).toMatchObject({ status: 500, ...body });
    expect(Object.keys(rest)).toEqual(['status', ...Object.keys(body)]);
  });

  it('has the request alone where no answer came', async () => {
    const { traced } = await refused('silence', 'silence.jsonl', ['--connect-timeout', '0.3']);
    expect(traced.lines.map(({ dir }) => dir)).toEqual(['c>s']);
    expectFailure(await place.vox(['voices', '--endpoint', nobody, '--trace', 'nobody.jsonl']), 'E_CONNECT');
    expect(asked('nobody.jsonl').lines).toHaveLength(1);
  });

  it.each([
    ['voices', '--provider', 'local'],
    ['say', '-v', '?', '--provider', 'local'],
    ['synth', '-v', '?', '--provider', 'local'],
  ])('of vox %s %s %s: empty, for nothing crossed a wire', async (...args) => {
    const name = `${args[0]}-local.jsonl`;
    expect(await place.vox([...args, '--trace', name])).toMatchObject({ code: 0, stderr: '' });
    expect(readFileSync(place.file(name), 'utf8')).toBe('');
  });

  it.each(['say', 'synth'])("is the same of vox %s -v '?'; --debug wire shows it", async (command) => {
    const server = await faultyServer({ http: { status: 401, body: '{"message":"no"}' } });
    const args = ['-v', '?', '--endpoint', server.wsUrl, '--trace', `${command}.jsonl`, '--debug', 'wire'];
    const ran = await place.vox([command, ...args]).finally(() => server.close());
    expect(asked(`${command}.jsonl`).lines).toMatchObject([{ dir: 'c>s' }, { http: { status: 401 } }]);
    expect(ran.stderr).toMatch(/^\[wire\] > GET http:.*\n\[wire\] < 401 \{"message":"no"\}\n/);
  });

  it('into a file that cannot be written: says so before anything is asked', async () => {
    const server = await faultyServer();
    const ran = await place
      .vox(['voices', '--endpoint', server.wsUrl, '--trace', 'missing/t.jsonl'])
      .finally(() => server.close());
    expectFailure(ran, 'E_FILE', /the trace missing\/t\.jsonl: the directory does not exist/);
    expect(server.requests).toHaveLength(0);
  });
});
