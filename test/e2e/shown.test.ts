import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type Act, faultyServer, flushed, sound } from '../support/faulty-server.ts';
import { parseTrace } from '../support/wire-fixture.ts';
import { expectFailure, key, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const trace = (name: string) => readFileSync(place.file(name), 'utf8');

/** The key where a service may repeat it: in words, and as a value. */
const parrot: Act[] = [
  { json: { type: 'warning', message: `hello ${key}` } },
  { json: { type: 'note', token: 'of-somebody-else' } },
  { json: { type: 'audio_chunk', data: Buffer.from(sound(960)).toString('base64') } },
  flushed,
];

describe('--trace', () => {
  it.each([
    ['header', []],
    ['query', ['--auth', 'query']],
  ])('with the key in the %s: has none, and is of the format of fixtures/wire', async (way, args) => {
    const name = `${way}.jsonl`;
    const own = 'another-key-of-the-customer';
    const settings = ['-H', `X-Slng-Provider-Key: ${own}`, '-H', 'X-SLNG-Session-Id: s1', '--region', 'eu-north-1'];
    const { ran } = await place.synth({ on: { flush: [parrot] } }, [
      ...['-o', 'x.wav', '--trace', name, ...settings, ...args],
    ]);
    expect(ran).toMatchObject({ code: 0 });
    expect(trace(name)).not.toContain(key);
    expect(trace(name)).not.toContain(encodeURIComponent(key));
    expect(trace(name)).not.toContain(own);
    expect(trace(name)).not.toContain('of-somebody-else');
    const [connection, second] = parseTrace(name, trace(name));
    expect(second).toBeUndefined();
    expect(connection?.header).toMatchObject({ kind: 'trace', dialect: 'slng', service: 'speak', key: way });
    expect(connection?.header.upgrade?.headers).toMatchObject({
      'X-Slng-Provider-Key': 'KEY',
      'X-SLNG-Session-Id': 's1',
    });
    if (way === 'header') expect(connection?.header.upgrade?.headers.Authorization).toBe('Bearer KEY');
    else expect(connection?.header.upgrade?.url).toMatch(/[?&]token=KEY/);
    const frames = connection?.lines.flatMap((line) => ('dir' in line && 'json' in line ? [line.json] : []));
    expect(frames).toContainEqual({ type: 'text', text: 'Hello there.' });
    expect(frames).toContainEqual({ type: 'warning', message: 'hello KEY' });
    expect(connection?.lines.at(-1)).toMatchObject({ dir: 's>c', close: { code: 1000 } });
  });

  it('holds all connections of a command, also the failed one', async () => {
    const { ran } = await place.synth(
      { on: { flush: [[{ audio: sound(960) }, flushed, { close: 1000 }]] } },
      ['-o', 'x.wav', '--trace', 'several.jsonl'],
      { input: 'The first.\n\nThe second.\n\nThe third.' },
    );
    expect(ran.code).toBe(0);
    const connections = parseTrace('several.jsonl', trace('several.jsonl'));
    expect(connections).toHaveLength(3);
    const { ran: refused } = await place.synth({ refuse: { status: 401, body: `bad ${key}` } }, [
      ...['-o', 'x.wav', '--trace', 'refused.jsonl'],
    ]);
    expectFailure(refused, 'E_AUTH', '401: bad KEY');
    const [only] = parseTrace('refused.jsonl', trace('refused.jsonl'));
    expect(only?.lines).toMatchObject([{ cmd: { type: 'begin' } }, { close: { code: 1006 } }].slice(-1));
    expect(trace('refused.jsonl')).not.toContain(key);
  });

  it('of the local provider has no key either', async () => {
    const args = ['synth', 'Hello there.', '-o', 'x.wav', '--provider', 'local', '--trace', 'local.jsonl'];
    expect(await place.vox(args)).toMatchObject({ code: 0 });
    const [connection] = parseTrace('local.jsonl', trace('local.jsonl'));
    expect(connection?.header.upgrade?.headers.Authorization).toBe('Bearer KEY');
  });
});

describe('--dry-run', () => {
  it('shows the URL, the headers and the frames, without a key, and opens nothing', async () => {
    const server = await faultyServer();
    try {
      const args = ['synth', 'One. Two.', '-o', 'dry.wav', '--endpoint', `${server.wsUrl}/prefix`, '--dry-run'];
      const extra = ['-H', `X-Slng-Provider-Key: ${key}`, '--region', 'eu-north-1', '--param', 'tone=warm'];
      const ran = await place.vox([...args, ...extra]);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(String(ran.stdout).split('\n')).toEqual([
        `${server.wsUrl}/prefix/v1/tts/slng/deepgram/aura:2-en?region=eu-north-1`,
        'X-Slng-Provider-Key: KEY',
        'Authorization: Bearer KEY',
        '> {"type":"init","model":"aura:2-en","voice":"aura-2-thalia-en","config":{"encoding":"linear16","sample_rate":24000,"tone":"warm"}}',
        '> {"type":"text","text":"One. "}',
        '> {"type":"text","text":"Two."}',
        '> {"type":"flush"}',
        '> {"type":"close"}',
        '',
      ]);
      expect(server.requests).toHaveLength(0);
      expect(place.names()).not.toContain('dry.wav');
    } finally {
      await server.close();
    }
  });

  it('with --auth query, the key stays out of the URL', async () => {
    const args = ['say', 'Hello.', '--provider', 'slng', '--auth', 'query', '--dry-run'];
    const ran = await place.vox(args);
    expect(ran.code).toBe(0);
    expect(String(ran.stdout)).toMatch(/^wss:\/\/api\.slng\.ai\/.*\?token=KEY\n/);
  });

  it('is JSON, an object a line, with --json, and knows the lines of --lines', async () => {
    const args = ['synth', '--lines', '--out-dir', 'none', '--provider', 'slng', '--dry-run', '--json'];
    const ran = await place.vox(args, { input: 'The first.\n\nThe second.\n' });
    expect(ran.code).toBe(0);
    const shown = objects(ran.stdout);
    expect(shown.filter(({ event }) => event === 'connect')).toMatchObject([
      { headers: { Authorization: 'Bearer KEY' } },
    ]);
    const texts = shown.filter(({ text }) => String(text).includes('"type":"text"'));
    expect(texts.map(({ text }) => JSON.parse(String(text)).text)).toEqual(['The first.', 'The second.']);
    expect(place.names()).not.toContain('none');
  });

  it.each([
    ['nothing to say', ['...', '-o', 'x.wav'], 'E_NO_TEXT'],
    ['a format that the file does not hold', ['Hello.', '-o', 'x.ulaw', '--encoding', 'mp3'], 'E_USAGE'],
    ['a model that is none', ['Hello.', '-o', 'x.wav', '--model', 'x'], 'E_USAGE'],
  ] as const)('fails as the real run would: %s', async (_name, args, code) => {
    expectFailure(await place.vox(['synth', ...args, '--provider', 'slng', '--dry-run']), code);
  });
});

describe('a key that a service repeats', () => {
  it('is shown in no warning, no JSON and no debug line', async () => {
    for (const args of [[], ['--json'], ['--debug', 'wire,session']]) {
      const { ran } = await place.synth({ on: { flush: [parrot] } }, ['-o', 'x.wav', ...args]);
      expect(ran.code).toBe(0);
      expect(`${ran.stdout}${ran.stderr}`).toContain('hello KEY');
    }
  });
});
