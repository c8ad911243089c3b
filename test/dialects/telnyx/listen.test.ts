import { describe, expect, it } from 'vitest';
import { wavHeader } from '../../../src/audio/wav-header.ts';
import { telnyxListen } from '../../../src/dialects/telnyx/index.ts';
import { askedFormat } from '../../../src/dialects/telnyx/listen-format.ts';
import type { ListenEvent, ListenRequest, ListenSettings } from '../../../src/speech/listen.ts';
import type { ServerStyle } from '../../../src/speech/service.ts';
import type { Frame } from '../../../src/transport/transport.ts';
import { thrownBy } from '../thrown.ts';

const { endpoint, traits } = telnyxListen;
const { format } = traits.defaults;
const base: ListenSettings = { baseUrl: 'wss://api.telnyx.com', format, interim: true };
const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };
const path = '/v2/speech-to-text/transcription';

function query(over: Partial<ListenSettings>): Record<string, string> {
  return Object.fromEntries(new URL(endpoint.build({ ...base, ...over }, {}).url).searchParams);
}

function settingsOf(asked: string): ListenSettings {
  const found = endpoint.match(new URL(`ws://h${path}?${asked}`), {}, []);
  if (found === undefined || 'status' in found) throw new Error('no match');
  return found.settings;
}

describe('the upgrade', () => {
  it('is Deepgram’s engine at 16 kHz by default', () => {
    expect(endpoint.build(base, { key: 'K' })).toEqual({
      url: `wss://api.telnyx.com${path}?transcription_engine=Deepgram&model=nova-3&input_format=linear16&sample_rate=16000&interim_results=true`,
      headers: { Authorization: 'Bearer K' },
      subprotocols: [],
    });
  });

  it.each([
    ['nova-2', 'Deepgram', 'nova-2'],
    ['Deepgram', 'Deepgram', undefined],
    ['telnyx', 'Telnyx', undefined],
    ['XAI', 'xAI', undefined],
    ['Google/chirp', 'Google', 'chirp'],
    ['New/one/two', 'New', 'one/two'],
    ['New/', 'New', undefined],
    ['/nova-3', 'Deepgram', 'nova-3'],
  ])('of the model %s asks %s for %s', (model, engine, name) => {
    const asked = query({ model });
    expect([asked.transcription_engine, asked.model]).toEqual([engine, name]);
  });

  it.each([
    [{ endpointingMs: 300 }, { endpointing: '300' }],
    [{ endpointingMs: false }, { endpointing: 'false' }],
    [{ interim: false }, { interim_results: 'false' }],
    [{ language: 'fr' }, { language: 'fr' }],
    [{ params: { keyterm: 'x', 'query.redact': 'pii' } }, { keyterm: 'x', redact: 'pii' }],
    [{ format: { ...format, encoding: 'opus' } }, { input_format: 'ogg_opus' }],
    [{ format: { ...format, encoding: 'mp3' } }, { input_format: 'mp3' }],
    [{ format: { ...format, encoding: 'alaw', sampleRateHz: 8000 } }, { input_format: 'alaw', sample_rate: '8000' }],
  ] as const)('of %j says %j', (over, wanted) => expect(query(over)).toMatchObject(wanted));

  it('names no rate of a container', () => {
    expect(query({ format: { ...format, encoding: 'mp3' } })).not.toHaveProperty('sample_rate');
  });

  it.each([
    [{ format: { ...format, channels: 2 } }, 'one channel, not to 2'],
    [{ audioAs: 'json' }, 'binary frames only'],
    [{ region: 'eu' }, 'Telnyx has no --region'],
    [{ params: { model: 'x' } }, 'use --model for this'],
    [{ params: { sample_rate: '1' } }, '--param sample_rate: vox says itself what it sends'],
    [{ params: { 'query.input_format': 'wav' } }, '--param query.input_format: vox says itself what it sends'],
    [{ params: { interim_results: 'true' } }, '`vox transcribe --interim` shows them'],
    [{ format: { ...format, encoding: 'vorbis' } }, 'does not listen to vorbis'],
  ] as const)('refuses %j before connecting', (over, message) => {
    const error = thrownBy(() => endpoint.build({ ...base, ...over }, {}));
    const code = 'params' in over ? 'E_USAGE' : 'E_UNSUPPORTED';
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  });

  it.each([
    ['', 'Deepgram/nova-3', false, undefined],
    ['transcription_engine=Soniox', 'Soniox', false, undefined],
    ['model=nova-2&interim_results=true', 'Deepgram/nova-2', true, undefined],
    ['endpointing=false', 'Deepgram/nova-3', false, false],
    ['endpointing=250', 'Deepgram/nova-3', false, 250],
    ['endpointing=&interim_results=1', 'Deepgram/nova-3', false, undefined],
    ['endpointing=-1', 'Deepgram/nova-3', false, undefined],
  ])('%j is read back', (asked, model, interim, endpointingMs) => {
    const settings = settingsOf(asked);
    expect([settings.model, settings.interim, settings.endpointingMs]).toEqual([model, interim, endpointingMs]);
  });
});

describe('what the client says and hears', () => {
  const client = (over: Partial<ListenSettings> = {}) => telnyxListen.client({ ...base, ...over });
  const told = (message: unknown, over: Partial<ListenSettings> = {}) =>
    client(over).decode({ kind: 'text', text: JSON.stringify(message) }).events;

  it('may send audio as soon as the socket is open', () => {
    expect(client().opened()).toEqual({ frames: [], events: [{ type: 'ready' }] });
  });

  it.each([
    [1, [1]],
    [8192, [8192]],
    [8193, [8192, 1]],
    [20_000, [8192, 8192, 3616]],
    [0, []],
  ])('cuts %d bytes into %j, and loses none', (size, wanted) => {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i % 251);
    const { frames } = client().encode({ type: 'audio', chunk: { format, bytes, firstSample: 0 } });
    const sent = frames.map((frame) => (frame.kind === 'binary' ? frame.bytes : new Uint8Array(0)));
    expect(sent.map(({ length }) => length)).toEqual(wanted);
    expect(Buffer.concat(sent)).toEqual(Buffer.from(bytes));
  });

  it.each([
    [{ transcript: 'a', is_final: false, confidence: 0.5 }, [{ type: 'interim', text: 'a', confidence: 0.5 }]],
    [{ transcript: 'a' }, [{ type: 'interim', text: 'a' }]],
    [{ transcript: 'a', is_final: 'true', confidence: 7 }, [{ type: 'final', endOfUtterance: false, text: 'a' }]],
    [{ transcript: '', utterance_end: true }, [{ type: 'utteranceEnd' }]],
  ])('of %j is %j', (message, events) => expect(told(message)).toEqual(events));

  it.each([
    ['Deepgram/nova-3', false],
    ['nova-3', false],
    ['deepgram', false],
    ['Telnyx', true],
    ['Google/chirp', true],
  ])('takes a bare final of %s for the end of an utterance: %s', (model, endOfUtterance) => {
    expect(told({ transcript: 'a', is_final: true }, { model })).toEqual([
      { type: 'final', endOfUtterance, text: 'a' },
    ]);
  });

  it('is nothing of a close: what is owed the session knows', () => {
    expect(client().closed({ code: 1000, reason: '' })).toEqual({ frames: [], events: [] });
  });
});

describe('what the server reads', () => {
  function server(asked: string) {
    const peer = telnyxListen.server(settingsOf(asked), style);
    const opened = peer.opened().events;
    return { peer, opened, bytes: (bytes: Uint8Array) => peer.decode({ kind: 'binary', bytes }).events };
  }
  const text = (message: unknown): Frame => ({ kind: 'text', text: JSON.stringify(message) });
  const raw = 'input_format=linear16&sample_rate=16000';
  const types = (requests: readonly ListenRequest[]) => requests.map(({ type }) => type);

  it.each([
    [
      { input_format: 'linear16', sample_rate: '16000' },
      { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
    ],
    [
      { input_format: 'mulaw', sample_rate: '8000' },
      { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
    ],
    [{ input_format: 'wav' }, 'wav'],
  ])('%j as a format', (asked, wanted) => expect(askedFormat(asked)).toEqual(wanted));

  it.each([
    [{ input_format: 'aac' }, '40001'],
    [{ input_format: 'toString' }, '40001'],
    [{}, '40002'],
    [{ input_format: 'ogg-opus' }, '40002'],
    [{ input_format: 'linear16' }, '40003'],
    [{ input_format: 'alaw', sample_rate: '0' }, '40004'],
    [{ input_format: 'alaw', sample_rate: '-8000' }, '40004'],
    [{ input_format: 'alaw', sample_rate: '8000.5' }, '40004'],
    [{ input_format: 'alaw', sample_rate: '7999' }, '40005'],
    [{ input_format: 'linear16', sample_rate: '48001' }, '40005'],
  ])('%j as %s', (asked, vendorCode) => {
    expect(askedFormat(asked)).toMatchObject({ type: 'reject', fault: { code: 'E_REQUEST', detail: { vendorCode } } });
  });

  it('says what is wrong, hangs up, and reads no more', () => {
    const { opened, peer, bytes } = server('input_format=aac');
    expect(types(opened)).toEqual(['reject', 'hangUp']);
    expect([bytes(Uint8Array.of(1)), peer.decode(text({ type: 'CloseStream' })).events]).toEqual([[], []]);
  });

  it('numbers samples, and gives what was held back at the end', () => {
    const { bytes, peer } = server(raw);
    expect(bytes(Uint8Array.of(1, 0, 2))).toMatchObject([{ type: 'audio', chunk: { firstSample: 0 } }]);
    expect(bytes(Uint8Array.of(0))).toMatchObject([{ type: 'audio', chunk: { firstSample: 1 } }]);
    expect(types(peer.decode(text({ type: 'Finalize' })).events)).toEqual(['finalize']);
    const held = server(raw);
    expect(held.bytes(Buffer.from('RI'))).toEqual([]);
    expect(types(held.peer.decode(text({ type: 'CloseStream' })).events)).toEqual(['audio', 'close']);
    expect(held.peer.decode(text({ type: 'CloseStream' })).events).toEqual([]);
  });

  it.each([
    ['linear16', 16_000, 1],
    ['mulaw', 8000, 1],
    ['alaw', 8000, 2],
  ] as const)('takes the format of a WAV header: %s', (encoding, sampleRateHz, channels) => {
    const wav = { encoding, sampleRateHz, channels };
    const sound = Buffer.from('01020304', 'hex');
    const { opened, bytes } = server('input_format=wav&interim_results=true');
    expect(opened).toEqual([]);
    const whole = Buffer.concat([wavHeader(wav, 'stream'), sound]);
    const requests = [...whole].flatMap((byte) => bytes(Uint8Array.of(byte)));
    expect(requests[0]).toMatchObject({ type: 'configure', settings: { format: wav, interim: true } });
    const heard = requests.flatMap((request) => (request.type === 'audio' ? [...request.chunk.bytes] : []));
    expect(heard).toEqual([...sound]);
  });

  it.each([['Finalize'], ['KeepAlive'], ['Nonsense']])('takes %s before a WAV header for what it is', (type) => {
    const { peer } = server('input_format=wav');
    const { events } = peer.decode(text({ type }));
    expect(types(events)).toEqual(type === 'KeepAlive' ? ['keepAlive'] : []);
  });

  it('ends a WAV that never came', () => {
    const { peer } = server('input_format=wav');
    expect(types(peer.decode(text({ type: 'closestream' })).events)).toEqual(['close']);
  });

  it.each(['{', '[]', '"x"', '{"type":5}', '{}'])('does not heed %s', (words) => {
    expect(server(raw).peer.decode({ kind: 'text', text: words })).toEqual({ frames: [], events: [] });
  });

  it.each<ListenEvent>([
    { type: 'ready', sessionId: 's' },
    { type: 'interim', text: '' },
    { type: 'speechStarted', atMs: 0 },
    { type: 'ended', audioMs: 1 },
    { type: 'note', name: 'x' },
    { type: 'warning', code: 'x', message: 'y' },
  ])('has no message for $type', (event) => {
    const { peer } = server(raw);
    expect(peer.encode(event)).toEqual({ frames: [], events: [] });
    expect(peer.closed({ code: 1000, reason: '' })).toEqual({ frames: [], events: [] });
  });
});
