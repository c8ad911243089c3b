import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import { gate, heard } from './support/fake-engine.ts';
import { bridge, direct, flush, init, start, text } from './support/start.ts';

describe('seed 000, quick start', () => {
  it('is answered with ready, audio, flushed', async () => {
    const { connect, engine } = await start();
    const client = await connect(direct, { Authorization: 'Bearer K' });
    client.send(init, text('Hello! This is a WebSocket TTS example.'), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['ready', 'audio', 'flushed']);
    expect(client.messages[0]).toMatchObject({ type: 'ready', session_id: 'sess_tts_1' });
    expect(client.messages[1]).toEqual({ type: 'flushed' });
    expect(heard(client.audio)).toBe('Hello!This is a WebSocket TTS example.');
    // When each is wanted is another test's matter.
    expect(engine.requested.map(({ request: { wantedAtMs, ...request } }) => request)).toEqual(
      ['Hello!', 'This is a WebSocket TTS example.'].map((words) => ({
        text: words,
        voice: 'ada',
        language: 'en',
        speed: 1,
        format: { encoding: 'linear16', sampleRateHz: 24000, channels: 1 },
      })),
    );
  });

  it('says that another voice speaks than was asked for', async () => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send(init);
    const ready = await client.got('ready');
    expect(JSON.stringify(ready.warnings)).toContain('no voice aura-2-thalia-en: ada speaks');
    expect(engine.wishes[0]).toMatchObject({ model: 'slng/deepgram/aura:2-en', voice: 'aura-2-thalia-en' });
  });
});

describe('seed 000, batch', () => {
  const whole =
    'The sun rose over the mountains. Birds began to sing in the trees. A gentle breeze carried the scent of wildflowers across the valley.';
  const sentences = whole.split('. ').map((sentence) => (sentence.endsWith('.') ? sentence : `${sentence}.`));

  it('sounds like the text in one message, though its messages lack the spaces', async () => {
    const { connect, engine } = await start();
    const one = await connect();
    one.send(init, text(whole), flush);
    const many = await connect();
    many.send(init, ...sentences.map((sentence) => text(sentence)), flush);
    await Promise.all([one.got('flushed'), many.got('flushed')]);
    expect(heard(one.audio)).toBe(sentences.join(''));
    expect(many.audio).toEqual(one.audio);
    expect(new Set(engine.texts)).toEqual(new Set(sentences));
  });

  it('is the same over the bridge', async () => {
    const { connect } = await start();
    const client = await connect(bridge);
    client.send({ type: 'init', model: 'deepgram/aura:2', voice: 'asteria-en', config: { sample_rate: 8000 } });
    client.send(...sentences.map((sentence) => text(sentence)), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['ready', 'audio', 'flushed']);
    expect(heard(client.audio)).toBe(sentences.join(''));
  });
});

describe('styles', () => {
  it('audio in JSON: numbered chunks inside segments', async () => {
    const { connect } = await start({ style: { audio: 'json' } });
    const client = await connect(bridge);
    client.send(init, text('One. Two.'), flush, text('Three.', { flush: true }));
    await client.got('flushed', 2);
    expect(client.types).toEqual([
      'ready',
      'segment_start',
      'audio_chunk',
      'audio_chunk',
      'segment_end',
      'flushed',
      'segment_start',
      'audio_chunk',
      'segment_end',
      'flushed',
    ]);
    expect(client.messages.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]))).toEqual([1, 2, 3]);
    expect(heard(client.audio)).toBe('One.Two.Three.');
  });

  it('Deepgram’s casing: Metadata, Flushed, Cleared', async () => {
    const { connect } = await start({ style: { casing: 'deepgram' } });
    const client = await connect();
    client.send(init, text('One.'), flush);
    await client.got('Flushed');
    client.send(text('Two is longer'), { type: 'clear' });
    await client.got('Cleared');
    expect(client.story).toEqual(['Metadata', 'audio', 'Flushed', 'Cleared']);
    expect(heard(client.audio)).toBe('One.');
  });

  it('audio_end instead of flushed', async () => {
    const { connect } = await start({ style: { end: 'audioEnd' } });
    const client = await connect();
    client.send({ ...init, config: { sample_rate: 8000 } }, text('12345678'), flush);
    expect(await client.got('audio_end')).toEqual({ type: 'audio_end', duration: 0.001 });
  });

  it('a close after the first flush, its audio sent whole', async () => {
    const { connect, engine, server } = await start({ style: { end: 'close' } });
    const client = await connect();
    client.send(init, text('One. Two.'), flush, text('Never.'), flush);
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.story).toEqual(['ready', 'audio', 'flushed']);
    expect(heard(client.audio)).toBe('One.Two.');
    expect(engine.underWay).toBe(0);
    expect(server.stats()).toMatchObject({ sessionsTotal: 1 });
  });

  it('a close after a flush of nothing too, and after one that follows an interruption', async () => {
    const { connect } = await start({ style: { end: 'close' } });
    const empty = await connect();
    empty.send(init, flush);
    expect(await empty.closed).toEqual({ code: 1000, reason: '' });
    expect(empty.story).toEqual(['ready', 'flushed']);
    const interrupted = await connect();
    interrupted.send(init, text('One'), { type: 'clear' }, flush);
    expect((await interrupted.closed).code).toBe(1000);
    expect(interrupted.story).toEqual(['ready', 'cleared', 'flushed']);
  });

  it('cancel as an unknown word, an error that changes nothing', async () => {
    const { connect } = await start({ style: { cancel: 'unknown' } });
    const client = await connect();
    client.send(init, text('One. '), { type: 'cancel' }, text('Two.'), flush);
    await client.got('flushed');
    expect(await client.got('error')).toMatchObject({ code: 'config_error' });
    expect(heard(client.audio)).toBe('One.Two.');
  });
});

describe('text', () => {
  it('is spoken before a flush, as far as its sentences are certainly whole', async () => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send(init, text('This is certain. This may go'));
    await client.until(() => heard(client.audio) === 'This is certain.');
    client.send(text(' on. And this'));
    await client.until(() => heard(client.audio) === 'This is certain.This may go on.');
    expect(engine.texts).toEqual(['This is certain.', 'This may go on.']);
    expect(client.types).toEqual(['ready']);
    client.send(flush);
    await client.got('flushed');
    expect(heard(client.audio)).toBe('This is certain.This may go on.And this');
  });

  it('has the same sound however it is divided, and whatever was said before', { timeout: 30_000 }, async () => {
    const { connect } = await start();
    const words = `“Dr. Smith paid $3.14,” he said... Then (on Jan. 5)\n\nhe left!  Zürich 👩‍👧 is — 北京。你好 so they say. See https://a.io/b?c=d. Bye`;
    const client = await connect();
    client.send(init, text(words), flush);
    await client.got('flushed');
    const wanted = heard(client.audio);
    expect(wanted.length).toBeGreaterThan(60);
    let flushes = 1;
    let before = client.audio.length;
    const place = fc.integer({ min: 1, max: words.length - 1 });
    const places = fc.uniqueArray(place, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(places, async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), words.length];
        const pieces = at.slice(1).map((end, i) => words.slice(at[i], end));
        client.send(...pieces.map((piece) => text(piece)), flush);
        await client.got('flushed', ++flushes);
        const sound = heard(client.audio.subarray(before));
        before = client.audio.length;
        expect(sound).toBe(wanted);
      }),
      { numRuns: 100 },
    );
  });

  it('may be flushed at any sentence end without a change in sound', async () => {
    const { connect } = await start();
    const sentences = ['One is first.', 'Is two next?', 'Three, then!', 'And four.'];
    for (let mask = 0; mask < 8; mask++) {
      const client = await connect();
      client.send(init);
      for (const [i, sentence] of sentences.entries())
        client.send(text(`${sentence} `, { flush: (mask & (1 << i)) > 0 }));
      client.send(flush);
      const flushes = 1 + [0, 1, 2].filter((i) => mask & (1 << i)).length;
      await client.got('flushed', flushes);
      expect(heard(client.audio)).toBe(sentences.join(''));
      expect(client.types.filter((type) => type === 'flushed')).toHaveLength(flushes);
    }
  });

  it('reaches the engine on one line, without needless blanks', async () => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send(init, text('  Hello,\r\n\tdear \u00a0 world.  '), flush);
    await client.got('flushed');
    expect(engine.texts).toEqual(['Hello, dear world.']);
  });

  it.each(['', '   \n', '...', '— ***', '🙂'])('of nothing to say (%j) is answered, without work', async (nothing) => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send(init, text(nothing), flush, text('Yes.'), flush);
    await client.got('flushed', 2);
    expect(engine.texts).toEqual(['Yes.']);
    expect(client.story).toEqual(['ready', 'flushed', 'audio', 'flushed']);
  });

  it.each([15_000, 200_000])('of 100 kB in messages of %i characters is spoken whole', async (messageChars) => {
    const { connect, engine } = await start();
    const sentence = 'All work and no play makes Jack a dull boy, he wrote on line after line. ';
    const words = sentence.repeat(Math.ceil(100_000 / sentence.length));
    const client = await connect();
    client.send(init);
    for (let at = 0; at < words.length; at += messageChars) client.send(text(words.slice(at, at + messageChars)));
    client.send(flush);
    await client.got('flushed');
    expect(client.types).toEqual(['ready', 'flushed']);
    expect(heard(client.audio)).toBe(sentence.trim().repeat(words.length / sentence.length));
    expect(engine.requested).toHaveLength(words.length / sentence.length);
  });

  it('before init is an error, and ignored', async () => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send(text('Too early.'), init, text('In time.'), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['error', 'ready', 'audio', 'flushed']);
    expect(engine.texts).toEqual(['In time.']);
  });
});

describe('work', () => {
  it('is one sentence ahead of what is being sent, and no further', async () => {
    const { connect, engine } = await start();
    const gates = new Map([...'ABCD'].map((name) => [name, gate()]));
    engine.gate = (words) => gates.get(words.charAt(0))?.promise;
    const client = await connect();
    client.send(init, text('A is first. B is second. C is third. D is last.'), flush);
    const requested = () => engine.texts.map((words) => words.charAt(0)).join('');
    for (const [open, started] of [
      ['A', 'ABC'],
      ['B', 'ABCD'],
      ['C', 'ABCD'],
    ] as const) {
      gates.get(open)?.open();
      await client.until(() => heard(client.audio).includes(`${open} is`));
      expect(requested()).toBe(started);
    }
    gates.get('D')?.open();
    await client.got('flushed');
    expect(heard(client.audio)).toBe('A is first.B is second.C is third.D is last.');
  });

  it('goes on beyond a flush while the text before it is sent', async () => {
    const { connect, engine } = await start();
    const first = gate();
    engine.gate = (words) => (words === 'One.' ? first.promise : undefined);
    const client = await connect();
    client.send(init, text('One.'), flush, text('Two.'), flush, { type: 'nonsense' });
    await client.got('error');
    expect(engine.texts).toEqual(['One.', 'Two.']);
    expect(client.audio).toHaveLength(0);
    first.open();
    await client.got('flushed', 2);
    expect(client.story).toEqual(['ready', 'error', 'audio', 'flushed', 'audio', 'flushed']);
  });

  it('for two clients at once is kept apart', async () => {
    const { connect, server } = await start();
    const speakers = await Promise.all(
      [...'ABCDEF'].map(async (name) => {
        const client = await connect();
        const words = Array.from({ length: 30 }, (_, i) => `${name} says ${i} now.`);
        client.send(init, ...words.map((sentence) => text(`${sentence} `)), flush);
        return { client, words };
      }),
    );
    for (const { client, words } of speakers) {
      await client.got('flushed');
      expect(heard(client.audio)).toBe(words.join(''));
    }
    expect(server.stats()).toMatchObject({ sessions: 6, sessionsTotal: 6, turns: 6, faults: 0 });
    expect(new Set(speakers.map(({ client }) => client.messages[0]?.session_id)).size).toBe(6);
  });

  it.each([
    ['linear16', 2],
    ['mulaw', 1],
    ['alaw', 1],
  ])('in %s comes in whole samples', async (encoding, sampleBytes) => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send({ type: 'init', config: { encoding, sample_rate: 8000 } }, text('An odd number of samples.'), flush);
    await client.got('flushed');
    expect(engine.requested[0]?.request.format).toEqual({ encoding, sampleRateHz: 8000, channels: 1 });
    const frames = client.came.flatMap((item) => ('audio' in item ? [item.audio.length] : []));
    expect(frames.map((bytes) => bytes % sampleBytes)).toEqual(frames.map(() => 0));
    expect(client.audio).toHaveLength('An odd number of samples.'.length * sampleBytes);
  });

  it('tells the times of words, counted through the turn', async () => {
    const { connect, engine } = await start();
    engine.speaksWords = true;
    const client = await connect('/plain?configured');
    client.send({ type: 'text', turn: 't', text: '12345678. B.', throughChar: 12 }, { type: 'flush', turn: 't' });
    await client.got('progress');
    const words = client.messages.filter(({ type }) => type === 'words');
    expect(words.map(({ items }) => items)).toEqual([
      [{ text: '12345678.', startMs: 0, endMs: 10 }],
      [{ text: 'B.', startMs: 9 / 8, endMs: 10 + 9 / 8 }],
    ]);
  });

  it('numbers samples through a turn, anew in the next, and says how far it is', async () => {
    const { connect } = await start();
    const client = await connect('/plain?configured');
    client.send({ type: 'text', turn: 't', text: 'Twenty-one characters. Two.', throughChar: 27 });
    client.send({ type: 'flush', turn: 't' });
    client.send({ type: 'text', turn: 'u', text: 'Three.', throughChar: 6 }, { type: 'flush', turn: 'u' });
    await client.got('progress', 2);
    const audio = client.messages.filter(({ type }) => type === 'audio_chunk');
    expect(audio.map(({ turn, firstSample }) => [turn, firstSample])).toEqual([
      ['t', 0],
      ['t', 16],
      ['t', 22],
      ['u', 0],
    ]);
    const progress = client.messages.filter(({ type }) => type === 'progress');
    expect(progress.map(({ turn, throughChar }) => [turn, throughChar])).toEqual([
      ['t', 27],
      ['u', 6],
    ]);
  });
});

describe('failures', () => {
  it('of the engine are told, leave out the rest up to the flush, and leave the connection usable', async () => {
    const { connect, engine, server } = await start();
    const client = await connect();
    client.send(init, text('One. FAIL now. Two. Three.'), flush, text('Four.'), flush);
    await client.got('flushed', 2);
    expect(client.story).toEqual(['ready', 'audio', 'error', 'flushed', 'audio', 'flushed']);
    expect(await client.got('error')).toEqual({
      type: 'error',
      code: 'provider_error',
      message: 'the engine stumbled',
    });
    expect(heard(client.audio)).toBe('One.Four.');
    expect(engine.texts).not.toContain('Three.');
    expect(engine.underWay).toBe(0);
    expect(server.stats()).toMatchObject({ faults: 1, turns: 2 });
  });

  it('at the engine’s call are told where the sentence would have been', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send({ ...init, config: { speed: 9 } }, text('One. Two.'), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['ready', 'error', 'flushed']);
    expect(await client.got('error')).toMatchObject({ code: 'config_error', message: 'cannot speak at speed 9' });
  });

  it('of the settings leave a session that says so', async () => {
    const { connect, engine } = await start();
    const client = await connect();
    client.send({ type: 'init', config: { language: 'xx' } }, text('Hello.'), flush);
    await client.got('error', 3);
    expect(client.types).toEqual(['error', 'error', 'error']);
    expect(client.messages.map(({ code }) => code)).toEqual(['config_error', 'config_error', 'config_error']);
    expect(client.messages[0]?.message).toBe('no voice speaks xx');
    expect(engine.requested).toHaveLength(0);
  });

  it('of the codec close the connection with 1011, and leave the server alone', async () => {
    const lines: string[] = [];
    const { connect } = await start({ log: createLog(new Set(['server']), (line) => lines.push(line)) });
    const client = await connect('/plain?configured');
    client.socket.send(Buffer.from('binary'));
    expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
    expect(lines.join('')).toContain('a fault of the codec');
    const other = await connect();
    other.send(init);
    await other.got('ready');
  });

  it.each([
    '{"type":',
    'null',
    '[]',
    '{}',
    '{"type":"dance"}',
    '{"type":"text"}',
    '{"type":"init","config":{"sample_rate":1}}',
  ])('of a message, %j, are answered and forgotten', async (bad) => {
    const { connect } = await start();
    const client = await connect();
    client.send(init, bad, text('Well.'), flush);
    await client.got('flushed');
    expect(client.types.filter((type) => type === 'error')).toHaveLength(1);
    expect(heard(client.audio)).toBe('Well.');
  });

  it('of a second init are told', async () => {
    const { connect } = await start();
    const client = await connect('/plain?configured');
    client.send(
      { type: 'configure' },
      { type: 'text', turn: 't', text: 'Hi.', throughChar: 3 },
      { type: 'flush', turn: 't' },
    );
    await client.got('progress');
    expect(client.types).toEqual(['ready', 'error', 'audio_chunk', 'progress']);
  });
});

describe('ends', () => {
  it('keepalive is accepted without an answer', async () => {
    const { connect } = await start();
    const client = await connect();
    client.send(init, { type: 'keepalive' }, { type: 'KeepAlive' }, text('Hi.'), flush);
    await client.got('flushed');
    expect(client.story).toEqual(['ready', 'audio', 'flushed']);
  });

  it('close stops the sound and closes with 1000', async () => {
    const { connect, engine } = await start();
    const never = gate();
    engine.gate = (words) => (words === 'Two.' ? never.promise : undefined);
    const client = await connect();
    client.send(init, text('One. Two. Three.'), flush);
    await client.until(() => heard(client.audio) === 'One.');
    client.send({ type: 'close' });
    expect(await client.closed).toEqual({ code: 1000, reason: '' });
    expect(client.story).toEqual(['ready', 'audio']);
    expect(engine.aborted).toBe(2);
    expect(engine.underWay).toBe(0);
  });

  it('end says everything, then that it is done; close after it waits for that', async () => {
    const { connect } = await start();
    const client = await connect('/plain?configured');
    client.send({ type: 'text', turn: 't', text: 'One. Two', throughChar: 8 });
    client.socket.send(JSON.stringify([{ type: 'end', turn: 't' }, { type: 'close' }]));
    expect((await client.closed).code).toBe(1000);
    expect(heard(client.audio)).toBe('One.Two');
    expect(client.messages.at(-1)).toEqual({ type: 'ended', turn: 't', why: 'done' });
  });

  it('close after text that follows an end is at once again', async () => {
    const { connect, engine } = await start();
    engine.gate = () => new Promise(() => {});
    const client = await connect('/plain?configured');
    client.send({ type: 'end', turn: 't' });
    await client.got('ended');
    client.send({ type: 'text', turn: 'u', text: 'One. Two', throughChar: 8 }, { type: 'close' });
    expect((await client.closed).code).toBe(1000);
    expect(client.messages.at(-1)).toEqual({ type: 'ended', turn: 't', why: 'done' });
    expect(engine.underWay).toBe(0);
  });

  it('a client that disappears leaves no work behind', async () => {
    const { connect, engine, server } = await start();
    engine.gate = () => new Promise(() => {});
    const client = await connect();
    client.send(init, text('One. Two. Three.'), flush);
    await client.got('ready');
    client.send({ type: 'nonsense' });
    await client.got('error');
    expect(engine.underWay).toBe(2);
    const watcher = await connect();
    client.socket.terminate();
    await client.closed;
    while (server.stats().sessions > 1) {
      watcher.socket.ping();
      await new Promise((resolve) => watcher.socket.once('pong', resolve));
    }
    expect(engine.underWay).toBe(0);
    expect(engine.aborted).toBe(2);
  });
});
