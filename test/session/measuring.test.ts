import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { createRates } from '../../src/session/rates.ts';
import { collect, openFake, settle, spansOf, traits } from '../support/fake-speak.ts';

const hello = spansOf(['Hello there. ']);
/** A service that a test answers for by hand. */
const byHand = { msPerChar: undefined, ended: false, acknowledges: false };

describe('ready', () => {
  it('opens a connection, speaks first where that opens a session, and says which one it is', async () => {
    const { hub, session } = openFake();
    const facts = await session.ready();
    expect(hub.links).toHaveLength(1);
    expect(session.state).toBe('ready');
    expect(facts.sessionId).toBe('session-1');
    expect(facts.timeline.at('ready')).toBeDefined();
    // The turn that opened the session is over for the codec, and nothing of it was said.
    expect(hub.link.words).toBe('begin interrupt');
  });

  it('waits for the service, and says when it was ready', async () => {
    const { clock, hub, session } = openFake({ habits: { ready: false } });
    let ready = false;
    const facts = session.ready();
    facts.then(() => {
      ready = true;
    });
    await clock.advance(250);
    expect(ready).toBe(false);
    hub.link.say({ type: 'ready', requestId: 'r-7' });
    expect((await facts).requestId).toBe('r-7');
    expect((await facts).timeline.at('ready')).toBe(250);
  });

  it('is the same connection again, and greets nobody twice', async () => {
    const { hub, session } = openFake();
    const first = await session.ready();
    const second = await session.ready();
    expect(second.timeline).toBe(first.timeline);
    expect(hub.link.words).toBe('begin interrupt');
  });

  it('is followed by a turn on that connection, numbered and spoken as ever', async () => {
    const { hub, session } = openFake();
    await session.ready();
    const turn = session.speak(hello);
    const heard = collect(turn);
    expect(await turn.result).toMatchObject({ why: 'done', report: { connections: 1 } });
    expect(hub.links).toHaveLength(1);
    expect(heard.ms).toBe(130);
  });

  it('rejects with what ended the connection, and opens another when it is asked again', async () => {
    const { hub, session } = openFake();
    hub.failure = new SpeechError('E_CONNECT', 'no route');
    await expect(session.ready()).rejects.toMatchObject({ code: 'E_CONNECT', message: 'no route' });
    hub.failure = undefined;
    await expect(session.ready()).resolves.toMatchObject({ sessionId: 'session-1' });
  });

  it('rejects where the service is not ready in time', async () => {
    const { clock, session } = openFake({ habits: { ready: false } });
    const ready = expect(session.ready()).rejects.toMatchObject({ code: 'E_CONNECT_TIMEOUT' });
    await clock.advance(10_000);
    await ready;
  });

  it('rejects of a session that was closed', async () => {
    const { session } = openFake();
    await session.close();
    await expect(session.ready()).rejects.toMatchObject({ code: 'E_CLOSED' });
  });

  it('says nothing of its own where a turn is being opened', async () => {
    const { hub, session } = openFake({ habits: { ready: false } });
    const turn = session.speak(hello);
    collect(turn);
    await settle();
    const facts = session.ready();
    await settle();
    expect(hub.link.words).toBe('begin');
    hub.link.say({ type: 'ready' });
    expect((await facts).timeline.at('ready')).toBeDefined();
    expect((await turn.result).why).toBe('done');
  });
});

describe('ping', () => {
  it('is the round trip of the connection in use', async () => {
    const { session } = openFake();
    await session.ready();
    expect(await session.ping()).toBe(0);
  });

  it('is nothing where there is none', async () => {
    expect(await openFake().session.ping()).toBeUndefined();
  });
});

describe('who takes the sound', () => {
  it('gets it in the socket’s own handler, with its time, and the iteration gets none', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const taken: { bytes: number; firstSample: number | undefined; atMs: number }[] = [];
    const turn = session.speak(hello, {
      take: ({ bytes, firstSample }, atMs) => taken.push({ bytes: bytes.length, firstSample, atMs }),
    });
    const heard = collect(turn);
    await clock.advance(200);
    hub.link.sound(turn.id, 10);
    await clock.advance(30);
    hub.link.sound(turn.id, 20);
    await settle();
    expect(taken).toEqual([
      { bytes: 160, firstSample: 0, atMs: 200 },
      { bytes: 320, firstSample: 80, atMs: 230 },
    ]);
    expect(heard.ms).toBe(0);
    expect(hub.link.paused).toBe(0);
    turn.interrupt();
    expect((await turn.result).report).toMatchObject({ bytes: 480, chunks: 2, gapMaxMs: 30 });
  });

  it('is told what its latencies count from, and when it is first heard, while it goes on', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const turn = session.speak(spansOf(['Hello there.'], 'end'), { take: () => {} });
    expect(turn.instants).toEqual({ t0Ms: undefined, audibleMs: undefined, lastAudioMs: undefined });
    await clock.advance(40);
    hub.link.sound(turn.id, 10);
    await settle();
    expect(turn.instants).toMatchObject({ t0Ms: 0, lastAudioMs: 40 });
    turn.interrupt();
    expect((await turn.result).instants).toEqual(turn.instants);
  });
});

describe('the sound of a turn that was interrupted', () => {
  it('is told as it comes, from the interruption to its acknowledgement, and goes nowhere else', async () => {
    const { clock, hub, session } = openFake({ habits: byHand });
    const late: { bytes: number; atMs: number }[] = [];
    const turn = session.speak(hello, { late: (bytes, atMs) => late.push({ bytes, atMs }) });
    const heard = collect(turn);
    await settle();
    hub.link.sound(turn.id, 10);
    await settle();
    turn.interrupt();
    await clock.advance(30);
    hub.link.say({ type: 'late', turn: turn.id, bytes: 160 });
    await clock.advance(15);
    hub.link.sound(turn.id, 20);
    await settle();
    expect(late).toEqual([
      { bytes: 160, atMs: 30 },
      { bytes: 320, atMs: 45 },
    ]);
    expect(heard.ms).toBe(10);
    expect((await turn.result).report.bytes).toBe(160);
  });

  it('is told of a connection that was left behind', async () => {
    const { hub, session } = openFake({ habits: byHand, traits: { interrupt: 'swapSocket' } });
    const late: number[] = [];
    const turn = session.speak(hello, { late: (bytes) => late.push(bytes) });
    await settle();
    hub.link.sound(turn.id, 10);
    await settle();
    // On its way when the connection was said goodbye to.
    hub.at(0).say({ type: 'late', turn: turn.id, bytes: 16 });
    turn.interrupt();
    expect(late).toEqual([]);
    await settle();
    expect(late).toEqual([16]);
  });

  it('is not told of another turn', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const late: number[] = [];
    const first = session.speak(hello, { late: (bytes) => late.push(bytes) });
    await settle();
    hub.link.sound(first.id, 10);
    await settle();
    first.interrupt();
    const second = session.speak(hello);
    const heard = collect(second);
    await settle();
    hub.link.say({ type: 'ended', turn: first.id, why: 'interrupted' });
    hub.link.sound(second.id, 30);
    await settle();
    expect(late).toEqual([]);
    expect(heard.ms).toBe(30);
  });
});

describe('what a service says of its own making', () => {
  it('is in the turn’s report', async () => {
    const { hub, session } = openFake({ habits: byHand });
    const turn = session.speak(hello);
    collect(turn);
    await settle();
    hub.link.say({ type: 'made', turn: turn.id, cached: true, firstAudioMs: 12 });
    await settle();
    turn.interrupt();
    expect((await turn.result).report).toMatchObject({ cached: true, vendorFirstAudioMs: 12 });
  });

  it('is missing where it says nothing', async () => {
    const { session } = openFake();
    const turn = session.speak(hello);
    collect(turn);
    const { report } = await turn.result;
    expect(report).not.toHaveProperty('cached');
    expect(report.vendorFirstAudioMs).toBeUndefined();
  });
});

describe('the rates of several sessions', () => {
  it('are spent together where they share them, and a wait is in the report and in no figure', async () => {
    const first = openFake();
    const shared = { ...traits, limits: { flushesPerMinute: 1 } };
    const rates = createRates(first.clock, shared);
    const open = () => openFake({ clock: first.clock, connect: first.hub.connect, traits: shared, rates });
    const one = open().session.speak(hello);
    collect(one);
    await settle();
    expect((await one.result).report).not.toHaveProperty('waitedMs');
    const two = open().session.speak(hello);
    collect(two);
    await first.clock.advance(61_000);
    const { report } = await two.result;
    expect(report.waitedMs).toBe(61_000);
    expect(report).toMatchObject({ ttfbFlushMs: 0, ttfbFirstTextMs: 0, processingMs: 0 });
  });
});
