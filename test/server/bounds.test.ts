import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/server/server.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';
import { heard } from './support/fake-engine.ts';
import { direct, flush, init, start, text } from './support/start.ts';

const plain = '/plain?configured';

/** Resolves when the server has seen to everything that a client sent before: pings are answered in order. */
async function seen(client: Awaited<ReturnType<Awaited<ReturnType<typeof start>>['connect']>>): Promise<void> {
  client.socket.ping();
  await new Promise((resolve) => client.socket.once('pong', resolve));
}

describe('a client that does not read', () => {
  /** Sentences of 512 kB of sound each, 200 of them: far more than the sockets of both sides hold. */
  async function flooded(clock: ManualClock) {
    const running = await start({ clock, limits: { stalledMs: 1000, waitingChars: 1_000_000 } });
    running.engine.repeats = 2 ** 15;
    running.engine.chunkSamples = 2 ** 14;
    const client = await running.connect(direct);
    client.send(init);
    await client.got('ready');
    client.socket.pause();
    for (let i = 0; i < 200; i++) client.send(text('1234567. '));
    client.send(flush);
    const watcher = await running.connect();
    // The engine gets no further when the client's share of memory is full.
    let before = -1;
    for (let same = 0; same < 20; same++) {
      if (running.engine.requested.length !== before) same = 0;
      before = running.engine.requested.length;
      await seen(watcher);
    }
    return { ...running, client, watcher };
  }

  it('is not stored: synthesis waits, and goes on when it reads', async () => {
    const { client, engine } = await flooded(new ManualClock());
    expect(engine.requested.length).toBeLessThan(100);
    let bytes = 0;
    client.socket.removeAllListeners('message');
    const flushed = new Promise<void>((resolve) => {
      client.socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) bytes += data.length;
        else resolve();
      });
    });
    client.socket.resume();
    await flushed;
    expect(bytes).toBe(200 * 8 * 2 ** 15 * 2);
    expect(engine.requested).toHaveLength(200);
  });

  it('can still interrupt', async () => {
    const { client, engine } = await flooded(new ManualClock());
    client.send({ type: 'clear' });
    client.socket.resume();
    await client.got('cleared');
    expect(engine.underWay).toBe(0);
    expect(engine.requested.length).toBeLessThan(100);
  });

  it('is dropped when it has read nothing for long, and its work with it', async () => {
    const clock = new ManualClock();
    const { engine, server, watcher } = await flooded(clock);
    await clock.advance(999);
    expect(server.stats().sessions).toBe(2);
    await clock.advance(1);
    // The work ends at once; the client has the time of a closing to read why.
    expect(engine.underWay).toBe(0);
    await clock.advance(defaultLimits.closeMs);
    while (server.stats().sessions > 1) await seen(watcher);
  });

  it('is told why, with 1008, should it read again', async () => {
    const clock = new ManualClock();
    const { client } = await flooded(clock);
    await clock.advance(1000);
    client.socket.resume();
    expect(await client.closed).toEqual({ code: 1008, reason: 'the client has read nothing for 1 s' });
  });

  it('is not read from, when it asks on and on, and then dropped', async () => {
    const clock = new ManualClock();
    const { connect, server } = await start({
      clock,
      limits: { unreadReplies: 50, badMessages: 1e9, stalledMs: 1000, idleMs: 1e9 },
    });
    const watcher = await connect();
    const client = await connect();
    client.send(init);
    await client.got('ready');
    client.socket.pause();
    const padding = 'x'.repeat(100);
    for (let same = 0, before = -1; same < 20; same++) {
      if (client.socket.bufferedAmount === 0) {
        for (let i = 0; i < 2000; i++) {
          client.send({ type: `${padding}${i}` });
          client.socket.ping(padding);
        }
      }
      if (client.socket.bufferedAmount !== before) same = 0;
      before = client.socket.bufferedAmount;
      await seen(watcher);
    }
    expect(server.stats().sessions).toBe(2);
    const answered = server.stats().faults;
    await clock.advance(1000 + defaultLimits.closeMs);
    while (server.stats().sessions > 1) await seen(watcher);
    expect(server.stats().faults).toBe(answered);
    client.socket.resume();
    expect((await client.closed).code).toBe(1006);
  });
});

/** Eleven frames of one message, a byte each: little to read, and each costs more to keep than to send. */
function inFragments(socket: import('ws').WebSocket): void {
  for (let i = 0; i < 11; i++) socket.send('x', { fin: false });
}

describe('messages that cannot be accepted', () => {
  it('close the connection with 1008 when there are too many in a row', async () => {
    const { connect } = await start({ limits: { badMessages: 3 } });
    const client = await connect();
    client.send(init, ...Array.from({ length: 10 }, () => '{"type":'));
    expect(await client.closed).toEqual({ code: 1008, reason: 'too many messages that cannot be accepted' });
    expect(client.types).toEqual(['ready', 'error', 'error', 'error']);
  });

  it('do not, as long as others come between', async () => {
    const { connect } = await start({ limits: { badMessages: 3 } });
    const client = await connect();
    client.send(init);
    for (let i = 0; i < 10; i++) client.send('no', 'no', 'no', { type: 'keepalive' });
    await client.got('error', 30);
    client.send(text('Still here.'), flush);
    await client.got('flushed');
  });

  it.each([
    ['too large', (socket: import('ws').WebSocket) => socket.send('x'.repeat(2001)), 1009],
    ['in too many frames', inFragments, 1008],
    ['no UTF-8', (socket: import('ws').WebSocket) => socket.send(Buffer.from([0xc3, 0x28]), { binary: false }), 1007],
  ])('close it at once when they are %s', async (_what, act, code) => {
    const { connect, engine } = await start({ limits: { messageBytes: 2000, fragments: 10 } });
    const client = await connect();
    client.send(init, text('One. Two. Three'));
    await client.got('ready');
    act(client.socket);
    expect((await client.closed).code).toBe(code);
    expect(engine.underWay).toBe(0);
  });
});

describe('a session', () => {
  it('ends with 1001 when it has lasted as long as one may, whatever is said in it', async () => {
    const clock = new ManualClock();
    const { connect, engine } = await start({ clock, limits: { sessionMs: 5000 } });
    engine.gate = () => new Promise(() => {});
    const client = await connect();
    client.send(init, text('Held.'), flush);
    await client.got('ready');
    await clock.advance(4999);
    await seen(client);
    expect(client.isClosed).toBe(false);
    await clock.advance(1);
    expect(await client.closed).toEqual({ code: 1001, reason: 'the session has lasted as long as one may' });
    expect(engine.underWay).toBe(0);
  });
});

describe('text that waits', () => {
  it('stops the reading at its bound, and the client loses nothing', async () => {
    const { connect, engine } = await start({ limits: { waitingChars: 2000 } });
    const sentences = Array.from({ length: 3000 }, (_, i) => `Sentence number ${i} of a long text.`);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    engine.gate = () => held;
    const client = await connect();
    client.send(init, ...sentences.map((sentence) => text(`${sentence} `)), flush);
    await client.got('ready');
    release();
    await client.got('flushed');
    expect(heard(client.audio)).toBe(sentences.join(''));
  });

  it('counts flushes as well', async () => {
    const { connect } = await start({ limits: { waitingChars: 200 } });
    const client = await connect();
    client.send(init, text('One.'));
    for (let i = 0; i < 5000; i++) client.send(flush);
    await client.got('flushed', 5000);
    expect(heard(client.audio)).toBe('One.');
  });

  it('is as good as none when it has been interrupted', async () => {
    const { connect, engine } = await start({ limits: { waitingChars: 500 } });
    engine.gate = (words) => (words.startsWith('Held') ? new Promise(() => {}) : undefined);
    const client = await connect();
    client.send(init, text('Held back for ever. '.repeat(40)), { type: 'clear' }, text('Free.'), flush);
    await client.got('flushed');
    expect(heard(client.audio)).toBe('Free.');
  });
});

describe('an idle connection', () => {
  it('is closed with 1000, however often it had been heard before', async () => {
    const clock = new ManualClock();
    const { connect } = await start({ clock, limits: { idleMs: 1000 } });
    const client = await connect();
    await clock.advance(900);
    client.send(init);
    await client.got('ready');
    await clock.advance(900);
    client.send({ type: 'keepalive' });
    await seen(client);
    await clock.advance(999);
    expect(client.isClosed).toBe(false);
    await clock.advance(1);
    expect(await client.closed).toEqual({ code: 1000, reason: 'idle' });
  });

  it('is not closed while it is being spoken to', async () => {
    const clock = new ManualClock();
    const { connect, engine } = await start({ clock, limits: { idleMs: 1000 } });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    engine.gate = () => held;
    const client = await connect(plain);
    client.send({ type: 'text', turn: 't', text: 'Slow.', throughChar: 5 }, { type: 'flush', turn: 't' });
    await seen(client);
    await clock.advance(5500);
    release();
    await client.got('progress');
    await clock.advance(1000);
    expect((await client.closed).reason).toBe('idle');
  });

  it('leaves no timer when it has gone', async () => {
    const clock = new ManualClock();
    const { connect, server } = await start({ clock });
    const watched = await connect();
    expect(clock.pending).toBe(2);
    await watched.close();
    while (server.stats().sessions > 0) await settle();
    expect(clock.pending).toBe(0);
  });
});
