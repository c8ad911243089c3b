import { describe, expect, it } from 'vitest';
import type { WireWatcher } from '../../src/session/options.ts';
import type { SpeakTraits } from '../../src/speech/service.ts';
import { collect, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

/** PROTOCOLS 2.1: Deepgram's, but for the length of a message. */
const limits: SpeakTraits['limits'] = { flushesPerMinute: 20, charsPerMinute: 2400 };

const sentence = (chars: number) => `${'x'.repeat(chars - 2)}. `;
const sentences = (count: number, chars: number) => spansOf(Array.from({ length: count }, () => sentence(chars)));

type FakeOptions = NonNullable<Parameters<typeof openFake>[0]>;

/** A session whose commands are written down with their time. */
function openLimited(options: FakeOptions = {}) {
  const log: { type: string; chars: number; atMs: number }[] = [];
  const ignore = () => {};
  const watcher: WireWatcher = {
    opened: ignore,
    sent: ignore,
    received: ignore,
    event: ignore,
    closed: ignore,
    command: (command) =>
      log.push({ type: command.type, chars: 'text' in command ? command.text.length : 0, atMs: fake.clock.now() }),
  };
  const fake = openFake({ ...options, watcher, traits: { limits, ...options.traits } });
  /** The most of it within any 60 s: flushes, or characters. */
  const mostAMinute = (type: 'flush' | 'text') => {
    const those = log.filter((entry) => entry.type === type);
    const worth = (entry: { chars: number }) => (type === 'flush' ? 1 : entry.chars);
    const sums = those.map(({ atMs }) =>
      those.reduce((sum, one) => (one.atMs > atMs - 60_000 && one.atMs <= atMs ? sum + worth(one) : sum), 0),
    );
    return Math.max(0, ...sums);
  };
  return { ...fake, log, mostAMinute };
}

const rateWaits = (warnings: readonly { code: string; message: string }[]) =>
  warnings.filter(({ code }) => code === 'rate_wait').map(({ message }) => message);

describe('flushes within 60 s', () => {
  it('go out after each sentence while half are left, then after more text, whatever ends', async () => {
    const { log, session } = openLimited();
    const turn = session.speak([
      ...sentences(16, 30),
      ...spansOf([sentence(30)], 'paragraph', 480),
      ...spansOf([sentence(30), sentence(30)], 'sentence', 510),
    ]);
    collect(turn);
    expect((await turn.result).why).toBe('done');
    const words = log.map(({ type }) => type).join(' ');
    const covered = words.split('flush').map((between) => between.split('text').length - 1);
    // 11 sentences one by one; then 240 characters at least, over the paragraph's end; the end of the turn.
    expect(covered).toEqual([...Array<number>(11).fill(1), 8, 0]);
  });

  it('never pass twenty: the next waits, which is told once, and nothing is lost', async () => {
    const { clock, hub, session, warnings, mostAMinute } = openLimited();
    const results = Array.from({ length: 50 }, (_, i) => {
      const turn = session.speak(spansOf([`Turn ${i}.`]));
      collect(turn);
      return turn.result;
    });
    await settle();
    expect(hub.link.words.split('flush')).toHaveLength(21);
    expect(rateWaits(warnings)).toEqual(['the service takes at most 20 flushes a minute: waiting 61 s']);
    await clock.advance(60_999);
    expect(hub.link.words.split('flush')).toHaveLength(21);
    await clock.advance(200_000);
    for (const result of results) expect((await result).why).toBe('done');
    expect(mostAMinute('flush')).toBe(20);
    expect(hub.link.texts).toEqual(Array.from({ length: 50 }, (_, i) => `Turn ${i}.`));
    expect(rateWaits(warnings)).toHaveLength(1);
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('do not wait, and are not thinned, with the limits off', async () => {
    const { hub, session, warnings } = openLimited({ limits: 'off' });
    const turn = session.speak(sentences(40, 30));
    collect(turn);
    expect((await turn.result).why).toBe('done');
    expect(hub.link.words.split('flush')).toHaveLength(41);
    expect(warnings).toEqual([]);
  });

  it('that wait at the end of a turn are no silence of the service', async () => {
    const { clock, session, log } = openLimited({ traits: { limits: { flushesPerMinute: 1 } } });
    await session.speak(spansOf(['One.'])).result;
    const turn = session.speak(spansOf(['Two.'], 'clause'));
    collect(turn);
    await clock.advance(60_000);
    expect(log.at(-1)?.type).toBe('text');
    await clock.advance(1_000);
    expect((await turn.result).why).toBe('done');
    expect(log.slice(-2).map(({ type }) => type)).toEqual(['flush', 'end']);
  });

  it.each(['paragraph', 'clause'] as const)(
    'that wait behind one that was answered meanwhile are not owed (%s)',
    async (ends) => {
      const { clock, hub, session } = openLimited({
        traits: { limits: { flushesPerMinute: 1 } },
        habits: { msPerChar: undefined, ended: false },
      });
      const turn = session.speak([...spansOf(['One. ']), ...spansOf(['Two.'], ends, 5)]);
      const heard = collect(turn);
      await clock.advance(20_000);
      hub.link.sound(turn.id, 10);
      hub.link.progress(turn.id, 5);
      await clock.advance(40_000);
      expect(heard.error).toBeUndefined();
      expect(hub.link.words).toBe('begin text flush text');
      hub.link.habits.msPerChar = 10;
      hub.link.habits.ended = true;
      await clock.advance(1_000);
      expect((await turn.result).why).toBe('done');
    },
  );

  it('that went out before are owed all the same while another waits', async () => {
    const { clock, session } = openLimited({
      traits: { limits: { flushesPerMinute: 1 } },
      habits: { msPerChar: undefined, ended: false },
    });
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    collect(turn);
    await clock.advance(30_000);
    expect((await turn.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('by hand wait as well, and one is enough for all that was sent meanwhile', async () => {
    const { clock, log, session } = openLimited({ traits: { limits: { flushesPerMinute: 1 } }, flush: 'end' });
    await session.speak(spansOf(['One.'])).result;
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    collect(turn);
    feed.push(...spansOf(['Two, ', 'three, '], 'clause'));
    await settle();
    turn.flush();
    turn.flush();
    feed.push(...spansOf(['four, '], 'clause', 12));
    await settle();
    turn.flush();
    await clock.advance(61_000);
    expect(log.slice(3).map(({ type }) => type)).toEqual(['end', 'begin', 'text', 'text', 'text', 'flush']);
    await clock.advance(5 * 61_000);
    expect(log.filter(({ type }) => type === 'flush')).toHaveLength(2);
    feed.end();
    expect((await turn.result).why).toBe('done');
  });
});

describe('characters within 60 s', () => {
  it('never pass 2400: text waits for its time, and all is said', async () => {
    const { clock, hub, session, warnings, mostAMinute } = openLimited();
    const spans = sentences(40, 300);
    const turn = session.speak(spans);
    const heard = collect(turn);
    await settle();
    expect(hub.link.texts).toHaveLength(8);
    expect(rateWaits(warnings)).toEqual(['the service takes at most 2400 characters a minute: waiting 61 s']);
    await clock.advance(10 * 60_000);
    expect((await turn.result).why).toBe('done');
    expect(mostAMinute('text')).toBe(2400);
    expect(hub.link.texts.join('')).toBe(spans.map(({ text }) => text).join(''));
    expect(heard.ms).toBe(40 * 300 * 10);
    expect(rateWaits(warnings)).toHaveLength(1);
  });

  it('count the parts of a span that is cut, one by one', async () => {
    const { clock, hub, session, mostAMinute } = openLimited({ traits: { limits: { ...limits, textChars: 2000 } } });
    const text = Array.from({ length: 20 }, () => sentence(250)).join('');
    const turn = session.speak(spansOf([text]));
    collect(turn);
    await settle();
    expect(hub.link.texts.map(({ length }) => length)).toEqual([2000]);
    await clock.advance(10 * 60_000);
    expect((await turn.result).why).toBe('done');
    expect(hub.link.texts.map(({ length }) => length)).toEqual([2000, 2000, 1000]);
    expect(hub.link.texts.join('')).toBe(text);
    expect(mostAMinute('text')).toBe(2000);
    expect(turn.progress.throughChar).toBe(5000);
  });

  it('do not wait with the limits off, but are cut', async () => {
    const { hub, session } = openLimited({ limits: 'off', traits: { limits: { ...limits, textChars: 2000 } } });
    const turn = session.speak(sentences(3, 4000));
    collect(turn);
    expect((await turn.result).why).toBe('done');
    expect(hub.link.texts.map(({ length }) => length)).toEqual([2000, 2000, 2000, 2000, 2000, 2000]);
  });

  it('are waited for without the service being taken for silent', async () => {
    const { clock, session } = openLimited({ traits: { limits: { charsPerMinute: 10 } } });
    const turn = session.speak(spansOf(['Ten chars.', 'Ten chars.']));
    collect(turn);
    await clock.advance(61_000);
    expect((await turn.result).why).toBe('done');
  });
});

describe('a wait for the rates', () => {
  const one = { traits: { limits: { flushesPerMinute: 1, charsPerMinute: 10 } } };

  it.each([
    ['a flush', ['One.', 'Two.']],
    ['text', ['Ten chars.', 'Ten chars.']],
    ['the end', ['One.', 'Two']],
  ])('for %s is cut through by an interruption', async (name, texts) => {
    const { clock, hub, session } = openLimited(one);
    const turn = session.speak([
      ...spansOf(texts.slice(0, 1)),
      ...spansOf(texts.slice(1), name === 'the end' ? 'clause' : 'paragraph', texts[0]?.length),
    ]);
    const heard = collect(turn);
    await settle();
    expect(heard.over).toBe(false);
    turn.interrupt();
    expect((await turn.result).why).toBe('interrupted');
    await settle();
    expect(heard.over).toBe(true);
    expect(hub.link.words).toMatch(name === 'text' ? /flush end$/ : /interrupt$/);
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('is cut through by an abort, whose reason is what the turn fails with', async () => {
    const abort = new AbortController();
    const { clock, session } = openLimited({ ...one, signal: abort.signal });
    const turn = session.speak(spansOf(['One.', 'Two.']));
    const heard = collect(turn);
    await settle();
    abort.abort(new Error('enough'));
    expect((await turn.result).why).toBe('failed');
    await settle();
    expect(heard.error).toEqual(new Error('enough'));
    expect(clock.pending).toBe(0);
  });

  it('is cut through by closing the session', async () => {
    const { clock, session } = openLimited(one);
    const turn = session.speak(spansOf(['One.', 'Two.']));
    collect(turn);
    await settle();
    await session.close();
    expect((await turn.result).why).toBe('interrupted');
    expect(clock.pending).toBe(0);
  });

  it('goes on over a new connection where the service leaves meanwhile, which then hears the rest in its time', async () => {
    const { clock, hub, session, mostAMinute } = openLimited(one);
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    const heard = collect(turn);
    await settle();
    expect(hub.link.words).toBe('begin text flush text');
    hub.link.close(1000);
    await settle();
    // The nine characters and the flush that went before count here too.
    expect(hub.at(1).words).toBe('begin');
    await clock.advance(61_000);
    expect((await turn.result).why).toBe('done');
    expect(hub.at(1).words).toBe('begin text flush end');
    expect(hub.links.flatMap(({ texts }) => texts)).toEqual(['One. ', 'Two.', 'Two.']);
    await settle();
    expect(heard).toMatchObject({ ms: 90, numbers: [0, 400], over: true, error: undefined });
    expect(mostAMinute('flush')).toBe(1);
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('does not hold up the end of the input: what was taken is still said', async () => {
    const { clock, session, hub } = openLimited(one);
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    collect(turn);
    feed.push(...spansOf(['One.', 'Two.']));
    await settle();
    turn.end();
    await clock.advance(61_000);
    expect((await turn.result).why).toBe('done');
    expect(hub.link.words).toBe('begin text flush text flush end');
    expect(feed.left).toBe(true);
  });
});
