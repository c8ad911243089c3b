import { describe, expect, it } from 'vitest';
import { AudioFeed, bytesPerMs, chunkOf, chunks, hearFake, interim, settle } from '../support/fake-listen.ts';

const kib = 1024;

describe('a network that takes nothing', () => {
  /** A stream whose server stopped reading after it was ready. */
  async function stuck(options: Parameters<typeof hearFake>[1] = {}) {
    const feed = new AudioFeed();
    const fake = hearFake(feed, { traits: { aheadMs: 1e9 }, ...options });
    await settle();
    fake.ear.transport.pause();
    for (let i = 0; i < 100; i++) feed.push(1000);
    await settle();
    return { ...fake, ear: fake.ear, feed };
  }

  it('lets no more be taken from the source than 64 KiB and a chunk', async () => {
    const { clock, ear, feed, hearing } = await stuck();
    expect(feed.taken).toBe(Math.floor((64 * kib) / (1000 * bytesPerMs)) + 1);
    ear.transport.resume();
    for (let i = 0; i < 30; i++) await settle();
    expect(feed.taken).toBe(100);
    feed.end();
    expect((await hearing.result).report.audioMs).toBe(100_000);
    expect(clock.pending).toBe(0);
  });

  it('that takes all again owes nothing more: a service may be silent', async () => {
    const { clock, ear, hearing, heard, feed } = await stuck({ timeouts: { frameMs: 3000 }, pace: 'live' });
    ear.transport.resume();
    for (let i = 0; i < 30; i++) await settle();
    await clock.advance(20_000);
    expect(heard.over).toBe(false);
    feed.end();
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('is an error when the service gives no sign of life for frameMs', async () => {
    const { clock, hearing, heard, feed } = await stuck({ timeouts: { frameMs: 3000 } });
    await clock.advance(2999);
    expect(heard.over).toBe(false);
    await clock.advance(1);
    expect((await hearing.result).error).toMatchObject({
      code: 'E_TIMEOUT',
      message: 'the service sent nothing for 3 s',
    });
    await settle();
    expect(heard.error).toMatchObject({ code: 'E_TIMEOUT' });
    expect(feed.left).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is none while results still come', async () => {
    const { clock, ear, hearing, heard } = await stuck({ timeouts: { frameMs: 3000 } });
    for (let i = 0; i < 10; i++) {
      await clock.advance(2000);
      ear.say(interim(`still ${i}`));
    }
    await settle();
    expect(heard.over).toBe(false);
    ear.close(1011);
    ear.transport.resume();
    expect((await hearing.result).error).toMatchObject({ code: 'E_PROVIDER' });
    expect(clock.pending).toBe(0);
  });
});

describe('a reader that takes nothing', () => {
  const long = 'x'.repeat(10_000);

  it('stops the socket above 1 MiB, and starts it again below 256 KiB', async () => {
    const feed = new AudioFeed();
    const { clock, hearing, ...fake } = hearFake(feed, { unread: true, habits: { pongs: false } });
    await settle();
    const { ear } = fake;
    for (let i = 0; i < 80; i++) ear.say(interim(`${i} ${long}`));
    await settle();
    expect([ear.paused, ear.resumed]).toEqual([1, 0]);
    // Nothing of this is the service's silence.
    await clock.advance(3600_000);
    const reader = hearing[Symbol.asyncIterator]();
    let taken = 0;
    while (ear.resumed === 0) {
      await reader.next();
      taken++;
    }
    expect(taken).toBeGreaterThan(30);
    expect(taken).toBeLessThan(50);
    for (; taken < 80; taken++) expect((await reader.next()).value).toMatchObject({ type: 'interim' });
    feed.end();
    expect((await hearing.result).why).toBe('done');
    expect(await reader.next()).toEqual({ value: undefined, done: true });
    expect(clock.pending).toBe(0);
  });

  it('stops it while the service says its last, too', async () => {
    const { clock, hearing, ...fake } = hearFake(chunks(1), { unread: true, habits: { closes: false } });
    await settle();
    const { ear } = fake;
    expect(ear.words).toBe('audio finalize close');
    for (let i = 0; i < 80; i++) ear.say(interim(`${i} ${long}`));
    await settle();
    expect(ear.paused).toBe(1);
    const reader = hearing[Symbol.asyncIterator]();
    for (let i = 0; i < 80; i++) expect((await reader.next()).done).toBe(false);
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('does not stop what is read for the close handshake', async () => {
    const { clock, hearing, ...fake } = hearFake(chunks(1), { unread: true, habits: { closes: false } });
    await settle();
    const { ear } = fake;
    ear.client.close = () => {};
    await clock.advance(2000);
    for (let i = 0; i < 80; i++) ear.say(interim(`${i} ${long}`));
    await settle();
    expect(ear.paused).toBe(0);
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('stops it by results without much text as well', async () => {
    const { hearing, ...fake } = hearFake(new AudioFeed(), { unread: true });
    await settle();
    for (let i = 0; i < 20_000; i++) fake.ear.say({ type: 'speechStarted' });
    await settle();
    expect(fake.ear.paused).toBe(1);
    await hearing[Symbol.asyncIterator]().return?.();
    expect((await hearing.result).why).toBe('interrupted');
    expect(fake.clock.pending).toBe(0);
  });
});

describe('the life of a connection', () => {
  it('is asked for by pings while only we send', async () => {
    const feed = new AudioFeed();
    const { clock, hearing, ...fake } = hearFake(feed, {
      pace: 'live',
      traits: { keepAliveMs: 400 },
      timeouts: { pingEveryMs: 1000, pongMs: 300 },
    });
    await settle();
    const { ear } = fake;
    const before = ear.pings;
    for (let i = 0; i < 100; i++) {
      feed.push(50);
      await clock.advance(50);
    }
    expect(ear.pings - before).toBeGreaterThanOrEqual(4);
    expect(ear.words).toBe('audio');
    ear.habits.pongs = false;
    for (let i = 0; i < 26; i++) {
      feed.push(50);
      await clock.advance(50);
    }
    expect((await hearing.result).error).toMatchObject({ code: 'E_PEER_SILENT' });
    expect(clock.pending).toBe(0);
  });

  it('is kept by the service’s own message while no audio flows', async () => {
    const feed = new AudioFeed();
    const { clock, hearing, ...fake } = hearFake(feed, { pace: 'live', traits: { keepAliveMs: 400 } });
    await settle();
    feed.push(50);
    await clock.advance(1000);
    feed.push(50);
    await clock.advance(399);
    expect(fake.ear.log.filter(({ what }) => what === 'keepAlive').map(({ atMs }) => atMs)).toEqual([400, 800]);
    await clock.advance(1);
    expect(fake.ear.words).toBe('audio keepAlive keepAlive audio keepAlive');
    feed.end();
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });
});

describe('a long stream', () => {
  it('of 100 000 chunks, each with a result, is sent and heard whole', async () => {
    let taken = 0;
    async function* hours() {
      for (let i = 0; i < 100_000; i++) {
        taken++;
        yield chunkOf(1, i % 2 ? 8000 : 0, i * 8);
      }
    }
    const { clock, hearing } = hearFake(hours(), { unread: true, habits: { follows: true } });
    let interims = 0;
    for await (const output of hearing) if (output.type === 'interim') interims++;
    const { why, report } = await hearing.result;
    expect(why).toBe('done');
    expect(taken).toBe(100_000);
    expect(interims).toBe(100_000);
    expect(report).toMatchObject({ audioMs: 100_000, chunks: 100_000 });
    expect(hearing.progress).toEqual({ sentMs: 100_000, throughMs: 100_000 });
    expect(clock.pending).toBe(0);
  });

  it('takes nothing ahead of its deadline', async () => {
    const { clock, hearing } = hearFake(chunks(1000), { pace: 1 });
    await clock.advance(500);
    expect(hearing.progress.sentMs).toBe(500);
    hearing.finish();
    await hearing.result;
    expect(clock.pending).toBe(0);
  });
});
