import { describe, expect, it } from 'vitest';
import type { ListenEvent, ListenRequest } from '../../../src/speech/listen.ts';
import { rejection, TestListenServer } from './listening.ts';

const nova = { route: 'direct', model: 'slng/deepgram/nova:3-en' };

/** The bytes of the audio that was asked for, and the number of each chunk's first sample. */
function audioOf(requests: readonly ListenRequest[]): { bytes: number[]; at: (number | undefined)[] } {
  const chunks = requests.flatMap((request) => (request.type === 'audio' ? [request.chunk] : []));
  return { bytes: chunks.flatMap((chunk) => [...chunk.bytes]), at: chunks.map((chunk) => chunk.firstSample) };
}

describe('audio that comes', () => {
  it('is numbered in samples, whichever way it came and however it was cut', () => {
    const server = new TestListenServer();
    server.ready();
    const requests = [
      ...server.bytes(1, 0, 2),
      ...server.asked({ type: 'audio', data: Buffer.from([0, 3]).toString('base64') }),
      ...server.bytes(0, 4, 0),
    ];
    expect(audioOf(requests)).toEqual({ bytes: [1, 0, 2, 0, 3, 0, 4, 0], at: [0, 1, 2] });
  });

  it('is the same one byte at a time', () => {
    const header = [
      ...Buffer.from('524946462800000057415645666d74201000000001000100803e0000007d00000200100064617461', 'hex'),
    ];
    const whole = [...header, 4, 0, 0, 0, 1, 0, 2, 0];
    for (const size of [1, 2, 3, 7, 13, whole.length]) {
      const server = new TestListenServer();
      server.ready();
      const requests: ListenRequest[] = [];
      for (let at = 0; at < whole.length; at += size) requests.push(...server.bytes(...whole.slice(at, at + size)));
      expect(audioOf(requests).bytes).toEqual([1, 0, 2, 0]);
      expect(requests.every((request) => request.type === 'audio')).toBe(true);
    }
  });

  it('carries the format that init has', () => {
    const server = new TestListenServer();
    server.ready({ encoding: 'mulaw', sample_rate: 8000 });
    expect(server.bytes(1, 2, 3)).toEqual([
      {
        type: 'audio',
        chunk: {
          format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
          bytes: Uint8Array.from([1, 2, 3]),
          firstSample: 0,
        },
      },
    ]);
  });

  it('says nothing of a frame that is empty, or that completes no sample', () => {
    const server = new TestListenServer();
    server.ready();
    expect(server.bytes()).toEqual([]);
    expect(server.bytes(1)).toEqual([]);
    expect(server.asked({ type: 'audio', data: '' })).toEqual([]);
    // Half a sample at the end is no audio.
    expect(server.asked({ type: 'close' })).toEqual([{ type: 'close' }]);
  });

  it('before init, or before ready on the bridge, is what the handler hangs up on', () => {
    const server = new TestListenServer();
    expect(rejection(server.bytes(1, 0)).detail).toEqual({ vendorCode: 'not_ready' });
    server.configured();
    expect(rejection(server.bytes(1, 0)).detail).toEqual({ vendorCode: 'not_ready' });
    server.said({ type: 'ready' });
    expect(audioOf(server.bytes(1, 0))).toEqual({ bytes: [1, 0], at: [0] });
  });

  it('needs no ready on a direct route, and does on whisper’s', () => {
    const server = new TestListenServer(nova);
    server.configured();
    expect(audioOf(server.bytes(1, 0)).bytes).toEqual([1, 0]);
    const other = new TestListenServer({ route: 'direct', model: 'slng/openai/whisper:large-v3' });
    other.configured();
    expect(rejection(other.bytes(1, 0)).message).toContain('before ready');
  });
});

describe('a message that the protocol does not allow', () => {
  it.each<[string, object]>([
    ['finalize', { type: 'finalize' }],
    ['text', { type: 'text', text: 'Hi' }],
    ['no type', {}],
    ['a type that is none', { type: 5 }],
    ['an encoding that is not decoded here', { type: 'init', config: { encoding: 'opus' } }],
    ['flac', { type: 'init', config: { encoding: 'flac' } }],
    ['a rate of 0', { type: 'init', config: { sample_rate: 0 } }],
    ['a rate past all', { type: 'init', config: { sample_rate: 1_092_676 } }],
    ['half a hertz', { type: 'init', config: { sample_rate: 16_000.5 } }],
    ['a rate that only direct routes have', { type: 'init', config: { sample_rate: 12_000 } }],
    ['an endpointing below 0', { type: 'init', config: { endpointing: -1 } }],
    ['endpointing: true', { type: 'init', config: { endpointing: true } }],
    ['an utterance end past 5 s', { type: 'init', config: { utterance_end_ms: 5001 } }],
    ['a language that is empty', { type: 'init', config: { language: '' } }],
    ['a config that is a list', { type: 'init', config: 'linear16' }],
  ])('is rejected, and init may still come: %s', (_, message) => {
    const server = new TestListenServer();
    const fault = rejection(server.asked(message));
    expect(fault).toMatchObject({ code: 'E_REQUEST', detail: { vendorCode: 'config_error' } });
    expect(fault.message).toMatch(/^.{5,200}$/);
    expect(server.configured().interim).toBe(true);
  });

  it('is a second init, whose settings do not count', () => {
    const server = new TestListenServer();
    server.ready({ sample_rate: 8000 });
    expect(rejection(server.asked({ type: 'init', config: { sample_rate: 16_000 } })).message).toContain('before');
    const [request] = server.bytes(1, 0);
    expect(request).toMatchObject({ chunk: { format: { sampleRateHz: 8000 } } });
  });

  it('is all but a keepalive behind close', () => {
    const server = new TestListenServer();
    server.ready();
    expect(server.asked({ type: 'close' })).toEqual([{ type: 'close' }]);
    expect(rejection(server.bytes(1, 0)).message).toBe('audio came after close and is ignored');
    expect(rejection(server.asked({ type: 'finalize' })).message).toBe('finalize came after close and is ignored');
    expect(rejection(server.asked({ type: 'init' })).message).toContain('init was sent before');
    expect(server.asked({ type: 'close' })).toEqual([]);
    expect(server.asked({ type: 'keepalive' })).toEqual([{ type: 'keepAlive' }]);
  });

  it('is no close before init, nor a keepalive', () => {
    const server = new TestListenServer();
    expect(server.asked({ type: 'keepalive' })).toEqual([{ type: 'keepAlive' }]);
    expect(server.asked({ type: 'Close' })).toEqual([{ type: 'close' }]);
  });
});

describe('what the server says', () => {
  const final: ListenEvent = { type: 'final', text: 'Hi.', endOfUtterance: true, startMs: 250, endMs: 1500 };

  it.each<[string, ListenEvent]>([
    ['the start of speech', { type: 'speechStarted', atMs: 1 }],
    ['the end', { type: 'ended', audioMs: 1 }],
    ['a note', { type: 'note', name: 'x' }],
  ])('the bridge has no message for %s', (_, event) => {
    expect(new TestListenServer().said(event)).toEqual([]);
  });

  it('the bridge tells the language that was asked for, the length, and no words', () => {
    const server = new TestListenServer();
    server.ready({ language: 'en' });
    const words = [{ text: 'Hi.', startMs: 300, endMs: 500 }];
    expect(server.said({ ...final, words })).toEqual([
      { type: 'final_transcript', transcript: 'Hi.', language: 'en', duration: 1.25 },
    ]);
    expect(server.said({ ...final, language: 'de', endMs: undefined })).toEqual([
      { type: 'final_transcript', transcript: 'Hi.', language: 'de' },
    ]);
  });

  it('direct routes to Deepgram have Deepgram’s, with the session’s name in each result', () => {
    const server = new TestListenServer(nova);
    server.configured();
    expect(server.said({ type: 'ready', sessionId: 'abc' })).toMatchObject([
      { type: 'Metadata', request_id: 'abc', duration: 0, channels: 1 },
    ]);
    expect(server.said(final)).toMatchObject([
      { type: 'Results', start: 0.25, duration: 1.25, is_final: true, metadata: { request_id: 'abc' } },
    ]);
    expect(server.said({ type: 'speechStarted', atMs: 40 })).toMatchObject([
      { type: 'SpeechStarted', timestamp: 0.04 },
    ]);
    expect(server.said({ type: 'ended', audioMs: 1500 })).toMatchObject([{ type: 'Metadata', duration: 1.5 }]);
    expect(server.said({ type: 'unknown', name: 'x' })).toEqual([]);
  });

  it.each([
    [nova, 'slng', 'Results'],
    [{ route: 'direct', model: 'deepgram/nova:2' }, 'slng', 'Results'],
    [{ route: 'direct', model: 'slng/openai/whisper:large-v3' }, 'slng', 'final_transcript'],
    [{ route: 'direct', model: 'notopenai/whisper' }, 'slng', 'Results'],
    [{ route: 'direct', model: 'local/pocketsphinx' }, 'slng', 'Results'],
    [{ route: 'bridge', model: 'deepgram/nova:2' }, 'slng', 'final_transcript'],
    [{ route: 'bridge', model: 'a/b' }, 'deepgram', 'Results'],
  ] as const)('%o in the style %s says %s', (settings, casing, type) => {
    expect(new TestListenServer(settings, { casing }).said(final)).toMatchObject([{ type }]);
  });
});
