import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import type { WireWatcher } from '../../src/session/options.ts';
import { collect, type FakeSession, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

const hello = spansOf(['Hello there. ']);
const swaps = { traits: { interrupt: 'swapSocket' }, habits: { msPerChar: undefined, ended: false } } as const;

/** A turn of which 100 ms have sounded. */
async function sounding(fake: FakeSession) {
  const turn = fake.session.speak(hello);
  const heard = collect(turn);
  await settle();
  fake.hub.link.sound(turn.id, 100);
  await settle();
  return { turn, heard };
}

describe('a service that acknowledges no interruption', () => {
  it('gets a second connection when the first sound has come, and not before', async () => {
    const fake = openFake(swaps);
    const turn = fake.session.speak(hello);
    await settle();
    expect(fake.hub.links).toHaveLength(1);
    fake.hub.link.sound(turn.id, 100);
    await settle();
    expect(fake.hub.links).toHaveLength(2);
    fake.hub.at(0).sound(turn.id, 100);
    await settle();
    expect(fake.hub.links).toHaveLength(2);
    expect(fake.hub.at(1).words).toBe('');
  });

  it('has the next turn’s text at once, on the connection that was warmed', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    fake.hub.holds = true;
    expect(turn.interrupt().heardMs).toBe(100);
    const next = fake.session.speak(spansOf(['Next.']));
    await settle();
    expect(fake.hub.at(1).words).toBe('begin text flush end');
    expect(fake.hub.attempts).toHaveLength(2);
    expect((await turn.result).why).toBe('interrupted');
    expect(next.progress.sentChar).toBe(5);
  });

  it('is told in its own words, and then goodbye', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    turn.interrupt();
    await settle();
    expect(fake.hub.at(0).commands.slice(-2)).toEqual([
      { type: 'interrupt', turn: turn.id, heardMs: 100 },
      { type: 'close' },
    ]);
    expect(fake.hub.at(0).closedWith?.code).toBe(1000);
  });

  it('is heard no more: what the old connection still sends reaches nobody', async () => {
    const fake = openFake(swaps);
    const { turn, heard } = await sounding(fake);
    turn.interrupt();
    // Under way before our close can have come.
    fake.hub.at(0).sound(turn.id, 500);
    fake.hub.at(0).sound('turn-2', 500);
    fake.hub.at(0).progress('turn-2', 5);
    const next = fake.session.speak(spansOf(['Next.']));
    const nextHeard = collect(next);
    await settle();
    fake.hub.at(1).sound(next.id, 60);
    fake.hub.at(1).say({ type: 'ended', turn: next.id, why: 'done' });
    expect((await next.result).report).toMatchObject({ ended: 'done', connections: 1 });
    await settle();
    expect([heard.ms, nextHeard.ms, nextHeard.numbers]).toEqual([100, 60, [0]]);
  });

  it('can be interrupted again and again', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    turn.interrupt();
    for (let i = 1; i < 5; i++) {
      const next = fake.session.speak(hello);
      await settle();
      fake.hub.at(i).sound(next.id, 10);
      await settle();
      expect(fake.hub.links).toHaveLength(i + 2);
      next.interrupt();
      await settle();
      expect(fake.hub.at(i).closedWith?.code).toBe(1000);
    }
    await fake.session.close();
    expect(fake.clock.pending).toBe(0);
    expect(fake.warnings).toEqual([]);
  });

  it('keeps the spare for later where nothing was interrupted', async () => {
    const fake = openFake({ ...swaps, habits: {} });
    await fake.session.speak(hello).result;
    await fake.session.speak(hello).result;
    expect(fake.hub.links).toHaveLength(2);
    expect(fake.hub.at(0).texts).toHaveLength(2);
    expect(fake.hub.at(1).words).toBe('');
  });

  it.each([
    ['acknowledges', { interrupt: 'ack' }],
    ['names its turns', { interrupt: 'id' }],
    ['drops a session without text', { interrupt: 'swapSocket', textWithinMs: 5_000 }],
  ] as const)('but none that %s', async (_name, traits) => {
    const fake = openFake({ ...swaps, traits });
    await sounding(fake);
    expect(fake.hub.links).toHaveLength(1);
  });

  it('gets none where nobody will interrupt', async () => {
    const fake = openFake({ ...swaps, warmsAhead: false });
    await sounding(fake);
    expect(fake.hub.links).toHaveLength(1);
  });
});

describe('a connection warmed ahead', () => {
  it('that dies is replaced, and nobody is told', async () => {
    const fake = openFake(swaps);
    const { turn, heard } = await sounding(fake);
    await fake.clock.advance(20_000);
    fake.hub.at(1).close(1011, 'idle');
    await settle();
    expect(fake.hub.links).toHaveLength(3);
    fake.hub.at(0).say({ type: 'ended', turn: turn.id, why: 'done' });
    expect((await turn.result).why).toBe('done');
    expect([fake.warnings, heard.error]).toEqual([[], undefined]);
    await fake.session.close();
    expect(fake.hub.at(2).closedWith?.code).toBe(1000);
    expect(fake.clock.pending).toBe(0);
  });

  it.each([
    [4_999, 2],
    [5_000, 3],
  ])('that dies after %i ms leaves %i that were opened', async (livedMs, opened) => {
    const fake = openFake(swaps);
    await sounding(fake);
    await fake.clock.advance(livedMs);
    fake.hub.at(1).close(1011, 'idle');
    await settle();
    expect(fake.hub.links).toHaveLength(opened);
  });

  it('that dies while nothing is said is not replaced before it is needed', async () => {
    const fake = openFake({ ...swaps, habits: {} });
    await fake.session.speak(hello).result;
    await fake.clock.advance(20_000);
    fake.hub.at(1).close(1000, 'inactive');
    await settle();
    expect(fake.hub.links).toHaveLength(2);
    await fake.session.speak(hello).result;
    expect(fake.hub.links).toHaveLength(3);
  });

  it('that dies at once is not opened over and over', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    fake.hub.at(1).close(1013, 'too many');
    await settle();
    fake.hub.at(0).sound(turn.id, 100);
    await settle();
    expect(fake.hub.links).toHaveLength(2);
  });

  it('that cannot be opened is no error, and the next turn opens its own', async () => {
    const fake = openFake(swaps);
    const turn = fake.session.speak(hello);
    await settle();
    fake.hub.failure = new SpeechError('E_RATE_LIMIT', 'one at a time');
    fake.hub.link.sound(turn.id, 100);
    await settle();
    expect(fake.hub.attempts).toHaveLength(2);
    turn.interrupt();
    fake.hub.failure = undefined;
    fake.hub.habits = { ...fake.hub.habits, msPerChar: 10, ended: true };
    expect((await fake.session.speak(hello).result).why).toBe('done');
    expect(fake.warnings).toEqual([]);
  });

  it.each([1000, 1006, 1011])('that turns out to be dead when it is needed is replaced (%d)', async (code) => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    turn.interrupt();
    const next = fake.session.speak(spansOf(['Next.']));
    fake.hub.habits = { ...fake.hub.habits, msPerChar: 10, ended: true };
    const heard = collect(next);
    await settle();
    expect(fake.hub.at(1).words).toBe('begin text flush end');
    fake.hub.at(1).close(code);
    expect((await next.result).report).toMatchObject({ connections: 2, chars: 5 });
    await settle();
    expect(heard).toMatchObject({ ms: 50, error: undefined });
    expect(fake.hub.at(2).words).toBe('begin text flush end');
  });

  it('is forgiven again when another has done its work since the last dead one', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    turn.interrupt();
    const second = fake.session.speak(spansOf(['Second.']));
    await settle();
    fake.hub.at(1).close(1011);
    await settle();
    // It was said on one that was opened for it, and another was warmed then.
    fake.hub.at(2).sound(second.id, 10);
    await settle();
    second.interrupt();
    const third = fake.session.speak(spansOf(['Third.']));
    await settle();
    expect(fake.hub.at(3).texts).toEqual(['Third.']);
    fake.hub.habits = { ...fake.hub.habits, msPerChar: 10, ended: true };
    fake.hub.at(3).close(1011);
    expect(await third.result).toMatchObject({ why: 'done', report: { connections: 2 } });
  });

  it('that has done something is trusted no more than any other', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    turn.interrupt();
    const next = fake.session.speak(spansOf(['Next.']));
    await settle();
    fake.hub.at(1).sound(next.id, 10);
    fake.hub.at(1).close(1011);
    expect((await next.result).error).toMatchObject({ code: 'E_PROVIDER' });
  });

  it('that dies before it is ready is replaced once, and then it is an error', async () => {
    const fake = openFake(swaps);
    const { turn } = await sounding(fake);
    fake.hub.at(1).habits.ready = false;
    fake.hub.habits = { ...fake.hub.habits, ready: false };
    turn.interrupt();
    const next = fake.session.speak(spansOf(['Next.']));
    await settle();
    fake.hub.at(1).close(1011);
    await settle();
    expect(fake.hub.links).toHaveLength(3);
    fake.hub.at(2).close(1011);
    expect((await next.result).error).toMatchObject({ code: 'E_PROVIDER' });
    expect(fake.hub.links).toHaveLength(3);
  });

  it('is closed with the session, and no other opened', async () => {
    const fake = openFake(swaps);
    await sounding(fake);
    await fake.clock.advance(20_000);
    const gone = fake.session.close();
    fake.hub.at(1).close(1000);
    await gone;
    await settle();
    expect(fake.hub.links).toHaveLength(2);
    expect(fake.clock.pending).toBe(0);
  });

  it('is dropped with the rest by an abort', async () => {
    const abort = new AbortController();
    const fake = openFake({ ...swaps, signal: abort.signal });
    const { heard } = await sounding(fake);
    await fake.clock.advance(20_000);
    abort.abort(new Error('enough'));
    await settle();
    expect(heard.error).toEqual(new Error('enough'));
    expect(fake.hub.links.map(({ closedWith }) => closedWith?.code)).toEqual([1006, 1006]);
    expect(fake.hub.attempts).toHaveLength(2);
    expect(fake.clock.pending).toBe(0);
  });

  it('has a watcher of its own where that is offered', async () => {
    const seen: string[] = [];
    let watchers = 0;
    const watcher = (name: string): WireWatcher => ({
      another: () => watcher(`w${++watchers}`),
      opened: () => seen.push(`${name} opened`),
      sent() {},
      received() {},
      command: ({ type }) => seen.push(`${name} ${type}`),
      event() {},
      closed: () => seen.push(`${name} closed`),
    });
    const fake = openFake({ ...swaps, watcher: watcher('w') });
    const { turn } = await sounding(fake);
    turn.interrupt();
    await settle();
    expect(seen).toEqual([
      'w1 opened',
      'w1 begin',
      'w1 text',
      'w1 flush',
      'w1 end',
      'w2 opened',
      'w1 interrupt',
      'w1 close',
      'w1 closed',
    ]);
  });
});

describe('a service whose connections end with their turn', () => {
  const ends = { traits: { endsWithTurn: true } } as const;

  it('has the next one opened when a turn’s last text has gone, and each turn on its own', async () => {
    const fake = openFake({ ...ends, habits: { ended: false } });
    const turn = fake.session.speak(hello);
    collect(turn);
    await settle();
    expect(fake.hub.links).toHaveLength(2);
    fake.hub.at(0).say({ type: 'ended', turn: turn.id, why: 'done' });
    expect((await turn.result).why).toBe('done');
    const next = fake.session.speak(spansOf(['Next.']));
    await settle();
    expect(fake.hub.at(1).texts).toEqual(['Next.']);
    expect(fake.hub.at(0).texts).toEqual(['Hello there. ']);
    expect(fake.hub.at(0).closedWith?.code).toBe(1000);
    expect(next.progress.sentChar).toBe(5);
  });

  it('goes on with it to the end of its turn, also when it is asked whether it is ready', async () => {
    const fake = openFake({ ...ends, habits: { ended: false } });
    const turn = fake.session.speak(hello);
    const heard = collect(turn);
    await settle();
    await fake.session.ready();
    fake.hub.at(0).sound(turn.id, 50);
    fake.hub.at(0).say({ type: 'ended', turn: turn.id, why: 'done' });
    expect(await turn.result).toMatchObject({ why: 'done', report: { connections: 1 } });
    await settle();
    expect(heard.ms).toBe(180);
  });

  it('forgives the next one its death also where a turn was interrupted before any sound', async () => {
    const fake = openFake({ ...ends, habits: { msPerChar: undefined, ended: false } });
    const turn = fake.session.speak(hello);
    await settle();
    fake.hub.at(0).sound(turn.id, 10);
    await settle();
    turn.interrupt();
    const silent = fake.session.speak(hello);
    await settle();
    expect(fake.hub.at(1).texts).toEqual(['Hello there. ']);
    silent.interrupt();
    fake.hub.habits = { ...fake.hub.habits, msPerChar: 10, ended: true };
    const last = fake.session.speak(spansOf(['Last.']));
    await settle();
    expect(fake.hub.at(2).texts).toEqual(['Last.']);
    fake.hub.at(2).close(1006);
    expect(await last.result).toMatchObject({ why: 'done', report: { connections: 2 } });
  });

  it('may close it itself', async () => {
    const fake = openFake(ends);
    await fake.session.speak(hello).result;
    fake.hub.at(0).close(1000);
    await settle();
    expect((await fake.session.speak(hello).result).report.connections).toBe(1);
    expect(fake.hub.links.map(({ texts }) => texts.length)).toEqual([1, 1, 0]);
  });

  it('is not asked for a second turn on a connection, also where none may wait', async () => {
    const fake = openFake({ traits: { ...ends.traits, textWithinMs: 5_000 } });
    await fake.session.speak(hello).result;
    expect(fake.hub.links).toHaveLength(1);
    await fake.session.speak(hello).result;
    expect(fake.hub.links.map(({ texts }) => texts.length)).toEqual([1, 1]);
  });

  it('ends it with an interrupted turn too', async () => {
    const fake = openFake({ traits: { ...ends.traits, interrupt: 'swapSocket' } });
    const feed = new SpanFeed();
    const turn = fake.session.speak(feed);
    feed.push(...hello);
    await settle();
    turn.interrupt();
    await fake.session.speak(hello).result;
    expect(fake.hub.links.map(({ words }) => words)).toEqual([
      'begin text flush end close',
      'begin text flush end',
      '',
    ]);
  });
});

it('one dead connection after another, each warmed ahead, is not asked for ever', async () => {
  const fake = openFake({
    traits: { endsWithTurn: true },
    habits: { msPerChar: undefined, ended: false },
    reconnect: { max: 50, random: () => 1 },
  });
  const turn = fake.session.speak(hello);
  let ended: string | undefined;
  turn.result.then(({ error }) => {
    ended = error?.code ?? 'no error';
  });
  for (let died = 0; died < 100 && ended === undefined; died++) {
    await settle();
    fake.hub.links.find(({ texts, closedWith }) => texts.length > 0 && !closedWith)?.close(1006);
    await settle();
    await fake.clock.advance(8_000);
  }
  expect(ended).toBe('E_CLOSED');
  // One that is dead is forgiven, and then one counts; five that count are the last.
  expect(fake.hub.links.length).toBeLessThanOrEqual(14);
});

it('a turn that was said is owed nothing while the next one’s source thinks', async () => {
  const fake = openFake();
  const feed = new SpanFeed();
  const first = fake.session.speak(hello);
  const second = fake.session.speak(feed);
  collect(first);
  collect(second);
  await first.result;
  await fake.clock.advance(45_000);
  expect(fake.hub.link.closedWith).toBeUndefined();
  feed.push(...hello);
  feed.end();
  expect((await second.result).why).toBe('done');
  expect(fake.hub.links).toHaveLength(1);
});
