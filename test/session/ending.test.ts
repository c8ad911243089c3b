import { describe, expect, it } from 'vitest';
import { Ending } from '../../src/session/ending.ts';
import type { ListenEvent } from '../../src/speech/listen.ts';
import { AudioFeed, chunks, type FakeOptions, final, hearFake, interim, settle } from '../support/fake-listen.ts';

const byHand = { answers: false, closes: false };

/** A stream of one second, all sent, whose service waits for the test's word. */
async function asked(options: FakeOptions = {}) {
  const fake = hearFake(chunks(20), { ...options, habits: { ...byHand, ...options.habits } });
  await settle();
  const { ear } = fake;
  let why = '';
  fake.hearing.result.then((result) => {
    why = result.why;
  });
  return {
    ...fake,
    ear,
    get why() {
      return why;
    },
  };
}

describe('the answer to finalize', () => {
  it('is the final that says so, whatever natural ones come before it', async () => {
    const { clock, ear, hearing, heard } = await asked();
    ear.say(final('one', { fromFinalize: false, endOfUtterance: true, endMs: 400 }));
    await settle();
    expect(ear.words).toBe('audio finalize');
    ear.say(final('two', { fromFinalize: true, endMs: 1000 }));
    await settle();
    expect(ear.words).toBe('audio finalize close');
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(heard.outputs).toMatchObject([
      { text: 'one', forced: false },
      { text: 'two', forced: true },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('is the next final where none says so; one that follows is waited for, and given out', async () => {
    const { clock, ear, hearing, heard, warnings } = await asked({
      timeouts: { finalMs: 5000, frameMs: 30_000, closeMs: 2000 },
    });
    ear.say(final('under way'));
    await settle();
    expect(ear.words).toBe('audio finalize close');
    await clock.advance(29_000);
    ear.say(final('the rest'));
    await settle();
    await clock.advance(4000);
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(heard.texts).toEqual(['under way', 'the rest']);
    expect(warnings).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('may be empty: it is not given out', async () => {
    const { ear, hearing, heard } = await asked();
    ear.say(final(' ', { fromFinalize: true }));
    await settle();
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(heard.outputs).toEqual([]);
  });

  it('that never comes is given up, and what follows the close command is still heard', async () => {
    const { clock, ear, hearing, heard } = await asked({ timeouts: { finalMs: 700 } });
    await clock.advance(699);
    expect(ear.words).toBe('audio finalize');
    await clock.advance(1);
    expect(ear.words).toBe('audio finalize close');
    ear.say(final('late', { fromFinalize: false }));
    await settle();
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(heard.texts).toEqual(['late']);
    expect(clock.pending).toBe(0);
  });

  it('is not waited for longer than any frame would be', async () => {
    const { clock, ear, hearing } = await asked({ timeouts: { finalMs: 5000, frameMs: 400 } });
    await clock.advance(400);
    expect(ear.words).toBe('audio finalize close');
    await clock.advance(400);
    expect((await hearing.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('that never comes, with a service that never closes either, is an error after all that was heard', async () => {
    const fake = await asked({ timeouts: { finalMs: 700, frameMs: 3000 } });
    const { clock, ear, hearing, heard } = fake;
    ear.say(final('so far', { fromFinalize: false }));
    await clock.advance(3699);
    expect(fake.why).toBe('');
    await clock.advance(1);
    // The goodbye of the socket itself is bounded as well; here it is answered at once.
    expect(await hearing.result).toMatchObject({
      why: 'failed',
      error: { code: 'E_TIMEOUT', message: 'the service has not answered `finalize`, and said nothing new for 3 s' },
    });
    await settle();
    expect(heard).toMatchObject({ texts: ['so far'], error: { code: 'E_TIMEOUT' } });
    expect(clock.pending).toBe(0);
  });

  it('waits on while the service says new things', async () => {
    const { clock, ear } = await asked({ timeouts: { finalMs: 700 } });
    for (let i = 1; i <= 5; i++) {
      await clock.advance(600);
      ear.say(interim(`word ${i}`, { endMs: i * 100 }));
    }
    await clock.advance(699);
    expect(ear.words).toBe('audio finalize');
    await clock.advance(1);
    expect(ear.words).toBe('audio finalize close');
  });

  it.each([
    ['repeats itself', (_: number) => interim('the same', { endMs: 500 })],
    ['flickers', (i: number) => interim(i % 2 ? 'this one' : 'that one')],
    ['is beyond all audio', (i: number) => interim('the same', { endMs: 1000 + i })],
    ['has finals without a word', (_: number) => final('', { fromFinalize: false })],
    ['gives the same final again', (_: number) => final('again', { fromFinalize: false, endMs: 500 })],
  ])('does not wait for a service that %s', async (_, event) => {
    const { clock, ear, hearing } = await asked({ timeouts: { finalMs: 700, frameMs: 3000 } });
    for (let i = 0; i < 50; i++) {
      ear.say(event(i));
      await clock.advance(100);
    }
    expect((await hearing.result).error).toMatchObject({ code: 'E_TIMEOUT' });
    expect(clock.pending).toBe(0);
  });

  it('is not the service’s to give while we do not read', async () => {
    const fake = await asked({ unread: true, timeouts: { finalMs: 700, frameMs: 3000 } });
    const { clock, ear, hearing } = fake;
    for (let i = 0; i < 20; i++) ear.say(final('x'.repeat(40_000), { fromFinalize: false }));
    await settle();
    expect(ear.paused).toBe(1);
    await clock.advance(60_000);
    expect(fake.why).toBe('');
    ear.say(final('end', { fromFinalize: true }));
    const texts: string[] = [];
    const read = async () => {
      for await (const output of hearing) if (output.type === 'final') texts.push(output.text);
    };
    const reading = read();
    await settle();
    ear.close(1000);
    await reading;
    expect((await hearing.result).why).toBe('done');
    expect(texts).toHaveLength(21);
    expect(clock.pending).toBe(0);
  });
});

describe('the close', () => {
  it('that does not come is said, and is no error', async () => {
    const { clock, ear, hearing, warnings } = await asked({ timeouts: { closeMs: 900 } });
    ear.say(final('all', { fromFinalize: true }));
    await clock.advance(899);
    expect(ear.closedWith).toBeUndefined();
    await clock.advance(1);
    expect((await hearing.result).why).toBe('done');
    expect(warnings).toEqual([
      { code: 'no_close', message: 'the service did not close the connection when it was done' },
    ]);
    expect(ear.closedWith?.code).toBe(1000);
    expect(clock.pending).toBe(0);
  });

  it('is waited for as long as ever, however short a silence is borne, where the answer did not say that it is one', async () => {
    const { clock, ear, hearing, warnings } = await asked({ timeouts: { frameMs: 500, closeMs: 900 } });
    ear.say(final('all'));
    await clock.advance(899);
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(warnings).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  describe('that does not come behind what may be the answer', () => {
    /** A stream of 2.4 s. What can be heard lies from 0.5 s to 1.2 s, from 1.6 s to 1.81 s, and from 2.21 s on. */
    async function spoken(...told: ListenEvent[]) {
      const feed = new AudioFeed();
      const fake = hearFake(feed, { habits: byHand, timeouts: { frameMs: 3000, closeMs: 900 } });
      for (const [ms, level] of [[500], [700, 5000], [400], [210, 5000], [400], [190, 5000]] as const)
        feed.push(ms, level);
      feed.end();
      await settle();
      fake.ear.say(...told);
      await fake.clock.advance(3000);
      const { why, error } = await fake.hearing.result;
      expect(fake.clock.pending).toBe(0);
      return { why, error, texts: fake.heard.texts, warned: fake.warnings.map(({ code }) => code) };
    }

    it.each([
      ['by its place', final('the first', { startMs: 400, endMs: 1200 })],
      ['by its number', final('the first', { endOfUtterance: true })],
    ])('is an error where speech was sent behind it, told %s', async (_, told) => {
      const ended = await spoken(told);
      expect(ended).toMatchObject({ why: 'failed', texts: ['the first'], warned: [] });
      expect(ended.error).toMatchObject({
        code: 'E_TIMEOUT',
        message: 'the service has told only a part of what was said, and not closed for 3 s',
      });
    });

    it.each([
      ['the answer says that it is one', final('the first', { endMs: 1200, fromFinalize: true })],
      ['less than a word is heard behind it', final('nearly all', { endMs: 2000 })],
      ['nothing tells what it is about', final('perhaps all')],
    ])('is said, and no error, where %s', async (_, told) => {
      expect(await spoken(told)).toMatchObject({ why: 'done', error: undefined, warned: ['no_close'] });
    });

    it('is an error in the middle of a long sound, too', async () => {
      const feed = new AudioFeed();
      const { ear, clock, hearing } = hearFake(feed, { habits: byHand, timeouts: { frameMs: 3000, closeMs: 900 } });
      feed.push(10_000, 5000);
      feed.end();
      await settle();
      ear.say(final('the first', { startMs: 0, endMs: 1000 }));
      await clock.advance(3000);
      expect((await hearing.result).error?.code).toBe('E_TIMEOUT');
    });

    it('is no error where what was told last is told again', async () => {
      const told = await spoken(final('all', { endMs: 3000 }), final('the first', { endMs: 1200 }));
      expect(told).toMatchObject({ why: 'done', warned: ['no_close'] });
    });

    it('is an error where more was begun, and never final', async () => {
      const told = await spoken(final('the first'), interim('the'));
      expect(told.error?.code).toBe('E_TIMEOUT');
    });

    it('is an error where a final that tells no place is followed by one that does', async () => {
      const told = await spoken(final('perhaps'), final('the first', { endMs: 1200 }));
      expect(told.error?.code).toBe('E_TIMEOUT');
    });
  });

  it('of a socket that answers no goodbye either is not told as well', async () => {
    const { clock, ear, hearing, warnings } = await asked({ timeouts: { closeMs: 900 } });
    ear.client.close = () => {};
    ear.say(final('all', { fromFinalize: true }));
    await clock.advance(1800);
    expect((await hearing.result).why).toBe('done');
    expect(warnings.map(({ code }) => code)).toEqual(['no_close']);
    expect(clock.pending).toBe(0);
  });

  it.each([[1000], [1005], [1006], [1011]])(
    'with %d right behind the answer is no error: the result is whole',
    async (code) => {
      const { clock, ear, hearing, heard } = await asked();
      ear.say(final('all', { fromFinalize: true }));
      ear.close(code);
      expect((await hearing.result).why).toBe('done');
      expect(heard.texts).toEqual(['all']);
      expect(clock.pending).toBe(0);
    },
  );

  it('that is no good one is told, though all is there', async () => {
    const { ear, hearing, warnings } = await asked();
    ear.say(final('all', { fromFinalize: true }));
    await settle();
    ear.close(1011, 'overloaded');
    expect((await hearing.result).why).toBe('done');
    expect(warnings).toEqual([{ code: 'odd_close', message: expect.stringContaining('(1011: overloaded)') }]);
  });

  it.each([
    [1000, undefined],
    [1006, 'E_CLOSED'],
    [1008, 'E_REQUEST'],
    [1011, 'E_PROVIDER'],
  ])('with %d behind what may be the answer, or a final that was under way, is %s', async (code, expected) => {
    const { clock, ear, hearing, heard } = await asked();
    ear.say(final('perhaps all'));
    await settle();
    ear.close(code);
    expect((await hearing.result).error?.code).toBe(expected);
    expect(heard.texts).toEqual(['perhaps all']);
    expect(clock.pending).toBe(0);
  });

  it('with 1000 instead of an answer, before the service was told to, is an error', async () => {
    const { clock, ear, hearing, heard } = await asked();
    ear.say(final('half', { fromFinalize: false }));
    ear.close(1000);
    expect((await hearing.result).error).toMatchObject({ code: 'E_CLOSED' });
    await settle();
    expect(heard).toMatchObject({ texts: ['half'], error: { code: 'E_CLOSED' } });
    expect(clock.pending).toBe(0);
  });

  it.each([
    [1000, undefined],
    [1005, undefined],
    [1006, 'E_CLOSED'],
    [1011, 'E_PROVIDER'],
  ])('with %d after our own close, where finalize was never answered, is %s', async (code, expected) => {
    const { clock, ear, hearing } = await asked({ timeouts: { finalMs: 700 } });
    await clock.advance(700);
    ear.close(code);
    expect((await hearing.result).error?.code).toBe(expected);
    expect(clock.pending).toBe(0);
  });

  it.each([
    [1000, 'E_CLOSED'],
    [1006, 'E_CLOSED'],
    [1008, 'E_REQUEST'],
    [1011, 'E_PROVIDER'],
  ])('with %d in mid-stream is %s, after all that was heard', async (code, expected) => {
    const feed = new AudioFeed();
    const { clock, hearing, heard, ear } = await opened(feed);
    feed.push(50);
    await settle();
    ear.say(final('one'), final('two'));
    ear.close(code);
    expect(await hearing.result).toMatchObject({ why: 'failed', error: { code: expected }, report: { segments: 2 } });
    await settle();
    expect(heard).toMatchObject({ texts: ['one', 'two'], error: { code: expected } });
    expect(feed.left).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('in mid-stream is an error also where a finalize had been answered, and where the service said it had ended', async () => {
    const feed = new AudioFeed();
    const { ear, hearing } = await opened(feed);
    feed.push(50);
    await settle();
    hearing.finalize();
    await settle();
    ear.say({ type: 'ended', audioMs: 50 });
    ear.close(1000);
    expect((await hearing.result).error).toMatchObject({ code: 'E_CLOSED' });
  });
});

describe('a service that says that it has ended', () => {
  it('before it closes has given all', async () => {
    const { clock, ear, hearing } = await asked({ timeouts: { finalMs: 700 } });
    await clock.advance(700);
    ear.say({ type: 'ended', audioMs: 1000 });
    ear.close(1011);
    expect((await hearing.result).why).toBe('done');
    expect(clock.pending).toBe(0);
  });

  it('instead of answering finalize owes no answer any more', async () => {
    const { clock, ear, hearing, warnings } = await asked();
    ear.say({ type: 'ended', audioMs: 1000 });
    await settle();
    expect(ear.words).toBe('audio finalize close');
    await clock.advance(2000);
    expect((await hearing.result).why).toBe('done');
    expect(warnings).toMatchObject([{ code: 'no_close' }]);
  });
});

describe('an error that the service tells', () => {
  const error = { type: 'error', fault: { code: 'E_RATE_LIMIT', message: 'slower', detail: { vendor: 'x' } } } as const;

  it('ends the stream with its code, after all that was heard', async () => {
    const feed = new AudioFeed();
    const { clock, ear, hearing, heard } = await opened(feed);
    feed.push(50);
    await settle();
    ear.say(final('one'), error, final('never'));
    expect((await hearing.result).error).toMatchObject({
      code: 'E_RATE_LIMIT',
      message: 'slower',
      detail: { vendor: 'x' },
    });
    await settle();
    expect(heard.texts).toEqual(['one']);
    expect(clock.pending).toBe(0);
  });

  it('while an answer is owed ends it too', async () => {
    const { ear, hearing } = await asked();
    ear.say(error);
    expect((await hearing.result).error).toMatchObject({ code: 'E_RATE_LIMIT' });
  });

  it('when all is there is a warning', async () => {
    const { ear, hearing, warnings } = await asked();
    ear.say(final('all', { fromFinalize: true }));
    await settle();
    ear.say(error);
    ear.close(1000);
    expect((await hearing.result).why).toBe('done');
    expect(warnings).toEqual([{ code: 'E_RATE_LIMIT', message: 'slower' }]);
  });
});

describe('Ending', () => {
  const answer = { type: 'final', text: '', endOfUtterance: false } as const;
  const well = { code: 1000, reason: '' };

  it('asks once for the same audio, and for none not at all', () => {
    const ending = new Ending();
    expect([ending.ask(0), ending.ask(10), ending.ask(10), ending.ask(20)]).toEqual([false, true, false, true]);
    ending.reach('leaving');
    expect(ending.ask(30)).toBe(false);
  });

  it('takes an answer for one finalize each', () => {
    const ending = new Ending();
    ending.ask(10);
    ending.ask(20);
    ending.reach('finishing');
    expect(ending.answers(answer)).toBe(true);
    expect(ending.endsWell(well)).toBe(false);
    expect(ending.answers({ ...answer, fromFinalize: true })).toBe(true);
    expect(ending.endsWell(well)).toBe(true);
    expect(ending.complete).toBe(true);
    expect(ending.answers(answer)).toBe(false);
    expect(ending.answers({ ...answer, fromFinalize: true })).toBe(true);
  });

  it('is not complete where the answer was guessed, or nothing has ended', () => {
    const ending = new Ending();
    expect(ending.complete).toBe(false);
    ending.ask(10);
    ending.reach('finishing');
    ending.answers(answer);
    expect(ending.complete).toBe(false);
    ending.serve();
    expect(ending.complete).toBe(true);
  });

  it('does not take a service’s end for its own while there is more to send', () => {
    const ending = new Ending();
    ending.serve();
    ending.ask(10);
    ending.reach('finishing');
    expect(ending.complete).toBe(false);
    expect(ending.endsWell(well)).toBe(false);
  });

  it('is over for good, and keeps nobody waiting', async () => {
    const ending = new Ending();
    ending.ask(10);
    ending.reach('over');
    ending.reach('finishing');
    expect(ending.stage).toBe('over');
    expect(ending.endsWell(well)).toBe(false);
    await ending.whole;
  });
});

async function opened(feed: AudioFeed) {
  const fake = hearFake(feed);
  await settle();
  return { ...fake, ear: fake.ear };
}
