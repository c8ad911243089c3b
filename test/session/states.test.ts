import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { collect, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

const hello = spansOf(['Hello there.']);

describe('the states of a session', () => {
  it('goes from idle over connecting, handshaking and ready to draining and closed', async () => {
    const { clock, hub, session } = openFake({ habits: { ready: false } });
    hub.holds = true;
    expect(session.state).toBe('idle');
    session.warm();
    expect(session.state).toBe('connecting');
    hub.open();
    await settle();
    expect(session.state).toBe('handshaking');
    const turn = session.speak(hello);
    const heard = collect(turn);
    await settle();
    hub.link.say({ type: 'ready' });
    await settle();
    expect(session.state).toBe('ready');
    expect((await turn.result).why).toBe('done');
    expect(heard.ms).toBe(120);
    const closed = session.close();
    expect(session.state).toBe('draining');
    await closed;
    expect(session.state).toBe('closed');
    expect(hub.link.words).toBe('begin text flush end close');
    expect(hub.link.closedWith).toMatchObject({ code: 1000 });
    expect(clock.pending).toBe(0);
  });

  it('holds text until the service is ready', async () => {
    const { hub, session } = openFake({ habits: { ready: false } });
    session.speak(hello);
    await settle();
    expect(hub.link.words).toBe('begin');
    hub.link.say({ type: 'ready' });
    await settle();
    expect(hub.link.words).toBe('begin text flush end');
  });

  it('opens ahead with warm, and begins only with the first text', async () => {
    const { hub, session } = openFake();
    session.warm();
    session.warm();
    await settle();
    const feed = new SpanFeed();
    session.speak(feed);
    await settle();
    expect(hub.links).toHaveLength(1);
    expect(hub.link.words).toBe('');
    feed.push(...spansOf(['  ', '\n'], 'paragraph'));
    await settle();
    expect(hub.link.words).toBe('');
    feed.push(...hello);
    await settle();
    expect(hub.link.words).toBe('begin text flush');
  });

  it('connects with the first text where nobody warmed, and not for a turn without text', async () => {
    const { hub, session } = openFake();
    const silent = session.speak([]);
    expect(await silent.result).toMatchObject({ why: 'done', report: { connections: 0, bytes: 0 } });
    expect(hub.attempts).toHaveLength(0);
    await session.speak(hello).result;
    expect(hub.attempts).toHaveLength(1);
  });

  it('neither opens nor speaks once it is closed', async () => {
    const { hub, session } = openFake();
    await session.close();
    expect(session.state).toBe('closed');
    session.warm();
    const { why, error } = await session.speak(hello).result;
    expect(why).toBe('failed');
    expect(error).toMatchObject({ code: 'E_CLOSED' });
    expect(hub.attempts).toHaveLength(0);
    await session.close();
  });
});

describe('the time that each arrow has', () => {
  it('fails with E_CONNECT_TIMEOUT when the socket does not open', async () => {
    const { clock, hub, session } = openFake({ timeouts: { connectMs: 500 } });
    hub.holds = true;
    const turn = session.speak(hello);
    await clock.advance(499);
    expect(session.state).toBe('connecting');
    await clock.advance(1);
    expect((await turn.result).error).toMatchObject({
      code: 'E_CONNECT_TIMEOUT',
      message: 'the session did not open within 0.5 s',
    });
    expect(hub.attempts[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('gives the handshake what connecting has left of the time', async () => {
    const { clock, hub, session } = openFake({ habits: { ready: false }, timeouts: { connectMs: 500 } });
    hub.holds = true;
    const turn = session.speak(hello);
    await clock.advance(400);
    hub.open();
    await clock.advance(99);
    expect(session.state).toBe('handshaking');
    await clock.advance(1);
    expect((await turn.result).error).toMatchObject({
      code: 'E_CONNECT_TIMEOUT',
      message: 'the session did not become ready within 0.5 s',
    });
    expect(hub.link.closedWith).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it('does not count what a warm connection waits for its first text', async () => {
    const { clock, hub, session } = openFake({ timeouts: { connectMs: 500, pingEveryMs: 1e9 } });
    session.warm();
    await clock.advance(10_000);
    expect(session.state).toBe('handshaking');
    expect((await session.speak(hello).result).why).toBe('done');
    expect(hub.links).toHaveLength(1);
  });

  it('fails with E_TIMEOUT when nothing comes while something is owed, and gives out what came', async () => {
    const { clock, hub, session } = openFake({
      habits: { msPerChar: undefined, ended: false },
      timeouts: { frameMs: 1000 },
    });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await clock.advance(900);
    hub.link.sound('turn-1', 50);
    await clock.advance(999);
    expect(heard.over).toBe(false);
    await clock.advance(1);
    expect(heard).toMatchObject({ ms: 50, over: true, error: { code: 'E_TIMEOUT' } });
    expect((await turn.result).error).toMatchObject({ message: 'the service sent nothing for 1 s' });
    expect(clock.pending).toBe(0);
  });

  it('fails as late where the service talks, and repeats what it has told, but brings nothing on', async () => {
    const { clock, hub, session } = openFake({
      habits: { msPerChar: undefined, ended: false },
      timeouts: { frameMs: 1000 },
    });
    const turn = session.speak(hello);
    await settle();
    hub.link.progress('turn-1', 3);
    for (let i = 0; i < 20; i++) {
      await clock.advance(100);
      hub.link.progress('turn-1', 3);
      hub.link.say({ type: 'note', name: 'busy' });
      hub.link.say({ type: 'warning', code: 'slow', message: 'slow' });
    }
    expect((await turn.result).error).toMatchObject({
      code: 'E_TIMEOUT',
      message: 'the service sent nothing of what it owes for 1 s',
    });
  });

  it('fails where more sound comes than can be about the text, and gives out what came', async () => {
    const { hub, session } = openFake({ habits: { msPerChar: undefined, ended: false } });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await settle();
    const mostMs = 1000 * (30 + 2 * turn.progress.sentChar);
    hub.link.sound('turn-1', mostMs);
    await settle();
    expect(heard.over).toBe(false);
    hub.link.sound('turn-1', 1);
    await settle();
    expect(heard).toMatchObject({ ms: mostMs + 1, over: true, error: { code: 'E_PROTOCOL' } });
  });

  it('is not kept waiting by text that goes out while nothing comes back', async () => {
    const { clock, session } = openFake({ habits: { msPerChar: undefined }, timeouts: { frameMs: 1000 } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    for (let i = 0; i < 11; i++) {
      feed.push(...spansOf(['Word. '], 'sentence', i * 6));
      await clock.advance(100);
    }
    expect((await turn.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('waits for the end of a turn, also where all text is acknowledged', async () => {
    const { clock, session } = openFake({ habits: { ended: false }, timeouts: { frameMs: 1000 } });
    const turn = session.speak(hello);
    await clock.advance(1000);
    expect((await turn.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('waits for that end also when the last acknowledgement comes after it was asked for', async () => {
    const { clock, hub, session } = openFake({
      habits: { msPerChar: undefined, ended: false },
      timeouts: { frameMs: 1000, pingEveryMs: 1e9 },
    });
    const turn = session.speak(hello);
    await settle();
    hub.link.progress(turn.id, 12);
    await clock.advance(1000);
    expect((await turn.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('lets a source think as long as it likes', async () => {
    const { clock, hub, session } = openFake({ timeouts: { frameMs: 1000, pingEveryMs: 700 } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ']));
    await clock.advance(60_000);
    feed.push(...spansOf(['Two.'], 'sentence', 5));
    feed.end();
    await clock.advance(0);
    expect((await turn.result).why).toBe('done');
    expect(hub.link.texts).toEqual(['One. ', 'Two.']);
  });

  it('drops the socket when the close handshake takes too long', async () => {
    const { clock, hub, session } = openFake({ timeouts: { closeMs: 300 } });
    await session.speak(hello).result;
    hub.link.client.close = () => {};
    let gone = false;
    session.close().then(() => {
      gone = true;
    });
    await clock.advance(299);
    expect(gone).toBe(false);
    await clock.advance(1);
    expect(gone).toBe(true);
    expect(hub.link.closedWith).toMatchObject({ code: 1006 });
    expect(clock.pending).toBe(0);
  });
});

describe('a connection that is idle', () => {
  it('pings after 30 s, and fails with E_PEER_SILENT when no pong comes in 10', async () => {
    const { clock, hub, session } = openFake({ habits: { pongs: false } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...hello);
    await clock.advance(39_999);
    expect(session.state).toBe('ready');
    await clock.advance(1);
    expect((await turn.result).error).toMatchObject({ code: 'E_PEER_SILENT' });
    expect(hub.link.closedWith).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it('goes on for hours while pongs come', async () => {
    const { clock, hub, session } = openFake();
    session.warm();
    await clock.advance(3 * 3600_000);
    expect((await session.speak(hello).result).why).toBe('done');
    expect(hub.links).toHaveLength(1);
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('takes any frame for a pong', async () => {
    const { clock, hub, session } = openFake({ habits: { pongs: false } });
    await session.speak(hello).result;
    await clock.advance(35_000);
    hub.link.say({ type: 'note', name: 'alive' });
    await clock.advance(29_000);
    expect(session.state).toBe('ready');
  });

  it('finds out that a warm connection is gone', async () => {
    const { clock, hub, session } = openFake({ habits: { pongs: false } });
    session.warm();
    await clock.advance(40_000);
    expect(session.state).toBe('idle');
    hub.habits.pongs = true;
    expect((await session.speak(hello).result).why).toBe('done');
    expect(hub.links).toHaveLength(2);
  });

  it('sends the service’s own keep-alive where it has one, and only while idle', async () => {
    const { clock, hub, session } = openFake({ traits: { keepAliveMs: 5000 }, habits: { msPerChar: undefined } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...hello);
    await clock.advance(4000);
    hub.link.sound(turn.id, 10);
    await clock.advance(20_000);
    expect(hub.link.words).toBe('begin text flush');
    hub.link.progress(turn.id, 12);
    await clock.advance(15_000);
    expect(hub.link.words).toBe('begin text flush keepAlive keepAlive keepAlive');
    feed.push(...spansOf(['More.'], 'sentence', 12));
    await clock.advance(10_000);
    expect(hub.link.words).toBe('begin text flush keepAlive keepAlive keepAlive text flush');
  });
});

describe('the signal', () => {
  const reason = new SpeechError('E_MAX_TIME', 'that was it');

  async function abortedAt(stage: 'before' | 'connecting' | 'handshaking' | 'speaking' | 'waiting', given: unknown) {
    const controller = new AbortController();
    const fake = openFake({
      signal: controller.signal,
      habits: { ready: stage !== 'handshaking', msPerChar: undefined },
    });
    fake.hub.holds = stage === 'connecting';
    if (stage === 'before') controller.abort(given);
    const feed = new SpanFeed();
    const turn = fake.session.speak(feed);
    const next = fake.session.speak(hello);
    const heard = collect(turn);
    if (stage !== 'waiting') feed.push(...hello);
    await settle();
    if (stage === 'speaking') fake.hub.link.sound(turn.id, 30);
    await settle();
    controller.abort(given);
    const { why, error } = await turn.result;
    await settle();
    return { ...fake, controller, feed, heard, why, error, next: await next.result };
  }

  it.each(['before', 'connecting', 'handshaking', 'speaking', 'waiting'] as const)(
    'ends everything with its reason: %s',
    async (stage) => {
      const { clock, hub, session, controller, feed, heard, why, error, next } = await abortedAt(stage, reason);
      expect(why).toBe('failed');
      expect(error).toBe(reason);
      expect(heard).toMatchObject({ error: reason, over: true, ms: stage === 'speaking' ? 30 : 0 });
      expect(next.error).toBe(reason);
      expect(feed.left).toBe(stage !== 'before');
      for (const link of hub.links) expect(link.closedWith).toBeDefined();
      expect(session.state).toBe('idle');
      session.warm();
      expect(hub.attempts.length).toBeLessThanOrEqual(1);
      expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
      expect(clock.pending).toBe(0);
    },
  );

  it('rejects with a reason that is no error of ours as it is', async () => {
    const { heard, error } = await abortedAt('speaking', new DOMException('stop', 'AbortError'));
    expect(heard.error).toBeInstanceOf(DOMException);
    expect(error).toMatchObject({ code: 'E_INTERRUPTED' });
  });

  it('drops a connection that nobody uses', async () => {
    const controller = new AbortController();
    const { clock, hub, session } = openFake({ signal: controller.signal });
    session.warm();
    await settle();
    controller.abort(reason);
    await settle();
    expect(hub.link.closedWith).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it('leaves no listener behind after turns and a close', async () => {
    const controller = new AbortController();
    const { clock, session } = openFake({ signal: controller.signal });
    for (let i = 0; i < 20; i++) await session.speak(hello).result;
    await session.close();
    await settle();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(clock.pending).toBe(0);
  });

  it('drops a socket that opens only after the end', async () => {
    const { hub, session } = openFake();
    const connect = hub.connect;
    let release = () => {};
    const late = openFake({
      connect: async (request, options) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return connect(request, { ...options, signal: new AbortController().signal });
      },
    });
    late.session.warm();
    await late.session.close();
    release();
    await settle();
    expect(hub.link.closedWith).toBeDefined();
    await session.close();
  });
});

describe('a connection that cannot be made', () => {
  it('fails the turn with the error of the transport', async () => {
    const { clock, hub, session } = openFake();
    hub.failure = new SpeechError('E_CONNECT', 'connection refused');
    const turn = session.speak(hello);
    const heard = collect(turn);
    expect((await turn.result).error).toBe(hub.failure);
    await settle();
    expect(heard.error).toBe(hub.failure);
    expect(clock.pending).toBe(0);
  });

  it('lets the next turn try again', async () => {
    const { hub, session } = openFake();
    hub.failure = new SpeechError('E_CONNECT', 'connection refused');
    session.warm();
    await settle();
    hub.failure = undefined;
    expect((await session.speak(hello).result).why).toBe('done');
  });

  it.each([true, false])('fails the turn when the codec refuses its settings (warmed: %s)', async (warmed) => {
    const { session } = openFake({ settings: { voice: 'unspeakable' } });
    if (warmed) session.warm();
    await settle();
    expect((await session.speak(hello).result).error).toMatchObject({ code: 'E_USAGE' });
    await session.close();
  });

  it.each([1000, 1008, 1011])(
    'fails with the close code %d of a service that leaves before it is ready',
    async (code) => {
      const { clock, hub, session } = openFake({ habits: { ready: false } });
      const turn = session.speak(hello);
      await settle();
      hub.link.close(code, 'no');
      const expected = { 1000: 'E_CLOSED', 1008: 'E_REQUEST', 1011: 'E_PROVIDER' }[code];
      expect((await turn.result).error).toMatchObject({ code: expected, detail: { closeCode: code } });
      await settle();
      expect(hub.attempts).toHaveLength(1);
      expect(clock.pending).toBe(0);
    },
  );
});
