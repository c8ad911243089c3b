import { describe, expect, it } from 'vitest';
import { bytesPerMs, collect, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

/** So long that minutes of sound may be about it. */
const hello = spansOf(['Hello there. '.repeat(10)]);
const byHand = { msPerChar: undefined, ended: false };
const mib = 1024 * 1024;
/** 64 KiB of sound. */
const chunkMs = (64 * 1024) / bytesPerMs;

describe('a consumer that does not keep up', () => {
  it('stops the socket above 1 MiB, and starts it again below 256 KiB', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 40; i++) hub.link.sound(turn.id, chunkMs);
    await settle();
    expect(hub.link.paused).toBe(1);
    const taken = turn[Symbol.asyncIterator]();
    let bytes = 0;
    const take = async () => {
      const { value } = await taken.next();
      if (value?.type === 'audio') bytes += value.chunk.bytes.length;
    };
    // 17 chunks were let through: 16 are 1 MiB, which is not above it.
    for (let i = 0; i < 13; i++) await take();
    expect(hub.link.resumed).toBe(0);
    await take();
    expect(hub.link.resumed).toBe(1);
    await settle();
    expect(hub.link.paused).toBe(2);
    for (let i = 0; i < 26; i++) {
      await take();
      await settle();
    }
    expect(bytes).toBe(40 * 64 * 1024);
  });

  it('holds no more than 1 MiB and a frame', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 100; i++) hub.link.sound(turn.id, chunkMs);
    await settle();
    expect(turn.progress.audioMs).toBe((mib + 64 * 1024) / bytesPerMs);
  });

  it('is not told that the service is silent, nor is the service asked whether it lives', async () => {
    const { clock, hub, session } = openFake({ habits: { ...byHand, pongs: false } });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 20; i++) hub.link.sound(turn.id, chunkMs);
    await clock.advance(3600_000);
    expect(session.state).toBe('ready');
    const heard = collect(turn);
    await settle();
    expect(heard.ms).toBe(20 * chunkMs);
    await clock.advance(29_999);
    expect(heard.over).toBe(false);
    await clock.advance(1);
    expect(heard.error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('that is interrupted lets the socket go on', async () => {
    const { hub, session } = openFake({ habits: { ...byHand, acknowledges: true } });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 40; i++) hub.link.sound(turn.id, chunkMs);
    await settle();
    turn.interrupt();
    expect(hub.link.resumed).toBe(1);
    hub.link.habits.msPerChar = 10;
    hub.link.habits.ended = true;
    const next = session.speak(hello);
    const heard = collect(next);
    await next.result;
    await settle();
    expect(heard.ms).toBe(1300);
  });

  it('can be closed while the socket is stopped', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 40; i++) hub.link.sound(turn.id, chunkMs);
    await settle();
    await session.close();
    expect(hub.link.closedWith).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it('gets all that came before a close that it has not reached yet', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 40; i++) hub.link.sound(turn.id, chunkMs);
    hub.link.close(1011);
    await settle();
    const heard = collect(turn);
    for (let i = 0; i < 10; i++) await settle();
    expect(heard).toMatchObject({ ms: 40 * chunkMs, error: { code: 'E_PROVIDER' } });
  });

  it('does not stop a connection whose handshake is still to be read', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const one = 'One. '.repeat(20);
    const turn = session.speak(spansOf([one, 'Two.']));
    await settle();
    // Frames that came in one packet with the one that was too many.
    hub.link.client.pause = () => {};
    for (let i = 0; i < 20; i++) hub.link.sound(turn.id, chunkMs);
    hub.link.progress(turn.id, one.length);
    hub.habits = { ...byHand, ready: false, acknowledges: true, pongs: true };
    hub.link.close(1000);
    await settle();
    expect(session.state).toBe('handshaking');
    await turn[Symbol.asyncIterator]().next();
    hub.link.say({ type: 'ready' });
    await settle();
    expect(session.state).toBe('ready');
    expect(hub.at(1).texts).toEqual(['Two.']);
  });
});

describe('a source that is faster than the service', () => {
  it('waits for a checkpoint once 8000 characters are out', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(Array(300).fill('x'.repeat(100))));
    await settle();
    await settle();
    expect(turn.progress.sentChar).toBe(8100);
    expect(feed.taken).toBe(82);
    hub.link.progress(turn.id, 1000);
    await settle();
    expect(turn.progress.sentChar).toBe(9100);
    expect(feed.taken).toBe(92);
  });

  it('waits in the same way for a service that needs no flush', async () => {
    const { clock, hub, session } = openFake({ traits: { startsWithoutFlush: true }, habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(Array(300).fill('x'.repeat(100))));
    await settle();
    await settle();
    expect(turn.progress.sentChar).toBe(8100);
    hub.link.progress(turn.id, 8100);
    await settle();
    await settle();
    expect(turn.progress.sentChar).toBe(16_200);
    await clock.advance(30_000);
    expect((await turn.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('does not wait for one that sounds and tells nothing before the end of all', async () => {
    const { hub, session } = openFake({ traits: { startsWithoutFlush: true }, habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    feed.push(...spansOf(Array(300).fill('x'.repeat(100))));
    await settle();
    await settle();
    // A sentence may sound for this long before its text is told.
    hub.link.sound(turn.id, 10_000);
    await settle();
    expect(turn.progress.sentChar).toBe(8100);
    hub.link.sound(turn.id, 60_000);
    for (let i = 0; i < 4; i++) await settle();
    expect(turn.progress.sentChar).toBe(30_000);
    feed.end();
    await settle();
    hub.link.say({ type: 'ended', turn: turn.id, why: 'done' });
    expect((await turn.result).why).toBe('done');
    expect([heard.ms, turn.progress.throughChar]).toEqual([70_000, 30_000]);
  });

  it('does not wait where nothing is owed: a long run of source text that says nothing', async () => {
    const { session } = openFake();
    const spans = [
      ...spansOf(['One.']),
      ...Array.from({ length: 50 }, (_, i) => ({
        text: '',
        fromChar: 4 + i * 1000,
        toChar: 1004 + i * 1000,
        ends: 'paragraph' as const,
      })),
      ...spansOf(['Two.'], 'sentence', 50_004),
    ];
    const turn = session.speak(spans);
    expect((await turn.result).why).toBe('done');
    expect(turn.progress.throughChar).toBe(50_008);
  });

  it('waits for the network to take what was sent', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    session.warm();
    await settle();
    let drain = () => {};
    hub.link.client.drained = () =>
      new Promise((resolve) => {
        drain = resolve;
      });
    session.speak(feed);
    feed.push(...hello);
    await settle();
    expect(hub.link.words).toBe('begin');
    drain();
    await settle();
    expect(hub.link.words).toBe('begin text flush');
  });

  it('can be interrupted while it waits', async () => {
    const { session } = openFake({ habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(Array(300).fill('x'.repeat(100))));
    await settle();
    await settle();
    turn.interrupt();
    await settle();
    expect(feed.left).toBe(true);
    expect((await turn.result).why).toBe('interrupted');
  });
});

describe('a very long turn', () => {
  it('speaks 100 000 spans in bounded memory', async () => {
    const { session } = openFake({ habits: { msPerChar: 0.25 } });
    let most = 0;
    async function* book() {
      for (let i = 0; i < 100_000; i++) {
        if (i % 1000 === 0) {
          // Lets acknowledgements and timers through, as a real socket would.
          await settle();
          most = Math.max(most, turn.progress.sentChar - turn.progress.throughChar);
        }
        yield { text: 'Abcd', fromChar: i * 4, toChar: i * 4 + 4, ends: 'sentence' } as const;
      }
    }
    const turn = session.speak(book());
    let bytes = 0;
    for await (const output of turn) if (output.type === 'audio') bytes += output.chunk.bytes.length;
    const { why, report } = await turn.result;
    expect(why).toBe('done');
    expect(bytes).toBe(100_000 * bytesPerMs);
    expect(report).toMatchObject({ chars: 400_000, chunks: 100_000, audioMs: 100_000 });
    expect(turn.progress).toMatchObject({ throughChar: 400_000, sentences: 100_000 });
    expect(most).toBeLessThanOrEqual(8100);
  });
});
