import { describe, expect, it } from 'vitest';
import type { OpenedConnection } from '../../src/server/watcher.ts';
import { gate } from './support/fake-engine.ts';
import { sound } from './support/fake-recogniser.ts';
import { hear, seen, startListening } from './support/start-listening.ts';

const end = { type: 'close' };
const finalize = { type: 'finalize' };

describe('settings', () => {
  it('open a stream of the recogniser, and are answered with ready', async () => {
    const { connect, recogniser, server } = await startListening();
    const client = await connect('/hear');
    client.send({
      type: 'configure',
      settings: {
        model: 'slng/deepgram/nova:3-en',
        language: 'en-GB',
        format: { encoding: 'linear16', sampleRateHz: 44_100, channels: 1 },
        interim: false,
        endpointingMs: 300,
        utteranceEndMs: 1500,
      },
    });
    expect(await client.got('ready')).toEqual({ type: 'ready', sessionId: 'sess_stt_1' });
    expect(recogniser.stream.settings).toEqual({
      sampleRateHz: 44_100,
      model: 'slng/deepgram/nova:3-en',
      language: 'en-GB',
      interim: false,
      endpointingMs: 300,
      utteranceEndMs: 1500,
    });
    expect(server.stats()).toMatchObject({ sessions: 1, listeners: 1, sessionsTotal: 1 });
  });

  it('have defaults for the silences that a client does not name', async () => {
    const { ready, recogniser } = await startListening();
    await ready();
    expect(recogniser.stream.settings).toEqual({
      sampleRateHz: 8000,
      model: undefined,
      interim: true,
      endpointingMs: 500,
    });
    await ready({ vad: true, endpointingMs: false });
    expect(recogniser.stream.settings).toMatchObject({ endpointingMs: false, utteranceEndMs: 1000 });
  });

  it('may come with the upgrade', async () => {
    const { connect } = await startListening();
    const client = await connect(hear);
    client.socket.send(sound('hi.'));
    expect(await client.got('final')).toMatchObject({ text: 'hi.' });
    expect(client.types).toEqual(['ready', 'final']);
  });

  it('that the recogniser replaced are said in ready', async () => {
    const running = await startListening();
    running.recogniser.warnings = ['no model nova here: ears listen'];
    const client = await running.ready();
    expect(client.messages[0]).toMatchObject({ type: 'ready', warnings: ['no model nova here: ears listen'] });
  });

  it('are not taken twice, and the first stay', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    client.send({ type: 'configure', settings: { language: 'xx' } });
    expect(await client.got('error')).toMatchObject({ fault: { code: 'E_REQUEST' } });
    client.socket.send(sound('still.'));
    await client.got('final');
    expect(recogniser.asked).toBe(1);
  });

  it('make what follows wait until the stream is open', async () => {
    const { connect, recogniser } = await startListening();
    const { promise, open } = gate();
    recogniser.opening = () => promise;
    const client = await connect('/hear');
    client.send({ type: 'configure' });
    client.socket.send(sound('early '));
    client.socket.send(sound('bird.'));
    client.send(end);
    expect(client.came).toEqual([]);
    open();
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(recogniser.stream.heard).toBe('early bird.');
    expect(client.types).toEqual(['ready', 'interim', 'final', 'ended']);
  });
});

describe('audio', () => {
  it('comes back as interims and finals, with times, words, confidence and language', async () => {
    const { ready, server } = await startListening();
    const client = await ready({ language: 'en' });
    client.socket.send(sound('one '));
    client.socket.send(sound('two. thr'));
    await client.got('interim', 2);
    expect(client.messages.slice(1)).toEqual([
      {
        ...{ type: 'interim', startMs: 0, endMs: 0.5, text: 'one', confidence: 0.5, language: 'en-US' },
        words: [{ text: 'one', startMs: 0, endMs: 0.5, confidence: 0.5 }],
      },
      {
        ...{ type: 'final', endOfUtterance: true, fromFinalize: false, startMs: 0, endMs: 1, text: 'one two.' },
        ...{ confidence: 0.5, language: 'en-US' },
        words: [{ text: 'one two.', startMs: 0, endMs: 1, confidence: 0.5 }],
      },
      expect.objectContaining({ type: 'interim', startMs: 1, endMs: 1.5, text: 'thr' }),
    ]);
    expect(server.stats().utterances).toBe(1);
  });

  it('is told of without interims where none are wanted', async () => {
    const { ready } = await startListening();
    const client = await ready({ interim: false });
    client.socket.send(sound('a.b.'));
    await client.got('final', 2);
    expect(client.types).toEqual(['ready', 'final', 'final']);
  });

  it.each([
    ['en-gb', 'en-GB'],
    ['EN_us', 'en-US'],
    ['en-AU', 'en-US'],
    ['en', 'en-US'],
    [undefined, 'en-US'],
    ['multi', 'en-US'],
  ])('asked for in %j is recognised as %s', async (language, told) => {
    const { ready } = await startListening();
    const client = await ready({ language });
    client.socket.send(sound('x.'));
    expect(await client.got('final')).toMatchObject({ language: told });
  });

  it('is decoded and mixed before it is heard', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready({ format: { encoding: 'linear16', sampleRateHz: 8000, channels: 2 } });
    client.socket.send(sound('hhii..'));
    expect(await client.got('final')).toMatchObject({ text: 'hi.', endMs: 3 / 8 });
    const telephone = await ready({ format: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 } });
    telephone.socket.send(Buffer.from([0xff, 0x80]));
    telephone.send(end);
    expect(await telephone.got('ended')).toEqual({ type: 'ended', audioMs: 0.25 });
    expect(recogniser.stream.heard).toBe(String.fromCharCode(0, 32_124));
  });

  it('brings the events that were asked for, and no others', async () => {
    const { ready, recogniser } = await startListening();
    for (const vad of [false, true]) {
      const client = await ready({ vad });
      recogniser.stream.give({ type: 'speechStarted', atMs: 5 }, { type: 'utteranceEnd', lastWordEndMs: 9 });
      client.send(finalize);
      await client.got('final');
      expect(client.types).toEqual(vad ? ['ready', 'speechStarted', 'utteranceEnd', 'final'] : ['ready', 'final']);
    }
  });
});

describe('finalize', () => {
  it('gives the final of what is open, and the connection goes on', async () => {
    const { ready, server } = await startListening();
    const client = await ready({ interim: false });
    client.socket.send(sound('half a sentence'));
    client.send(finalize);
    expect(await client.got('final')).toMatchObject({
      ...{ text: 'half a sentence', fromFinalize: true, endOfUtterance: false },
    });
    client.send(finalize);
    expect(await client.got('final', 2)).toMatchObject({ text: '', fromFinalize: true, words: [] });
    client.socket.send(sound('and more.'));
    expect(await client.got('final', 3)).toMatchObject({ text: 'and more.', fromFinalize: false });
    // An answer without words is no utterance.
    expect(server.stats().utterances).toBe(2);
  });

  it('is answered once for each, however many there are', async () => {
    const { ready } = await startListening();
    const client = await ready();
    for (let i = 0; i < 500; i++) client.send(finalize);
    client.send(end);
    await client.closed;
    expect(client.types.filter((type) => type === 'final')).toHaveLength(500);
  });

  it('holds nothing back once it has been answered, after ever so many', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    for (let i = 0; i < 40; i++) client.send(finalize);
    await client.got('final', 40);
    recogniser.stream.finalize = () => {};
    client.send(finalize);
    client.socket.send(sound('on.'));
    expect(await client.got('final', 41)).toMatchObject({ text: 'on.' });
  });

  it('that is not answered holds back what follows, at a bound', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    const { stream } = recogniser;
    stream.finalize = () => {
      stream.calls.push('finalize');
    };
    for (let i = 0; i < 100; i++) client.send(finalize);
    const other = await ready();
    while (stream.calls.length < 16) await seen(other);
    for (let i = 0; i < 20; i++) await seen(other);
    expect(stream.calls).toHaveLength(16);
    // A pause is no answer.
    stream.give({ ...silent, fromFinalize: false, text: 'Well.' });
    await client.got('final');
    for (let i = 0; i < 20; i++) await seen(other);
    expect(stream.calls).toHaveLength(16);
    stream.give({ ...silent, fromFinalize: true });
    await client.got('final', 2);
    while (stream.calls.length < 17) await seen(other);
    expect(stream.calls).toHaveLength(17);
  });
});

const silent = {
  type: 'final',
  endOfUtterance: false,
  startMs: 0,
  endMs: 0,
  text: '',
  words: [],
  confidence: 0,
} as const;

describe('the end', () => {
  it('sends the last results, then says so, then hangs up with 1000', async () => {
    const { ready, recogniser, server } = await startListening();
    const client = await ready({ interim: false });
    client.socket.send(sound('One. And the rest'));
    client.send(end);
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.types).toEqual(['ready', 'final', 'final', 'ended']);
    expect(client.messages[2]).toMatchObject({ text: 'And the rest', fromFinalize: false });
    expect(client.messages[3]).toEqual({ type: 'ended', audioMs: 17 / 8 });
    expect(recogniser.stream.calls).toEqual(['write 17', 'end', 'close']);
    expect(server.stats()).toMatchObject({ listeners: 0, utterances: 2, faults: 0 });
  });

  it('waits for results that take their time', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    const { stream } = recogniser;
    stream.end = () => {
      stream.calls.push('end');
    };
    client.send(end);
    await seen(client);
    expect(client.types).toEqual(['ready']);
    stream.give({ ...silent, fromFinalize: false, text: 'late' });
    await client.got('final');
    expect(client.isClosed).toBe(false);
    stream.finish();
    await client.closed;
    expect(client.types).toEqual(['ready', 'final', 'ended']);
  });

  it('is the last that is listened to', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    const { stream } = recogniser;
    stream.end = () => {
      stream.calls.push('end');
    };
    client.send(end);
    client.socket.send(sound('more'));
    client.send(finalize, end);
    await seen(client);
    expect(stream.calls).toEqual(['end']);
  });

  it('before any settings is a plain goodbye', async () => {
    const { connect, recogniser } = await startListening();
    const client = await connect('/hear');
    client.send(end);
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.came).toEqual([]);
    expect(recogniser.asked).toBe(0);
  });
});

describe('a client that goes', () => {
  it('in the middle of its audio takes its stream with it', async () => {
    const { ready, recogniser, server } = await startListening();
    const client = await ready();
    const other = await ready();
    client.socket.send(sound('cut o'));
    await client.got('interim');
    client.socket.terminate();
    while (server.stats().sessions > 1) await seen(other);
    expect(recogniser.underWay).toBe(1);
    expect(server.stats().listeners).toBe(1);
    other.socket.send(sound('unharmed.'));
    expect(await other.got('final')).toMatchObject({ text: 'unharmed.' });
  });

  it('is told nothing more, and nothing more is counted', async () => {
    const { ready, recogniser, server } = await startListening();
    const client = await ready();
    const other = await ready();
    const [stream] = recogniser.streams;
    const late = { ...silent, fromFinalize: false, text: 'too late' };
    if (stream) stream.close = () => stream.give(late, late);
    client.socket.terminate();
    while (server.stats().sessions > 1) await seen(other);
    for (let i = 0; i < 5; i++) await seen(other);
    expect(server.stats()).toMatchObject({ utterances: 0, faults: 0 });
  });

  it('while the recogniser makes itself ready leaves no stream behind', async () => {
    const { connect, recogniser, server } = await startListening();
    const { promise, open } = gate();
    recogniser.opening = () => promise;
    const client = await connect();
    const watcher = await connect('/plain');
    while (recogniser.asked === 0) await seen(watcher);
    await server.close();
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(recogniser.streams).toHaveLength(0);
    open();
    await promise;
    while (recogniser.streams.length === 0) await new Promise(setImmediate);
    while (recogniser.underWay > 0) await new Promise(setImmediate);
    expect(server.stats().listeners).toBe(0);
  });
});

describe('a watcher', () => {
  it('sees both directions, each with its settings', async () => {
    const opened: OpenedConnection[] = [];
    const story: string[] = [];
    const { ready, connect } = await startListening({
      watch: (connection) => {
        opened.push(connection);
        const { direction } = connection;
        return {
          opened: ({ events }) => story.push(`${direction} opened ${events.length}`),
          decoded: (frame, { events }) => story.push(`${direction} ${frame.kind} → ${events.map(({ type }) => type)}`),
          encoded: (event) => story.push(`${direction} ${event.type}`),
          closed: (code) => story.push(`${direction} closed ${code}`),
        };
      },
    });
    const client = await ready({ interim: false });
    client.socket.send(sound('seen.'));
    client.send(end);
    await client.closed;
    const speaker = await connect('/plain');
    await speaker.close();
    expect(opened.map(({ direction, dialect, target }) => [direction, dialect, target])).toEqual([
      ['listen', 'plain', '/hear'],
      ['speak', 'plain', '/plain'],
    ]);
    const [listening] = opened;
    if (listening?.direction !== 'listen') throw new Error('no listener was seen');
    expect(listening.matched.settings.interim).toBe(true);
    expect(story.slice(0, 8)).toEqual([
      'listen opened 0',
      'listen text → configure',
      'listen ready',
      'listen binary → audio',
      'listen text → close',
      'listen final',
      'listen ended',
      'listen closed 1000',
    ]);
  });
});
