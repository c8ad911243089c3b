import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepgramListen } from '../../../src/dialects/deepgram/index.ts';
import type { ListenSettings } from '../../../src/speech/listen.ts';
import type { Matched } from '../../../src/speech/service.ts';
import { thrownBy } from '../thrown.ts';

const { endpoint, traits } = deepgramListen;
const { format } = traits.defaults;
const base: ListenSettings = { baseUrl: 'wss://api.deepgram.com', format, interim: false };

const query = (over: Partial<ListenSettings> = {}) =>
  Object.fromEntries(new URL(endpoint.build({ ...base, ...over }, {}).url).searchParams);
const thrown = (over: Partial<ListenSettings>) => thrownBy(() => endpoint.build({ ...base, ...over }, {}));

function match(search: string) {
  return endpoint.match(new URL(`http://localhost/v1/listen${search}`), {}, []);
}

function settings(search: string): ListenSettings {
  const found = match(search);
  if (found === undefined || 'status' in found) throw new Error(`no match: ${JSON.stringify(found)}`);
  const { settings }: Matched<ListenSettings> = found;
  return settings;
}

describe('the URL', () => {
  it('describes raw audio, and asks for punctuation', () => {
    expect(endpoint.build(base, {}).url).toBe(
      'wss://api.deepgram.com/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&channels=1&punctuate=true',
    );
  });

  it.each(['mp3', 'opus'] as const)('does not describe %s, which says itself what it is', (encoding) => {
    expect(Object.keys(query({ format: { ...format, encoding } }))).toEqual(['model', 'punctuate']);
  });

  it.each<[Partial<ListenSettings>, Record<string, string>]>([
    [{ interim: true }, { interim_results: 'true' }],
    [{ endpointingMs: 300 }, { endpointing: '300' }],
    [{ endpointingMs: 0 }, { endpointing: '0' }],
    [{ endpointingMs: false }, { endpointing: 'false' }],
    [
      { interim: true, utteranceEndMs: 1000 },
      { interim_results: 'true', utterance_end_ms: '1000' },
    ],
    [{ vad: true }, { vad_events: 'true' }],
    [{ diarize: true }, { diarize: 'true' }],
    [{ language: 'multi' }, { language: 'multi' }],
    [{ model: 'nova-3-medical' }, { model: 'nova-3-medical' }],
    [{ params: { keyterm: 'vox', punctuate: 'false' } }, { keyterm: 'vox', punctuate: 'false' }],
  ])('of %o has %o', (over, wanted) => expect(query(over)).toMatchObject(wanted));

  it('says nothing that was not asked for', () => {
    const asked = { vad: false, diarize: false, words: true };
    expect(query(asked)).toEqual(query());
  });

  it.each<[Partial<ListenSettings>, string, RegExp]>([
    [{ format: { ...format, channels: 2 } }, 'one session listens to one channel, not to 2', /--channels split/],
    [{ audioAs: 'json' }, 'Deepgram takes audio as binary frames only', /./],
    [{ interim: true, utteranceEndMs: 999 }, "Deepgram tells no utterance's end after 999 ms", /from 1000 to 5000/],
    [{ interim: true, utteranceEndMs: 5001 }, "Deepgram tells no utterance's end after 5001 ms", /from 1000 to 5000/],
    [{ utteranceEndMs: 1000 }, "Deepgram tells an utterance's end only beside interim results", /interim/],
    [{ region: 'eu' }, 'Deepgram has no --region', /api.eu/],
  ])('is refused to %o', (over, message, todo) => {
    const error = thrown(over);
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', message });
    expect(error.todo).toMatch(todo);
  });

  it.each(['encoding', 'sample_rate', 'channels', 'multichannel', 'model'])('has no --param %s', (name) => {
    expect(thrown({ params: { [name]: '1' } })).toMatchObject({ code: 'E_USAGE' });
  });
});

describe('a server reads', () => {
  it('what is left out as Deepgram does: no interims, and audio that says itself what it is', () => {
    expect(settings('')).toEqual({ baseUrl: 'ws://localhost', model: 'base', format, interim: false, params: {} });
  });

  it.each<[string, Partial<ListenSettings>]>([
    ['encoding=mulaw&sample_rate=8000', { format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 } }],
    [
      'encoding=linear16&sample_rate=44100&channels=2',
      { format: { encoding: 'linear16', sampleRateHz: 44_100, channels: 2 } },
    ],
    ['interim_results=true&utterance_end_ms=5000', { interim: true, utteranceEndMs: 5000 }],
    ['endpointing=false', { endpointingMs: false }],
    ['endpointing=10', { endpointingMs: 10 }],
    ['vad_events=true&diarize=false', { vad: true, diarize: false }],
    ['language=de&model=nova-2', { language: 'de', model: 'nova-2' }],
  ])('%s', (search, wanted) => expect(settings(`?${search}`)).toMatchObject(wanted));

  it('endpointing=true as nothing said', () =>
    expect(settings('?endpointing=true')).not.toHaveProperty('endpointingMs'));

  it.each([
    ['encoding=flac', 'Unsupported audio format: this server hears linear16, mulaw, alaw, and WAV'],
    ['encoding=linear16', '`sample_rate` is needed beside `encoding`'],
    [
      'encoding=linear16&sample_rate=0',
      'Failed to deserialize query parameters: sample_rate must be a number from 1 to 1000000',
    ],
    ['utterance_end_ms=1000', '`utterance_end_ms` needs `interim_results=true`'],
    [
      'interim_results=true&utterance_end_ms=500',
      'Failed to deserialize query parameters: utterance_end_ms must be a number from 1000 to 5000',
    ],
    ['interim_results=yes', 'Failed to deserialize query parameters: interim_results must be true or false'],
    ['endpointing=soon', 'Failed to deserialize query parameters: endpointing must be a number from 0 to 1000000'],
  ])('%s as what it refuses', (search, message) => {
    const refused = match(`?${search}`);
    if (refused === undefined || !('status' in refused)) throw new Error('it was not refused');
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toEqual({ err_code: 'INVALID_QUERY_PARAMETER', err_msg: message });
  });

  it('back what a client has built', () => {
    const choice = fc.record(
      {
        endpointingMs: fc.oneof(fc.nat(5000), fc.constant<false>(false)),
        utteranceEndMs: fc.integer({ min: 1000, max: 5000 }),
        vad: fc.constant(true),
        diarize: fc.constant(true),
        language: fc.string({ minLength: 1 }),
        model: fc.string({ minLength: 1 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(choice, (over) => {
        const { search } = new URL(endpoint.build({ ...base, interim: true, ...over }, {}).url);
        expect(settings(search)).toMatchObject({ ...over, interim: true, format });
      }),
    );
  });
});
