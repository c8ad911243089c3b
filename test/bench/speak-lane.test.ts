import { describe, expect, it } from 'vitest';
import type { Job, Outcome } from '../../src/bench/lane.ts';
import type { Prompt } from '../../src/bench/material.ts';
import { SpeakLane, type SpeakPlan, speakTarget } from '../../src/bench/speak-lane.ts';
import { SpeechError } from '../../src/errors.ts';
import { createRates } from '../../src/session/rates.ts';
import { bytesPerMs, type FakeLink, type FakeOptions, fakeOptions, settle, traits } from '../support/fake-speak.ts';
import { targetFacts } from './made.ts';

const byHand = { msPerChar: undefined, ended: false, acknowledges: false };
const whole: SpeakPlan = { reuse: false, feed: { kind: 'whole' } };

function job(run: number, text = `Prompt ${run}.`): Job<Prompt> {
  return { run, material: { id: `p${run}`, set: 'short', text }, variation: 0, warmup: false };
}

/** A lane over a service in memory, on a clock that stands still, and what has come of its runs. */
function openLane(plan: Partial<SpeakPlan> = {}, fake: FakeOptions = { habits: byHand }) {
  const { options, ...rest } = fakeOptions(fake);
  const lane = new SpeakLane(() => options, { ...whole, ...plan });
  const stop = new AbortController();
  const outcomes: Outcome[] = [];
  const begin = async (run: number, text?: string) => {
    lane.run(job(run, text), stop.signal).then((outcome) => outcomes.push(outcome));
    await settle();
    await settle();
  };
  return { ...rest, lane, stop, outcomes, begin };
}

type Lane = ReturnType<typeof openLane>;

/** The service speaks the turn that goes on: a loud sound so long after now, so long; then it is done. */
async function answer({ clock, hub }: Pick<Lane, 'clock' | 'hub'>, afterMs: number, ms: number): Promise<void> {
  await clock.advance(afterMs);
  // The newest may be one that only waits for the next turn.
  const link = hub.links.findLast(({ texts }) => texts.length > 0) ?? hub.link;
  const turn = turnOf(link);
  link.sound(turn, ms, true);
  link.say({ type: 'ended', turn, why: 'done' });
  await settle();
  await settle();
}

function turnOf({ commands }: FakeLink): string {
  const text = commands.findLast((command) => command.type === 'text');
  return text?.type === 'text' ? text.turn : 'none';
}

describe('a run over a fresh connection', () => {
  it('has every figure as it was reckoned by hand', async () => {
    const lane = openLane({}, { habits: { ...byHand, ready: false } });
    const { clock, hub, outcomes } = lane;
    hub.holds = true;
    await lane.begin(0);
    await clock.advance(50);
    hub.open();
    await clock.advance(30);
    expect(hub.link.words).toBe('begin interrupt');
    hub.link.say({ type: 'ready', requestId: 'r-1' });
    await settle();
    await settle();
    expect(hub.link.words).toBe('begin interrupt begin text flush end');
    const turn = turnOf(hub.link);
    // 80: the flush. 100 ms of silence at 200; what can be heard should be there at 300, and comes at 350.
    await clock.advance(120);
    hub.link.sound(turn, 100);
    await clock.advance(150);
    hub.link.sound(turn, 200, true);
    await clock.advance(10);
    hub.link.say({ type: 'ended', turn, why: 'done' });
    await settle();
    await clock.advance(0);
    const [outcome] = outcomes;
    expect(outcome).toMatchObject({
      t0Ms: 80,
      // Connecting, and the pings behind it.
      ...{
        ahead: [
          { fromMs: 0, toMs: 80, figures: expect.arrayContaining(['connectMs', 'handshakeMs', 'coldTtfaMs']) },
          { fromMs: 80, toMs: 80, figures: ['rttMs'] },
        ],
      },
      endMs: 350,
      connection: 'fresh',
      requestId: 'r-1',
      chunks: { atMs: [120, 270], throughMs: [100, 300], underruns: [{ fromMs: 220, toMs: 270 }], audibleAtMs: 270 },
    });
    expect(outcome?.figures).toEqual({
      connectMs: 50,
      handshakeMs: 30,
      rttMs: 0,
      ttfbMs: 120,
      ttfbFlushMs: 120,

      leadingSilenceMs: 100,
      leadingSilencePeakMs: 100,
      ttfaMs: 270,
      ttfaSumMs: 220,
      coldTtfaMs: 350,
      gapMaxMs: 150,
      underruns: 1,
      underrunMs: 50,
      underrunsAt100: 0,
      underrunAt100Ms: 0,
      underrunsAt200: 0,
      underrunAt200Ms: 0,
      minPreRollMs: 50,
      audioMs: 300,
      processingMs: 270,
      rtf: 0.9,
      deliveryRate: 1.333,
      bytes: 300 * bytesPerMs,
      chunks: 2,
      chars: 'Prompt 0.'.length,
    });
    expect(hub.link.closedWith).toBeDefined();
    expect(clock.pending).toBe(0);
  });

  it('opens its own, and closes it', async () => {
    const lane = openLane();
    for (const run of [0, 1]) {
      await lane.begin(run);
      expect(lane.hub.links).toHaveLength(run + 1);
      await answer(lane, 100, 20);
      expect(lane.hub.link.closedWith).toBeDefined();
    }
    expect(lane.outcomes.map(({ connection }) => connection)).toEqual(['fresh', 'fresh']);
    expect(lane.outcomes.map(({ figures }) => figures.connectMs)).toEqual([0, 0]);
  });

  it('gives the audio to who keeps it, with its run', async () => {
    const kept: [number, number][] = [];
    const lane = openLane({ onAudio: ({ run }, { bytes }) => kept.push([run, bytes.length]) });
    await lane.begin(7);
    await answer(lane, 100, 20);
    expect(kept).toEqual([[7, 20 * bytesPerMs]]);
  });

  it('has no round trip where nobody answers a ping, and waits a second for that', async () => {
    const lane = openLane({}, { habits: { ...byHand, pongs: false } });
    await lane.begin(0);
    await lane.clock.advance(999);
    expect(lane.hub.link.words).toBe('begin interrupt');
    await lane.clock.advance(1);
    expect(lane.hub.link.words).toBe('begin interrupt begin text flush end');
    await answer(lane, 100, 20);
    expect(lane.outcomes[0]?.figures).not.toHaveProperty('rttMs');
    expect(lane.outcomes[0]?.figures.ttfbMs).toBe(100);
    expect(lane.clock.pending).toBe(0);
  });

  it('has the median of three pings for its round trip, and knows the shortest', async () => {
    const { options, clock, hub } = fakeOptions({ habits: byHand });
    const rttsMs = [9, 2, 5];
    const connect: typeof options.connect = async (...request) => {
      const connected = await options.connect(...request);
      connected.transport.ping = () => Promise.resolve(rttsMs.shift() ?? 0);
      return connected;
    };
    const outcome = new SpeakLane(() => ({ ...options, connect }), whole).run(job(0), new AbortController().signal);
    await settle();
    await settle();
    await answer({ clock, hub }, 100, 20);
    expect(await outcome).toMatchObject({ leastRttMs: 2, figures: { rttMs: 5 } });
  });

  it('says what the service does of itself', async () => {
    const lane = openLane();
    await lane.begin(0);
    lane.hub.link.say({ type: 'made', turn: turnOf(lane.hub.link), cached: true, firstAudioMs: 12 });
    await answer(lane, 100, 20);
    expect(lane.outcomes[0]).toMatchObject({ cached: true, figures: { vendorFirstAudioMs: 12 } });
  });
});

describe('runs over one connection', () => {
  it('are warm but for the first, which has the figures of connecting', async () => {
    const lane = openLane({ reuse: true });
    for (const run of [0, 1, 2]) {
      await lane.begin(run);
      await answer(lane, 100 + run, 80);
    }
    expect(lane.hub.links).toHaveLength(1);
    expect(lane.outcomes.map(({ connection }) => connection)).toEqual(['fresh', 'warm', 'warm']);
    expect(lane.outcomes.map(({ ahead }) => ahead?.length)).toEqual([2, 1, 1]);
    expect(lane.outcomes.map(({ figures }) => figures.ttfbMs)).toEqual([100, 101, 102]);
    for (const name of ['connectMs', 'handshakeMs', 'coldTtfaMs'] as const) {
      expect(lane.outcomes.map(({ figures }) => name in figures)).toEqual([true, false, false]);
    }
    expect(lane.hub.link.closedWith).toBeUndefined();
    await lane.lane.close();
    expect(lane.hub.link.closedWith).toBeDefined();
    expect(lane.clock.pending).toBe(0);
  });

  it('are as many connections as the service makes of them, each ready before its text', async () => {
    const lane = openLane({ reuse: true }, { habits: byHand, traits: { endsWithTurn: true } });
    for (const run of [0, 1]) {
      await lane.begin(run);
      await answer(lane, 100, 20);
    }
    expect(lane.outcomes.map(({ connection }) => connection)).toEqual(['fresh', 'fresh']);
    expect(lane.outcomes.map(({ figures }) => figures.connectMs)).toEqual([0, 0]);
    expect(lane.outcomes.map(({ invalid }) => invalid)).toEqual([undefined, undefined]);
    await lane.lane.close();
  });

  it('begin on a new one, and say so, where the service has closed the last between them', async () => {
    const lane = openLane({ reuse: true });
    await lane.begin(0);
    await answer(lane, 100, 20);
    lane.hub.link.close(1000);
    await settle();
    await lane.begin(1);
    await answer(lane, 100, 20);
    expect(lane.hub.links).toHaveLength(2);
    expect(lane.outcomes[1]).toMatchObject({ connection: 'fresh', figures: { connectMs: 0 } });
  });

  it('do not count where the connection was replaced on the way', async () => {
    const lane = openLane({ reuse: true });
    await lane.begin(0);
    await answer(lane, 100, 20);
    await lane.begin(1);
    // All that it was asked before is done, so the session goes on over another.
    lane.hub.link.close(1000);
    await lane.clock.advance(10);
    await answer(lane, 100, 20);
    expect(lane.outcomes[1]).toMatchObject({ invalid: 'its connection was replaced on the way' });
  });
});

describe('a run that thinks first', () => {
  const thinkMs = 8000;

  it('lets the ready socket idle, and counts from the text all the same', async () => {
    const lane = openLane({ reuse: true, thinkMs });
    await lane.begin(0);
    await lane.clock.advance(thinkMs - 1);
    expect(lane.hub.link.words).toBe('begin interrupt');
    await lane.clock.advance(1);
    expect(lane.hub.link.words).toBe('begin interrupt begin text flush end');
    await answer(lane, 100, 20);
    expect(lane.outcomes[0]).toMatchObject({ t0Ms: thinkMs, figures: { ttfbMs: 100, rttMs: 0 } });
    await lane.lane.close();
  });

  it('says something that is not measured where a socket without text would be closed, once', async () => {
    const lane = openLane({ reuse: true, thinkMs }, { habits: byHand, traits: { textWithinMs: 5000 } });
    await lane.begin(0);
    expect(lane.hub.link.texts).toEqual(['One moment.']);
    await answer(lane, 300, 20);
    await lane.clock.advance(thinkMs);
    await answer(lane, 100, 20);
    await lane.begin(1);
    await lane.clock.advance(thinkMs);
    await answer(lane, 100, 20);
    expect(lane.hub.link.texts).toEqual(['One moment.', 'Prompt 0.', 'Prompt 1.']);
    // The first is warm as well: its connection was used before it.
    expect(lane.outcomes.map(({ connection }) => connection)).toEqual(['warm', 'warm']);
    expect(lane.outcomes.map(({ figures }) => [figures.chars, figures.ttfbMs])).toEqual([
      [9, 100],
      [9, 100],
    ]);
    await lane.lane.close();
  });

  it('does not count where the service did not keep the socket', async () => {
    const lane = openLane({ reuse: true, thinkMs });
    await lane.begin(0);
    await lane.clock.advance(4000);
    lane.hub.link.close(1000);
    await lane.clock.advance(4000);
    await answer(lane, 100, 20);
    expect(lane.outcomes[0]).toMatchObject({ invalid: 'the service closed the connection while it idled' });
    await lane.lane.close();
  });
});

describe('text that is fed as tokens', () => {
  it('counts from the flush, and from the first of them', async () => {
    const lane = openLane({ feed: { kind: 'tokens', perSecond: 40 } });
    await lane.begin(0, 'One two three.');
    expect(lane.hub.link.texts).toEqual(['One ']);
    await lane.clock.advance(50);
    expect(lane.hub.link.texts).toEqual(['One ', 'two ', 'three.']);
    expect(lane.hub.link.words).toBe('begin interrupt begin text text text flush end');
    await answer(lane, 100, 20);
    expect(lane.outcomes[0]).toMatchObject({
      t0Ms: 50,
      figures: { ttfbMs: 100, ttfbFlushMs: 100, ttfbFirstTextMs: 150 },
    });
  });

  it('counts from the first where the service starts without a flush', async () => {
    const options = { habits: byHand, traits: { startsWithoutFlush: true } };
    const lane = openLane({ feed: { kind: 'tokens', perSecond: 40 } }, options);
    await lane.begin(0, 'One two three.');
    await answer(lane, 100, 20);
    const figures = lane.outcomes[0]?.figures;
    expect(figures).toMatchObject({ ttfbMs: 100, ttfbFirstTextMs: 100 });
    expect(figures).not.toHaveProperty('ttfbFlushMs');
  });
});

describe('a barge-in', () => {
  it('that fails leaves what was measured of the turn before it', async () => {
    const lane = openLane({ bargeInMs: 300 });
    await lane.begin(0);
    await lane.clock.advance(100);
    lane.hub.link.sound(turnOf(lane.hub.link), 1000, true);
    await lane.clock.advance(300);
    lane.hub.link.say({ type: 'ended', turn: turnOf(lane.hub.link), why: 'interrupted' });
    await settle();
    expect(lane.hub.link.texts).toHaveLength(2);
    lane.hub.link.close(1011, 'out of order');
    await settle();
    await lane.clock.advance(0);
    expect(lane.outcomes).toMatchObject([{ error: { code: 'E_PROVIDER' }, t0Ms: 0, requestId: 'session-1' }]);
    expect(lane.outcomes[0]).toMatchObject({
      figures: { ttfbMs: 100, ttfaMs: 100, connectMs: 0 },
      chunks: { atMs: [100] },
    });
    expect(lane.outcomes[0]?.figures).not.toHaveProperty('bargeInTtfaMs');
  });

  it('is not waited for when the bench is stopped, nor when its turn has failed', async () => {
    for (const end of ['stop', 'close'] as const) {
      const lane = openLane({ bargeInMs: 60_000 });
      await lane.begin(0);
      await lane.clock.advance(100);
      lane.hub.link.sound(turnOf(lane.hub.link), 1000, true);
      // Its turn is over when it is stopped, and still sounds when it fails.
      if (end === 'stop') lane.hub.link.say({ type: 'ended', turn: turnOf(lane.hub.link), why: 'done' });
      await settle();
      if (end === 'stop') lane.stop.abort(new SpeechError('E_INTERRUPTED', 'stop'));
      else lane.hub.link.close(1011, 'out of order');
      await settle();
      await lane.clock.advance(0);
      expect(lane.outcomes).toMatchObject([{ error: { code: end === 'stop' ? 'E_INTERRUPTED' : 'E_PROVIDER' } }]);
      expect(lane.hub.link.texts).toHaveLength(1);
      expect(lane.clock.pending).toBe(0);
    }
  });

  it('is how long the turn still sounds, and when the next is heard', async () => {
    const lane = openLane({ bargeInMs: 300 });
    const { clock, hub } = lane;
    await lane.begin(0);
    const turn = turnOf(hub.link);
    await clock.advance(100);
    // Heard from 100 on; interrupted at 400.
    hub.link.sound(turn, 1000, true);
    await clock.advance(299);
    expect(hub.link.words).not.toMatch(/flush.*interrupt/);
    await clock.advance(1);
    expect(hub.link.words).toMatch(/flush end interrupt/);
    await clock.advance(40);
    hub.link.say({ type: 'late', turn, bytes: 320 });
    await clock.advance(20);
    hub.link.say({ type: 'ended', turn, why: 'interrupted' });
    await settle();
    expect(hub.link.texts).toEqual(['Prompt 0.', 'Instead, this: Prompt 0.']);
    // At 400 + 60 + 140.
    await answer(lane, 140, 60);
    await clock.advance(0);
    expect(lane.outcomes[0]).toMatchObject({ figures: { bargeInMs: 40, bargeInTtfaMs: 200, ttfbMs: 100 } });
    expect(lane.outcomes[0]).not.toHaveProperty('error');
    expect(lane.outcomes[0]?.figures.audioMs).toBe(1000);
  });

  it('took no time where the service had sent all', async () => {
    const lane = openLane({ bargeInMs: 300 });
    await lane.begin(0);
    await answer(lane, 100, 200);
    await lane.clock.advance(300);
    await answer(lane, 50, 60);
    expect(lane.outcomes[0]).toMatchObject({ figures: { bargeInMs: 0, bargeInTtfaMs: 50 } });
  });

  it('is a failed run where the next turn fails', async () => {
    const lane = openLane({ bargeInMs: 300 });
    await lane.begin(0);
    await answer(lane, 100, 200);
    await lane.clock.advance(300);
    lane.hub.link.say({ type: 'error', fault: { code: 'E_RATE_LIMIT', message: 'no more' } });
    await lane.clock.advance(0);
    expect(lane.outcomes[0]?.error).toMatchObject({ code: 'E_RATE_LIMIT', message: 'no more' });
  });
});

describe('what goes wrong', () => {
  it('in connecting is tried once more, where that may help', async () => {
    const lane = openLane();
    lane.hub.failure = new SpeechError('E_CONNECT', 'no route');
    await lane.begin(0);
    await settle();
    expect(lane.hub.attempts).toHaveLength(2);
    expect(lane.outcomes[0]).toMatchObject({ figures: {}, error: { code: 'E_CONNECT', message: 'no route' } });
    lane.hub.failure = new SpeechError('E_AUTH', 'no');
    await lane.begin(1);
    expect(lane.hub.attempts).toHaveLength(3);
    expect(lane.outcomes[1]?.error?.code).toBe('E_AUTH');
  });

  it('in a run is a row, and is never tried again; the next begins anew', async () => {
    const lane = openLane({ reuse: true });
    await lane.begin(0);
    await lane.clock.advance(40);
    lane.hub.link.say({ type: 'error', fault: { code: 'E_PROVIDER', message: 'overloaded' } });
    await settle();
    await settle();
    expect(lane.outcomes[0]?.error).toMatchObject({ code: 'E_PROVIDER', message: 'overloaded' });
    expect(lane.hub.links).toHaveLength(1);
    await lane.begin(1);
    await answer(lane, 100, 20);
    expect(lane.hub.links).toHaveLength(2);
    expect(lane.outcomes[1]).toMatchObject({ connection: 'fresh', figures: { ttfbMs: 100 } });
  });

  it('is also a service that says nothing', async () => {
    const lane = openLane();
    await lane.begin(0);
    await lane.clock.advance(30_000);
    expect(lane.outcomes[0]?.error?.code).toBe('E_TIMEOUT');
    await lane.clock.advance(2000);
    expect(lane.clock.pending).toBe(0);
  });

  it('is also one that is done, and has sent no sound: nothing is measured on that connection any more', async () => {
    const lane = openLane({ reuse: true });
    await lane.begin(0);
    lane.hub.link.say({ type: 'ended', turn: turnOf(lane.hub.link), why: 'done' });
    await settle();
    await settle();
    expect(lane.outcomes[0]?.error).toMatchObject({ code: 'E_PROVIDER', message: expect.stringMatching(/no audio/) });
    expect(lane.hub.link.closedWith).toBeDefined();
  });

  it('is a bench that is stopped: nothing is left behind', async () => {
    const lane = openLane({ reuse: true, thinkMs: 8000 });
    await lane.begin(0);
    lane.stop.abort(new SpeechError('E_INTERRUPTED', 'stopped'));
    await lane.clock.advance(0);
    expect(lane.outcomes[0]?.error?.code).toBe('E_INTERRUPTED');
    expect(lane.clock.pending).toBe(0);
  });
});

describe('a service’s limits', () => {
  it('are waited for before anything is sent, together with other lanes, and in no figure', async () => {
    const limits = { flushesPerMinute: 1, charsPerMinute: 2400 };
    const fake = fakeOptions({ habits: byHand, traits: { limits } });
    const { clock, hub } = fake;
    const rates = createRates(clock, { ...traits, limits });
    const target = speakTarget(targetFacts('it'), () => ({ ...fake.options, rates }), whole);
    const outcomes: Outcome[] = [];
    const waitedMs: (number | undefined)[] = [];
    const { signal } = new AbortController();
    const made = async (run: number) => {
      const room = await target.takeRoom?.(job(run), signal);
      waitedMs.push(room?.waitedMs);
      outcomes.push(await target.openLane().run(job(run), signal, room));
    };
    for (const run of [0, 1]) void made(run);
    await settle();
    await settle();
    expect(hub.links).toHaveLength(1);
    await answer({ clock, hub }, 100, 20);
    expect(fake.warnings.map(({ code }) => code)).toEqual(['rate_wait']);
    // Of the first run's end at 100.
    await clock.advance(60_999);
    expect(hub.links).toHaveLength(1);
    await clock.advance(1);
    expect(hub.links).toHaveLength(2);
    expect(hub.link.words).toBe('begin interrupt begin text flush end');
    await answer({ clock, hub }, 100, 20);
    expect(waitedMs).toEqual([0, 61_100]);
    const { figures: first } = outcomes[0] ?? {};
    expect(outcomes[1]?.figures).toEqual(first);
  });

  it('are nobody’s matter with --limits off', async () => {
    const limits = { flushesPerMinute: 1 };
    const { options, clock, hub } = fakeOptions({ habits: byHand, traits: { limits }, limits: 'off' });
    const rates = createRates(clock, { limits }, 'off');
    const target = speakTarget(targetFacts('it'), () => ({ ...options, rates }), whole);
    const lane = target.openLane();
    for (const run of [0, 1, 2]) {
      expect(await target.takeRoom?.(job(run), new AbortController().signal)).toBeUndefined();
      const outcome = lane.run(job(run), new AbortController().signal);
      await settle();
      await settle();
      await answer({ clock, hub }, 100, 20);
      expect((await outcome).figures.ttfbMs).toBe(100);
    }
  });
});
