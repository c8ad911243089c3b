import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slngSpeak } from '../../../src/dialects/slng/index.ts';
import type { Matched, Refusal } from '../../../src/speech/service.ts';
import type { SpeakSettings } from '../../../src/speech/speak.ts';
import { thrownBy } from '../thrown.ts';

const { endpoint, traits } = slngSpeak;
const base: SpeakSettings = { baseUrl: 'wss://api.slng.ai', format: traits.defaults.format };

function matched(path: string, headers: Record<string, string> = {}): Matched<SpeakSettings> {
  const found = endpoint.match(new URL(path, 'ws://127.0.0.1:8080'), headers, []);
  if (found === undefined || 'status' in found) throw new Error(`${path} did not match`);
  return found;
}

function refusalOf(path: string): Refusal {
  const found = endpoint.match(new URL(path, 'ws://h'), {}, []);
  if (found === undefined || !('status' in found)) throw new Error(`${path} was not refused`);
  return found;
}

describe('the upgrade that is asked for', () => {
  it('is seed 000’s by default', () => {
    expect(endpoint.build(base, { key: 'K' })).toEqual({
      url: 'wss://api.slng.ai/v1/tts/slng/deepgram/aura:2-en',
      headers: { Authorization: 'Bearer K' },
      subprotocols: [],
    });
  });

  it.each([
    ['ws://127.0.0.1:8080', 'ws://127.0.0.1:8080/v1/tts/slng/deepgram/aura:2-en'],
    ['ws://127.0.0.1:8080/', 'ws://127.0.0.1:8080/v1/tts/slng/deepgram/aura:2-en'],
    ['http://localhost:9/gate/way/', 'ws://localhost:9/gate/way/v1/tts/slng/deepgram/aura:2-en'],
    ['https://us-east.api.slng.ai', 'wss://us-east.api.slng.ai/v1/tts/slng/deepgram/aura:2-en'],
    ['wss://h/p?tenant=1', 'wss://h/p/v1/tts/slng/deepgram/aura:2-en?tenant=1'],
  ])('base %s gives %s', (baseUrl, url) => {
    expect(endpoint.build({ ...base, baseUrl }, {}).url).toBe(url);
  });

  it('has no key where there is none, and in the query where it shall be', () => {
    expect(endpoint.build(base, {}).headers).toEqual({});
    const request = endpoint.build(base, { key: 'a b&c', via: 'query' });
    expect(new URL(request.url).searchParams.get('token')).toBe('a b&c');
    expect(request.headers).toEqual({});
  });

  it('does not go as a subprotocol, and is not put elsewhere behind the user’s back', () => {
    const error = thrownBy(() => endpoint.build(base, { key: 'K', via: 'subprotocol' }));
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', todo: 'use --auth header or --auth query' });
  });

  it('keeps the user’s headers, and the key wins over one of them', () => {
    const headers = { 'X-Slng-Provider-Key': 'byok', Authorization: 'mine' };
    expect(endpoint.build({ ...base, headers }, { key: 'K' }).headers).toEqual({
      'X-Slng-Provider-Key': 'byok',
      Authorization: 'Bearer K',
    });
    expect(endpoint.build({ ...base, headers }, {}).headers).toEqual(headers);
  });

  it.each([
    [{ baseUrl: 'api.slng.ai' }, 'no endpoint'],
    [{ baseUrl: 'ftp://api.slng.ai' }, 'no endpoint'],
    [{ model: 'aura:2-en' }, 'aura:2-en is no SLNG model'],
    [{ model: '../../admin' }, 'is no SLNG model'],
    [{ model: 'deepgram/aura:2?x=1' }, 'is no SLNG model'],
    [{ route: 'scenic' }, 'no route scenic'],
    [{ params: { encoding: 'mp3' } }, '--encoding'],
    [{ params: { 'init.type': 'text' } }, 'for this'],
    [{ params: { 'query.token': 'K' } }, '--auth query'],
  ])('refuses %o before connecting', (over, message) => {
    const error = thrownBy(() => endpoint.build({ ...base, ...over }, {}));
    expect(error.code).toBe('E_USAGE');
    expect(error.message).toContain(message);
  });
});

describe('the upgrade that is read', () => {
  it('gives route, model and base URL', () => {
    expect(matched('/v1/tts/slng/deepgram/aura:2-en').settings).toEqual({
      baseUrl: 'ws://127.0.0.1:8080',
      route: 'direct',
      model: 'slng/deepgram/aura:2-en',
      format: traits.defaults.format,
    });
    expect(matched('/gate/v1/bridges/unmute/tts/soniox/tts-rt:v1').settings).toMatchObject({
      baseUrl: 'ws://127.0.0.1:8080/gate',
      route: 'bridge',
      model: 'soniox/tts-rt:v1',
    });
    expect(matched('/v1/tts/deepgram%2Faura%3A2').settings.model).toBe('deepgram/aura:2');
  });

  it.each([
    '/',
    '/healthz',
    '/v1/tts',
    '/v1/tts/',
    '/v1/stt/deepgram/nova:2',
    '/v1/speak',
    '/v2/text-to-speech/speech',
    '/v1/bridges/other/tts/a/b',
  ])('is not ours: %s', (path) => {
    expect(endpoint.match(new URL(path, 'ws://h'), {}, [])).toBeUndefined();
  });

  it.each([
    ['/v1/tts/aura', 404],
    ['/v1/tts/a/b:c:d', 404],
    ['/v1/tts/a//b', 404],
    ['/v1/tts/a/%zz', 400],
  ])('refuses %s with %i and a readable body', (path, status) => {
    const found = refusalOf(path);
    expect(found.status).toBe(status);
    expect(JSON.parse(found.body)).toMatchObject({ statusCode: status, message: expect.any(String) });
    expect(endpoint.refused({ ...found, headers: {} }).code).toBe('E_REQUEST');
  });

  it('takes region and world part from the query, and from the headers first', () => {
    const path = '/v1/tts/deepgram/aura:2?region=eu-north-1&world-part=eu';
    expect(matched(path).settings).toMatchObject({ region: 'eu-north-1', worldPart: 'eu' });
    expect(matched(path, { 'x-region-override': 'us-east-1' }).settings).toMatchObject({
      region: 'us-east-1',
      worldPart: 'eu',
    });
    expect(matched(path, { 'x-world-part-override': 'na' }).settings.worldPart).toBe('na');
  });

  it.each<[Record<string, string>, string, object]>([
    [{ authorization: 'Bearer K1' }, '', { key: 'K1', via: 'header' }],
    [{ authorization: 'bearer   K1 ' }, '', { key: 'K1', via: 'header' }],
    [{ 'x-api-key': 'K2' }, '', { key: 'K2', via: 'header' }],
    [{ authorization: 'Bearer K1', 'x-api-key': 'K2' }, '?token=K3', { key: 'K1', via: 'header' }],
    [{}, '?token=K3', { key: 'K3', via: 'query' }],
    [{ authorization: 'Basic abc' }, '', {}],
    [{}, '', {}],
  ])('credentials of %o and "%s"', (headers, query, credentials) => {
    const found = endpoint.match(new URL(`ws://h/v1/tts/a/b${query}`), headers, []);
    expect(found).toMatchObject({ credentials });
  });

  it('reads back what it built', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
    const model = fc
      .tuple(fc.array(part, { minLength: 2, maxLength: 4 }), fc.option(part))
      .map(([parts, variant]) => parts.join('/') + (variant === null ? '' : `:${variant}`));
    const region = fc.option(fc.string({ minLength: 1 }), { nil: undefined });
    const key = fc.stringMatching(/^[!-~]{1,20}$/);
    fc.assert(
      fc.property(
        model,
        fc.constantFrom('bridge', 'direct'),
        region,
        key,
        fc.boolean(),
        (id, route, place, k, inQuery) => {
          const settings = { ...base, model: id, route, ...(place !== undefined && { region: place }) };
          const request = endpoint.build(settings, { key: k, via: inQuery ? 'query' : 'header' });
          const headers = Object.fromEntries(Object.entries(request.headers).map(([n, v]) => [n.toLowerCase(), v]));
          expect(endpoint.match(new URL(request.url), headers, [])).toEqual({
            settings,
            credentials: { key: k, via: inQuery ? 'query' : 'header' },
          });
        },
      ),
    );
  });
});

describe('traits', () => {
  it('are those of the documents', () => {
    expect(traits).toMatchObject({
      interrupt: 'ack',
      startsWithoutFlush: false,
      contexts: false,
      textWithinMs: 5000,
      namedPronunciation: true,
      turnSettings: ['pronunciation'],
    });
    expect(traits.encodings).toEqual(['linear16', 'mulaw', 'alaw', 'mp3', 'opus']);
    expect(traits.sampleRatesHz).toContain(22_050);
  });
});
