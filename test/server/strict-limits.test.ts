import { describe, expect, it } from 'vitest';
import { slngSpeak } from '../../src/dialects/slng/index.ts';
import type { Handler } from '../../src/server/connection.ts';
import type { Outlet } from '../../src/server/outlet.ts';
import { StrictListenHandler, StrictSpeakHandler } from '../../src/server/strict-limits.ts';
import type { ListenEvent, ListenRequest } from '../../src/speech/listen.ts';
import type { Limit, ListenService, SpeakService } from '../../src/speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../../src/speech/speak.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { plainListen } from './support/plain-listen.ts';
import { plainService } from './support/plain-service.ts';
import { flush, init, start, text } from './support/start.ts';
import { startListening } from './support/start-listening.ts';

const minuteMs = 60_000;
/** PROTOCOLS 2.1 to 2.3: Deepgram's. */
const speakLimits = { textChars: 2000, flushesPerMinute: 20, charsPerMinute: 2400, sessionMs: 60 * minuteMs };
const listenLimits = { sessionMs: 60 * minuteMs, idleMs: 10_000 };

/** Writes down what a handler is given, and what goes to the client. */
class Spy<Event, Request extends { type: string }> implements Handler<Request>, Outlet<Event> {
  readonly handled: Request[] = [];
  readonly told: (Event | { code: number; reason: string })[] = [];
  busy = false;
  stopped = 0;

  handle(request: Request): undefined {
    this.handled.push(request);
  }

  stop(): void {
    this.stopped++;
  }

  event(event: Event): void {
    this.told.push(event);
  }

  hangUp(code: number, reason: string): void {
    this.told.push({ code, reason });
  }

  room(): undefined {}

  waiting(): void {}
}

function strictSpeak(more: Partial<SpeakService> = {}) {
  const clock = new ManualClock();
  const spy = new Spy<SpeakEvent, SpeakRequest>();
  const service = { ...plainService, traits: { ...plainService.traits, limits: speakLimits }, ...more };
  const handler = new StrictSpeakHandler(spy, { service, outlet: spy, clock });
  const say = (chars: number) =>
    handler.handle({ type: 'text', turn: 't', text: 'x'.repeat(chars), throughChar: chars });
  return { clock, spy, handler, say };
}

function strictListen(more: Partial<ListenService> = {}) {
  const clock = new ManualClock();
  const spy = new Spy<ListenEvent, ListenRequest>();
  const service = { ...plainListen, traits: { ...plainListen.traits, limits: listenLimits }, ...more };
  const handler = new StrictListenHandler(spy, { service, outlet: spy, clock });
  const { format } = plainListen.traits.defaults;
  const audio = (ms: number) =>
    handler.handle({ type: 'audio', chunk: { format, bytes: new Uint8Array(ms * 16), firstSample: 0 } });
  return { clock, spy, handler, audio };
}

const usual = (code: number) => [{ code, reason: expect.stringMatching(/\w/) }];

describe('StrictSpeakHandler', () => {
  it('does twenty flushes within 60 s, and warns of the others instead', async () => {
    const { clock, spy, handler } = strictSpeak();
    const request: SpeakRequest = { type: 'flush', turn: 't' };
    for (let i = 0; i < 20; i++) {
      handler.handle(request);
      await clock.advance(1_000);
    }
    for (let i = 0; i < 3; i++) handler.handle(request);
    expect(spy.handled).toHaveLength(20);
    expect(spy.told).toEqual(
      Array(3).fill({ type: 'warning', code: 'excessive_flush', message: expect.stringContaining('flushes') }),
    );
    await clock.advance(39_999);
    handler.handle(request);
    expect(spy.handled).toHaveLength(20);
    // The first lapses; those that were not done never counted.
    await clock.advance(1);
    handler.handle(request);
    handler.handle(request);
    expect(spy.handled).toHaveLength(21);
  });

  it('takes 2400 characters within 60 s, and closes with 1008 for one more', async () => {
    const { clock, spy, say } = strictSpeak();
    say(2000);
    await clock.advance(30_000);
    say(400);
    await clock.advance(30_000);
    say(2000);
    expect(spy.handled).toHaveLength(3);
    expect(spy.told).toEqual([]);
    say(1);
    expect(spy.handled).toHaveLength(3);
    expect(spy.told).toEqual(usual(1008));
  });

  it('closes with 1009 for a text of more than 2000 characters, counted as a reader does', () => {
    const { spy, say, handler } = strictSpeak();
    handler.handle({ type: 'text', turn: 't', text: '🦜'.repeat(2000), throughChar: 4000 });
    expect(spy.told).toEqual([]);
    say(2001);
    expect(spy.told).toEqual(usual(1009));
    expect(spy.handled).toHaveLength(1);
  });

  it('closes with 1011 after 60 minutes, whatever is going on', async () => {
    const { clock, spy, handler } = strictSpeak();
    spy.busy = true;
    await clock.advance(60 * minuteMs - 1);
    expect(handler.busy).toBe(true);
    expect(spy.told).toEqual([]);
    await clock.advance(1);
    expect(spy.told).toEqual(usual(1011));
  });

  it('hands on everything else, and stops with the rest', async () => {
    const { clock, spy, handler } = strictSpeak();
    const requests: SpeakRequest[] = [
      { type: 'begin', turn: 't' },
      { type: 'interrupt', turn: 't' },
      { type: 'keepAlive' },
      { type: 'close' },
    ];
    for (const request of requests) handler.handle(request);
    handler.stop();
    expect(spy.handled).toEqual(requests);
    expect([spy.stopped, clock.pending]).toEqual([1, 0]);
  });

  it('speaks in its vendor’s words, cut to what a close frame holds', async () => {
    const limitWords = (limit: Limit) => {
      if (limit === 'flushes') return { code: 'EXCESSIVE_FLUSH', reason: 'Rate limit exceeded for flushes.' };
      return limit === 'text' ? { code: 4009, reason: `${'x'.repeat(121)}éé` } : undefined;
    };
    const { spy, handler, say } = strictSpeak({ limitWords });
    for (let i = 0; i < 21; i++) handler.handle({ type: 'flush', turn: 't' });
    say(2001);
    say(2000);
    say(401);
    expect(spy.told).toEqual([
      { type: 'warning', code: 'EXCESSIVE_FLUSH', message: 'Rate limit exceeded for flushes.' },
      { code: 4009, reason: `${'x'.repeat(121)}é` },
      ...usual(1008),
    ]);
    const halved = strictSpeak({ limitWords: () => ({ code: 4009, reason: `${'x'.repeat(122)}é` }) });
    halved.say(2001);
    expect(halved.spy.told).toEqual([{ code: 4009, reason: 'x'.repeat(122) }]);
  });

  it('knows no limit that the traits do not name', async () => {
    const { clock, spy, handler, say } = strictSpeak({ traits: plainService.traits });
    for (let i = 0; i < 100; i++) handler.handle({ type: 'flush', turn: 't' });
    say(100_000);
    await clock.advance(100 * minuteMs);
    expect(spy.told).toEqual([]);
    expect(spy.handled).toHaveLength(101);
    expect(clock.pending).toBe(0);
  });
});

describe('StrictListenHandler', () => {
  it('closes with 1011 when neither audio nor a keep-alive has come for 10 s, after an end with the audio’s length', async () => {
    const { clock, spy, audio, handler } = strictListen();
    audio(250);
    await clock.advance(9_000);
    audio(750);
    await clock.advance(9_000);
    handler.handle({ type: 'keepAlive' });
    await clock.advance(9_999);
    expect(spy.told).toEqual([]);
    await clock.advance(1);
    expect(spy.told).toEqual([{ type: 'ended', audioMs: 1000 }, ...usual(1011)]);
    expect(spy.handled).toHaveLength(3);
  });

  it('is not kept open by a keep-alive where no audio ever came', async () => {
    const { clock, spy, handler } = strictListen();
    await clock.advance(5_000);
    handler.handle({ type: 'keepAlive' });
    await clock.advance(5_000);
    expect(spy.told).toEqual([{ type: 'ended', audioMs: 0 }, ...usual(1011)]);
  });

  it('lets a client that has said all wait for its last results', async () => {
    const { clock, spy, audio } = strictListen();
    audio(100);
    spy.busy = true;
    await clock.advance(minuteMs);
    expect(spy.told).toEqual([]);
  });

  it('closes with 1011 after 60 minutes of audio', async () => {
    const { clock, spy, audio } = strictListen();
    for (let i = 0; i < 60 * 12; i++) {
      audio(20);
      await clock.advance(5_000);
    }
    expect(spy.told).toEqual(usual(1011));
  });

  it('leaves no timer behind', () => {
    const { clock, spy, handler } = strictListen();
    expect(clock.pending).toBe(2);
    handler.stop();
    expect([spy.stopped, clock.pending]).toEqual([1, 0]);
  });

  it('knows no limit that the traits do not name', async () => {
    const { clock, spy, handler } = strictListen({ traits: plainListen.traits });
    await clock.advance(100 * minuteMs);
    expect([spy.told, clock.pending, handler.busy]).toEqual([[], 0, false]);
  });
});

describe('a server', () => {
  const speaks: SpeakService = {
    ...slngSpeak,
    traits: { ...slngSpeak.traits, limits: speakLimits },
    limitWords: (limit) => ({ code: limit === 'flushes' ? 'EXCESSIVE_FLUSH' : 1008, reason: `no: ${limit}` }),
  };

  it('that is strict warns of the 21st flush, answers the others, and closes for too much text', async () => {
    const { connect } = await start({ services: [speaks], strictLimits: true, clock: new ManualClock() });
    const client = await connect();
    client.send(init);
    await client.got('ready');
    for (let i = 0; i < 21; i++) client.send(text('Hi. '), flush);
    await client.got('flushed', 20);
    expect(await client.got('warning')).toMatchObject({ message: 'no: flushes' });
    client.send(text('x'.repeat(2001)));
    expect(await client.closed).toEqual({ code: 1008, reason: 'no: text' });
    expect(client.messages.filter(({ type }) => type === 'flushed')).toHaveLength(20);
  });

  it('that is not does as it is asked', async () => {
    const { connect } = await start({ services: [speaks], clock: new ManualClock() });
    const client = await connect();
    client.send(init);
    for (let i = 0; i < 30; i++) client.send(text('Hi. '), flush);
    await client.got('flushed', 30);
    expect(client.types).not.toContain('warning');
  });

  it('that is strict ends a session in time, and one that says nothing', async () => {
    const clock = new ManualClock();
    const strict = { strictLimits: true, clock, limits: { idleMs: 120 * minuteMs } };
    const speaking = await (await start({ ...strict, services: [speaks] })).connect();
    speaking.send(init);
    await speaking.got('ready');
    await clock.advance(59 * minuteMs);
    speaking.send({ type: 'keepalive' }, text('Hi.'), flush);
    await speaking.got('flushed');
    await clock.advance(minuteMs);
    expect(await speaking.closed).toEqual({ code: 1008, reason: 'no: session' });
    const hears: ListenService = { ...plainListen, traits: { ...plainListen.traits, limits: listenLimits } };
    const listening = await startListening({ ...strict, services: [hears] });
    const client = await listening.ready();
    await clock.advance(10_000);
    expect((await client.closed).code).toBe(1011);
    expect(await client.got('ended')).toMatchObject({ audioMs: 0 });
  });
});
