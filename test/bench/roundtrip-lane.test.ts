import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/bench/lane.ts';
import { roundtripTarget } from '../../src/bench/roundtrip-lane.ts';
import { SpeechError } from '../../src/errors.ts';
import { createRates } from '../../src/session/rates.ts';
import * as ears from '../support/fake-listen.ts';
import { type FakeLink, type FakeOptions, fakeOptions, settle } from '../support/fake-speak.ts';
import { targetFacts } from './made.ts';

const { final } = ears;
const byHand = { msPerChar: undefined, ended: false, acknowledges: false };
const prompt = 'One, two, three.';

/** A lane between two services in memory, on one clock that stands still. */
function openLoop(fake: FakeOptions = {}, hearing: ears.FakeOptions = {}) {
  const { options, clock, hub, warnings } = fakeOptions({ habits: byHand, ...fake });
  // Half of what the service allows was spent before.
  const rates = createRates(clock, options.service.traits);
  rates.sent({ type: 'flush', turn: 'before' })();
  const heard = ears.fakeOptions({ clock, ...hearing });
  const speaks = () => ({ ...options, warmsAhead: false, rates });
  const target = roundtripTarget(targetFacts('it'), { speaks, hears: () => heard.options }, { tailMs: 3000 });
  const lane = target.openLane();
  const stop = new AbortController();
  const outcomes: Outcome[] = [];
  const waitedMs: number[] = [];
  const begin = async () => {
    const material = { id: 'p', set: 'short', text: prompt };
    const job = { run: 0, material, variation: 0, warmup: false };
    const run = async () => {
      const room = await target.takeRoom?.(job, stop.signal);
      if (room) waitedMs.push(room.waitedMs);
      outcomes.push(await lane.run(job, stop.signal, room));
    };
    void run();
    await settled();
  };
  return {
    ...{ clock, hub, stop, outcomes, waitedMs, begin, rates, warnings },
    get ear() {
      return ears.newest(heard.ears);
    },
    heardBy: heard.ears,
  };
}

type Loop = ReturnType<typeof openLoop>;

async function settled(): Promise<void> {
  for (let i = 0; i < 4; i++) await settle();
}

function turnOf({ commands }: FakeLink): string {
  const text = commands.findLast((command) => command.type === 'text');
  return text?.type === 'text' ? text.turn : 'none';
}

/** 100 ms after it was asked for, the prompt: 100 ms of silence, 400 of sound, 50 of silence. It is heard from then on. */
async function sayPrompt({ clock, hub: { link } }: Loop, loud = true): Promise<void> {
  await clock.advance(100);
  const turn = turnOf(link);
  link.sound(turn, 100);
  link.sound(turn, 400, loud);
  link.sound(turn, 50);
  link.say({ type: 'ended', turn, why: 'done' });
  await settled();
}

/** 120 ms after now the reply: 40 ms of silence and 100 of sound. */
async function sayReply({ clock, hub: { link } }: Loop, loud = true): Promise<void> {
  await clock.advance(120);
  link.sound(turnOf(link), 40);
  link.sound(turnOf(link), 100, loud);
  link.say({ type: 'ended', turn: turnOf(link), why: 'done' });
  await settled();
  await clock.advance(100);
}

const understood = final('one two tree', { endOfUtterance: true, startMs: 0, endMs: 560 });

describe('a round trip', () => {
  it('has every figure as it was reckoned by hand', async () => {
    const loop = openLoop();
    await loop.begin();
    expect(loop.hub.link.texts).toEqual([prompt]);
    await sayPrompt(loop);
    // Frames of 20 ms from 100 on: the end of speech, at 500 ms, goes out at 600.
    await loop.clock.advance(700);
    loop.ear.say(ears.interim('one'));
    expect(loop.hub.link.texts).toEqual([prompt]);
    loop.ear.say(understood);
    await settle();
    expect(loop.hub.link.texts).toEqual([prompt, 'Reply 1: one two tree']);
    await sayReply(loop);
    const [outcome] = loop.outcomes;
    expect(outcome).toMatchObject({ t0Ms: 120, endMs: 960, connection: 'fresh', requestId: 'session-1' });
    expect(outcome).toMatchObject({ transcript: 'one two tree' });
    // Connecting took no time here; the prompt's first audible sample was heard at 200.
    expect(outcome?.ahead).toMatchObject([
      { fromMs: 0, toMs: 0, figures: expect.arrayContaining(['connectMs', 'coldTtfaMs']) },
      { fromMs: 0, toMs: 200, figures: ['coldTtfaMs'] },
    ]);
    for (const name of ['error', 'invalid', 'waitedMs']) expect(outcome).not.toHaveProperty(name);
    expect(outcome?.figures).toEqual({
      ...{ connectMs: 0, handshakeMs: 0, coldTtfaMs: 200 },
      // The onset goes out at 220; the interim came at 800.
      ttfiMs: 580,
      ...{ ttfsMs: 200, eotMs: 200, revisions: 0, audioMs: 710 },
      // The reply was asked for at 800, came at 920, and was heard at 960.
      ...{ ttfbMs: 120, ttfaMs: 160, roundTripMs: 360 },
      ...{ wer: 0.333, wordErrors: 1, referenceWords: 3 },
    });
    expect(loop.hub.links).toHaveLength(1);
    expect(loop.hub.link.closedWith).toBeDefined();
    expect(loop.clock.pending).toBe(0);
  });

  it('answers what was meant to be all: not where the speaker pauses', async () => {
    const loop = openLoop();
    await loop.begin();
    await sayPrompt(loop);
    await loop.clock.advance(300);
    loop.ear.say(final('one', { endOfUtterance: true }));
    await settled();
    expect(loop.hub.link.texts).toEqual([prompt]);
    await loop.clock.advance(400);
    loop.ear.say(final('two three', { endOfUtterance: true }));
    await settled();
    expect(loop.hub.link.texts).toEqual([prompt, 'Reply 1: one two three']);
    await sayReply(loop);
    expect(loop.outcomes[0]?.figures).toMatchObject({ roundTripMs: 360, wer: 0 });
  });

  it('answers once, and at the service’s word where that comes apart from the final', async () => {
    const loop = openLoop();
    await loop.begin();
    await sayPrompt(loop);
    await loop.clock.advance(600);
    loop.ear.say(final('one two three'));
    await loop.clock.advance(100);
    expect(loop.hub.link.texts).toEqual([prompt]);
    loop.ear.say({ type: 'utteranceEnd' }, { type: 'utteranceEnd' }, understood);
    await settled();
    expect(loop.hub.link.texts).toEqual([prompt, 'Reply 1: one two three']);
    await sayReply(loop);
    expect(loop.outcomes[0]?.figures).toMatchObject({ ttfsMs: 100, eotMs: 200, roundTripMs: 360 });
  });
});

describe('what comes out of a cache', () => {
  it('is no reply: none says what was said, though the same is heard each time', async () => {
    const loop = openLoop();
    for (const _ of [1, 2]) {
      await loop.begin();
      await sayPrompt(loop);
      await loop.clock.advance(700);
      loop.ear.say(final(prompt, { endOfUtterance: true, startMs: 0, endMs: 560 }));
      await settle();
      await sayReply(loop);
    }
    expect(loop.outcomes.map(({ transcript }) => transcript)).toEqual([prompt, prompt]);
    const replies = loop.hub.links.map(({ texts }) => texts[1]);
    expect(replies).toEqual([`Reply 1: ${prompt}`, `Reply 2: ${prompt}`]);
  });

  it.each([
    { of: 'the prompt', prompted: true, replied: false, cached: true },
    { of: 'the reply', prompted: false, replied: true, cached: true },
    { of: 'neither', prompted: false, replied: false, cached: false },
  ])('is told of the run, where $of did', async ({ prompted, replied, cached }) => {
    const loop = openLoop();
    const made = (how: boolean) => loop.hub.link.say({ type: 'made', turn: turnOf(loop.hub.link), cached: how });
    await loop.begin();
    made(prompted);
    await sayPrompt(loop);
    await loop.clock.advance(700);
    loop.ear.say(understood);
    await settle();
    made(replied);
    await sayReply(loop);
    expect(loop.outcomes).toMatchObject([{ cached }]);
  });
});

describe('the connection of the reply', () => {
  it('is made ready before anything is heard, where the service closes after a turn', async () => {
    const loop = openLoop();
    await loop.begin();
    await loop.clock.advance(100);
    const { link } = loop.hub;
    link.sound(turnOf(link), 200, true);
    link.say({ type: 'ended', turn: turnOf(link), why: 'done' });
    link.close(1000);
    await settled();
    expect(loop.hub.links).toHaveLength(2);
    expect(loop.heardBy).toHaveLength(1);
    await loop.clock.advance(400);
    loop.ear.say(final('one', { endOfUtterance: true }));
    await settled();
    expect(loop.hub.link.texts).toEqual(['Reply 1: one']);
    await sayReply(loop);
    expect(loop.outcomes[0]?.figures.roundTripMs).toBe(360);
    expect(loop.outcomes[0]).not.toHaveProperty('invalid');
  });

  it('spoils the run where it is not there in time', async () => {
    const loop = openLoop();
    await loop.begin();
    await sayPrompt(loop);
    await loop.clock.advance(300);
    loop.hub.link.close(1000);
    await loop.clock.advance(400);
    loop.ear.say(understood);
    await settled();
    expect(loop.hub.links).toHaveLength(2);
    await sayReply(loop);
    expect(loop.outcomes[0]).toMatchObject({ invalid: 'the reply had no connection that was ready' });
    expect(loop.outcomes[0]).not.toHaveProperty('error');
  });
});

describe('a service’s limits', () => {
  it('are waited for before the prompt, for the reply too, and the wait is in no figure', async () => {
    const loop = openLoop({ traits: { limits: { flushesPerMinute: 2 } } });
    await loop.begin();
    await loop.clock.advance(59_000);
    expect(loop.hub.links).toHaveLength(0);
    await loop.clock.advance(2_000);
    expect(loop.hub.link.texts).toEqual([prompt]);
    await sayPrompt(loop);
    await loop.clock.advance(700);
    loop.ear.say(understood);
    await settle();
    expect(loop.hub.link.texts).toEqual([prompt, 'Reply 1: one two tree']);
    await sayReply(loop);
    expect(loop.outcomes[0]?.figures).toMatchObject({ roundTripMs: 360, ttfbMs: 120, ttfsMs: 200 });
    // A minute, and a second.
    expect(loop.waitedMs).toEqual([61_000]);
    expect(loop.warnings).toMatchObject([{ code: 'rate_wait' }]);
    // What was spent lapses so long after the end of the run, when the reply had come.
    const overMs = 61_000 + 920;
    expect(loop.rates.waitMs({ type: 'flush', turn: 'next' })).toBe(overMs + 61_000 - loop.clock.now());
  });

  it('are not looked at where they are off', async () => {
    const loop = openLoop({ traits: { limits: { flushesPerMinute: 2 } }, limits: 'off' });
    await loop.begin();
    expect(loop.hub.link.texts).toEqual([prompt]);
  });
});

describe('a round trip that fails', () => {
  const failure = async (loop: Loop) => {
    await loop.clock.advance(40_000);
    await settled();
    expect(loop.outcomes).toHaveLength(1);
    expect(loop.outcomes[0]?.figures).not.toHaveProperty('roundTripMs');
    expect(loop.clock.pending).toBe(0);
    return loop.outcomes[0]?.error;
  };
  const heardAs = async (...said: Parameters<Loop['ear']['say']>) => {
    const loop = openLoop();
    await loop.begin();
    await sayPrompt(loop);
    await loop.clock.advance(700);
    loop.ear.say(...said);
    await settled();
    return loop;
  };

  it('because nobody speaks', async () => {
    const loop = openLoop();
    loop.hub.failure = new SpeechError('E_AUTH', 'no such key');
    await loop.begin();
    expect(await failure(loop)).toMatchObject({ code: 'E_AUTH' });
    expect(loop.outcomes[0]?.figures).toEqual({});
  });

  it('has what was measured before, and who it was asked of', async () => {
    const spoken = { connectMs: 0, handshakeMs: 0, coldTtfaMs: 200 };
    const deaf = await heardAs(ears.interim('one'));
    deaf.ear.close(1011, 'out of order');
    await failure(deaf);
    expect(deaf.outcomes).toMatchObject([{ t0Ms: 120, requestId: 'session-1', transcript: '', connection: 'fresh' }]);
    expect(deaf.outcomes[0]?.figures).toMatchObject({ ...spoken, ttfiMs: 580 });
    for (const name of ['eotMs', 'wer', 'ttfbMs']) expect(deaf.outcomes[0]?.figures).not.toHaveProperty(name);
    const mute = await heardAs(understood);
    mute.hub.link.close(1011, 'out of order');
    await failure(mute);
    expect(mute.outcomes).toMatchObject([{ transcript: 'one two tree', requestId: 'session-1' }]);
    expect(mute.outcomes[0]?.figures).toMatchObject({ ...spoken, ttfsMs: 200, eotMs: 200, wer: 0.333 });
    expect(mute.outcomes[0]?.figures).not.toHaveProperty('ttfaMs');
  });

  it('because the prompt has no sound, or none that can be heard', async () => {
    const mute = openLoop({ habits: { ...byHand, ended: true } });
    await mute.begin();
    expect(await failure(mute)).toMatchObject({ message: 'the service sent no audio of the prompt' });
    const silent = openLoop();
    await silent.begin();
    await sayPrompt(silent, false);
    expect(await failure(silent)).toMatchObject({ message: 'nothing can be heard in what was spoken' });
  });

  it('because the turn is not ended, or nothing was heard', async () => {
    const endless = await heardAs(final('one two three'));
    expect(await failure(endless)).toMatchObject({
      code: 'E_PROVIDER',
      message: 'the turn was not ended in 3 s of silence',
    });
    expect(endless.ear.audioMs).toBe(3550);
    expect(endless.hub.link.texts).toEqual([prompt]);
    // An answer to our own `finalize` ends nothing, though it does not say that it is one.
    const asked = openLoop({}, { habits: { answers: false } });
    await asked.begin();
    await sayPrompt(asked);
    await asked.clock.advance(3600);
    expect(asked.ear.words).toBe('audio finalize');
    asked.ear.say(final('one two three', { endOfUtterance: true }));
    expect(await failure(asked)).toMatchObject({ message: 'the turn was not ended in 3 s of silence' });
    expect(asked.hub.link.texts).toEqual([prompt]);
    const deaf = await heardAs(final('', { endOfUtterance: true }));
    expect(await failure(deaf)).toMatchObject({ message: 'nothing was heard of what was spoken' });
  });

  it('because the reply cannot be heard, or does not come', async () => {
    const silent = await heardAs(understood);
    await sayReply(silent, false);
    expect(await failure(silent)).toMatchObject({ message: 'nothing can be heard in the reply' });
    const broken = await heardAs(understood);
    broken.hub.link.close(1011, 'out of order');
    expect(await failure(broken)).toMatchObject({ code: 'E_PROVIDER' });
  });

  it('because hearing ends, be it before the reply or during it', async () => {
    const before = await heardAs();
    before.ear.close(1011, 'out of order');
    expect(await failure(before)).toMatchObject({ code: 'E_PROVIDER' });
    const during = await heardAs(understood);
    during.ear.close(1011, 'out of order');
    expect(await failure(during)).toMatchObject({ code: 'E_PROVIDER' });
    expect(during.hub.link.closedWith).toBeDefined();
  });

  it('because what is spoken is not what was announced to who hears', async () => {
    const other = { ...ears.format, sampleRateHz: 16_000 };
    const loop = openLoop({}, { settings: { format: other }, traits: { sampleRatesHz: [16_000] } });
    await loop.begin();
    await sayPrompt(loop);
    expect(await failure(loop)).toMatchObject({ code: 'E_AUDIO' });
  });

  it('because it was stopped, at any moment', async () => {
    for (const afterMs of [0, 50, 400, 900]) {
      const loop = openLoop();
      await loop.begin();
      if (afterMs > 100) await sayPrompt(loop);
      await loop.clock.advance(afterMs);
      loop.stop.abort(new SpeechError('E_INTERRUPTED', 'stopped'));
      await settled();
      expect(await failure(loop)).toMatchObject({ code: 'E_INTERRUPTED' });
    }
  });
});
