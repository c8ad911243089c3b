import { describe, expect, it } from 'vitest';
import { bytesPerMs, collect, FakeSink, openFake, SpanFeed, settle, spansOf } from '../support/fake-speak.ts';

const hello = spansOf(['Hello there. ']);
const samplesPerMs = bytesPerMs / 2;
/** A service that a test answers for by hand. */
const byHand = { msPerChar: undefined, ended: false, acknowledges: false };

describe('interrupt', () => {
  it('stops the sink first, then tells the service, with what was heard', async () => {
    const sink = new FakeSink();
    const ignore = () => {};
    const { hub, session } = openFake({
      habits: byHand,
      watcher: {
        opened: ignore,
        sent: ignore,
        received: ignore,
        event: ignore,
        closed: ignore,
        command: ({ type }) => sink.log.push(type),
      },
    });
    const turn = session.speak(hello, { sink });
    collect(turn);
    await settle();
    hub.link.sound(turn.id, 1300);
    await settle();
    sink.playedSamples = 650 * samplesPerMs;
    expect(turn.interrupt()).toEqual({ heardMs: 650, heardText: 'Hello' });
    expect(sink.log).toEqual(['begin', 'text', 'flush', 'end', 'abort', 'interrupt']);
    expect(await turn.result).toMatchObject({ why: 'interrupted', report: { ended: 'interrupted' } });
  });

  it('sends the command with what was heard, and is acknowledged', async () => {
    const { clock, hub, session } = openFake({ habits: { ...byHand, acknowledges: true } });
    const turn = session.speak(hello);
    collect(turn);
    await settle();
    hub.link.sound(turn.id, 200);
    await settle();
    turn.interrupt();
    await settle();
    expect(hub.link.commands.at(-1)).toEqual({ type: 'interrupt', turn: turn.id, heardMs: 200 });
    await clock.advance(10_000);
    expect(session.state).toBe('ready');
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('goes by word times where they came', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const sink = new FakeSink();
    const turn = session.speak(hello, { sink });
    await settle();
    hub.link.sound(turn.id, 1000);
    hub.link.say({
      type: 'words',
      turn: turn.id,
      items: [
        { text: 'Hello', startMs: 0, endMs: 300 },
        { text: 'there.', startMs: 300, endMs: 700 },
      ],
    });
    await settle();
    sink.playedSamples = 350 * samplesPerMs;
    expect(turn.interrupt()).toEqual({ heardMs: 350, heardText: 'Hello' });
  });

  it('without a sink takes as heard what the consumer took', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    for (let i = 0; i < 5; i++) hub.link.sound(turn.id, 100);
    await settle();
    const chunks = turn[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.next();
    expect(turn.interrupt().heardMs).toBe(200);
  });

  it('counts only its own turn where a sink plays one after another, and never more than came', async () => {
    const { hub, session } = openFake();
    const sink = new FakeSink();
    await session.speak(hello, { sink }).result;
    sink.playedSamples = 130 * samplesPerMs;
    Object.assign(hub.link.habits, byHand);
    const turn = session.speak(hello, { sink });
    await settle();
    hub.link.sound(turn.id, 100);
    await settle();
    sink.playedSamples += 40 * samplesPerMs;
    const other = session.speak(hello, { sink });
    expect(turn.interrupt().heardMs).toBe(40);
    await settle();
    hub.link.sound(other.id, 100);
    await settle();
    sink.playedSamples += 5000 * samplesPerMs;
    expect(other.interrupt().heardMs).toBe(100);
  });

  it('lets nothing of the turn reach the consumer afterwards', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    const heard = collect(turn);
    await settle();
    hub.link.sound(turn.id, 100);
    await settle();
    hub.link.sound(turn.id, 100);
    turn.interrupt();
    hub.link.sound(turn.id, 100);
    hub.link.progress(turn.id, 13);
    hub.link.say({ type: 'words', turn: turn.id, items: [] });
    hub.link.say({ type: 'ended', turn: turn.id, why: 'interrupted' });
    await settle();
    expect(heard).toMatchObject({ ms: 100, over: true, error: undefined });
    expect(turn.progress.throughChar).toBe(0);
  });

  it('throws away what came and was not taken, also when the service had said all', async () => {
    const { session } = openFake();
    const sink = new FakeSink();
    const turn = session.speak(spansOf(['One. ', 'Two.']), { sink });
    expect((await turn.result).why).toBe('done');
    turn.interrupt();
    const heard = collect(turn);
    await settle();
    expect(heard).toMatchObject({ ms: 0, over: true });
    expect(sink.log).toEqual(['abort']);
  });

  it.each(['before it runs', 'before any text', 'while connecting', 'while handshaking', 'after its end'])(
    'is harmless %s',
    async (moment) => {
      const { clock, hub, session } = openFake({ habits: { ready: moment !== 'while handshaking' } });
      hub.holds = moment === 'while connecting';
      const feed = new SpanFeed();
      const turn = session.speak(feed);
      if (moment !== 'before it runs') await settle();
      if (moment !== 'before any text') feed.push(...hello);
      if (moment === 'after its end') {
        feed.end();
        await turn.result;
      }
      if (moment !== 'before it runs') await settle();
      expect(turn.interrupt()).toEqual({ heardMs: 0, heardText: '' });
      turn.interrupt();
      turn.flush();
      turn.end();
      expect((await turn.result).why).toBe(moment === 'after its end' ? 'done' : 'interrupted');
      const next = session.speak(hello);
      hub.open();
      await settle();
      if (moment === 'while handshaking') hub.link.say({ type: 'ready' });
      expect((await next.result).why).toBe('done');
      expect(hub.links).toHaveLength(1);
      const texts = hub.link.commands
        .filter(({ type }) => type === 'text')
        .map((command) => 'turn' in command && command.turn);
      expect(texts).toEqual(moment === 'after its end' ? ['turn-1', 'turn-2'] : ['turn-2']);
      expect(hub.link.words).not.toContain('interrupt');
      await session.close();
      expect(clock.pending).toBe(0);
    },
  );

  it('of a turn that waits does not stop the sink of the one that plays', async () => {
    const { session } = openFake({ habits: byHand });
    const sink = new FakeSink();
    session.speak(hello, { sink });
    const waiting = session.speak(hello, { sink });
    await settle();
    waiting.interrupt();
    expect((await waiting.result).why).toBe('interrupted');
    expect(sink.log).toEqual([]);
  });

  it('ends a turn at the service without a clear where nothing is left to be said', async () => {
    const { hub, session } = openFake();
    const feed = new SpanFeed();
    const turn = session.speak(feed);
    feed.push(...hello);
    await settle();
    expect(turn.progress.throughChar).toBe(13);
    turn.interrupt();
    await settle();
    expect(hub.link.words).toBe('begin text flush end');
  });

  it('follows when the consumer leaves the loop', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const sink = new FakeSink();
    const feed = new SpanFeed();
    const turn = session.speak(feed, { sink });
    feed.push(...hello);
    await settle();
    hub.link.sound(turn.id, 50);
    for await (const _ of turn) break;
    await settle();
    expect((await turn.result).why).toBe('interrupted');
    expect(hub.link.words).toBe('begin text flush interrupt');
    expect(feed.left).toBe(true);
    expect(sink.log).toEqual(['abort']);
  });
});

describe('the turn after an interruption', () => {
  it('starts at once, before the service has acknowledged', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    const heard = collect(next);
    await settle();
    expect(hub.link.words).toBe('begin text flush end interrupt begin text flush end');
    hub.link.say({ type: 'ended', turn: turn.id, why: 'interrupted' });
    hub.link.sound(next.id, 60);
    hub.link.say({ type: 'ended', turn: next.id, why: 'done' });
    expect((await next.result).report).toMatchObject({ connections: 1 });
    await clock.advance(10_000);
    expect(heard.ms).toBe(60);
    expect(hub.links).toHaveLength(1);
  });

  it('is said again on a new connection when nobody acknowledges in time', async () => {
    const { clock, hub, session } = openFake({ habits: byHand, timeouts: { interruptMs: 800 } });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    const heard = collect(next);
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    await clock.advance(799);
    expect(hub.links).toHaveLength(1);
    await clock.advance(1);
    const { why, report } = await next.result;
    await settle();
    expect(why).toBe('done');
    expect(report.connections).toBe(2);
    expect(hub.at(0).closedWith).toBeDefined();
    expect(hub.at(1).words).toBe('begin text flush end');
    expect(heard.ms).toBe(50);
    expect(report.chars).toBe(5);
    await session.close();
    expect(clock.pending).toBe(0);
  });

  it('gets a new connection also where it comes after the time has run out', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    session.speak(hello).interrupt();
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    await clock.advance(2000);
    expect(session.state).toBe('idle');
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    expect((await session.speak(hello).result).why).toBe('done');
    expect(hub.links).toHaveLength(2);
  });

  it('keeps the connection when its own sound shows that the service is done with the last', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    await settle();
    hub.link.sound(next.id, 60);
    await clock.advance(5000);
    hub.link.say({ type: 'ended', turn: next.id, why: 'done' });
    expect((await next.result).why).toBe('done');
    expect(hub.links).toHaveLength(1);
  });

  it.each([1000, 1006, 1011])('goes on when the service answers the interruption with a close (%d)', async (code) => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    await settle();
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    hub.link.close(code);
    expect((await next.result).why).toBe('done');
    expect(hub.at(1).texts).toEqual(['Next.']);
  });

  it.each([
    ['of the interrupted turn', 'turn-1'],
    ['of nobody', undefined],
  ])('goes on when the service answers the interruption with an error %s', async (_name, id) => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    await settle();
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    hub.link.say({ type: 'error', ...(id && { turn: id }), fault: { code: 'E_PROVIDER', message: 'cannot cancel' } });
    expect((await next.result).why).toBe('done');
    expect(hub.links).toHaveLength(2);
  });

  it('is not disturbed by a late error of another turn', async () => {
    const { hub, session, warnings } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    await settle();
    hub.link.say({ type: 'ended', turn: turn.id, why: 'interrupted' });
    hub.link.sound(next.id, 10);
    hub.link.say({ type: 'error', turn: turn.id, fault: { code: 'E_PROVIDER', message: 'late' } });
    hub.link.say({ type: 'ended', turn: next.id, why: 'done' });
    expect((await next.result).why).toBe('done');
    expect(warnings).toEqual([{ code: 'E_PROVIDER', message: 'late' }]);
  });

  it('needs no acknowledgement where frames carry ids', async () => {
    const { clock, hub, session } = openFake({ traits: { interrupt: 'id' }, habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    const heard = collect(next);
    await clock.advance(5000);
    hub.link.sound(turn.id, 500);
    hub.link.sound(next.id, 60);
    hub.link.say({ type: 'ended', turn: next.id, why: 'done' });
    await next.result;
    await settle();
    expect(heard.ms).toBe(60);
    expect(hub.links).toHaveLength(1);
  });

  it('goes on where frames carry ids, and the service leaves after an interruption', async () => {
    const { hub, session } = openFake({ traits: { interrupt: 'id' }, habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    await settle();
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    hub.link.close(1000);
    expect((await next.result).why).toBe('done');
    expect(hub.at(1).texts).toEqual(['Next.']);
  });

  it('goes over another connection where the service knows no interruption', async () => {
    const { hub, session } = openFake({ traits: { interrupt: 'swapSocket' }, habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    await settle();
    expect(hub.at(0).closedWith).toBeDefined();
    expect(hub.at(0).words).toBe('begin text flush end interrupt close');
    hub.habits = { ...hub.habits, msPerChar: 10, ended: true };
    expect((await session.speak(hello).result).why).toBe('done');
    // One carried the first turn, one the second; one waits.
    expect(hub.links).toHaveLength(3);
  });

  it('can be interrupted itself while it is moved to a new connection', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    await settle();
    turn.interrupt();
    const next = session.speak(spansOf(['Next.']));
    await settle();
    hub.holds = true;
    await clock.advance(2000);
    expect(session.state).toBe('connecting');
    next.interrupt();
    hub.open();
    await settle();
    expect((await next.result).why).toBe('interrupted');
    // It never spoke there, so there is nothing to cancel.
    expect(hub.at(1).words).toBe('begin end');
    await session.close();
    expect(clock.pending).toBe(0);
  });
});
