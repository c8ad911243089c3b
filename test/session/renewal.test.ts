import { describe, expect, it } from 'vitest';
import type { WireWatcher } from '../../src/session/options.ts';
import type { SpeakTraits } from '../../src/speech/service.ts';
import { bytesPerMs, collect, type FakeLink, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

const minuteMs = 60_000;
const samplesPerMs = bytesPerMs / 2;
/** PROTOCOLS 2.1 and 2.2: Deepgram's. */
const limits: SpeakTraits['limits'] = {
  textChars: 2000,
  flushesPerMinute: 20,
  charsPerMinute: 2400,
  sessionMs: 60 * minuteMs,
};

type FakeOptions = NonNullable<Parameters<typeof openFake>[0]>;

/** A service that closes each connection, whatever it does, when its time is over (NET-0003). */
function openMortal(options: FakeOptions = {}) {
  const ignore = () => {};
  const watcher: WireWatcher = {
    opened() {
      const mine = opened++;
      const { sessionMs = Number.POSITIVE_INFINITY } = { ...limits, ...options.traits?.limits };
      fake.clock.after(sessionMs, () => fake.hub.links[mine]?.close(1011, 'NET-0003'));
    },
    sent: ignore,
    received: ignore,
    command: ignore,
    event: ignore,
    closed: ignore,
  };
  let opened = 0;
  const fake = openFake({ ...options, watcher, traits: { limits, ...options.traits } });
  return fake;
}

/** Speaks at the pace of a voice, as a service does whose audio is played while it comes. */
class PacedVoice {
  readonly #links: readonly FakeLink[];
  readonly #charsPerSecond: number;
  readonly #read = new Map<FakeLink, number>();
  readonly #asked: { link: FakeLink; turn: string; chars: number; throughChar: number }[] = [];
  #chars = 0;
  #restChars = 0;

  constructor(links: readonly FakeLink[], charsPerSecond: number) {
    this.#links = links;
    this.#charsPerSecond = charsPerSecond;
  }

  /** A second has passed. */
  tick(): void {
    for (const link of this.#links) this.#take(link);
    this.#restChars += this.#asked.length > 0 ? this.#charsPerSecond : 0;
    for (let next = this.#asked[0]; next && next.chars <= this.#restChars; next = this.#asked[0]) {
      this.#asked.shift();
      this.#restChars -= next.chars;
      next.link.sound(next.turn, (next.chars / this.#charsPerSecond) * 1000);
      next.link.progress(next.turn, next.throughChar);
    }
  }

  #take(link: FakeLink): void {
    let throughChar = 0;
    const from = this.#read.get(link) ?? 0;
    this.#read.set(link, link.commands.length);
    for (const command of link.commands.slice(from)) {
      if (command.type === 'text') {
        this.#chars += command.text.length;
        throughChar = command.throughChar;
      } else if (command.type === 'flush') {
        this.#asked.push({ link, turn: command.turn, chars: this.#chars, throughChar });
        this.#chars = 0;
      } else if (command.type === 'end') {
        this.#asked.push({ link, turn: command.turn, chars: 0, throughChar: Number.MAX_SAFE_INTEGER });
      }
    }
  }
}

function sentences(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `This is sentence number ${i}, of a text without end. `);
}

/** Every sample has the number of those before it. */
function expectNumberedThrough(heard: ReturnType<typeof collect>): void {
  let samples = 0;
  for (const output of heard.outputs) {
    if (output.type !== 'audio') continue;
    expect(output.chunk.firstSample).toBe(samples);
    samples += output.chunk.bytes.length / 2;
  }
  expect(samples / samplesPerMs).toBe(heard.ms);
}

describe('70 minutes', () => {
  it('of many turns: every character is sent once, and no turn fails', async () => {
    const { clock, hub, session, warnings } = openMortal();
    const said: string[] = [];
    for (let minute = 0; minute < 70; minute++) {
      const texts = [`Turn ${minute}. `, 'It has three sentences. ', 'This is the last.'];
      said.push(...texts);
      const turn = session.speak(spansOf(texts));
      const heard = collect(turn);
      const result = await turn.result;
      expect(result).toMatchObject({ why: 'done', report: { connections: 1, chars: texts.join('').length } });
      expect(turn.progress.throughChar).toBe(texts.join('').length);
      await settle();
      expectNumberedThrough(heard);
      await clock.advance(minuteMs);
    }
    expect(hub.links.flatMap(({ texts }) => texts)).toEqual(said);
    expect(hub.links).toHaveLength(2);
    expect(hub.at(0).closedWith?.code).toBe(1000);
    expect(warnings).toEqual([]);
    await session.close();
    expect(hub.at(1).closedWith?.code).toBe(1000);
  });

  it('of one turn, fed as it is spoken: sent once, numbered through, its progress right', async () => {
    const { clock, hub, session, warnings } = openMortal();
    const texts = sentences(700);
    const spans = spansOf(texts);
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    for (const span of spans) {
      feed.push(span);
      await clock.advance(6_000);
      expect(turn.progress.throughChar).toBe(span.toChar);
    }
    feed.end();
    const { why, report } = await turn.result;
    const chars = texts.join('').length;
    expect([why, report.connections, report.chars]).toEqual(['done', 2, chars]);
    expect(hub.links.flatMap((link) => link.texts)).toEqual(texts);
    await settle();
    expect(heard.ms).toBe(chars * 10);
    expectNumberedThrough(heard);
    expect(warnings.filter(({ code }) => code !== 'rate_wait')).toEqual([]);
  });

  it('of one turn whose text is there at once, and whose sound comes at the pace of a voice', async () => {
    const { clock, hub, session } = openMortal({ habits: { msPerChar: undefined, ended: false } });
    const voice = new PacedVoice(hub.links, 16);
    const texts = sentences(1500);
    const turn = session.speak(spansOf(texts));
    const heard = collect(turn);
    let seconds = 0;
    let silentSeconds = 0;
    let longestSilence = 0;
    let lastMs = 0;
    const chars = texts.join('').length;
    while (turn.progress.throughChar < chars && seconds++ < 100 * 60) {
      await clock.advance(1000);
      voice.tick();
      await settle();
      silentSeconds = heard.ms > lastMs ? 0 : silentSeconds + 1;
      longestSilence = Math.max(longestSilence, silentSeconds);
      lastMs = heard.ms;
    }
    expect(seconds).toBeGreaterThan(70 * 60);
    expect(heard.error).toBeUndefined();
    expect(hub.links.flatMap((link) => link.texts)).toEqual(texts);
    expect(turn.progress.sentences).toBe(texts.length);
    expect(heard.ms).toBeCloseTo((chars / 16) * 1000, 0);
    // A span of 240 characters is 15 s of sound, which comes here when all of it is made.
    expect(longestSilence).toBeLessThan(18);
    expectNumberedThrough(heard);
    expect(hub.links.filter((link) => link.texts.length > 0)).toHaveLength(2);
    await session.close();
  });
});

describe('a connection near its end', () => {
  it('is replaced between turns, by one that was warmed ahead', async () => {
    const { clock, hub, session } = openMortal();
    await session.speak(spansOf(['One.'])).result;
    // Four minutes before its end the next is opened, two minutes before it the first is left.
    await clock.advance(56 * minuteMs - 1);
    expect(hub.links).toHaveLength(1);
    await clock.advance(1);
    expect(hub.links).toHaveLength(2);
    expect(hub.at(0).closedWith).toBeUndefined();
    await clock.advance(2 * minuteMs);
    expect(hub.at(0).closedWith?.code).toBe(1000);
    const turn = session.speak(spansOf(['Two.']));
    expect((await turn.result).report.connections).toBe(1);
    expect(hub.at(1).texts).toEqual(['Two.']);
    expect(hub.links).toHaveLength(2);
  });

  it('is watched no longer than it is there', async () => {
    const { clock, session } = openFake({ traits: { limits } });
    await session.speak(spansOf(['One.'])).result;
    expect(clock.pending).toBeGreaterThan(0);
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('is replaced at the first checkpoint once the next is open, and the text goes on there', async () => {
    const { clock, hub, session } = openMortal();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    collect(turn);
    feed.push(...spansOf(['One. ']));
    await clock.advance(57 * minuteMs);
    expect(hub.at(0).closedWith).toBeUndefined();
    feed.push(...spansOf(['Two. '], 'sentence', 5));
    await settle();
    expect(hub.at(0).texts).toEqual(['One. ', 'Two. ']);
    expect(hub.at(0).closedWith?.code).toBe(1000);
    feed.push(...spansOf(['Three.'], 'sentence', 10));
    feed.end();
    expect((await turn.result).report.connections).toBe(2);
    expect(hub.at(1).texts).toEqual(['Three.']);
  });

  it('is asked for a checkpoint where none comes, and the text waits meanwhile', async () => {
    const { clock, hub, session } = openMortal({ flush: 'end', habits: { msPerChar: undefined, ended: false } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    feed.push(...spansOf(['One, '], 'clause'));
    await clock.advance(57 * minuteMs);
    expect(hub.at(0).words).toBe('begin text');
    await clock.advance(minuteMs);
    expect(hub.at(0).words).toBe('begin text flush');
    feed.push(...spansOf(['two, '], 'clause', 5));
    await settle();
    expect(hub.at(0).words).toBe('begin text flush');
    hub.at(0).sound(turn.id, 50);
    hub.at(0).progress(turn.id, 5);
    await settle();
    expect(hub.at(1).words).toBe('begin text');
    hub.at(1).habits.msPerChar = 10;
    hub.at(1).habits.ended = true;
    feed.end();
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(hub.at(1).words).toBe('begin text flush end');
    expect(heard).toMatchObject({ ms: 100, numbers: [0, 400] });
  });

  it('is asked for it also by text that comes only then', async () => {
    const { clock, hub, session } = openMortal({ habits: { msPerChar: undefined, ended: false } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    collect(turn);
    await clock.advance(minuteMs);
    feed.push(...spansOf(['One, '], 'clause'));
    await settle();
    feed.push(...spansOf(['two '], 'piece', 5));
    await clock.advance(58 * minuteMs);
    feed.push(...spansOf(['three.'], 'sentence', 9));
    await settle();
    expect(hub.at(0).words).toBe('begin text text flush');
    turn.flush();
    hub.at(0).progress(turn.id, 9);
    await settle();
    // What was flushed by hand is what waited.
    expect(hub.at(1).words).toBe('begin text flush');
  });

  it('is left before a turn begins, not in the middle of it', async () => {
    const { clock, hub, session } = openMortal();
    await session.speak(spansOf(['One.'])).result;
    await clock.advance(57 * minuteMs);
    await session.speak(spansOf(['Two.'])).result;
    expect(hub.links.map(({ texts }) => texts)).toEqual([['One.'], ['Two.']]);
    expect(hub.at(0).closedWith?.code).toBe(1000);
  });

  it('is kept until the last moment where its service lets no other wait, and then left', async () => {
    const { clock, hub, session } = openMortal({ traits: { textWithinMs: 5_000 } });
    await session.speak(spansOf(['One.'])).result;
    await clock.advance(57 * minuteMs);
    await session.speak(spansOf(['Two.'])).result;
    expect(hub.links).toHaveLength(1);
    await clock.advance(minuteMs);
    expect(session.state).toBe('idle');
    await session.speak(spansOf(['Three.'])).result;
    expect(hub.links.map(({ texts }) => texts)).toEqual([['One.', 'Two.'], ['Three.']]);
  });

  it('says to its end what the turn has ended with', async () => {
    const { clock, hub, session } = openMortal({ habits: { msPerChar: undefined, ended: false } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    feed.push(...spansOf(['One.']));
    await settle();
    hub.link.sound(turn.id, 10);
    await clock.advance(25_000);
    hub.link.progress(turn.id, 4);
    await clock.advance(57 * minuteMs - 25_000);
    feed.push(...spansOf(['Two.'], 'sentence', 4));
    feed.end();
    await settle();
    const link = hub.links.findLast(({ texts }) => texts.includes('Two.'));
    link?.sound(turn.id, 40);
    link?.progress(turn.id, 8);
    link?.say({ type: 'ended', turn: turn.id, why: 'done' });
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(heard.ms).toBe(50);
    expect(hub.links.flatMap(({ texts }) => texts)).toEqual(['One.', 'Two.']);
  });

  it('is paused and left all the same when nobody reads', async () => {
    const { clock, hub, session } = openMortal();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['x'.repeat(1900)]));
    await clock.advance(61_000);
    for (let i = 1; i < 6; i++) {
      feed.push(...spansOf(['x'.repeat(1900)], 'sentence', i * 1900));
      await clock.advance(61_000);
    }
    expect(hub.link.paused).toBe(1);
    await clock.advance(52 * minuteMs);
    const heard = collect(turn);
    await settle();
    feed.end();
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(heard.ms).toBe(6 * 19_000);
    expectNumberedThrough(heard);
  });
});

it('a short-lived connection is replaced again and again, and each text said once', async () => {
  const { clock, hub, session } = openMortal({ traits: { limits: { sessionMs: 20_000 } } });
  const texts = sentences(100);
  const feed = new SpanFeed();
  const turn = session.speak(feed);
  const heard = collect(turn);
  for (const span of spansOf(texts)) {
    feed.push(span);
    await clock.advance(1_000);
  }
  feed.end();
  expect((await turn.result).why).toBe('done');
  expect(hub.links.flatMap((link) => link.texts)).toEqual(texts);
  await settle();
  expectNumberedThrough(heard);
  expect(hub.links.length).toBeLessThan(10);
});
