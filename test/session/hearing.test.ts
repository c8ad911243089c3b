import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { AudioFeed, chunkOf, chunks, final, format, hearFake, interim, settle } from '../support/fake-listen.ts';

describe('a stream of audio', () => {
  it('is sent once the service is ready, then finalized, answered, and closed', async () => {
    const { clock, ear, hearing, heard } = await opened(chunks(3), { habits: { answers: false, closes: false } });
    expect(ear.words).toBe('audio finalize');
    expect(ear.audioMs).toBe(150);
    ear.say(final('hello there', { startMs: 0, endMs: 150, fromFinalize: true }));
    await settle();
    expect(ear.words).toBe('audio finalize close');
    ear.close(1000);
    const { why, report, error } = await hearing.result;
    expect({ why, error }).toEqual({ why: 'done', error: undefined });
    expect(report).toMatchObject({ ended: 'done', audioMs: 150, bytes: 2400, chunks: 3, segments: 1, words: 2 });
    expect(report.requestId).toBe('session-1');
    expect(heard.outputs).toEqual([
      { type: 'final', text: 'hello there', startMs: 0, endMs: 150, endOfUtterance: false, forced: true },
    ]);
    await settle();
    expect(heard).toMatchObject({ over: true, error: undefined });
    expect(clock.pending).toBe(0);
  });

  it('takes the first chunk at once, so that a microphone is open, and holds it until the service is ready', async () => {
    const feed = new AudioFeed();
    feed.push(50);
    feed.push(50);
    const { ear, clock, hearing } = await opened(feed, { habits: { ready: false } });
    expect(feed.taken).toBe(1);
    expect(ear.words).toBe('');
    ear.say({ type: 'ready' });
    await settle();
    expect(ear.words).toBe('audio');
    expect(feed.taken).toBe(2);
    feed.end();
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('sends neither an empty frame nor an empty finalize', async () => {
    async function* source() {
      yield { format, bytes: new Uint8Array(0), firstSample: 0 };
    }
    const { clock, ear, hearing } = await opened(source());
    const { why, report } = await hearing.result;
    expect(why).toBe('done');
    expect(report).toMatchObject({ audioMs: 0, bytes: 0, chunks: 0, words: 0, rtf: undefined, rttMs: 0 });
    expect(ear.words).toBe('close');
    expect(clock.pending).toBe(0);
  });

  it('without a chunk waits for ready all the same, and meets what is wrong with the session', async () => {
    const { clock, hearing, ear } = await opened(chunks(0), { habits: { ready: false } });
    expect(ear.words).toBe('');
    ear.say({ type: 'error', fault: { code: 'E_AUTH', message: 'no such key' } });
    expect(await hearing.result).toMatchObject({ why: 'failed', error: { code: 'E_AUTH' } });
    expect(clock.pending).toBe(0);
  });

  it('is refused where a chunk has another format than the service was told', async () => {
    async function* source() {
      yield chunkOf(50);
      yield { ...chunkOf(50), format: { ...format, sampleRateHz: 16_000 } };
    }
    const { clock, ear, hearing, heard } = await opened(source());
    const { why, error } = await hearing.result;
    expect(why).toBe('failed');
    expect(error).toMatchObject({
      code: 'E_AUDIO',
      message: 'the audio is linear16 16000 Hz mono, where linear16 8000 Hz mono was announced',
    });
    // What was good is still transcribed.
    expect(ear.words).toBe('audio finalize close');
    expect(heard.error).toBe(error);
    expect(clock.pending).toBe(0);
  });

  it('can be finalized in between, once for the same audio, and goes on', async () => {
    const feed = new AudioFeed();
    const { clock, ear, hearing, heard } = await opened(feed);
    hearing.finalize();
    await settle();
    expect(ear.words).toBe('');
    feed.push(50);
    await settle();
    hearing.finalize();
    hearing.finalize();
    await settle();
    expect(ear.words).toBe('audio finalize');
    feed.push(50);
    await settle();
    hearing.finalize();
    await settle();
    expect(ear.words).toBe('audio finalize audio finalize');
    hearing.finish();
    expect((await hearing.result).why).toBe('done');
    expect(ear.words).toBe('audio finalize audio finalize close');
    expect(feed.left).toBe(true);
    hearing.finalize();
    hearing.finish();
    expect(heard.error).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('shows who measures all that goes out and comes, with its time, before anything is made of it', async () => {
    const seen: [what: string, atMs: number][] = [];
    const feed = new AudioFeed();
    const { clock, ear, hearing, heard } = await opened(feed, {
      tap: {
        sent: ({ length }, atMs) => seen.push([`sent ${length}`, atMs]),
        result: ({ type }, atMs) => seen.push([`${type}, ${heard.outputs.length} given`, atMs]),
      },
    });
    feed.push(50);
    await clock.advance(30);
    ear.say({ type: 'speechStarted' }, interim('so'), final(''), { type: 'utteranceEnd' });
    ear.say({ type: 'warning', code: 'w', message: 'none of its business' });
    await clock.advance(5);
    feed.end();
    await hearing.result;
    expect(seen).toEqual([
      ['sent 800', 0],
      ['speechStarted, 0 given', 30],
      ['interim, 0 given', 30],
      ['final, 0 given', 30],
      ['utteranceEnd, 0 given', 30],
      ['final, 3 given', 35],
    ]);
  });

  it('gives events of speech as they come', async () => {
    const feed = new AudioFeed();
    const { ear, hearing, heard } = await opened(feed);
    feed.push(50);
    ear.say({ type: 'speechStarted', atMs: 10 }, interim('  '), interim('hm', { confidence: 0.5 }));
    ear.say({ type: 'utteranceEnd', lastWordEndMs: 40 });
    feed.end();
    await hearing.result;
    expect(heard.outputs).toEqual([
      { type: 'speechStarted', atMs: 10 },
      { type: 'interim', text: 'hm', confidence: 0.5 },
      { type: 'utteranceEnd', lastWordEndMs: 40 },
    ]);
  });

  it('tells how far it is', async () => {
    const seen: [number, number][] = [];
    const { hearing } = await opened(chunks(2), {
      habits: { follows: true },
      onProgress: ({ sentMs, throughMs }) => seen.push([sentMs, throughMs]),
    });
    await hearing.result;
    expect(seen).toEqual([
      [50, 0],
      [50, 50],
      [100, 50],
      [100, 100],
    ]);
    expect(hearing.progress).toEqual({ sentMs: 100, throughMs: 100 });
  });

  it('warns once of each, and neither an unknown nor a malformed message ends it', async () => {
    const { ear, hearing, warnings, feed } = await openedByHand();
    feed.push(50);
    for (let i = 0; i < 3; i++) {
      ear.say({ type: 'warning', code: 'slow', message: 'slow today' }, { type: 'unknown', name: 'x' });
      ear.say({ type: 'malformed', why: 'no JSON' }, { type: 'note', name: 'y' });
    }
    ear.say({ type: 'ready', warnings: ['the model was replaced'] });
    feed.end();
    expect((await hearing.result).why).toBe('done');
    expect(warnings).toEqual([
      { code: 'slow', message: 'slow today' },
      { code: 'malformed', message: 'the service sent a message that cannot be read (no JSON)' },
      { code: 'service', message: 'the model was replaced' },
    ]);
  });
});

describe('the time that opening has', () => {
  it.each([
    ['opens', { holds: true }, 'the session did not open within 0.5 s'],
    ['becomes ready', { habits: { ready: false } }, 'the session did not become ready within 0.5 s'],
  ])('ends it where the session never %s', async (_, options, message) => {
    const feed = new AudioFeed();
    feed.push(50);
    const { clock, hearing, heard } = hearFake(feed, { ...options, timeouts: { connectMs: 500 } });
    await clock.advance(499);
    expect(heard.over).toBe(false);
    await clock.advance(1);
    const { why, error, report } = await hearing.result;
    expect(why).toBe('failed');
    expect(error).toMatchObject({ code: 'E_CONNECT_TIMEOUT', message });
    expect(report).toMatchObject({ ended: 'failed', audioMs: 0 });
    await settle();
    expect(heard.error).toBe(error);
    expect(feed.left).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('is not waited for where the upgrade is refused', async () => {
    const feed = new AudioFeed();
    const failure = new SpeechError('E_AUTH', 'bad key');
    const { clock, hearing } = hearFake(feed, { failure });
    expect(await hearing.result).toMatchObject({ why: 'failed', error: failure });
    expect(feed.left).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('a signal', () => {
  const reason = new SpeechError('E_INTERRUPTED', 'Ctrl-C');

  /** Aborts when `when` says so; all must be over then, without a moment's delay. */
  async function aborting(
    options: Parameters<typeof hearFake>[1],
    when: (fake: ReturnType<typeof hearFake>, feed: AudioFeed) => Promise<void> | void,
  ) {
    const abort = new AbortController();
    const feed = new AudioFeed();
    const fake = hearFake(feed, { ...options, signal: abort.signal });
    await when(fake, feed);
    abort.abort(reason);
    const { why, error } = await fake.hearing.result;
    await settle();
    expect(why).toBe('failed');
    expect(error).toBe(reason);
    expect(fake.heard.error).toBe(reason);
    expect(feed.left).toBe(true);
    expect(fake.clock.pending).toBe(0);
    return fake;
  }

  it('ends it while it connects', async () => {
    const { attempts } = await aborting({ holds: true }, () => settle());
    expect(attempts[0]?.aborted).toBe(true);
  });

  it('ends it before the service is ready', async () => {
    await aborting({ habits: { ready: false } }, async (_, feed) => {
      feed.push(50);
      await settle();
    });
  });

  it('ends it while it waits for the source', async () => {
    await aborting({}, () => settle());
  });

  it('ends it while it waits for a deadline', async () => {
    const { ear } = await aborting({ pace: 1 }, async (_, feed) => {
      feed.push(50);
      await settle();
    });
    expect(ear.words).toBe('');
  });

  it.each([
    ['for the answer to finalize', { answers: false }],
    ['for the close', { closes: false }],
  ])('ends it while it waits %s', async (_, habits) => {
    const abort = new AbortController();
    const { clock, hearing, heard, ear } = await opened(chunks(1), { habits, signal: abort.signal });
    ear.say(final('kept', { fromFinalize: false }));
    await settle();
    abort.abort(reason);
    expect(await hearing.result).toMatchObject({ why: 'failed', error: reason });
    await settle();
    expect(heard).toMatchObject({ texts: ['kept'], error: reason });
    expect(clock.pending).toBe(0);
  });

  it('that was aborted before lets nothing begin', async () => {
    const feed = new AudioFeed();
    const { clock, hearing, attempts } = hearFake(feed, { signal: AbortSignal.abort(reason) });
    expect(await hearing.result).toMatchObject({ why: 'failed', error: reason });
    expect(attempts).toEqual([]);
    expect(feed.taken).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('with a reason of its own makes E_INTERRUPTED of it, and the loop fails with that reason', async () => {
    const abort = new AbortController();
    const { hearing, heard } = await opened(new AudioFeed(), { signal: abort.signal });
    abort.abort(new Error('enough'));
    expect((await hearing.result).error).toMatchObject({ code: 'E_INTERRUPTED', message: 'enough' });
    await settle();
    expect(heard.error).toBe(abort.signal.reason);
  });
});

describe('a source that breaks', () => {
  const broken = new SpeechError('E_RECORDER', 'the microphone is gone');

  it('before anything was sent ends it at once', async () => {
    const feed = new AudioFeed();
    feed.fail(broken);
    const { clock, hearing } = hearFake(feed, { holds: true });
    expect(await hearing.result).toMatchObject({ why: 'failed', error: broken });
    expect(clock.pending).toBe(0);
  });

  it('later leaves all that was heard before', async () => {
    const { clock, ear, feed, hearing, heard } = await openedByHand({ habits: { answers: false } });
    feed.push(50);
    feed.fail(broken);
    await settle();
    expect(ear.words).toBe('audio finalize');
    ear.say(final('so far', { fromFinalize: true }));
    expect(await hearing.result).toMatchObject({ why: 'failed', error: broken, report: { segments: 1 } });
    await settle();
    expect(heard).toMatchObject({ texts: ['so far'], error: broken });
    expect(clock.pending).toBe(0);
  });

  it('is what went wrong, whatever the service makes of the rest', async () => {
    const { clock, ear, feed, hearing } = await openedByHand({ habits: { answers: false } });
    feed.push(50);
    feed.fail(broken);
    await settle();
    ear.close(1011);
    expect((await hearing.result).error).toBe(broken);
    expect(clock.pending).toBe(0);
  });

  it('and throws what is no SpeechError is a fault of ours', async () => {
    const feed = new AudioFeed();
    feed.fail(new TypeError('x is not a function'));
    const { hearing } = hearFake(feed);
    expect((await hearing.result).error).toMatchObject({ code: 'E_UNEXPECTED', message: 'x is not a function' });
  });

  it('after it was told that no more is wanted changes nothing', async () => {
    const { clock, feed, hearing } = await openedByHand();
    feed.push(50);
    await settle();
    hearing.finish();
    feed.fail(broken);
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });
});

describe('a reader that leaves its loop', () => {
  it('ends all soon: the source, the connection, and the result', async () => {
    const { clock, ear, feed, hearing } = await openedByHand({ unread: true, pace: 1 });
    feed.push(50);
    feed.push(50);
    ear.say(interim('one'), interim('two'));
    await settle();
    for await (const output of hearing) if (output.type === 'interim') break;
    const { why, error, report } = await hearing.result;
    expect({ why, error }).toEqual({ why: 'interrupted', error: undefined });
    expect(report.ended).toBe('interrupted');
    expect(ear.words).toBe('close');
    expect(ear.closedWith?.code).toBe(1000);
    expect(feed.left).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('does not wait for a service that answers nothing longer than a goodbye takes', async () => {
    const { clock, ear, feed, hearing } = await openedByHand({
      unread: true,
      habits: { answers: false, closes: false },
    });
    feed.push(50);
    ear.say(interim('one'));
    feed.end();
    await settle();
    expect(ear.words).toBe('audio finalize');
    ear.client.close = () => {};
    for await (const _ of hearing) break;
    let why = '';
    hearing.result.then((result) => {
      why = result.why;
    });
    await clock.advance(1999);
    expect(why).toBe('');
    await clock.advance(1);
    expect(why).toBe('interrupted');
    expect(clock.pending).toBe(0);
  });

  it('before the connection is open drops it', async () => {
    const feed = new AudioFeed();
    const { clock, hearing, attempts } = hearFake(feed, { holds: true, unread: true });
    await settle();
    await hearing[Symbol.asyncIterator]().return?.();
    expect((await hearing.result).why).toBe('interrupted');
    expect(attempts[0]?.aborted).toBe(true);
    expect(feed.left).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

async function opened(source: AsyncIterable<ReturnType<typeof chunkOf>>, options: Parameters<typeof hearFake>[1] = {}) {
  const fake = hearFake(source, options);
  await settle();
  return { ...fake, ear: fake.ear };
}

async function openedByHand(options: Parameters<typeof hearFake>[1] = {}) {
  const feed = new AudioFeed();
  return { ...(await opened(feed, options)), feed };
}
