import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { AudioFeed, final, hearFake, interim } from '../support/fake-listen.ts';
import { settle } from '../support/manual-clock.ts';

const reconnect = { max: 50, random: () => 1 - 2 ** -53 };

/** A feed, and a stream of it whose connections can be lost. */
function hearing(options: Parameters<typeof hearFake>[1] = {}) {
  const feed = new AudioFeed();
  return { feed, ...hearFake(feed, { reconnect, ...options }) };
}

const msOf = (ear: { audio: [number, number][] } | undefined) =>
  (ear?.audio ?? []).reduce((sum, [, ms]) => sum + ms, 0);

describe('a connection that is lost in the middle of a stream', () => {
  it('is replaced; the audio since the last utterance is sent again, and its times are the stream’s', async () => {
    const { feed, clock, hearing: stream, heard, ears, warnings } = hearing();
    for (let i = 0; i < 4; i++) feed.push(100);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 150, endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(ears).toHaveLength(2);
    expect(msOf(ears[1])).toBe(250);
    ears[1]?.say(final('two', { startMs: 50, endMs: 200, endOfUtterance: true }));
    feed.push(100);
    feed.end();
    await clock.advance(10);
    expect((await stream.result).why).toBe('done');
    expect(msOf(ears[1])).toBe(350);
    expect(heard.outputs).toMatchObject([
      { text: 'one', startMs: 0, endMs: 150 },
      { text: 'two', startMs: 200, endMs: 350 },
    ]);
    const { report } = await stream.result;
    expect([report.reconnects, report.audioMs, report.segments]).toEqual([1, 500, 2]);
    expect(warnings).toMatchObject([{ code: 'reconnect' }]);
  });

  it('has the times of all that the next connection tells, from its very first sample on', async () => {
    const { feed, clock, heard, ears } = hearing();
    feed.push(400);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 150, endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    const words = [{ text: 'two', startMs: 0, endMs: 50 }];
    ears[1]?.say(
      { type: 'speechStarted', atMs: 0 },
      interim('two', { startMs: 0, endMs: 50, words }),
      final('two', { startMs: 0, endMs: 50, words }),
      { type: 'utteranceEnd', lastWordEndMs: 0 },
    );
    await settle();
    const later = { startMs: 150, endMs: 200, words: [{ text: 'two', startMs: 150, endMs: 200 }] };
    expect(heard.outputs.slice(1)).toMatchObject([
      { type: 'speechStarted', atMs: 150 },
      { type: 'interim', ...later },
      { type: 'final', ...later },
      { type: 'utteranceEnd', lastWordEndMs: 150 },
    ]);
  });

  it('is sent again from the final that was asked for, and not before', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ habits: { answers: false } });
    feed.push(300);
    await settle();
    stream.finalize();
    await settle();
    ears[0]?.say(final('one', { fromFinalize: true, startMs: 0, endMs: 200 }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(100);
  });

  it('is not asked for the final of no audio', async () => {
    const { feed, clock, hearing: stream, ears } = hearing();
    feed.push(100);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 100, endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    feed.end();
    await clock.advance(251);
    expect((await stream.result).why).toBe('done');
    expect(ears[1]?.words).toBe('close');
  });

  it('is asked for the final that was wanted meanwhile, behind the audio that it is about', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ habits: { ready: false } });
    feed.push(100);
    await settle();
    ears[0]?.say({ type: 'ready' });
    await settle();
    ears[0]?.close(1006);
    await settle();
    stream.finalize();
    await clock.advance(251);
    expect(ears[1]?.words).toBe('');
    ears[1]?.say({ type: 'ready' });
    await settle();
    expect(ears[1]?.words).toBe('audio finalize');
  });

  it('is asked for it once, when all that is sent again has been sent', async () => {
    const options = { pace: 'live', traits: { pace: 1 }, habits: { answers: false } } as const;
    const { feed, clock, hearing: stream, ears } = hearing(options);
    for (let i = 0; i < 10; i++) feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(451);
    expect(ears[1]?.words).toBe('audio');
    stream.finalize();
    stream.finalize();
    await clock.advance(2000);
    expect(ears[1]?.words).toBe('audio finalize');
    expect(msOf(ears[1])).toBe(1000);
  });

  it('is asked over the third where the second is lost before it was', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ habits: { answers: false } });
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await settle();
    stream.finalize();
    await clock.advance(250);
    ears[1]?.close(1006);
    await clock.advance(501);
    expect(ears[2]?.words).toBe('audio finalize');
  });

  it('loses no audio where a result reaches further than what was sent', async () => {
    const { feed, clock, hearing: stream, heard, ears } = hearing({ pace: 'live' });
    feed.push(400);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 600, endOfUtterance: true }));
    await settle();
    expect(stream.progress.throughMs).toBe(400);
    ears[0]?.close(1006);
    await settle();
    feed.push(100);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(100);
    ears[1]?.say(final('two', { startMs: 0, endMs: 100, endOfUtterance: true }));
    await settle();
    expect(heard.outputs.slice(1)).toMatchObject([{ text: 'two', startMs: 400, endMs: 500 }]);
  });

  it('tells no final twice', async () => {
    const { feed, clock, heard, ears } = hearing();
    feed.push(400);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 150 }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    ears[1]?.say(
      final('one', { startMs: 0, endMs: 150 }),
      final('two', { startMs: 160, endMs: 300, endOfUtterance: true }),
    );
    await settle();
    expect(heard.texts).toEqual(['one', 'two']);
  });

  it('is asked over the third for what was wanted while the second was being sent the audio', async () => {
    const options = { pace: 'live', traits: { pace: 1 }, habits: { answers: false } } as const;
    const { feed, clock, hearing: stream, ears } = hearing(options);
    for (let i = 0; i < 10; i++) feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(451);
    expect(ears[1]?.words).toBe('audio');
    stream.finalize();
    ears[1]?.close(1006);
    await clock.advance(5000);
    expect(msOf(ears[2])).toBe(1000);
    expect(ears[2]?.words).toBe('audio finalize');
  });

  it('gets no burst behind an outage: what is late goes on at 1.25 times real time', async () => {
    const { feed, clock, ears } = hearing({ traits: { pace: 1 } });
    for (let i = 0; i < 300; i++) feed.push(100);
    await clock.advance(2000);
    for (const waitMs of [250, 500, 1000, 2000, 4000]) {
      ears.at(-1)?.close(1006);
      await clock.advance(waitMs + 1);
    }
    const startMs = clock.now();
    await clock.advance(10_000);
    const sent = ears.at(-1)?.audio ?? [];
    expect(msOf(ears.at(-1))).toBe(12_500);
    for (const [n, [atMs]] of sent.entries()) expect(atMs - startMs).toBeGreaterThanOrEqual((n + 1) * 80 - 100);
    // In time again: 1 s of 30 s in a second.
    await clock.advance(30_000);
    expect(msOf(ears.at(-1))).toBe(30_000);
  });

  it('gets none either where no more audio is taken', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ traits: { pace: 1 } });
    for (let i = 0; i < 300; i++) feed.push(100);
    await clock.advance(5000);
    ears[0]?.close(1006);
    await settle();
    stream.finish();
    await clock.advance(251);
    await clock.advance(1000);
    expect(msOf(ears[1])).toBeLessThanOrEqual(1600);
    await clock.advance(10_000);
    expect((await stream.result).why).toBe('done');
    expect(msOf(ears[1])).toBe(5100);
  });

  it('waits as at first after each final, within an utterance too', async () => {
    const { feed, clock, ears } = hearing();
    feed.push(60_000);
    await settle();
    for (let n = 1; n <= 7; n++) {
      ears.at(-1)?.say(final(`w${n}`, { startMs: 0, endMs: 1000 * n }));
      await settle();
      ears.at(-1)?.close(1006);
      await clock.advance(251);
    }
    expect(ears).toHaveLength(8);
  });

  it('takes a microphone’s piece at whatever moment it comes', async () => {
    for (let n = 0; n < 60; n++) {
      const { feed, clock, ears } = hearing({ pace: 'live', habits: { ready: false } });
      feed.push(100);
      await settle();
      ears[0]?.say({ type: 'ready' });
      await settle();
      ears[0]?.close(1006);
      await clock.advance(251);
      ears[1]?.say({ type: 'ready' });
      for (let i = 0; i < n; i++) await Promise.resolve();
      feed.push(10);
      await settle();
      expect([n, msOf(ears[1])]).toEqual([n, 110]);
    }
  });

  it('asks again for the final that was asked for', async () => {
    const { feed, clock, hearing: stream, ears, heard } = hearing({ habits: { answers: false, closes: false } });
    feed.push(100);
    feed.end();
    await settle();
    expect(ears[0]?.words).toBe('audio finalize');
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(ears[1]?.words).toBe('audio finalize');
    ears[1]?.say(final('tail', { fromFinalize: true, startMs: 0, endMs: 100 }));
    await settle();
    ears[1]?.close(1000);
    expect((await stream.result).why).toBe('done');
    expect(heard.texts).toEqual(['tail']);
  });

  it('holds up a microphone when more waits than is kept, and loses none of it', async () => {
    const { feed, clock, ears } = hearing({ pace: 'live' });
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await settle();
    // Three minutes are kept, and 100 ms of them are there.
    for (let i = 0; i < 20; i++) feed.push(10_000);
    await settle();
    expect(feed.taken).toBe(19);
    await clock.advance(251);
    await clock.advance(200_000);
    expect(feed.taken).toBe(21);
    expect(msOf(ears[1])).toBe(200_100);
  });

  it('holds up no microphone: what it hears meanwhile is sent with the rest', async () => {
    const { feed, clock, ears } = hearing({ pace: 'live' });
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await settle();
    for (let i = 0; i < 20; i++) feed.push(10);
    await settle();
    expect(feed.taken).toBe(21);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(300);
    feed.push(10);
    await settle();
    expect(msOf(ears[1])).toBe(310);
  });

  it('is caught up with at most 1.25 times as fast as it was spoken, where somebody else’s service hears', async () => {
    const { feed, clock, ears } = hearing({ pace: 'live', traits: { pace: 1 } });
    for (let i = 0; i < 10; i++) feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(250);
    const startMs = clock.now();
    await clock.advance(2000);
    const sent = ears[1]?.audio ?? [];
    expect(sent).toHaveLength(10);
    for (const [n, [atMs]] of sent.entries()) expect(atMs - startMs).toBeGreaterThanOrEqual(((n + 1) * 100) / 1.25 - 1);
  });

  it('gives up after five attempts that brought nothing, with what was heard', async () => {
    const { feed, clock, hearing: stream, heard, ears, attempts } = hearing();
    feed.push(100);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 50, endOfUtterance: true }));
    await settle();
    for (const waitMs of [250, 500, 1000, 2000, 4000, 0]) {
      ears.at(-1)?.close(1006);
      await clock.advance(waitMs + 1);
    }
    expect((await stream.result).error?.code).toBe('E_CLOSED');
    expect([attempts.length, heard.texts]).toEqual([6, ['one']]);
    expect(clock.pending).toBe(0);
  });

  it('is waited for as at first, once an utterance was heard on the last one', async () => {
    const { feed, clock, ears } = hearing();
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    ears[1]?.say(final('one', { startMs: 0, endMs: 50, endOfUtterance: true }));
    await settle();
    ears[1]?.close(1006);
    await clock.advance(251);
    expect(ears).toHaveLength(3);
  });

  it('is not replaced where none was ever ready', async () => {
    const { feed, clock, hearing: stream, ears, attempts } = hearing({ habits: { ready: false } });
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(10_000);
    expect((await stream.result).error?.code).toBe('E_CLOSED');
    expect(attempts).toHaveLength(1);
  });

  it('and then another, before that was ready, keep nobody from what was asked for, which is asked for once', async () => {
    const habits = { answers: false, ready: true };
    const { feed, clock, hearing: stream, ears } = hearing({ habits });
    feed.push(100);
    await settle();
    stream.finalize();
    habits.ready = false;
    ears[0]?.close(1006);
    await clock.advance(251);
    habits.ready = true;
    ears[1]?.close(1006);
    await clock.advance(501);
    expect(ears[2]?.words).toBe('audio finalize');
    ears[2]?.say(final('one', { fromFinalize: true, startMs: 0, endMs: 100 }));
    feed.push(100);
    await settle();
    ears[2]?.close(1006);
    await clock.advance(251);
    expect(ears[3]?.words).toBe('audio');
  });

  it('and then another, before that was ready, at the end of the audio, are no end of the stream', async () => {
    const habits = { ready: true, answers: false };
    const { feed, clock, hearing: stream, ears, heard } = hearing({ habits });
    feed.push(100);
    feed.end();
    await settle();
    habits.ready = false;
    ears[0]?.close(1006);
    await clock.advance(251);
    habits.ready = true;
    ears[1]?.close(1006);
    await clock.advance(501);
    expect(ears[2]?.words).toBe('audio finalize');
    ears[2]?.say(final('tail', { fromFinalize: true, startMs: 0, endMs: 100 }));
    expect((await stream.result).why).toBe('done');
    expect(heard.texts).toEqual(['tail']);
  });

  it('is sent once what waited for its time when the last one was lost', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ pace: 1 });
    for (let i = 0; i < 3; i++) feed.push(100);
    feed.end();
    await clock.advance(150);
    expect(msOf(ears[0])).toBe(100);
    ears[0]?.close(1006);
    await clock.advance(1000);
    expect((await stream.result).report.audioMs).toBe(300);
    expect(msOf(ears[1])).toBe(300);
  });

  it('counts once what is sent again together with what is new', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ pace: 'live' });
    feed.push(400);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 150, endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await settle();
    feed.push(30);
    await clock.advance(251);
    expect([msOf(ears[1]), stream.progress.sentMs]).toEqual([280, 430]);
  });

  it('is caught up with as fast as the audio was to be sent', async () => {
    const { feed, clock, ears } = hearing({ pace: 4, traits: { pace: 1 } });
    for (let i = 0; i < 10; i++) feed.push(100);
    await clock.advance(251);
    ears[0]?.close(1006);
    await clock.advance(250);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(1000);
  });

  it('leaves room for what a microphone hears: what was heard is let go of', async () => {
    const { feed, clock, ears } = hearing({ pace: 'live' });
    for (let i = 0; i < 17; i++) feed.push(10_000);
    await settle();
    ears[0]?.say(final('one', { startMs: 0, endMs: 170_000, endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await settle();
    for (let i = 0; i < 10; i++) feed.push(10_000);
    await settle();
    expect(feed.taken).toBe(27);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(100_000);
  });

  it('is the end without `reconnect`, and for what the service said', async () => {
    const alone = hearing({ reconnect: { max: 0 } });
    alone.feed.push(100);
    await settle();
    alone.ear.close(1006);
    expect((await alone.hearing.result).error?.code).toBe('E_CLOSED');
    const told = hearing();
    told.feed.push(100);
    await settle();
    told.ear.say({ type: 'error', fault: { code: 'E_PROVIDER', message: 'no ears today' } });
    expect((await told.hearing.result).error?.message).toBe('no ears today');
    expect(told.ears).toHaveLength(1);
  });

  it('took no audio that was still to come', async () => {
    const { feed, clock, hearing: stream, ears } = hearing({ pace: 1, reconnect: { max: 0 } });
    for (let i = 0; i < 2; i++) feed.push(100);
    await clock.advance(150);
    ears[0]?.close(1006);
    expect((await stream.result).report.audioMs).toBe(100);
  });

  it('leaves nothing with a signal that lives longer', async () => {
    const { signal } = new AbortController();
    const { feed, clock, hearing: stream, ears } = hearing({ signal });
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(ears).toHaveLength(2);
    ears[1]?.say(final('one', { startMs: 0, endMs: 100, endOfUtterance: true }));
    feed.end();
    await clock.advance(10);
    expect((await stream.result).why).toBe('done');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is given up at once when all is stopped', async () => {
    const abort = new AbortController();
    const { feed, clock, hearing: stream, ears } = hearing({ signal: abort.signal });
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await settle();
    abort.abort(new SpeechError('E_INTERRUPTED', 'stop'));
    await settle();
    expect((await stream.result).error?.code).toBe('E_INTERRUPTED');
    expect(clock.pending).toBe(0);
  });
});

describe('a service that ends connections after a time, and tells no places', () => {
  const loud = 8000;

  it('is sent again nothing that was told before the last change of connections', async () => {
    const limits = { traits: { limits: { sessionMs: 400_000 } }, habits: { answers: false } } as const;
    const { feed, clock, heard, ears, warnings } = hearing({ pace: 'live', ...limits });
    const put = async (ms: number, level = 0) => {
      feed.push(ms, level);
      await clock.advance(ms);
    };
    for (let i = 0; i < 359; i++) await put(1000);
    for (let i = 0; i < 2; i++) {
      await put(1000, loud);
      await put(1000);
      if (i === 0) ears[0]?.say(final('yes', { endOfUtterance: true }));
    }
    await put(1000);
    // It may be the answer to what was asked for: it says neither so, nor what it is about.
    ears[0]?.say(final('no'));
    await clock.advance(5100);
    await put(1000, loud);
    expect(ears).toHaveLength(2);
    ears[1]?.close(1006);
    await clock.advance(251);
    await put(1000);
    ears[2]?.say(final('no', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['yes', 'no', 'no']);
    expect(warnings.map(({ code }) => code)).toEqual(['reconnect']);
  });
});

describe('the end of all while audio is sent again', () => {
  it.each([
    ['it is called off', 1, 260],
    ['it is called off, and nothing is told of what was sent ahead', 'fast', 3000],
  ] as const)('comes at once where %s', async (_, pace, untilMs) => {
    const abort = new AbortController();
    const { feed, clock, ears, hearing: stream } = hearing({ pace, traits: { pace: 1 }, signal: abort.signal });
    for (let i = 0; i < 30; i++) feed.push(10_000);
    await clock.advance(51_000);
    ears[0]?.close(1006);
    await clock.advance(untilMs);
    abort.abort();
    await settle();
    expect((await stream.result).why).toBe('failed');
    expect(clock.pending).toBe(0);
  });

  it('comes at once where the last connection is lost', async () => {
    const last = { max: 1, random: () => 0 };
    const { feed, clock, ears, hearing: stream } = hearing({ pace: 1, traits: { pace: 1 }, reconnect: last });
    for (let i = 0; i < 100; i++) feed.push(500);
    await clock.advance(30_010);
    ears[0]?.close(1006);
    await clock.advance(1000);
    ears[1]?.close(1006);
    await settle();
    expect((await stream.result).error?.code).toBe('E_CLOSED');
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['another connection is waited for', 10],
    ['it is sent', 500],
  ])('comes at once where the reader leaves while %s', async (_, untilMs) => {
    const { feed, clock, ears, hearing: stream } = hearing({ unread: true, traits: { pace: 1 } });
    for (let i = 0; i < 300; i++) feed.push(100);
    await clock.advance(5000);
    ears.at(-1)?.close(1006);
    await clock.advance(untilMs);
    await stream[Symbol.asyncIterator]().return?.();
    await settle();
    expect((await stream.result).why).toBe('interrupted');
    expect(clock.pending).toBe(0);
  });
});

describe('compressed audio, whose length nobody knows here', () => {
  it('tells no final twice where the service tells places', async () => {
    const format = { encoding: 'mp3', sampleRateHz: 8000, channels: 1 } as const;
    const { feed, clock, heard, ears } = hearing({
      ...{ pace: 'live', traits: { encodings: ['mp3'] }, settings: { format } },
    });
    const one = final('one', { startMs: 0, endMs: 500 });
    feed.put({ format, bytes: new Uint8Array(1000), firstSample: undefined });
    await settle();
    ears[0]?.say(one);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(ears[1]?.bytes).toBe(1000);
    ears[1]?.say(one, final('two', { startMs: 500, endMs: 900 }));
    await settle();
    expect(heard.texts).toEqual(['one', 'two']);
  });
});

describe('a service that tells no places', () => {
  const loud = 8000;

  it('is sent again what comes behind the utterance that is heard in the audio itself, and tells nothing twice', async () => {
    const { feed, clock, heard, ears } = hearing();
    feed.push(200, loud);
    feed.push(400);
    feed.push(100, loud);
    await settle();
    ears[0]?.say(final('one', { endOfUtterance: true }));
    await settle();
    expect(heard.outputs).toMatchObject([{ text: 'one', startMs: 0, endMs: 200 }]);
    ears[0]?.close(1006);
    await clock.advance(251);
    // Half of the pause behind it is not sent again either.
    expect(msOf(ears[1])).toBe(350);
    feed.push(400);
    await settle();
    ears[1]?.say(final('two', { endOfUtterance: true }));
    await settle();
    expect(heard.outputs.slice(1)).toMatchObject([{ text: 'two', startMs: 600, endMs: 700 }]);
  });

  it.each([
    [299, {}, 499],
    [300, {}, 150],
    [499, { endpointingMs: 500 }, 699],
    [500, { endpointingMs: 500 }, 350],
    [100, { endpointingMs: 100 }, 50],
  ])('is sent the utterance again until its pause is whole: %i ms with %o, %i', async (pauseMs, settings, againMs) => {
    const { feed, clock, ears } = hearing({ settings });
    feed.push(200, loud);
    feed.push(pauseMs);
    await settle();
    ears[0]?.say(final('one', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(againMs);
  });

  it('is sent nothing of it again where the pause became whole behind the final', async () => {
    const { feed, clock, ears } = hearing();
    feed.push(200, loud);
    feed.push(200);
    await settle();
    ears[0]?.say(final('one', { endOfUtterance: true }));
    await settle();
    feed.push(100);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(150);
  });

  it('places no final in audio that is too old to be sent again', async () => {
    const { feed, clock, heard, ears, warnings } = hearing({ pace: 'live' });
    feed.push(200, loud);
    for (let i = 0; i < 18; i++) feed.push(10_000);
    feed.push(100, loud);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(180_000);
    expect(warnings.map(({ code }) => code)).toEqual(['reconnect', 'audio_lost']);
    expect(warnings[1]?.message).toContain('from 0.0 s to 0.3 s');
    ears[1]?.say(final('one', { endOfUtterance: true }));
    await settle();
    expect(heard.outputs).toMatchObject([{ text: 'one', startMs: 180_200, endMs: 180_300 }]);
  });

  it('tells nothing twice where it is sent an utterance again, and places what follows behind it', async () => {
    const { feed, clock, ears, heard } = hearing();
    feed.push(200, loud);
    feed.push(100);
    await settle();
    ears[0]?.say(final('one', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(300);
    feed.push(300);
    feed.push(100, loud);
    await settle();
    ears[1]?.say(final('One.', { endOfUtterance: true }), final('two', { endOfUtterance: true }));
    await settle();
    expect(heard.outputs.slice(1)).toMatchObject([{ text: 'two', startMs: 600, endMs: 700 }]);
  });

  it('may wait longer than we do before an utterance is over: what it tells again is known', async () => {
    const { feed, clock, heard, ears } = hearing({ pace: 'live' });
    const pairs = () => {
      for (const pauseMs of [400, 1000]) {
        feed.push(1000, loud);
        feed.push(pauseMs);
      }
    };
    pairs();
    await settle();
    ears[0]?.say(final('one two', { endOfUtterance: true }));
    await settle();
    pairs();
    await settle();
    ears[0]?.say(final('three four', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(3400 + 850);
    pairs();
    await settle();
    ears[1]?.say(final('three four', { endOfUtterance: true }), final('five six', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['one two', 'three four', 'five six']);
  });

  it('may wait less long than we do: what it has not told is sent again', async () => {
    const { feed, clock, heard, ears } = hearing({ pace: 'live' });
    feed.push(1000, loud);
    feed.push(200);
    await settle();
    ears[0]?.say(final('one', { endOfUtterance: true }));
    await settle();
    feed.push(1000, loud);
    feed.push(250);
    await settle();
    ears[0]?.say(final('two', { endOfUtterance: true }));
    await settle();
    feed.push(350);
    feed.push(500, loud);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    // From the middle of a pause that is whole.
    expect(msOf(ears[1])).toBe(450 + 500);
    feed.push(1000);
    await settle();
    ears[1]?.say(final('three', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['one', 'two', 'three']);
  });

  it('is sent again all that it has not told, however late it is', async () => {
    const { feed, clock, ears, warnings } = hearing({ pace: 'live', traits: { pace: 1 } });
    for (let i = 0; i < 13; i++) {
      feed.push(1000, loud);
      feed.push(2000);
      await clock.advance(3000);
    }
    ears[0]?.say(final('one', { endOfUtterance: true }), final('two', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    await clock.advance(60_000);
    expect(msOf(ears[1])).toBe(39_000 - 4150);
    expect(warnings.map(({ code }) => code)).toEqual(['reconnect']);
  });

  it('may begin an utterance with the word with which it began the last, told in parts', async () => {
    const { feed, clock, heard, ears } = hearing({ pace: 'live' });
    feed.push(2000, loud);
    feed.push(800);
    await settle();
    ears[0]?.say(final('five'), final('six', { endOfUtterance: true }));
    await settle();
    feed.push(300, loud);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    feed.push(1000);
    await settle();
    ears[1]?.say(final('five', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['five', 'six', 'five']);
  });

  it('is heard again where it says a word that it left out when the audio came again', async () => {
    const { feed, clock, heard, ears } = hearing({ pace: 'live' });
    feed.push(200, loud);
    feed.push(100);
    await settle();
    ears[0]?.say(final('yes', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    for (let i = 0; i < 60; i++) {
      feed.push(1000);
      await clock.advance(1000);
    }
    feed.push(300, loud);
    feed.push(700);
    await clock.advance(1000);
    ears[1]?.say(final('yes', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['yes', 'yes']);
  });

  it('may say a long phrase twice in a row', async () => {
    const { feed, clock, heard, ears } = hearing({ pace: 'live' });
    feed.push(1000, loud);
    feed.push(500);
    feed.push(200, loud);
    await settle();
    ears[0]?.say(final('good morning', { endOfUtterance: true }));
    await settle();
    feed.push(800, loud);
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(350 + 1000);
    feed.push(500);
    await settle();
    ears[1]?.say(final('good morning', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['good morning', 'good morning']);
  });

  it.each([
    ['by an event apart from its finals', false],
    ['by the answer to `finalize`', true],
  ])('may tell the end of an utterance %s', async (_, asked) => {
    const options = { pace: 'live', habits: { answers: false } } as const;
    const { feed, clock, ears, warnings, hearing: stream } = hearing(options);
    for (let i = 0; i < 40; i++) {
      feed.push(2000, loud);
      feed.push(3000);
      await clock.advance(5000);
      if (asked) stream.finalize();
      await settle();
      const text = `word${i}`;
      if (asked) ears[0]?.say(final(text, { fromFinalize: true, endOfUtterance: true }));
      else ears[0]?.say(final(text), { type: 'utteranceEnd' });
      await settle();
    }
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(asked ? 0 : 2850);
    expect(warnings.map(({ code }) => code)).toEqual(['reconnect']);
  });

  it('is sent again no more than twenty seconds of what is loud throughout, once it has told of it', async () => {
    const { feed, clock, ears } = hearing({ pace: 'live' });
    for (let second = 0; second < 60; second++) {
      feed.push(1000, loud);
      await clock.advance(1000);
      if (second % 5 === 4) ears[0]?.say(final(`word ${second}`, { endOfUtterance: true }));
      await settle();
    }
    ears[0]?.close(1006);
    await clock.advance(251);
    // Of 10 s that may be ahead of it, and 10 s that it may be behind.
    expect(msOf(ears[1])).toBe(20_000);
  });

  it('may say in the next utterance what it said in the last one', async () => {
    const { feed, clock, heard, ears } = hearing();
    feed.push(200, loud);
    feed.push(400);
    feed.push(100, loud);
    await settle();
    ears[0]?.say(final('yes', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    ears[1]?.say(final('yes', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['yes', 'yes']);
  });

  it('has its finals placed one utterance after another, and is taken to have heard so far', async () => {
    const { feed, hearing: stream, heard, ear } = await heardTwice();
    // Nothing was found in the noise before.
    ear.say(final('', { endOfUtterance: true }), final('one', { endOfUtterance: true }));
    await settle();
    expect(stream.progress.throughMs).toBe(350);
    ear.say(final('two', { endOfUtterance: true }));
    await settle();
    expect(stream.progress.throughMs).toBe(850);
    expect(heard.outputs).toMatchObject([
      { text: 'one', startMs: 0, endMs: 200 },
      { text: 'two', startMs: 600, endMs: 700 },
    ]);
    feed.end();
  });

  it('may answer `finalize` with several utterances in one: after that all is sent again', async () => {
    const { clock, heard, ears, ear } = await heardTwice();
    ear.say(final('one two', { endOfUtterance: true, fromFinalize: true }));
    await settle();
    expect(heard.outputs).toMatchObject([{ text: 'one two', startMs: 0, endMs: 1100 }]);
    ear.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(1100);
  });

  /** Two utterances, from 0 to 200 and from 600 to 700 ms, and a pause. */
  async function heardTwice() {
    const all = hearing();
    all.feed.push(200, loud);
    all.feed.push(400);
    all.feed.push(100, loud);
    all.feed.push(400);
    await settle();
    return all;
  }

  it('knows its words again where no utterance was heard: quiet speech', async () => {
    const { feed, clock, heard, ears } = hearing();
    feed.push(300);
    await settle();
    ears[0]?.say(final('one', { endOfUtterance: true }));
    await settle();
    ears[0]?.close(1006);
    await clock.advance(251);
    expect(msOf(ears[1])).toBe(300);
    ears[1]?.say(final('one', { endOfUtterance: true }), final('two', { endOfUtterance: true }));
    await settle();
    expect(heard.texts).toEqual(['one', 'two']);
  });
});

describe('a stream that has ended', () => {
  it('for a timeout goes on over no other connection when its own closes', async () => {
    const habits = { answers: false, closes: false };
    const { feed, clock, hearing: stream, ears } = hearing({ habits, timeouts: { frameMs: 1000, finalMs: 500 } });
    feed.push(100);
    feed.end();
    await clock.advance(20_000);
    expect((await stream.result).error?.code).toBe('E_TIMEOUT');
    expect([ears.length, clock.pending]).toEqual([1, 0]);
  });
});
