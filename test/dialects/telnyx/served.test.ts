import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { telnyxListen, telnyxSpeak } from '../../../src/dialects/telnyx/index.ts';
import { settledMs } from '../../../src/server/speaker.ts';
import { openSpeakSession } from '../../../src/session/speak-session.ts';
import type { Span } from '../../../src/speech/span.ts';
import { createWebSocketConnect } from '../../../src/transport/websocket.ts';
import { Client, type Message } from '../../server/support/client.ts';
import { gate, heard } from '../../server/support/fake-engine.ts';
import { start as startServer } from '../../server/support/start.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { needs } from '../../support/programs.ts';

const path = '/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra&audio_format=linear16&sample_rate=24000';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function start(options: Parameters<typeof startServer>[0] = {}) {
  return startServer({ services: [telnyxSpeak, telnyxListen], ...options });
}

/** Resolves when the server has read all that was sent: it answers a ping behind it. */
function seen({ socket }: Client): Promise<unknown> {
  const answered = once(socket, 'pong');
  socket.ping();
  return answered;
}

/** What is heard between two frames that are none of audio, and those. */
function story(messages: readonly Message[]): unknown[] {
  const told: unknown[] = [];
  for (const { audio, text, isFinal, error } of messages) {
    if (typeof audio === 'string') {
      const sound = heard(Buffer.from(audio, 'base64'));
      const last = told.at(-1);
      if (typeof last === 'string' && last !== 'final') told[told.length - 1] = last + sound;
      else told.push(sound);
    } else if (isFinal) told.push('final');
    else if (error !== undefined) told.push({ error });
    else told.push({ text });
  }
  return told;
}

describe('our server, in Telnyx’s words', () => {
  it('cuts sentences of a model’s tokens, strips markdown, tells of each sentence, and closes behind the end', async () => {
    const { connect } = await start();
    const client = await connect(path);
    client.send({ text: ' ' });
    for (const token of ['# Wel', 'come\n\n', 'To **the', '** demo. See [it]', '(https://a.b/c) ', 'now', '? Bye']) {
      client.send({ text: token });
    }
    client.send({ text: '' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(story(client.messages)).toEqual([
      ...['Welcome.', { text: 'Welcome.' }, 'To the demo.', { text: 'To the demo.' }],
      ...['See it now?', { text: 'See it now?' }, 'Bye', { text: 'Bye' }, 'final'],
    ]);
    expect(client.messages.every(({ type }) => type === 'audio_chunk' || type === 'final')).toBe(true);
  });

  it('starts with a sentence that is whole, and speaks the rest at a flush', async () => {
    const { connect } = await start();
    const client = await connect(path);
    client.send({ text: ' ' }, { text: 'One is here. Two' });
    await client.until(() => client.messages.some(({ text }) => text === 'One is here.'));
    client.send({ text: ' is', flush: true });
    await client.got('final');
    expect(client.isClosed).toBe(false);
    const all = ['One is here.', { text: 'One is here.' }, 'Two is', { text: 'Two is' }, 'final'];
    expect(story(client.messages)).toEqual(all);
  });

  it('speaks what ends like a sentence when nothing follows it for a while, says that this was all, and stays', async () => {
    const clock = new ManualClock();
    const { connect } = await start({ clock });
    const client = await connect(path);
    client.send({ text: ' ' }, { text: 'Welcome to' });
    await seen(client);
    await clock.advance(10 * settledMs);
    client.send({ text: ' the **demo.**' });
    await seen(client);
    await clock.advance(settledMs - 1);
    expect(story(client.messages)).toEqual([]);
    await clock.advance(1);
    await client.got('final');
    const all = ['Welcome to the demo.', { text: 'Welcome to the demo.' }, 'final'];
    expect(story(client.messages)).toEqual(all);
    // The same again, and an end that comes before the while is over: it is not said twice.
    client.send({ text: 'Bye.' }, { text: '' });
    await client.closed;
    await clock.advance(10 * settledMs);
    expect(story(client.messages)).toEqual([...all, 'Bye.', { text: 'Bye.' }, 'final']);
  });

  it('drops all at force, and goes on with what comes behind it', async () => {
    const { connect, engine } = await start();
    const asked = gate();
    engine.gate = (text) => {
      if (text !== 'Welcome to the demo.') return undefined;
      asked.open();
      return new Promise(() => {});
    };
    const client = await connect(path);
    client.send({ text: ' ' }, { text: 'Welcome to the demo.', flush: true });
    await asked.promise;
    client.send({ force: true }, { text: 'Actually, let me start over.' }, { text: '' });
    await client.closed;
    expect(engine.aborted).toBe(1);
    const said = 'Actually, let me start over.';
    expect(story(client.messages)).toEqual([said, { text: said }, 'final']);
  });

  it('sends what it can make where no format was named', async () => {
    const { connect, engine } = await start();
    const before = process.env.PATH;
    // Without a program to make mp3 with.
    process.env.PATH = '';
    try {
      const client = await connect('/v2/text-to-speech/speech');
      client.send({ text: ' ', voice_settings: { voice_speed: 1.1 } }, { text: 'Hi.' }, { text: '' });
      await client.closed;
      expect(story(client.messages)).toEqual(['Hi.', { text: 'Hi.' }, 'final']);
      expect(engine.requested[0]?.request).toMatchObject({ speed: 1.1, format: { encoding: 'linear16' } });
    } finally {
      process.env.PATH = before;
    }
  });

  it.each(['mp3', 'ogg_vorbis'])('refuses %s that was named and cannot be made', async (word) => {
    const { connect } = await start();
    vi.stubEnv('PATH', '');
    const client = await connect(`/v2/text-to-speech/speech?audio_format=${word}`);
    client.send({ text: ' ' });
    expect(await client.closed).toEqual({ code: 1011, reason: 'see the error' });
    expect(client.messages).toMatchObject([{ type: 'error', error: expect.stringContaining('ffmpeg') }]);
  });

  it('does not speak the tags of SSML: it refuses it, in words', async () => {
    const { server } = await start();
    const refused = await Client.refused(`${server.wsUrl}/v2/text-to-speech/speech?text_type=ssml`);
    const detail = 'text_type: this server reads text only';
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ detail, source: { parameter: 'text_type' } }] } });
  });

  it.each([
    ['no handshake', { text: 'Hello' }, 1008, 'the first frame is the handshake, {"text": " "}'],
    ['no JSON', 'Hello', 1008, 'no JSON: Hello'],
  ])('tells of %s, and closes', async (_, message, code, error) => {
    const { connect } = await start();
    const client = await connect(path);
    client.send(message);
    expect((await client.closed).code).toBe(code);
    expect(client.messages).toEqual([{ type: 'error', error }]);
  });

  it('tells of an engine that stumbles, and closes', async () => {
    const { connect } = await start();
    const client = await connect(path);
    client.send({ text: ' ' }, { text: 'This will FAIL. And this not.' }, { text: '' });
    expect((await client.closed).code).toBe(1011);
    expect(client.messages.at(-1)).toEqual({ type: 'error', error: 'the engine stumbled' });
  });

  it('refuses upgrades in the shape of Telnyx’s errors', async () => {
    const { server } = await start();
    const of = async (query: string) => Client.refused(`${server.wsUrl}/v2/text-to-speech/speech?${query}`);
    expect(await of('voice=Telnyx.Ultra.x')).toMatchObject({ status: 403, body: { errors: [{ code: '403' }] } });
    const format = await of('audio_format=flac');
    expect(format).toMatchObject({ status: 400, body: { errors: [{ source: { parameter: 'audio_format' } }] } });
  });
});

needs('ffmpeg').describe('our server, asked for no format', () => {
  it('sends mp3, which a client that wanted linear16 is told of', async () => {
    const { connect, engine } = await start();
    engine.repeats = 500;
    const client = await connect('/v2/text-to-speech/speech');
    client.send({ text: ' ' }, { text: 'One is here. Two is there.' }, { text: '' });
    await client.closed;
    const { format } = telnyxSpeak.traits.defaults;
    const codec = telnyxSpeak.client({ baseUrl: 'ws://h', format });
    codec.encode({ type: 'begin', turn: 'a' });
    codec.encode({ type: 'text', turn: 'a', text: 'One is here. Two is there.', throughChar: 26 });
    codec.encode({ type: 'end', turn: 'a' });
    const frames = client.messages.map((message) => ({ kind: 'text', text: JSON.stringify(message) }) as const);
    const events = frames.flatMap((frame) => codec.decode(frame).events);
    const chunks = events.flatMap((event) => (event.type === 'audio' ? [event.chunk] : []));
    expect(chunks.length).toBeGreaterThan(1);
    expect(new Set(chunks.map((chunk) => chunk.format.encoding))).toEqual(new Set(['mp3']));
    expect(chunks[0]?.format.sampleRateHz).toBe(24_000);
    const told = events.filter(({ type }) => type !== 'audio' && type !== 'note').map(({ type }) => type);
    expect(told).toEqual(['warning', 'progress', 'progress', 'ended']);
  });
});

describe('a session with our server, in Telnyx’s words', () => {
  const ends = 'sentence';
  const spans: Span[] = [
    { text: 'One is here. ', fromChar: 0, toChar: 13, ends },
    { text: 'Two is there.', fromChar: 13, toChar: 26, ends },
  ];

  async function open() {
    const { server, engine } = await start();
    const session = openSpeakSession({
      service: telnyxSpeak,
      settings: { baseUrl: server.wsUrl, format: telnyxSpeak.traits.defaults.format },
      credentials: {},
      connect: createWebSocketConnect(systemClock),
      clock: systemClock,
    });
    return { server, engine, session };
  }

  it('speaks turn after turn, each over a connection of its own', async () => {
    const { session } = await open();
    for (const _ of [1, 2, 3]) {
      const progress: number[] = [];
      const turn = session.speak(spans, { onProgress: ({ throughChar }) => progress.push(throughChar) });
      let sound = '';
      for await (const output of turn) if (output.type === 'audio') sound += heard(output.chunk.bytes);
      expect(sound).toBe('One is here.Two is there.');
      expect((await turn.result).why).toBe('done');
      expect(progress).toEqual([13, 26]);
    }
    await session.close();
  });

  it('is interrupted, and nothing of the turn is heard in the next', async () => {
    const { session, engine } = await open();
    const asked = gate();
    engine.gate = (text) => {
      if (text !== 'Two is there.') return undefined;
      asked.open();
      return new Promise(() => {});
    };
    const first = session.speak(spans);
    await asked.promise;
    first.interrupt();
    expect((await first.result).why).toBe('interrupted');
    const next = session.speak([{ text: 'Three.', fromChar: 0, toChar: 6, ends }]);
    let sound = '';
    for await (const output of next) if (output.type === 'audio') sound += heard(output.chunk.bytes);
    expect(sound).toBe('Three.');
    await session.close();
  });
});
