import { describe, expect, it } from 'vitest';
import { telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import type { ServerStyle, Step } from '../../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../../../src/speech/speak.ts';

const style: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };

/** A server's codec behind an upgrade with this query. */
class TestServer {
  readonly #peer;

  constructor(query = 'audio_format=linear16', shakesHands = true) {
    const found = telnyxSpeak.endpoint.match(new URL(`ws://h/v2/text-to-speech/speech?${query}`), {}, []);
    if (found === undefined || 'status' in found) throw new Error('no match');
    this.#peer = telnyxSpeak.server(found.settings, style);
    if (shakesHands) this.read({ text: ' ' });
  }

  read(message: object): Step<SpeakRequest> {
    return this.#peer.decode({ kind: 'text', text: JSON.stringify(message) });
  }

  asked(message: object): readonly SpeakRequest[] {
    return this.read(message).events;
  }

  say(event: SpeakEvent): { said: unknown[]; asks: readonly SpeakRequest[] } {
    const { frames, events } = this.#peer.encode(event);
    return { said: frames.map((frame) => (frame.kind === 'text' ? JSON.parse(frame.text) : frame)), asks: events };
  }

  edges(): unknown[] {
    return [this.#peer.opened(), this.#peer.closed({ code: 1000, reason: '' })];
  }
}

function audio(turn: string): SpeakEvent {
  const format = telnyxSpeak.traits.defaults.format;
  return { type: 'audio', turn, chunk: { format, bytes: Uint8Array.of(1, 0), firstSample: 0 } };
}

const nothing = { frames: [], events: [] };

describe('the handshake', () => {
  it.each([
    ['audio_format=linear16', { text: ' ' }, {}],
    ['audio_format=linear16', { text: '\n', voice_settings: null }, {}],
    ['audio_format=linear16', { text: ' ', voice_settings: { voice_speed: 1.5, pitch: 'x' } }, { speed: 1.5 }],
  ])('of %s and %j gives the settings', (query, handshake, more) => {
    const [request] = new TestServer(query, false).asked(handshake);
    expect(request).toEqual({
      type: 'configure',
      settings: {
        baseUrl: 'ws://h',
        model: 'Telnyx.NaturalHD',
        format: { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 },
        ...more,
      },
      markdown: true,
      sentences: true,
    });
  });

  it('says what else to send where no format was named', () => {
    const [request] = new TestServer('sample_rate=16000', false).asked({ text: ' ' });
    expect(request).toMatchObject({
      settings: { format: { encoding: 'mp3', sampleRateHz: 16_000 } },
      elseFormat: { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 },
    });
  });

  it('is wanted first, and well-formed', () => {
    for (const message of [{ text: 'Hi' }, { text: '' }, { force: true }, { flush: true }, {}, { text: 1 }]) {
      expect(new TestServer('', false).asked(message)).toMatchObject([{ type: 'reject' }]);
    }
  });

  it('may come again as a blank, which begins nothing', () => {
    expect(new TestServer().read({ text: ' ', voice_settings: { voice_speed: 3 } })).toEqual(nothing);
  });
});

describe('what a client asks for', () => {
  it('is one turn, until force', () => {
    const server = new TestServer();
    expect(server.asked({ text: 'One.' })).toMatchObject([
      { type: 'begin', turn: 't1' },
      { type: 'text', turn: 't1' },
    ]);
    expect(server.asked({ text: ' Two.' })).toMatchObject([{ type: 'text', turn: 't1', throughChar: 9 }]);
    expect(server.asked({ force: true })).toEqual([{ type: 'interrupt', turn: 't1' }]);
    expect(server.asked({ force: true })).toEqual([]);
    expect(server.asked({ text: 'Three.' })).toMatchObject([{ turn: 't2' }, { turn: 't2', throughChar: 6 }]);
  });

  it('may be all in one frame', () => {
    const server = new TestServer();
    server.asked({ text: 'One.' });
    expect(server.asked({ force: true, text: 'Two.', flush: true }).map(({ type }) => type)).toEqual([
      ...['interrupt', 'begin', 'text', 'flush'],
    ]);
  });

  it('is nothing by a flush of nothing', () => {
    const server = new TestServer();
    expect(server.asked({ flush: true })).toEqual([]);
    expect(server.asked({ text: ' ', flush: true })).toEqual([]);
  });

  it('ends once, also of nothing, and what comes after it counts no more', () => {
    const server = new TestServer();
    expect(server.asked({ text: '' })).toEqual([
      { type: 'begin', turn: 't1' },
      { type: 'end', turn: 't1' },
    ]);
    for (const late of [{ text: '' }, { text: 'x' }, { force: true }, { flush: true }]) {
      expect(server.read(late)).toEqual(nothing);
    }
  });

  it('does not heed members of other kinds’, and refuses wrong ones', () => {
    const server = new TestServer();
    expect(server.asked({ text: 'Hi', try_trigger_generation: true })).toHaveLength(2);
    expect(server.asked({ text: null })).toMatchObject([{ type: 'reject', fault: { code: 'E_REQUEST' } }]);
    expect(server.asked({ flush: 'yes' })).toMatchObject([{ type: 'reject' }]);
  });
});

describe('what the server says', () => {
  it('is sound without a text, and a text without sound', () => {
    const server = new TestServer();
    const chunk = { type: 'audio_chunk', isFinal: false, cached: false };
    expect(server.say(audio('t1'))).toEqual({ said: [{ ...chunk, audio: 'AQA=', text: null }], asks: [] });
    const told = server.say({ type: 'progress', turn: 't1', throughChar: 3, text: 'Hi.' });
    expect(told).toEqual({ said: [{ ...chunk, audio: null, text: 'Hi.' }], asks: [] });
  });

  it.each<SpeakEvent>([
    { type: 'ready', sessionId: 's', warnings: ['no such voice'] },
    { type: 'words', turn: 't1', items: [] },
    { type: 'warning', code: 'x', message: 'y' },
    { type: 'note', name: 'x' },
    { type: 'ended', turn: 't1', why: 'interrupted' },
    { type: 'ended', turn: 't1', why: 'done' },
  ])('is nothing of $type $why', (event) => expect(new TestServer().say(event)).toEqual({ said: [], asks: [] }));

  it('is a last frame where all that came is spoken, until the client has ended: then there is one more', () => {
    const server = new TestServer();
    const spoken = { type: 'progress', turn: 't1', throughChar: 3 } as const;
    const final = { type: 'final', audio: null, text: '', isFinal: true };
    expect(server.say(spoken)).toEqual({ said: [final], asks: [] });
    server.read({ text: '' });
    expect(server.say(spoken)).toEqual({ said: [], asks: [] });
  });

  it('tells the end of what the client has ended, and hangs up', () => {
    const server = new TestServer();
    server.read({ text: '' });
    expect(server.say({ type: 'ended', turn: 't0', why: 'done' }).said).toEqual([]);
    expect(server.say({ type: 'ended', turn: 't1', why: 'done' })).toEqual({
      said: [{ type: 'final', audio: null, text: '', isFinal: true }],
      asks: [{ type: 'hangUp', code: 1000, reason: '' }],
    });
  });

  it.each([
    ['E_REQUEST', 1008],
    ['E_ENGINE', 1011],
    ['E_UNSUPPORTED', 1011],
  ] as const)('tells %s, and hangs up with %d', (code, closeCode) => {
    const { said, asks } = new TestServer().say({ type: 'error', fault: { code, message: 'no' } });
    expect(said).toEqual([{ type: 'error', error: 'no' }]);
    expect(asks).toMatchObject([{ type: 'hangUp', code: closeCode }]);
  });

  it('puts a WAV header before the first sound, and again behind an interruption', () => {
    const server = new TestServer('voice=azure.x&audio_format=wav');
    const first = () => {
      const [frame] = server.say(audio('t1')).said;
      return Buffer.from(String(Object(frame).audio), 'base64')
        .toString('latin1')
        .slice(0, 4);
    };
    expect([first(), first()]).toEqual(['RIFF', '\x01\0']);
    server.say({ type: 'ended', turn: 't1', why: 'interrupted' });
    expect([first(), first()]).toEqual(['RIFF', '\x01\0']);
  });

  it('is nothing at the edges', () => expect(new TestServer().edges()).toEqual([nothing, nothing]));
});
