import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepgramSpeak } from '../../../src/dialects/deepgram/index.ts';
import type { Credentials } from '../../../src/speech/connect.ts';
import type { Matched, Refusal } from '../../../src/speech/service.ts';
import type { SpeakSettings } from '../../../src/speech/speak.ts';
import { thrownBy } from '../thrown.ts';

const { endpoint, traits } = deepgramSpeak;
const { format } = traits.defaults;
const base: SpeakSettings = { baseUrl: 'wss://api.deepgram.com', format };
/** Three parts in base64, the first of them `{"alg":"HS256"}`. */
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln';

const query = (over: Partial<SpeakSettings> = {}) =>
  Object.fromEntries(new URL(endpoint.build({ ...base, ...over }, {}).url).searchParams);
const thrown = (over: Partial<SpeakSettings>, credentials: Credentials = {}) =>
  thrownBy(() => endpoint.build({ ...base, ...over }, credentials));

function matched(path: string, headers: Record<string, string> = {}, offered: string[] = []): Matched<SpeakSettings> {
  const found = endpoint.match(new URL(`http://localhost${path}`), headers, offered);
  if (found === undefined || 'status' in found) throw new Error(`no match: ${JSON.stringify(found)}`);
  return found;
}

function refusal(path: string): Refusal {
  const found = endpoint.match(new URL(`http://localhost${path}`), {}, []);
  if (found === undefined || !('status' in found)) throw new Error('it was not refused');
  return found;
}

describe('the URL', () => {
  it('says the model and the format, always', () => {
    expect(endpoint.build(base, {}).url).toBe(
      'wss://api.deepgram.com/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000',
    );
  });

  it.each<[Partial<SpeakSettings>, string]>([
    [{ voice: 'aura-2-zeus-en' }, 'aura-2-zeus-en'],
    [{ model: 'aura-2-zeus-en' }, 'aura-2-zeus-en'],
    [{ model: 'aura-2-thalia-en', voice: 'aura-2-zeus-en' }, 'aura-2-zeus-en'],
    [{ model: 'aura-2-zeus-en', voice: 'aura-2-zeus-en' }, 'aura-2-zeus-en'],
  ])('%o asks for the model %s: a model is a voice', (over, model) => expect(query(over).model).toBe(model));

  it('does not choose between a model and another voice', () => {
    const error = thrown({ model: 'aura-2-zeus-en', voice: 'aura-2-luna-en' });
    expect(error).toMatchObject({ code: 'E_USAGE', todo: 'give one of -v and --model' });
    expect(error.message).toContain('aura-2-zeus-en and aura-2-luna-en');
  });

  it('passes on what a vendor adds, and lets it win', () => {
    expect(query({ speed: 1.5, params: { mip_opt_out: 'true', speed: '0.9', new: 'a&b' } })).toMatchObject({
      mip_opt_out: 'true',
      speed: '0.9',
      new: 'a&b',
    });
  });

  it.each(['model', 'encoding', 'sample_rate'])('has --param %s by a flag of its own', (name) => {
    expect(thrown({ params: { [name]: 'x' } })).toMatchObject({ code: 'E_USAGE' });
    expect(thrown({ params: { [name]: 'x' } }).message).toMatch(new RegExp(`^--param ${name}: use --?`));
  });
});

describe('what Deepgram does not have is refused before there is a connection', () => {
  const of = (encoding: SpeakSettings['format']['encoding'], sampleRateHz: number, channels = 1) => ({
    format: { encoding, sampleRateHz, channels },
  });
  it.each([8000, 16_000, 24_000, 32_000, 48_000])('linear16 at %i Hz is not', (hz) => {
    expect(query(of('linear16', hz)).sample_rate).toBe(String(hz));
  });
  it.each(['mulaw', 'alaw'] as const)('%s at 8000 and 16000 Hz is not', (encoding) => {
    expect(query(of(encoding, 8000))).toMatchObject({ encoding, sample_rate: '8000' });
    expect(query(of(encoding, 16_000))).toMatchObject({ encoding, sample_rate: '16000' });
  });

  it.each<[Partial<SpeakSettings>, string, RegExp]>([
    [of('linear16', 22_050), 'Deepgram has no linear16 at 22050 Hz', /--sample-rate 8000, 16000, 24000, 32000, 48000/],
    [of('mulaw', 24_000), 'Deepgram has no mulaw at 24000 Hz', /--sample-rate 8000, 16000$/],
    [of('mp3', 24_000), 'Deepgram does not stream mp3', /--encoding linear16, mulaw, alaw/],
    [of('linear16', 24_000, 2), 'Deepgram speaks in one channel, not in 2', /choose another/],
    [{ speed: 1.6 }, 'Deepgram has no speed 1.6', /from 0.7 to 1.5/],
    [{ speed: Number.NaN }, 'Deepgram has no speed NaN', /from 0.7 to 1.5/],
    [{ pronunciation: { name: 'x' } }, 'Deepgram has no pronunciation dictionaries', /FILE.json/],
    [{ interruptWith: 'cancel' }, 'Deepgram has one word for an interruption', /--interrupt/],
    [{ language: 'fr' }, "Deepgram's aura-2-thalia-en speaks en, not fr", /-fr$/],
    [{ route: 'direct' }, 'Deepgram has no --route', /--endpoint wss:/],
    [{ region: 'eu' }, 'Deepgram has no --region', /api.eu.deepgram.com/],
    [{ worldPart: 'eu' }, 'Deepgram has no --world-part', /--endpoint wss:/],
  ])('%o', (over, message, todo) => {
    const error = thrown(over);
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', message });
    expect(error.todo).toMatch(todo);
  });

  it.each([
    [{ language: 'en-GB' }],
    [{ language: 'es', voice: 'aura-2-celeste-es' }],
    [{ language: 'xx', voice: 'a-voice-of-my-own' }],
  ])('%o is not: the language is the voice’s, or nobody knows', (over) =>
    expect(query(over)).not.toHaveProperty('language'),
  );

  it('a base URL that is none', () => expect(thrown({ baseUrl: 'deepgram' })).toMatchObject({ code: 'E_USAGE' }));
});

describe('the key', () => {
  it.each<[Credentials, Record<string, string>, string[]]>([
    [{}, {}, []],
    [{ key: 'K1' }, { Authorization: 'Token K1' }, []],
    [{ key: 'K1', via: 'header' }, { Authorization: 'Token K1' }, []],
    [{ key: jwt }, { Authorization: `Bearer ${jwt}` }, []],
    [{ key: 'eyJ.no' }, { Authorization: 'Token eyJ.no' }, []],
    [{ key: 'K1', via: 'subprotocol' }, {}, ['token', 'K1']],
    [{ key: jwt, via: 'subprotocol' }, {}, ['bearer', jwt]],
  ])('%o travels as %o and %o', (credentials, headers, subprotocols) => {
    expect(endpoint.build(base, credentials)).toMatchObject({ headers, subprotocols });
    expect(endpoint.build(base, credentials).url).not.toContain('K1');
  });

  it('does not travel in the query', () => {
    const error = thrown({}, { key: 'K1', via: 'query' });
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', todo: 'use --auth header or --auth subprotocol' });
  });

  it('is not put where it does not fit, nor told', () => {
    const error = thrown({}, { key: 'a=secret/key', via: 'subprotocol' });
    expect(error.code).toBe('E_KEY');
    expect(error.message + error.todo).not.toContain('secret');
  });

  it('keeps the user’s own headers', () => {
    expect(endpoint.build({ ...base, headers: { 'X-A': '1' } }, { key: 'K1' }).headers).toEqual({
      'X-A': '1',
      Authorization: 'Token K1',
    });
  });

  it.each<[Record<string, string>, string[], Credentials, string | undefined]>([
    [{}, [], {}, undefined],
    [{ authorization: 'Token K' }, [], { key: 'K', via: 'header' }, undefined],
    [{ authorization: 'token K ' }, [], { key: 'K', via: 'header' }, undefined],
    [{ authorization: 'Bearer K' }, [], { key: 'K', via: 'header' }, undefined],
    [{ authorization: 'Basic K' }, [], {}, undefined],
    [{}, ['token', 'K'], { key: 'K', via: 'subprotocol' }, 'token'],
    [{}, ['bearer', jwt], { key: jwt, via: 'subprotocol' }, 'bearer'],
    [{}, ['token'], {}, 'token'],
    [{}, ['chat', 'K'], {}, undefined],
    [{ authorization: 'Token A' }, ['token', 'B'], { key: 'A', via: 'header' }, 'token'],
  ])('is read from %o and %o', (headers, offered, credentials, subprotocol) => {
    const found = matched('/v1/speak', headers, offered);
    expect(found.credentials).toEqual(credentials);
    expect(found.subprotocol).toBe(subprotocol);
  });
});

describe('a server reads', () => {
  it('what is left out as Deepgram does', () => {
    expect(matched('/v1/speak').settings).toMatchObject({
      model: 'aura-asteria-en',
      voice: 'aura-asteria-en',
      language: 'en',
      format,
    });
    expect(matched('/v1/speak?encoding=mulaw').settings.format).toEqual({
      encoding: 'mulaw',
      sampleRateHz: 8000,
      channels: 1,
    });
  });

  it('a prefix, and a voice whose name says no language', () => {
    const { settings } = matched('/deepgram/v1/speak?model=awb');
    expect(settings).toMatchObject({ baseUrl: 'ws://localhost/deepgram', model: 'awb', voice: 'awb' });
    expect(settings.language).toBeUndefined();
  });

  it('nothing of paths that are not its own', () => {
    for (const path of ['/v1/speak/x', '/v2/speak', '/v1/listen', '/speak', '/v1/tts/a/b']) {
      expect(endpoint.match(new URL(`http://localhost${path}`), {}, [])).toBeUndefined();
    }
  });

  it('past what it does not know', () => {
    expect(matched('/v1/speak?container=none&bit_rate=48000&mip_opt_out=maybe&x=').settings.format).toEqual(format);
  });

  it.each([
    ['?encoding=mp3', 'Unsupported audio format: encoding=mp3'],
    [
      '?encoding=mulaw&sample_rate=24000',
      'Unsupported audio format: `sample_rate` must be 8000, 16000 when `encoding=mulaw`',
    ],
    [
      '?sample_rate=44100',
      'Unsupported audio format: `sample_rate` must be 24000, 8000, 16000, 32000, 48000 when `encoding=linear16`',
    ],
    ['?sample_rate=many', 'Failed to deserialize query parameters: sample_rate must be a number from 1 to 1000000'],
    ['?sample_rate=8000.5', 'Failed to deserialize query parameters: sample_rate must be a whole number'],
    ['?speed=2', 'Failed to deserialize query parameters: speed must be a number from 0.7 to 1.5'],
  ])('%s as what it refuses', (search, message) => {
    const { status, body, headers } = refusal(`/v1/speak${search}`);
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 400,
      body: { err_code: 'INVALID_QUERY_PARAMETER', err_msg: message },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'dg-error': message });
  });

  it('back what a client has built', () => {
    const pairs = [
      ['linear16', 48_000],
      ['mulaw', 16_000],
      ['alaw', 8000],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.string({ minLength: 1 }),
        fc.double({ min: 0.7, max: 1.5, noNaN: true }),
        ([encoding, sampleRateHz], voice, speed) => {
          const asked = { ...base, voice, speed, format: { encoding, sampleRateHz, channels: 1 } };
          const found = endpoint.match(new URL(endpoint.build(asked, {}).url), {}, []);
          expect(found).toMatchObject({ settings: { model: voice, voice, speed, format: asked.format } });
        },
      ),
    );
  });

  it('anything without a fault of its own', () => {
    fc.assert(
      fc.property(
        fc.webQueryParameters(),
        fc.constantFrom('encoding', 'speed', 'sample_rate', 'model'),
        fc.string(),
        (search, name, value) => {
          const url = new URL(`http://localhost/v1/speak?${search}`);
          url.searchParams.set(name, value);
          expect(endpoint.match(url, {}, [])).toBeDefined();
        },
      ),
    );
  });
});

describe('a server answers', () => {
  it('an upgrade with the name of the session and of the model', () => {
    expect(endpoint.accepted?.({ ...base, model: 'aura-2-thalia-en' }, 's1')).toEqual({
      'dg-request-id': 's1',
      'dg-model-name': 'aura-2-thalia-en',
      'dg-model-uuid': '00000000-0000-0000-0000-000000000000',
    });
    expect(endpoint.accepted?.({ ...base, model: 'ü\r\nx: y' }, 's1')['dg-model-name']).toBe('???x:?y');
  });

  it.each([
    [401, 'No API key was given', 401, 'INVALID_AUTH', 'Invalid credentials.'],
    [503, 'full', 429, 'TOO_MANY_REQUESTS', 'Too many requests. Please try again later'],
    [501, 'no engine', 501, 'Service Unavailable', 'no engine'],
    [404, 'nothing', 404, 'Not Found', 'nothing'],
  ])('%i in Deepgram’s words', (asked, said, status, code, message) => {
    const refused = endpoint.refuse?.(asked, said, 's1');
    expect(refused?.status).toBe(status);
    expect(JSON.parse(refused?.body ?? '')).toEqual({ err_code: code, err_msg: message, request_id: 's1' });
    expect(refused?.headers).toMatchObject({ 'dg-error': message, 'dg-request-id': 's1' });
  });
});
