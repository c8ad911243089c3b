import { describe, expect, it } from 'vitest';
import type { SpeakOutput, TurnProgress } from '../../src/session/options.ts';
import type { Boundary } from '../../src/speech/span.ts';
import { collect, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

const hello = spansOf(['Hello there.']);

describe('a turn', () => {
  it('gives the sound of its text, numbered from 0, and a report', async () => {
    const { clock, hub, session } = openFake();
    const turn = session.speak(spansOf(['One. ', 'Two three.']));
    const heard = collect(turn);
    const { why, report, error } = await turn.result;
    await settle();
    expect({ why, error }).toEqual({ why: 'done', error: undefined });
    expect(heard).toMatchObject({ ms: 150, numbers: [0, 400], over: true, error: undefined });
    expect(report).toMatchObject({ turn: 'turn-1', ended: 'done', bytes: 2400, chunks: 2, chars: 15, connections: 1 });
    expect(report.requestId).toBe('session-1');
    expect(hub.link.words).toBe('begin text flush text flush end');
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('carries its id and settings on every command', async () => {
    const { hub, session } = openFake();
    const settings = { pronunciation: { name: 'house' } };
    expect(session.speak(hello, { id: 'mine', settings }).id).toBe('mine');
    await session.speak(hello).result;
    expect(hub.link.commands.map((command) => 'turn' in command && command.turn)).toEqual([
      ...Array(4).fill('mine'),
      ...Array(4).fill('turn-1'),
    ]);
    expect(hub.link.commands[0]).toEqual({ type: 'begin', turn: 'mine', settings });
  });

  it('takes turns on one connection, in order, without a second handshake', async () => {
    const { hub, session } = openFake();
    const turns = [
      session.speak(spansOf(['One.'])),
      session.speak(spansOf(['Two.'])),
      session.speak(spansOf(['Six.'])),
    ];
    const heard = turns.map(collect);
    const results = await Promise.all(turns.map((turn) => turn.result));
    await settle();
    expect(results.map(({ why }) => why)).toEqual(['done', 'done', 'done']);
    expect(heard.map(({ ms, numbers }) => [ms, numbers[0]])).toEqual([
      [40, 0],
      [40, 0],
      [40, 0],
    ]);
    expect(hub.links).toHaveLength(1);
    expect(hub.link.texts).toEqual(['One.', 'Two.', 'Six.']);
  });

  it('takes a plain array, a generator and an async source', async () => {
    const { session } = openFake();
    async function* slowly() {
      for (const span of spansOf(['a. ', 'b.'])) {
        await settle();
        yield span;
      }
    }
    for (const source of [spansOf(['a. ', 'b.']), new Set(spansOf(['a. ', 'b.'])), slowly()]) {
      const { report } = await session.speak(source).result;
      expect(report.chars).toBe(5);
    }
  });

  it('gives word times in their place among the sound', async () => {
    const { hub, session } = openFake({ habits: { msPerChar: undefined, ended: false } });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await settle();
    const items = [{ text: 'Hello', startMs: 0, endMs: 400 }];
    hub.link.sound(turn.id, 10);
    hub.link.say({ type: 'words', turn: turn.id, items });
    hub.link.sound(turn.id, 10);
    hub.link.say({ type: 'ended', turn: turn.id, why: 'done' });
    await turn.result;
    await settle();
    expect(heard.outputs.map(({ type }) => type)).toEqual(['audio', 'words', 'audio']);
    expect(heard.outputs[1]).toEqual<SpeakOutput>({ type: 'words', items });
  });

  it('passes no chunk without samples on, and counts none', async () => {
    const { clock, hub, session } = openFake({ habits: { msPerChar: undefined, ended: false } });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await clock.advance(100);
    hub.link.sound(turn.id, 0);
    await clock.advance(100);
    hub.link.sound(turn.id, 10);
    await settle();
    hub.link.say({ type: 'ended', turn: turn.id, why: 'done' });
    const { report } = await turn.result;
    expect(report).toMatchObject({ ttfbMs: 200, chunks: 1 });
    expect(heard.outputs).toHaveLength(1);
  });

  it('tells its progress, which never goes back and ends at the end', async () => {
    const told: TurnProgress[] = [];
    const { hub, session } = openFake({ habits: { msPerChar: undefined, ended: false } });
    const turn = session.speak(spansOf(['One. ', 'Two. ', 'Three.']), {
      onProgress: (progress) => told.push(progress),
    });
    await settle();
    expect(turn.progress).toEqual({ throughChar: 0, sentChar: 16, sentences: 0, audioMs: 0 });
    hub.link.sound(turn.id, 100);
    for (const char of [5, 3, 5, 10]) hub.link.progress(turn.id, char);
    await settle();
    hub.link.say({ type: 'ended', turn: turn.id, why: 'done' });
    await turn.result;
    expect(told.map(({ throughChar, sentences }) => [throughChar, sentences])).toEqual([
      [5, 1],
      [10, 2],
      [16, 3],
    ]);
    expect(turn.progress).toEqual({ throughChar: 16, sentChar: 16, sentences: 3, audioMs: 100 });
  });

  it('counts source text that says nothing as complete', async () => {
    const { hub, session } = openFake();
    const spans = [
      ...spansOf(['One.']),
      { text: '', fromChar: 4, toChar: 2000, ends: 'paragraph' as Boundary },
      ...spansOf(['Two.'], 'sentence', 2000),
    ];
    const turn = session.speak(spans);
    await turn.result;
    expect(hub.link.texts).toEqual(['One.', 'Two.']);
    expect(turn.progress.throughChar).toBe(2004);
  });

  it('ends with the error of its source, tells the service, and the next turn goes on', async () => {
    const { hub, session } = openFake({ habits: { msPerChar: undefined } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    feed.push(...hello);
    await settle();
    feed.fail(new Error('the disk is gone'));
    expect((await turn.result).error).toMatchObject({ code: 'E_UNEXPECTED', message: 'the disk is gone' });
    hub.link.sound(turn.id, 100);
    hub.link.habits.msPerChar = 10;
    const next = session.speak(hello);
    const nextHeard = collect(next);
    expect((await next.result).why).toBe('done');
    await settle();
    expect(heard.ms).toBe(0);
    expect(nextHeard.ms).toBe(120);
    expect(hub.link.words).toBe('begin text flush interrupt begin text flush end');
    expect(hub.links).toHaveLength(1);
  });

  it('fails when the service says that it failed', async () => {
    const { hub, session } = openFake({ habits: { msPerChar: undefined, ended: false } });
    const turn = session.speak(hello);
    await settle();
    hub.link.say({ type: 'ended', turn: turn.id, why: 'failed' });
    expect((await turn.result).error).toMatchObject({ code: 'E_PROVIDER' });
  });

  it('takes no sound of another turn', async () => {
    const { hub, session } = openFake({ habits: { ended: false } });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await settle();
    hub.link.sound('turn-99', 500);
    hub.link.progress('turn-99', 5);
    hub.link.say({ type: 'words', turn: 'turn-99', items: [] });
    hub.link.say({ type: 'ended', turn: 'turn-99', why: 'done' });
    hub.link.say({ type: 'ended', turn: turn.id, why: 'done' });
    await turn.result;
    await settle();
    expect(heard).toMatchObject({ ms: 120, outputs: [{ type: 'audio' }] });
  });
});

describe('flush', () => {
  it.each([
    ['clause', 'text flush text flush text flush'],
    ['sentence', 'text text flush text flush'],
    ['paragraph', 'text text text flush'],
    ['end', 'text text text flush'],
  ] as const)('by policy at %s', async (flush, expected) => {
    const { hub, session } = openFake({ flush });
    const spans = [
      ...spansOf(['One, '], 'clause'),
      ...spansOf(['two. '], 'sentence', 5),
      ...spansOf(['Three.'], 'paragraph', 10),
    ];
    await session.speak(spans).result;
    expect(hub.link.words).toBe(`begin ${expected} end`);
  });

  it('is not sent where the service starts without', async () => {
    const { hub, session } = openFake({ traits: { startsWithoutFlush: true } });
    await session.speak(spansOf(['One. ', 'Two.'], 'paragraph')).result;
    expect(hub.link.words).toBe('begin text text end');
  });

  it('by hand covers what was sent, once', async () => {
    const { hub, session } = openFake({ flush: 'end' });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    turn.flush();
    feed.push(...spansOf(['One. ']));
    await settle();
    expect(hub.link.words).toBe('begin text');
    turn.flush();
    turn.flush();
    feed.end();
    await turn.result;
    turn.flush();
    await settle();
    expect(hub.link.words).toBe('begin text flush end');
  });

  it('by hand goes with the text that waits for the connection', async () => {
    const { hub, session } = openFake({ flush: 'end', habits: { ready: false } });
    hub.holds = true;
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    turn.flush();
    feed.push(...spansOf(['One. ']));
    await settle();
    turn.flush();
    hub.open();
    await settle();
    turn.flush();
    hub.link.say({ type: 'ready' });
    await settle();
    expect(hub.link.words).toBe('begin text flush');
  });

  it('counts for what is owed, so that silence after it is an error', async () => {
    const { clock, session } = openFake({ flush: 'end', habits: { msPerChar: undefined }, timeouts: { frameMs: 500 } });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...hello);
    await clock.advance(5000);
    expect(session.state).toBe('ready');
    turn.flush();
    await clock.advance(500);
    expect((await turn.result).error).toMatchObject({ code: 'E_TIMEOUT' });
  });
});

describe('end', () => {
  it('takes no more text, and what was sent is still spoken', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    feed.push(...hello);
    await settle();
    turn.end();
    turn.end();
    feed.push(...spansOf(['Not this.']));
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(heard.ms).toBe(120);
    expect(feed.left).toBe(true);
    expect(hub.link.texts).toEqual(['Hello there.']);
  });

  it('stops a source that is ready with everything', async () => {
    const { hub, session } = openFake({ habits: { msPerChar: undefined } });
    let left = false;
    function* endless() {
      try {
        for (let at = 0; ; at += 100)
          yield { text: 'Again. ', fromChar: at, toChar: at + 100, ends: 'sentence' } as const;
      } finally {
        left = true;
      }
    }
    const turn = session.speak(endless());
    await settle();
    turn.end();
    hub.link.progress(turn.id, 8100);
    expect((await turn.result).why).toBe('done');
    expect(left).toBe(true);
    expect(hub.link.texts.length).toBeLessThan(90);
  });

  it('before any text ends the turn without a connection', async () => {
    const { hub, session } = openFake();
    const turn = session.speak(new SpanFeed());
    turn.end();
    expect((await turn.result).why).toBe('done');
    expect(hub.attempts).toHaveLength(0);
  });

  it('while the text waits for the connection still speaks it', async () => {
    const { hub, session } = openFake();
    hub.holds = true;
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...hello);
    await settle();
    turn.end();
    hub.open();
    expect((await turn.result).why).toBe('done');
    expect(hub.link.words).toBe('begin text flush end');
  });
});

describe('close', () => {
  it.each(['before any text', 'while connecting', 'while handshaking', 'before the first sound', 'amid the sound'])(
    '%s interrupts the turn and fails those that wait',
    async (moment) => {
      const { clock, hub, session } = openFake({
        habits: { ready: moment !== 'while handshaking', msPerChar: undefined },
      });
      hub.holds = moment === 'while connecting';
      const feed = new SpanFeed();
      const turn = session.speak(feed);
      const heard = collect(turn);
      const waiting = session.speak(hello);
      if (moment !== 'before any text') feed.push(...hello);
      await settle();
      if (moment === 'amid the sound') hub.link.sound(turn.id, 40);
      await settle();
      await session.close();
      expect((await turn.result).why).toBe('interrupted');
      expect((await waiting.result).error).toMatchObject({ code: 'E_CLOSED' });
      await settle();
      expect(heard).toMatchObject({ over: true, error: undefined, ms: moment === 'amid the sound' ? 40 : 0 });
      expect(session.state).toBe('closed');
      for (const link of hub.links) expect(link.closedWith).toBeDefined();
      expect(clock.pending).toBe(0);
    },
  );

  it('waits for the same end however often it is called', async () => {
    const { hub, session } = openFake();
    await session.speak(hello).result;
    const both = [session.close(), session.close()];
    await Promise.all(both);
    expect(hub.link.words).toBe('begin text flush end close');
    expect(session.state).toBe('closed');
  });
});

describe('what a service says beside', () => {
  it('is told as a warning once, and remembered for the next connection', async () => {
    const { hub, session, warnings, learned } = openFake();
    await session.speak(hello).result;
    const warning = {
      type: 'warning',
      code: 'cancel_refused',
      message: 'no cancel',
      learned: { interruptWith: 'clear' },
    };
    for (let i = 0; i < 3; i++) hub.link.say({ ...warning, type: 'warning', learned: { interruptWith: 'clear' } });
    hub.link.close(1000);
    await settle();
    expect(warnings).toEqual([{ code: 'cancel_refused', message: 'no cancel' }]);
    await session.speak(hello).result;
    expect(learned.map(({ interruptWith }) => interruptWith)).toEqual([undefined, 'clear']);
  });

  it('passes on what it remarks with its ready', async () => {
    const { hub, session, warnings } = openFake({ habits: { ready: false } });
    session.speak(hello);
    await settle();
    hub.link.say({ type: 'ready', warnings: ['voice replaced', 'voice replaced', 'rate replaced'] });
    await settle();
    expect(warnings.map(({ message }) => message)).toEqual(['voice replaced', 'rate replaced']);
  });

  it('breaks no turn by what cannot be read or is not known', async () => {
    const log: string[] = [];
    const { hub, session, warnings } = openFake({
      habits: { ended: false },
      log: (area, text) => log.push(`${area} ${text()}`),
    });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await settle();
    for (let i = 0; i < 3; i++) {
      hub.link.transport.send({ kind: 'binary', bytes: new Uint8Array(3) });
      hub.link.say({ type: 'unknown', name: 'novelty' });
      hub.link.say({ type: 'note', name: 'segment_start' });
    }
    hub.link.say({ type: 'ended', turn: turn.id, why: 'done' });
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(heard.ms).toBe(120);
    expect(warnings).toEqual([
      { code: 'malformed', message: 'the service sent a message that cannot be read (binary)' },
    ]);
    expect(log.slice(0, 2)).toEqual(['session unknown novelty', 'session note segment_start']);
  });

  it('fails the turn, not the process, when our own codec or a listener throws', async () => {
    const broken = openFake({
      onClosed: () => {
        throw new Error('a slip');
      },
    });
    const turn = broken.session.speak(hello, {
      onProgress: () => {
        throw new Error('a slip of the listener');
      },
    });
    expect((await turn.result).error).toMatchObject({ code: 'E_UNEXPECTED', message: 'a slip of the listener' });
    broken.hub.habits = { ...broken.hub.habits, msPerChar: undefined, ended: false };
    const next = broken.session.speak(hello);
    await settle();
    broken.hub.link.close(1000);
    expect((await next.result).error).toMatchObject({ code: 'E_UNEXPECTED', message: 'a slip' });
    expect(broken.session.state).toBe('idle');
  });

  it('is all seen by a watcher, in order', async () => {
    const seen: string[] = [];
    const { session } = openFake({
      watcher: {
        opened: ({ url }, { baseUrl }) => seen.push(`opened ${url} ${baseUrl}`),
        sent: () => seen.push('sent'),
        received: () => seen.push('received'),
        command: ({ type }) => seen.push(`command ${type}`),
        event: ({ type }) => seen.push(`event ${type}`),
        closed: (code) => seen.push(`closed ${code}`),
      },
    });
    await session.speak(hello).result;
    await session.close();
    const said = (type: string) => [`command ${type}`, 'sent'];
    const came = (type: string) => ['received', `event ${type}`];
    expect(seen).toEqual([
      'opened ws://fake/speak ws://fake',
      ...said('begin'),
      ...came('ready'),
      ...['text', 'flush'].flatMap(said),
      ...['audio', 'progress'].flatMap(came),
      ...said('end'),
      ...came('ended'),
      ...said('close'),
      'closed 1000',
    ]);
  });
});
