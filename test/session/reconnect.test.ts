import { describe, expect, it } from 'vitest';
import type { FakeLink } from '../support/fake-speak.ts';
import { collect, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

const byHand = { msPerChar: undefined, ended: false };

/** A route that closes after each flush's sound, as slng/rime/arcana does (PROTOCOLS 1.5). */
async function closingAfterEachFlush(texts: readonly string[], code: number) {
  const fake = openFake({ habits: byHand });
  const turn = fake.session.speak(spansOf(texts));
  const heard = collect(turn);
  let char = 0;
  for (const text of texts) {
    await settle();
    char += text.length;
    fake.hub.link.sound(turn.id, text.length * 10);
    fake.hub.link.progress(turn.id, char);
    fake.hub.link.close(code);
  }
  const result = await turn.result;
  await settle();
  return { ...fake, turn, heard, result };
}

describe('a service that closes after a turn’s sound', () => {
  it.each([1000, 1005])(
    'gets a new connection for what is left: nothing twice, nothing left out (%d)',
    async (code) => {
      const { clock, hub, heard, result, session } = await closingAfterEachFlush(
        ['One. ', 'Two two. ', 'Three.'],
        code,
      );
      expect(result).toMatchObject({ why: 'done', report: { connections: 3, chars: 20, bytes: 3200 } });
      expect(hub.links.map(({ texts }) => texts)).toEqual([
        ['One. ', 'Two two. ', 'Three.'],
        ['Two two. ', 'Three.'],
        ['Three.'],
      ]);
      expect(hub.links.map(({ words }) => words)).toEqual([
        'begin text flush text flush text flush end',
        'begin text flush text flush end',
        'begin text flush end',
      ]);
      expect(heard).toMatchObject({ ms: 200, numbers: [0, 400, 1120], over: true, error: undefined });
      await session.close();
      expect(clock.pending).toBe(0);
    },
  );

  it('numbers word times on as well', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    const heard = collect(turn);
    for (const char of [5, 9]) {
      await settle();
      hub.link.sound(turn.id, 100);
      hub.link.say({ type: 'words', turn: turn.id, items: [{ text: 'w', startMs: 10, endMs: 90 }] });
      hub.link.progress(turn.id, char);
      hub.link.close(1000);
    }
    await turn.result;
    await settle();
    const words = heard.outputs.flatMap((output) => (output.type === 'words' ? output.items : []));
    expect(words.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [10, 90],
      [110, 190],
    ]);
  });

  it('opens a new one only when there is more to say', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ']));
    await settle();
    hub.link.close(1000);
    await settle();
    expect(session.state).toBe('idle');
    feed.push(...spansOf(['Two.'], 'sentence', 5));
    feed.end();
    expect((await turn.result).report.connections).toBe(2);
    expect(hub.at(1).texts).toEqual(['Two.']);
  });

  it('is done when it closes after the last sound, without another connection', async () => {
    const { hub, session } = openFake({ habits: { ended: false } });
    const turn = session.speak(spansOf(['One.']));
    await settle();
    hub.link.close(1000);
    expect((await turn.result).why).toBe('done');
    expect(hub.links).toHaveLength(1);
  });

  it('may close between two turns, and also while the second is on its way', async () => {
    const { hub, session } = openFake();
    await session.speak(spansOf(['One.'])).result;
    Object.assign(hub.link.habits, byHand);
    const turn = session.speak(spansOf(['Two.']));
    await settle();
    expect(hub.at(0).texts).toEqual(['One.', 'Two.']);
    hub.link.close(1000);
    expect((await turn.result).why).toBe('done');
    expect(hub.at(1).texts).toEqual(['Two.']);
  });

  it('sends what a flush by hand covered again with its flush', async () => {
    const { hub, session } = openFake({ flush: 'end', habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ', 'Two. ']));
    await settle();
    turn.flush();
    feed.push(...spansOf(['Three.'], 'sentence', 10));
    await settle();
    hub.link.sound(turn.id, 10);
    hub.link.progress(turn.id, 5);
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    hub.link.close(1000);
    await settle();
    expect(hub.at(1).words).toBe('begin text flush text');
    feed.end();
    expect((await turn.result).why).toBe('done');
    expect(hub.at(1).words).toBe('begin text flush text flush end');
  });

  it('flushes by hand what waits for the new connection', async () => {
    const { hub, session } = openFake({ flush: 'end', habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ', 'Two. ']));
    await settle();
    hub.link.progress(turn.id, 5);
    hub.holds = true;
    hub.link.close(1000);
    await settle();
    turn.flush();
    feed.end();
    await settle();
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    hub.open();
    expect((await turn.result).why).toBe('done');
    expect(hub.at(1).words).toBe('begin text flush end');
  });

  it('carries text that comes while the new connection is being made', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ', 'Two. ']));
    await settle();
    hub.link.progress(turn.id, 5);
    hub.holds = true;
    hub.link.close(1000);
    await settle();
    feed.push(...spansOf(['Three. ', 'Four.'], 'sentence', 10));
    feed.end();
    await settle();
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    hub.open();
    expect((await turn.result).why).toBe('done');
    expect(hub.at(1).texts).toEqual(['Two. ', 'Three. ', 'Four.']);
    expect(hub.at(1).words).toBe('begin text flush text flush text flush end');
  });
});

describe('a service that takes one turn a connection and answers the next text with an error (soniox)', () => {
  const gone = { code: 'E_PROVIDER', message: 'Stream 1 not found. Send a start message first.' } as const;

  it('gets a new connection, once, for the next turn', async () => {
    const { hub, session } = openFake();
    await session.speak(spansOf(['One.'])).result;
    Object.assign(hub.link.habits, byHand);
    const turn = session.speak(spansOf(['Two.']));
    const heard = collect(turn);
    await settle();
    hub.link.say({ type: 'error', turn: turn.id, fault: gone });
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(hub.links).toHaveLength(2);
    expect(hub.at(0).closedWith).toBeDefined();
    expect(heard.ms).toBe(40);
  });

  it('gets a new connection for the next text of the same turn', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    const heard = collect(turn);
    feed.push(...spansOf(['One. ']));
    await settle();
    Object.assign(hub.link.habits, byHand);
    feed.push(...spansOf(['Two.'], 'sentence', 5));
    await settle();
    hub.link.say({ type: 'error', fault: gone });
    feed.end();
    expect((await turn.result).report).toMatchObject({ connections: 2, chars: 9 });
    await settle();
    expect(hub.at(1).texts).toEqual(['Two.']);
    expect(heard).toMatchObject({ ms: 90, numbers: [0, 400] });
  });

  it('fails when the new connection says the same', async () => {
    const { clock, hub, session } = openFake();
    await session.speak(spansOf(['One.'])).result;
    hub.habits = { ...hub.habits, ...byHand };
    Object.assign(hub.link.habits, byHand);
    const turn = session.speak(spansOf(['Two.']));
    for (let i = 0; i < 2; i++) {
      await settle();
      hub.link.say({ type: 'error', fault: gone });
    }
    expect((await turn.result).error).toMatchObject(gone);
    await settle();
    expect(hub.attempts).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it.each(['E_AUTH', 'E_RATE_LIMIT', 'E_PRONUNCIATION'] as const)('is not asked again after %s', async (code) => {
    const { hub, session } = openFake();
    await session.speak(spansOf(['One.'])).result;
    Object.assign(hub.link.habits, byHand);
    const turn = session.speak(spansOf(['Two.']));
    await settle();
    hub.link.say({ type: 'error', fault: { code, message: 'no' } });
    expect((await turn.result).error).toMatchObject({ code });
    await settle();
    expect(hub.attempts).toHaveLength(1);
  });

  it('may end an idle session with an error, and the next text opens another', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...spansOf(['One. ']));
    await settle();
    hub.link.say({ type: 'error', fault: { code: 'E_CLOSED', message: 'idle for too long' } });
    await settle();
    feed.push(...spansOf(['Two.'], 'sentence', 5));
    feed.end();
    expect((await turn.result).why).toBe('done');
    expect(hub.at(1).texts).toEqual(['Two.']);
  });
});

describe('a close or an error amid the sound', () => {
  it.each([
    [1000, 'E_CLOSED'],
    [1001, 'E_CLOSED'],
    [1006, 'E_CLOSED'],
    [1008, 'E_REQUEST'],
    [1011, 'E_PROVIDER'],
  ])('gives out what was received, then fails: %d is %s', async (code, expected) => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const turn = session.speak(spansOf(['One. ', 'Two.']));
    await settle();
    hub.link.sound(turn.id, 50);
    hub.link.progress(turn.id, 5);
    hub.link.sound(turn.id, 30);
    hub.link.close(code, 'so');
    const { why, error, report } = await turn.result;
    expect(why).toBe('failed');
    expect(error).toMatchObject({ code: expected, detail: { closeCode: code } });
    expect(report.bytes).toBe(80 * 16);
    const heard = collect(turn);
    await settle();
    expect(heard).toMatchObject({ ms: 80, error });
    expect(hub.attempts).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('fails with an error of the service, and drops the connection', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(spansOf(['One.']));
    const heard = collect(turn);
    await settle();
    hub.link.sound(turn.id, 50);
    hub.link.say({
      type: 'error',
      fault: { code: 'E_RATE_LIMIT', message: 'slow down', detail: { vendorCode: 'rl' } },
    });
    expect((await turn.result).error).toMatchObject({ code: 'E_RATE_LIMIT', detail: { vendorCode: 'rl' } });
    await settle();
    expect(heard).toMatchObject({ ms: 50, error: { code: 'E_RATE_LIMIT' } });
    expect(hub.link.closedWith).toBeDefined();
    expect(session.state).toBe('idle');
  });

  it('does not fail a turn that has not begun on that connection', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    session.warm();
    await settle();
    hub.link.say({ type: 'error', fault: { code: 'E_CLOSED', message: 'no text in time' } });
    await settle();
    feed.push(...spansOf(['One.']));
    feed.end();
    expect((await turn.result).why).toBe('done');
    expect(hub.links).toHaveLength(2);
  });

  it('takes what the codec makes of a close: the sound was complete', async () => {
    const fake = openFake({
      habits: byHand,
      onClosed: ({ code }) => (code === 1000 ? [{ type: 'progress', turn: 'turn-1', throughChar: 5 }] : []),
    });
    const turn = fake.session.speak(spansOf(['One. ', 'Two.']));
    const heard = collect(turn);
    await settle();
    fake.hub.link.sound(turn.id, 50);
    fake.hub.habits = { ...fake.hub.habits, msPerChar: 10, ended: true };
    fake.hub.link.close(1000);
    expect((await turn.result).why).toBe('done');
    await settle();
    expect(fake.hub.at(1).texts).toEqual(['Two.']);
    expect(heard.ms).toBe(90);
  });

  it('never tries for ever: a close before any sound is E_CLOSED', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(spansOf(['One.']));
    await settle();
    hub.link.close(1000);
    expect((await turn.result).error).toMatchObject({ code: 'E_CLOSED' });
    await settle();
    expect(hub.attempts).toHaveLength(1);
  });

  it('never tries for ever with a service that acknowledges nothing new', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(spansOf(['One.']));
    const empty = (link: FakeLink) => {
      link.progress(turn.id, 0);
      link.close(1000);
    };
    await settle();
    empty(hub.link);
    expect((await turn.result).error).toMatchObject({ code: 'E_CLOSED' });
    await settle();
    expect(hub.attempts).toHaveLength(1);
  });
});
