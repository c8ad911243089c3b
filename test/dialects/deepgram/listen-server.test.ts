import { describe, expect, it } from 'vitest';
import { deepgramListen } from '../../../src/dialects/deepgram/index.ts';
import type { ListenRequest, ListenSettings } from '../../../src/speech/listen.ts';
import { style } from './speaking.ts';

const { format } = deepgramListen.traits.defaults;
const described: ListenSettings = {
  baseUrl: 'ws://h',
  format,
  interim: true,
  model: 'nova-3',
  params: { encoding: 'linear16' },
};
const contained: ListenSettings = { ...described, params: {} };

const open = (settings = described) => deepgramListen.server(settings, style);
type Server = ReturnType<typeof open>;

const bytes = (server: Server, ...data: number[]) =>
  server.decode({ kind: 'binary', bytes: Uint8Array.from(data) }).events;
const told = (server: Server, message: object) => server.decode({ kind: 'text', text: JSON.stringify(message) }).events;
const types = (requests: readonly ListenRequest[]) => requests.map(({ type }) => type);

function wavHeader({ tag = 1, channels = 1, rate = 8000, bits = 16 } = {}): number[] {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE((rate * channels * bits) / 8, 28);
  header.writeUInt16LE((channels * bits) / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  return [...header];
}

describe('raw audio', () => {
  it('is configured at open, without the query it came with', () => {
    expect(open().opened()).toEqual({
      frames: [],
      events: [{ type: 'configure', settings: { ...described, params: undefined } }],
    });
  });

  it('is numbered over frames that are cut anywhere', () => {
    const server = open();
    expect(bytes(server, 1, 0, 2)).toMatchObject([{ type: 'audio', chunk: { format, firstSample: 0 } }]);
    expect(bytes(server, 0)).toMatchObject([{ type: 'audio', chunk: { firstSample: 1, bytes: Uint8Array.of(2, 0) } }]);
    expect(bytes(server, 9)).toEqual([]);
  });

  it('loses a WAV header that stands in front of it all the same', () => {
    expect(bytes(open(), ...wavHeader({ rate: 16_000 }), 1, 0)).toMatchObject([
      { type: 'audio', chunk: { bytes: Uint8Array.of(1, 0) } },
    ]);
  });
});

describe('audio that says itself what it is', () => {
  it('is configured by its header, byte by byte', () => {
    const server = open(contained);
    expect(server.opened().events).toEqual([]);
    const events = [...wavHeader({ rate: 22_050, channels: 2 }), 1, 0, 2, 0].flatMap((byte) => bytes(server, byte));
    expect(types(events)).toEqual(['configure', 'audio']);
    const found = { encoding: 'linear16', sampleRateHz: 22_050, channels: 2 };
    expect(events).toMatchObject([{ settings: { format: found } }, { chunk: { format: found, firstSample: 0 } }]);
  });

  it.each([
    [{ tag: 7, bits: 8 }, 'mulaw'],
    [{ tag: 6, bits: 8 }, 'alaw'],
    [{ tag: 1, bits: 16 }, 'linear16'],
  ])('may be %o, %s', (header, encoding) => {
    const [first] = bytes(open(contained), ...wavHeader(header), 0, 0, 0);
    expect(first).toMatchObject({ type: 'configure', settings: { format: { encoding, sampleRateHz: 8000 } } });
  });

  it.each([[{ tag: 3, bits: 32 }], [{ tag: 1, bits: 24 }], [{ tag: 1, bits: 8 }]])('may not be %o', (header) => {
    const [request, ...more] = bytes(open(contained), ...wavHeader(header), 0, 0);
    expect(more).toEqual([]);
    expect(request).toMatchObject({ type: 'reject', fault: { detail: { vendorCode: 'DATA-0000' } } });
  });

  it('is not taken for what it is not: the close says so', () => {
    const server = open(contained);
    const [request] = bytes(server, 0x49, 0x44, 0x33, 4);
    if (request?.type !== 'reject') throw new Error('it was not rejected');
    expect(server.encode({ type: 'error', fault: request.fault }).events).toEqual([
      { type: 'hangUp', code: 1008, reason: 'DATA-0000: the data cannot be decoded as audio' },
    ]);
  });

  it('may end before it has begun', () => {
    const server = open(contained);
    expect(types(told(server, { type: 'Finalize' }))).toEqual([]);
    expect(types(told(server, { type: 'CloseStream' }))).toEqual(['configure', 'close']);
  });
});

describe('the end', () => {
  it.each<[string, (server: Server) => readonly ListenRequest[]]>([
    ['CloseStream', (server) => told(server, { type: 'CloseStream' })],
    ['an empty frame', (server) => bytes(server)],
  ])('is %s, and nothing is read behind it', (_, end) => {
    const server = open();
    bytes(server, 1, 0);
    expect(types(end(server))).toEqual(['close']);
    expect([bytes(server, 1, 0), told(server, { type: 'CloseStream' }), told(server, { type: 'Shout' })]).toEqual([
      [],
      [],
      [],
    ]);
  });
});

describe('results', () => {
  it('carry the name that the session has had since it was ready, which has no message of its own', () => {
    const server = open();
    expect(server.encode({ type: 'ready', sessionId: 's-1', warnings: ['w'] })).toEqual({ frames: [], events: [] });
    const [frame] = server.encode({ type: 'interim', text: 'hi' }).frames;
    expect(frame?.kind === 'text' && JSON.parse(frame.text)).toMatchObject({
      type: 'Results',
      is_final: false,
      metadata: { request_id: 's-1', model_info: { name: 'nova-3' } },
    });
  });

  it('have no message for what Deepgram has none for', () => {
    const server = open();
    expect(server.encode({ type: 'warning', code: 'c', message: 'm' }).frames).toEqual([]);
    expect(server.encode({ type: 'note', name: 'n' }).frames).toEqual([]);
    expect(server.closed({ code: 1000, reason: '' })).toEqual({ frames: [], events: [] });
  });
});
