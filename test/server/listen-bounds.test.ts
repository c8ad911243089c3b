import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { defaultLimits } from '../../src/server/server.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import type { Client } from './support/client.ts';
import { gate } from './support/fake-engine.ts';
import { type FakeStream, sound } from './support/fake-recogniser.ts';
import { hear, seen, startListening } from './support/start-listening.ts';

const silent = { startMs: 0, endMs: 0, text: '', words: [], confidence: 0 } as const;

function faultOf(client: Client): unknown {
  return client.messages.find(({ type }) => type === 'error')?.fault;
}

describe('too many listeners', () => {
  it('are told how many there may be, and to come later; nobody else is touched', async () => {
    const { ready, connect, recogniser, server } = await startListening({ limits: { listeners: 2 } });
    const [first, second] = [await ready(), await ready()];
    const third = await connect(hear);
    expect(await third.closed).toEqual({ code: 1013, reason: 'the session cannot begin' });
    expect(third.types).toEqual(['error']);
    expect(faultOf(third)).toMatchObject({ code: 'E_RATE_LIMIT', message: expect.stringContaining('listens to 2 ') });
    expect(recogniser.asked).toBe(2);
    expect(server.stats()).toMatchObject({ listeners: 2, faults: 1 });
    for (const client of [first, second]) {
      client.socket.send(sound('well.'));
      expect(await client.got('final')).toMatchObject({ text: 'well.' });
    }
    await first.close();
    while (server.stats().listeners > 1) await seen(second);
    const fourth = await ready();
    fourth.socket.send(sound('here.'));
    await fourth.got('final');
    expect(server.stats().listeners).toBe(2);
  });

  it('are eight and one by default, and speech out is not among them', async () => {
    const { ready, connect } = await startListening();
    for (let i = 0; i < 8; i++) await ready();
    const speaker = await connect('/plain?configured');
    await speaker.got('ready');
    const ninth = await connect(hear);
    expect((await ninth.closed).code).toBe(1013);
  });

  it('count from their settings on: an upgrade alone takes no place', async () => {
    const { ready, connect, server } = await startListening({ limits: { listeners: 1 } });
    await connect('/hear');
    await connect('/hear');
    expect(server.stats()).toMatchObject({ listeners: 0 });
    await ready();
    expect(server.stats().listeners).toBe(1);
  });
});

describe('a recogniser that cannot begin', () => {
  it.each<[Error, string, number]>([
    [new SpeechError('E_RECOGNISER', 'pocketsphinx is not installed'), 'E_RECOGNISER', 1011],
    [new SpeechError('E_UNSUPPORTED', 'no such model'), 'E_UNSUPPORTED', 1008],
    [new Error('the library would not load'), 'E_ENGINE', 1011],
  ])('because of %s says why, and gives its place back', async (thrown, code, closeCode) => {
    const { connect, recogniser, server, ready } = await startListening({ limits: { listeners: 1 } });
    recogniser.opening = () => Promise.reject(thrown);
    const client = await connect(hear);
    client.socket.send(sound('unheard.'));
    expect((await client.closed).code).toBe(closeCode);
    expect(client.messages).toEqual([
      { type: 'error', fault: expect.objectContaining({ code, message: thrown.message }) },
    ]);
    expect(server.stats().listeners).toBe(0);
    recogniser.opening = () => undefined;
    await ready();
  });

  it('for the language of one client does for others', async () => {
    const { connect, ready } = await startListening();
    const client = await connect('/hear');
    client.send({ type: 'configure', settings: { language: 'xx-YY' } });
    expect((await client.closed).code).toBe(1008);
    expect(faultOf(client)).toMatchObject({ code: 'E_UNSUPPORTED', message: 'xx is not understood here' });
    await ready({ language: 'en' });
  });

  it('is not asked about audio that nobody can read', async () => {
    const { connect, recogniser, server } = await startListening();
    const client = await connect('/hear');
    client.send({ type: 'configure', settings: { format: { encoding: 'mp3', sampleRateHz: 16_000, channels: 1 } } });
    expect((await client.closed).code).toBe(1008);
    expect(faultOf(client)).toMatchObject({ code: 'E_UNSUPPORTED', message: expect.stringContaining('not mp3') });
    expect(recogniser.asked).toBe(0);
    expect(server.stats().listeners).toBe(0);
  });
});

describe('a recogniser that fails', () => {
  it('in the middle says so, after what it had recognised, and ends with 1011', async () => {
    const { ready, recogniser, server } = await startListening();
    const client = await ready();
    const other = await ready();
    client.socket.send(sound('fine.'));
    await client.got('final');
    recogniser.streams[0]?.give(new SpeechError('E_ENGINE', 'the decoder died'));
    expect(await client.closed).toEqual({ code: 1011, reason: 'the recogniser failed' });
    expect(client.types).toEqual(['ready', 'final', 'error']);
    expect(faultOf(client)).toEqual({ code: 'E_ENGINE', message: 'the decoder died' });
    expect(server.stats().listeners).toBe(1);
    expect(recogniser.streams.map((stream) => stream.calls.includes('close'))).toEqual([true, false]);
    other.socket.send(sound('alive.'));
    await other.got('final');
  });

  it('by ending its results early is not taken for done', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    recogniser.stream.finish();
    expect((await client.closed).code).toBe(1011);
    expect(faultOf(client)).toMatchObject({ code: 'E_ENGINE', message: expect.stringContaining('before the audio') });
    expect(client.types).not.toContain('ended');
  });

  it.each<[string, (stream: FakeStream) => void]>([
    ['refusing', (stream) => Object.assign(stream, { hold: () => Promise.reject(new Error('no more')) })],
    [
      'throwing',
      (stream) => {
        stream.write = () => {
          throw new Error('no more');
        };
      },
    ],
  ])('by %s audio ends the connection, not the server', async (_how, spoil) => {
    const { ready, recogniser, server } = await startListening();
    const client = await ready();
    spoil(recogniser.stream);
    client.socket.send(sound('x'));
    expect((await client.closed).code).toBe(1011);
    expect(recogniser.underWay).toBe(0);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('with words that the codec cannot say ends the connection, not the server', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    recogniser.stream.give({ type: 'interim', ...silent, text: 'BREAK' });
    expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' });
    expect(recogniser.underWay).toBe(0);
  });
});

describe('audio that comes faster than it is recognised', () => {
  it('stays with the client, is heard in order, and nothing is lost', async () => {
    const { ready, recogniser } = await startListening();
    const watcher = await ready();
    const client = await ready({ interim: false });
    const { stream } = recogniser;
    const { promise, open } = gate();
    const written: number[] = [];
    stream.write = (samples) => {
      written.push(samples.length);
      return promise;
    };
    // 64 MB: far more than the sockets of both sides hold.
    const frame = Buffer.alloc(1024 * 1024, 'a');
    for (let i = 0; i < 64; i++) client.socket.send(frame);
    client.socket.send(sound('z.'));
    client.send({ type: 'close' });
    for (let same = 0, before = -1; same < 20; same++) {
      if (client.socket.bufferedAmount !== before) same = 0;
      before = client.socket.bufferedAmount;
      await seen(watcher);
    }
    expect(written).toHaveLength(1);
    expect(client.socket.bufferedAmount).toBeGreaterThan(32 * 1024 * 1024);
    open();
    await client.closed;
    expect(client.messages.at(-1)).toEqual({ type: 'ended', audioMs: (64 * (frame.length / 2) + 2) / 8 });
    expect(written.reduce((sum, samples) => sum + samples)).toBe(64 * (frame.length / 2) + 2);
    // A message of a minute is given to the recogniser in seconds, so that results are told in between.
    expect(Math.max(...written)).toBe(8000);
    expect(stream.calls).toEqual(['end', 'close']);
  });

  it('holds back its own end as well', async () => {
    const { ready, recogniser } = await startListening();
    const client = await ready();
    const other = await ready();
    const [stream] = recogniser.streams;
    const { promise, open } = gate();
    if (stream) stream.hold = () => promise;
    client.socket.send(sound('slow'));
    client.send({ type: 'finalize' }, { type: 'close' });
    while (stream?.calls.length === 0) await seen(other);
    for (let i = 0; i < 10; i++) await seen(other);
    expect(stream?.calls).toEqual(['write 4']);
    open();
    await client.closed;
    expect(stream?.calls).toEqual(['write 4', 'finalize', 'end', 'close']);
  });
});

describe('a client that reads no results', () => {
  it('gets no more of them, and is dropped at last', async () => {
    const clock = new ManualClock();
    const running = await startListening({ clock, limits: { stalledMs: 1000, idleMs: 1e9 } });
    const watcher = await running.ready();
    let taken = 0;
    running.recogniser.prepare = (stream) => {
      const results = async function* () {
        while (stream.isOpen && taken < 2000) {
          taken++;
          const text = 'x'.repeat(200_000);
          yield { type: 'final', endOfUtterance: true, fromFinalize: false, ...silent, text } as const;
        }
      };
      Object.assign(stream, { results: results() });
    };
    const client = await running.connect('/hear');
    client.socket.pause();
    client.send({ type: 'configure' });
    for (let same = 0, before = -1; same < 20; same++) {
      if (taken !== before) same = 0;
      before = taken;
      await seen(watcher);
    }
    expect(taken).toBeGreaterThan(1);
    expect(taken).toBeLessThan(1000);
    await clock.advance(1000);
    while (running.server.stats().listeners > 1) await seen(watcher);
    expect(running.recogniser.underWay).toBe(1);
  });
});

it('a client that reads no results is not read from either, and gets them all when it reads', async () => {
  const { ready, recogniser } = await startListening();
  const watcher = await ready();
  const client = await ready({ interim: false });
  const { stream } = recogniser;
  let written = 0;
  stream.write = () => {
    written++;
    stream.give({ type: 'final', endOfUtterance: true, fromFinalize: false, ...silent, text: 'x'.repeat(100_000) });
    return undefined;
  };
  client.socket.pause();
  // As long as real ones: of the least there are thousands in one piece of the network, which is looked at as a whole.
  const frame = Buffer.alloc(4000);
  for (let i = 0; i < 1000; i++) client.socket.send(frame);
  for (let same = 0, before = -1; same < 20; same++) {
    if (written !== before) same = 0;
    before = written;
    await seen(watcher);
  }
  expect(written).toBeLessThan(500);
  client.socket.resume();
  client.send({ type: 'close' });
  await client.closed;
  expect(client.types.filter((type) => type === 'final')).toHaveLength(1000);
});

describe('messages that cannot be accepted', () => {
  it('close the connection with 1008 when there are too many in a row', async () => {
    const { ready, recogniser } = await startListening({ limits: { badMessages: 3 } });
    const client = await ready();
    const reject = { type: 'reject', fault: { code: 'E_REQUEST', message: 'no' } };
    client.send(...Array.from({ length: 10 }, () => reject));
    expect((await client.closed).code).toBe(1008);
    expect(client.types).toEqual(['ready', 'error', 'error', 'error']);
    expect(recogniser.underWay).toBe(0);
  });

  it.each<[string, (client: Client) => void]>([
    ['audio', (client) => client.socket.send(sound('early'))],
    ['finalize', (client) => client.send({ type: 'finalize' })],
  ])('are %s before the settings: told once, then ignored', async (_what, send) => {
    const { connect, recogniser } = await startListening();
    const client = await connect('/hear');
    for (let i = 0; i < 20; i++) send(client);
    client.send({ type: 'configure' });
    await client.got('ready');
    expect(client.types).toEqual(['error', 'ready']);
    expect(faultOf(client)).toMatchObject({ code: 'E_REQUEST' });
    client.socket.send(sound('now.'));
    await client.got('final');
    expect(recogniser.stream.heard).toBe('now.');
  });

  it('are not put up with for ever', async () => {
    const { connect } = await startListening({ limits: { badMessages: 5 } });
    const client = await connect('/hear');
    for (let i = 0; i < 10; i++) client.socket.send(sound('early'));
    expect(await client.closed).toEqual({ code: 1008, reason: 'audio before the settings' });
    expect(client.types).toEqual(['error']);
  });

  it('too large close it with 1009, and its stream', async () => {
    const { ready, recogniser } = await startListening({ limits: { messageBytes: 2000 } });
    const client = await ready();
    client.socket.send(Buffer.alloc(2002));
    expect((await client.closed).code).toBe(1009);
    expect(recogniser.underWay).toBe(0);
  });
});

describe('a connection without audio', () => {
  it('is closed as idle, and a keep-alive or audio puts that off', async () => {
    const clock = new ManualClock();
    const { ready, recogniser } = await startListening({ clock, limits: { idleMs: 1000 } });
    const client = await ready();
    await clock.advance(900);
    client.send({ type: 'keepAlive' });
    await seen(client);
    await clock.advance(900);
    client.socket.send(sound('x'));
    await client.got('interim');
    await clock.advance(999);
    expect(client.isClosed).toBe(false);
    await clock.advance(1);
    expect(await client.closed).toEqual({ code: 1000, reason: 'idle' });
    expect(recogniser.underWay).toBe(0);
  });

  it('is not idle while it waits for its last results', async () => {
    const clock = new ManualClock();
    const { ready, recogniser } = await startListening({ clock, limits: { idleMs: 1000 } });
    const client = await ready();
    const { stream } = recogniser;
    stream.end = () => {
      stream.calls.push('end');
    };
    client.send({ type: 'close' });
    await seen(client);
    await clock.advance(10_000);
    expect(client.isClosed).toBe(false);
    stream.finish();
    await client.closed;
    expect(client.types).toEqual(['ready', 'ended']);
  });

  it('leaves no timer and no stream when it has gone', async () => {
    const clock = new ManualClock();
    const { ready, server, recogniser } = await startListening({ clock });
    const client = await ready();
    // Nothing was read while the recogniser was opened; that is over, and nobody looks whether the client is there.
    await clock.advance(defaultLimits.pingMs);
    expect(clock.pending).toBe(2);
    await client.close();
    while (server.stats().sessions > 0) await settle();
    expect(clock.pending).toBe(0);
    expect(recogniser.underWay).toBe(0);
    expect(server.stats().listeners).toBe(0);
  });
});

describe('the end of the server', () => {
  it('closes its listeners with 1001, in the middle of their audio', async () => {
    const { ready, server, recogniser } = await startListening();
    const client = await ready();
    recogniser.stream.hold = () => new Promise(() => {});
    client.socket.send(sound('held'));
    await client.got('interim');
    await server.close();
    expect((await client.closed).code).toBe(1001);
    expect(recogniser.underWay).toBe(0);
    expect(server.stats()).toMatchObject({ sessions: 0, listeners: 0 });
  });
});
