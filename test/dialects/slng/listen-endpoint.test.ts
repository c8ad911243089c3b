import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slngListen, slngSpeak } from '../../../src/dialects/slng/index.ts';
import type { SpeechError } from '../../../src/errors.ts';
import type { ListenSettings } from '../../../src/speech/listen.ts';
import type { Matched } from '../../../src/speech/service.ts';
import { thrownBy } from '../thrown.ts';

const { endpoint, traits } = slngListen;
const base: ListenSettings = { baseUrl: 'wss://api.slng.ai', format: traits.defaults.format, interim: true };

function matched(path: string, headers: Record<string, string> = {}): Matched<ListenSettings> {
  const found = endpoint.match(new URL(path, 'ws://127.0.0.1:8080'), headers, []);
  if (found === undefined || 'status' in found) throw new Error(`${path} did not match`);
  return found;
}

describe('the upgrade that is asked for', () => {
  it('is the bridge’s, with pipecat’s model, by default', () => {
    expect(endpoint.build(base, { key: 'K' })).toEqual({
      url: 'wss://api.slng.ai/v1/bridges/unmute/stt/slng/deepgram/nova:3-en',
      headers: { Authorization: 'Bearer K' },
      subprotocols: [],
    });
  });

  it.each([
    [{ route: 'direct' }, 'wss://api.slng.ai/v1/stt/slng/deepgram/nova:3-en'],
    [{ route: 'direct', model: 'deepgram/nova:2' }, 'wss://api.slng.ai/v1/stt/deepgram/nova:2'],
    [{ model: 'soniox/speech-ai:rt-v4' }, 'wss://api.slng.ai/v1/bridges/unmute/stt/soniox/speech-ai:rt-v4'],
    [{ baseUrl: 'http://localhost:9/gate/', route: 'direct' }, 'ws://localhost:9/gate/v1/stt/slng/deepgram/nova:3-en'],
    [
      { baseUrl: 'https://h', region: 'us-east-1', worldPart: 'na' },
      'wss://h/v1/bridges/unmute/stt/slng/deepgram/nova:3-en?region=us-east-1&world-part=na',
    ],
    [
      { params: { 'query.x': '1', punctuate: 'true' } },
      'wss://api.slng.ai/v1/bridges/unmute/stt/slng/deepgram/nova:3-en?x=1',
    ],
  ])('%o gives %s', (over, url) => {
    expect(endpoint.build({ ...base, ...over }, {}).url).toBe(url);
  });

  it('has the key in the query where it shall be', () => {
    const request = endpoint.build(base, { key: 'a b&c', via: 'query' });
    expect(new URL(request.url).searchParams.get('token')).toBe('a b&c');
    expect(request.headers).toEqual({});
  });

  it.each<[Partial<ListenSettings>, string]>([
    [{ baseUrl: 'api.slng.ai' }, 'no endpoint'],
    [{ model: 'nova:3' }, 'nova:3 is no SLNG model'],
    [{ route: 'scenic' }, 'no route scenic'],
    [{ params: { sample_rate: '8000' } }, '--sample-rate'],
    [{ params: { 'init.type': 'x' } }, 'for this'],
    [{ format: { encoding: 'linear16', sampleRateHz: 16_000, channels: 2 } }, 'one channel, not to 2'],
  ])('refuses %o before connecting', (over, message) => {
    const error: SpeechError = thrownBy(() => endpoint.build({ ...base, ...over }, {}));
    expect(error.code).toBe('E_USAGE');
    expect(error.message).toContain(message);
  });

  it('names one of its own models where another is none', () => {
    expect(thrownBy(() => endpoint.build({ ...base, model: 'x' }, {})).todo).toContain('slng/deepgram/nova:3-en');
  });
});

describe('the upgrade that is read', () => {
  it('gives route, model and base URL', () => {
    expect(matched('/v1/stt/slng/openai/whisper:large-v3').settings).toEqual({
      baseUrl: 'ws://127.0.0.1:8080',
      route: 'direct',
      model: 'slng/openai/whisper:large-v3',
      format: { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
      interim: true,
    });
    expect(matched('/gate/v1/bridges/unmute/stt/soniox/speech-ai:rt-v4').settings).toMatchObject({
      baseUrl: 'ws://127.0.0.1:8080/gate',
      route: 'bridge',
      model: 'soniox/speech-ai:rt-v4',
    });
  });

  it('takes region, world part and key as the other direction does', () => {
    const found = matched('/v1/stt/a/b?region=eu&token=K3', { 'x-world-part-override': 'na', 'x-api-key': 'K2' });
    expect(found).toMatchObject({
      settings: { region: 'eu', worldPart: 'na' },
      credentials: { key: 'K2', via: 'header' },
    });
  });

  it.each(['/', '/v1/stt', '/v1/stt/', '/v1/listen', '/v2/speech-to-text/transcription', '/v1/bridges/other/stt/a/b'])(
    'is not ours: %s',
    (path) => {
      expect(endpoint.match(new URL(path, 'ws://h'), {}, [])).toBeUndefined();
    },
  );

  it.each([
    ['/v1/stt/nova', 404],
    ['/v1/stt/a/b:c:d', 404],
    ['/v1/stt/a/%zz', 400],
  ])('refuses %s with %i and a readable body', (path, status) => {
    const found = endpoint.match(new URL(path, 'ws://h'), {}, []);
    if (found === undefined || !('status' in found)) throw new Error('it was not refused');
    expect(found.status).toBe(status);
    expect(JSON.parse(found.body)).toMatchObject({ statusCode: status, message: expect.any(String) });
  });

  it.each([
    ['/v1/tts/a/b', 'speak'],
    ['/v1/bridges/unmute/tts/a/b', 'speak'],
    ['/gate/v1/tts/slng/deepgram/aura:2-en', 'speak'],
    ['/v1/tts/x/v1/stt/a/b', 'speak'],
    ['/v1/tts/stt/b', 'speak'],
    ['/v1/stt/a/b', 'listen'],
    ['/v1/bridges/unmute/stt/a/b', 'listen'],
    ['/gate/v1/stt/slng/deepgram/nova:3-en', 'listen'],
    ['/v1/stt/x/v1/tts/a/b', 'listen'],
    ['/v1/stt/tts/b', 'listen'],
  ])('%s belongs to one direction alone: %s', (path, direction) => {
    const url = new URL(path, 'ws://h');
    const taken = [slngListen, slngSpeak].filter((service) => service.endpoint.match(url, {}, []) !== undefined);
    expect(taken.map((service) => service.direction)).toEqual([direction]);
  });

  it('reads back what it built', () => {
    const part = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
    const model = fc
      .tuple(fc.array(part, { minLength: 2, maxLength: 4 }), fc.option(part))
      .map(([parts, variant]) => parts.join('/') + (variant === null ? '' : `:${variant}`));
    fc.assert(
      fc.property(model, fc.constantFrom('bridge', 'direct'), fc.stringMatching(/^[!-~]{1,20}$/), (id, route, key) => {
        const settings = { ...base, model: id, route };
        const { url } = endpoint.build(settings, { key, via: 'query' });
        const credentials = { key, via: 'query' };
        expect(endpoint.match(new URL(url), {}, [])).toEqual({ settings, credentials });
      }),
    );
  });
});

describe('traits', () => {
  it('are those of the documents', () => {
    expect(traits).toMatchObject({
      keepAliveMs: 5000,
      pace: 1,
      words: true,
      diarize: true,
      encodings: ['linear16', 'mulaw', 'mp3', 'opus'],
      defaults: { route: 'bridge', model: 'slng/deepgram/nova:3-en', format: { sampleRateHz: 16_000 } },
    });
    expect(traits.aheadMs).toBeGreaterThan(5000);
    expect(slngListen).toMatchObject({ name: 'slng', direction: 'listen' });
  });
});
