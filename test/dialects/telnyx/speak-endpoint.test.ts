import { describe, expect, it } from 'vitest';
import { telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import type { SpeakSettings } from '../../../src/speech/speak.ts';
import { thrownBy } from '../thrown.ts';

const { endpoint, traits } = telnyxSpeak;
const base: SpeakSettings = { baseUrl: traits.defaults.baseUrl, format: traits.defaults.format };
const linear16 = (sampleRateHz: number) => ({ encoding: 'linear16', sampleRateHz, channels: 1 }) as const;

function query(over: Partial<SpeakSettings>): Record<string, string> {
  return Object.fromEntries(new URL(endpoint.build({ ...base, ...over }, {}).url).searchParams);
}

function match(path: string, headers: Record<string, string> = {}) {
  return endpoint.match(new URL(path, 'ws://127.0.0.1:8080'), headers, []);
}

function matched(path: string, headers: Record<string, string> = {}) {
  const found = match(path, headers);
  if (found === undefined || 'status' in found) throw new Error(`${path} did not match`);
  return found;
}

const path = '/v2/text-to-speech/speech';

describe('the upgrade that is asked for', () => {
  it('is the seed’s voice, as linear16', () => {
    expect(endpoint.build(base, { key: 'K' })).toEqual({
      url: 'wss://api.telnyx.com/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra&audio_format=linear16&sample_rate=24000',
      headers: { Authorization: 'Bearer K' },
      subprotocols: [],
    });
  });

  it('keeps a prefix, a query and the user’s headers, and the key wins over one of them', () => {
    const headers = { 'X-A': 'b', Authorization: 'mine' };
    const request = endpoint.build({ ...base, baseUrl: 'http://h:1/p/?tenant=1', headers }, { key: 'K' });
    expect(request.url).toContain('ws://h:1/p/v2/text-to-speech/speech?tenant=1&voice=');
    expect(request.headers).toEqual({ 'X-A': 'b', Authorization: 'Bearer K' });
  });

  it.each([
    [{ voice: 'Telnyx.Natural.allison' }, 'Telnyx.Natural.allison'],
    [{ voice: 'allison', model: 'Telnyx.Natural' }, 'Telnyx.Natural.allison'],
    [{ voice: 'rms' }, 'Telnyx.NaturalHD.rms'],
    [{ voice: 'azure.en-US-AvaMultilingualNeural' }, 'azure.en-US-AvaMultilingualNeural'],
    [{ voice: 'FishAudio.s2.1-pro.x' }, 'FishAudio.s2.1-pro.x'],
    [{ voice: 'Nova.New.x', model: 'Telnyx.Natural' }, 'Nova.New.x'],
  ])('asks of %j for the voice %s', (over, voice) => expect(query(over).voice).toBe(voice));

  it.each([
    ['Telnyx.NaturalHD.astra', 'linear16', 96_000, 'linear16'],
    ['Telnyx.Natural.allison', 'mp3', 8000, 'mp3'],
    ['telnyx.kokorotts.af', 'mp3', 24_000, 'mp3'],
    ['aws.Polly.Generative.Lucia', 'linear16', 16_000, 'linear16'],
    ['azure.x', 'mulaw', 8000, 'mulaw'],
    ['azure.x', 'alaw', 8000, 'alaw'],
    ['elevenlabs.v3.Adam', 'mulaw', 8000, 'mulaw'],
    ['minimax.m.x', 'linear16', 32_000, 'linear16'],
    ['resemble.Turbo.x', 'linear16', 48_000, 'wav'],
    ['resemble.Turbo.x', 'mp3', 44_100, 'mp3'],
    ['Nova.New.x', 'alaw', 32_000, 'alaw'],
    ['Nova.New.x', 'vorbis', 24_000, 'ogg_vorbis'],
  ] as const)('asks %s for %s at %d Hz as %s', (voice, encoding, sampleRateHz, word) => {
    const asked = query({ voice, format: { encoding, sampleRateHz, channels: 1 } });
    expect([asked.audio_format, asked.sample_rate]).toEqual([word, String(sampleRateHz)]);
  });

  it('asks for sound that is made anew, unless a parameter of the vendor’s says otherwise', () => {
    expect(query({ noCache: true }).disable_cache).toBe('true');
    expect(query({ noCache: true, params: { disable_cache: 'false' } }).disable_cache).toBe('false');
    expect(query({ noCache: false })).not.toHaveProperty('disable_cache');
    expect(query({})).not.toHaveProperty('disable_cache');
  });

  it('passes other parameters through, and wav around linear16', () => {
    const asked = query({
      voice: 'azure.x',
      language: 'en-US',
      params: {
        text_type: 'ssml',
        disable_cache: 'true',
        audio_format: 'wav',
        'query.x': 'y',
        'voice_settings.z': '1',
      },
    });
    expect(asked).toEqual({
      voice: 'azure.x',
      audio_format: 'wav',
      sample_rate: '24000',
      language: 'en-US',
      text_type: 'ssml',
      disable_cache: 'true',
      x: 'y',
    });
  });

  it.each([
    [{ voice: 'Telnyx.Ultra.x' }, 'Ultra over REST only'],
    [{ model: 'Telnyx.KokoroTTS' }, 'no voice for Telnyx.KokoroTTS'],
    [{ format: { ...base.format, encoding: 'mulaw' } }, 'Telnyx.NaturalHD.astra does not speak mulaw'],
    [{ format: { ...base.format, encoding: 'opus' } }, 'does not speak opus'],
    [{ format: { ...base.format, encoding: 'vorbis' } }, 'choose --encoding mp3 or linear16, or another --voice'],
    [{ voice: 'resemble.Turbo.x', format: { ...base.format, encoding: 'vorbis' } }, 'mp3 or linear16, or'],
    [{ voice: 'Nova.New.x', format: { ...base.format, encoding: 'opus' } }, 'does not speak opus'],
    [{ format: linear16(32_000) }, 'does not speak at 32000 Hz'],
    [{ voice: 'Telnyx.Qwen3TTS.x', format: linear16(16_000) }, 'does not speak at 16000 Hz'],
    [{ format: { ...base.format, channels: 2 } }, 'one channel, not in 2'],
    [{ pronunciation: { name: 'x' } }, 'Telnyx has no --pronunciation'],
    [{ region: 'eu' }, 'Telnyx has no --region'],
    [{ worldPart: 'eu' }, 'Telnyx has no --world-part'],
    [{ route: 'bridge' }, 'Telnyx has no --route'],
    [{ interruptWith: 'clear' }, 'Telnyx has no --interrupt'],
    [{ params: { voice: 'x' } }, '--param voice: use --voice for this'],
    [{ params: { 'query.sample_rate': '8000' } }, 'use --sample-rate for this'],
    [{ params: { 'voice_settings.voice_speed': '2' } }, 'use --speed for this'],
    [{ params: { audio_format: 'mp3' } }, 'audio_format=mp3: use --encoding mp3 for this'],
    [{ params: { audio_format: 'ogg_vorbis' } }, 'use --encoding vorbis for this'],
    [{ params: { audio_format: 'flac' } }, 'audio_format=flac: use --encoding for this'],
    [{ format: { ...base.format, encoding: 'mp3' }, params: { audio_format: 'wav' } }, 'audio_format=wav'],
    [{ baseUrl: 'api.telnyx.com' }, 'no endpoint'],
  ] as const)('refuses %j before connecting', (over, message) => {
    const error = thrownBy(() => endpoint.build({ ...base, ...over }, {}));
    // What there is another flag for, or what is no URL, is the command line's fault.
    expect(error.code).toBe(/--param|no endpoint|no voice/.test(message + error.message) ? 'E_USAGE' : 'E_UNSUPPORTED');
    expect(`${error.message} ${error.todo}`).toContain(message);
    expect(error.todo).not.toBe('');
  });

  it('takes the key in a header only', () => {
    for (const via of ['query', 'subprotocol'] as const) {
      expect(thrownBy(() => endpoint.build(base, { key: 'K', via })).code).toBe('E_UNSUPPORTED');
    }
    expect(endpoint.build(base, {}).headers).toEqual({});
  });

  it('asks for nothing that its own table does not have', () => {
    for (const encoding of traits.encodings) {
      const word = encoding === 'vorbis' ? 'ogg_vorbis' : encoding;
      expect(query({ voice: 'Nova.New.x', format: { ...base.format, encoding } }).audio_format).toBe(word);
    }
    for (const rate of traits.sampleRatesHz) {
      expect(query({ voice: 'Nova.New.x', format: linear16(rate) }).sample_rate).toBe(String(rate));
    }
  });
});

describe('the upgrade that a server is asked for', () => {
  it('reads the voice, the format and the language, and keeps the query', () => {
    const { settings, credentials } = matched(
      `/p${path}?voice=Telnyx.Natural.rms&audio_format=linear16&sample_rate=16000&language=en-US&x=y`,
      { authorization: 'Bearer  K ' },
    );
    expect(credentials).toEqual({ key: 'K', via: 'header' });
    expect(settings).toEqual({
      baseUrl: 'ws://127.0.0.1:8080/p',
      model: 'Telnyx.Natural',
      voice: 'rms',
      format: linear16(16_000),
      language: 'en-US',
      params: {
        voice: 'Telnyx.Natural.rms',
        audio_format: 'linear16',
        sample_rate: '16000',
        language: 'en-US',
        x: 'y',
      },
    });
  });

  it('takes one that says nothing: the default voice, mp3, no key', () => {
    expect(matched(path)).toEqual({
      settings: {
        baseUrl: 'ws://127.0.0.1:8080',
        model: 'Telnyx.NaturalHD',
        format: { encoding: 'mp3', sampleRateHz: 24_000, channels: 1 },
        params: {},
      },
      credentials: {},
    });
  });

  it('reads ogg_vorbis', () => {
    expect(matched(`${path}?audio_format=ogg_vorbis`).settings.format.encoding).toBe('vorbis');
  });

  it.each([
    ['azure.en-US-Ava', 'azure', 'en-US-Ava'],
    ['aws.Polly.Generative.Lucia', 'aws.Polly', 'Generative.Lucia'],
  ])('of %s reads the model and the voice', (voice, model, bare) => {
    expect(matched(`${path}?voice=${voice}`).settings).toMatchObject({ model, voice: bare });
  });

  it.each([
    ['voice=Telnyx.Ultra.x', 403],
    ['voice=astra', 400],
    ['voice=', 400],
    ['audio_format=vorbis', 400],
    ['audio_format=toString', 400],
    ['sample_rate=11025', 400],
    ['sample_rate=fast', 400],
    ['text_type=ssml', 400],
  ])('refuses %s with %d', (asked, status) => {
    const found = match(`${path}?${asked}`);
    if (found === undefined || !('status' in found)) throw new Error('it was not refused');
    expect(found.status).toBe(status);
    expect(found.credentials).toEqual({});
    expect(JSON.parse(found.body)).toMatchObject({
      errors: [{ code: String(status), source: { parameter: asked.split('=')[0] } }],
    });
  });

  it.each(['/', '/v1/speak', '/v2/text-to-speech/speech/x', '/v2/speech-to-text/transcription'])(
    'is not of this dialect: %s',
    (other) => expect(match(other)).toBeUndefined(),
  );

  it('refuses for reasons of the server’s in the same shape', () => {
    const refusal = endpoint.refuse?.(401, 'No API key was given', 's');
    expect(refusal?.status).toBe(401);
    expect(JSON.parse(refusal?.body ?? '')).toEqual({
      errors: [{ code: '401', title: 'Unauthorized', detail: 'No API key was given' }],
    });
  });
});
