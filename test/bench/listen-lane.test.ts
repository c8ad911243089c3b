import { describe, expect, it } from 'vitest';
import { varyClip } from '../../src/bench/clips.ts';
import type { TargetFacts } from '../../src/bench/document.ts';
import type { Lane, Outcome } from '../../src/bench/lane.ts';
import { type ListenPlan, listenTarget, usualTailMs } from '../../src/bench/listen-lane.ts';
import type { Clip } from '../../src/bench/material.ts';
import { SpeechError } from '../../src/errors.ts';
import {
  bytesPerMs,
  type FakeEar,
  type FakeOptions,
  fakeOptions,
  final,
  format,
  interim,
  newest,
  samplesOf,
  settle,
} from '../support/fake-listen.ts';

const loud = 4000;
/** Speech from 100 to 500 ms, and from 1200 to 1600; 50 ms of silence behind it. */
const clip: Clip = {
  ...{ id: 'a', set: 'own', format, reference: 'One, two.' },
  bytes: Buffer.concat([samplesOf(100, 0), samplesOf(400, loud), samplesOf(700, 0), samplesOf(400, loud)]),
  pauses: [{ startMs: 500, endMs: 1200 }],
};
const behind: Clip = { ...clip, bytes: Buffer.concat([clip.bytes, samplesOf(50, 0)]) };

const facts: TargetFacts = {
  ...{ id: 'it', provider: 'slng', dialect: 'slng', endpoint: 'ws://fake', params: {} },
  ...{ sampleRateHz: 8000, encoding: 'linear16' },
};

/** One target over a service in memory, on a clock that stands still, and what has come of its runs. */
function openTarget(plan: Partial<ListenPlan> = {}, fake: FakeOptions = {}) {
  const { options, ...rest } = fakeOptions(fake);
  const target = listenTarget(facts, () => options, { pace: 1, end: 'natural', tailMs: usualTailMs, ...plan });
  const stop = new AbortController();
  const outcomes: Outcome[] = [];
  const lane = target.openLane();
  let run = 0;
  const begin = async (material: Clip = behind, variation = 0, on: Lane<Clip> = lane) => {
    const job = { run: run++, material: varyClip(material, variation), variation, warmup: false };
    on.run(job, stop.signal).then((outcome) => outcomes.push(outcome));
    await settle();
  };
  return {
    ...{ ...rest, target, lane, stop, outcomes, begin },
    get ear(): FakeEar {
      return newest(rest.ears);
    },
  };
}

/** Words with their places, as a service sends them. */
const one = { text: 'one', startMs: 100, endMs: 500 };
const two = { text: 'two', startMs: 1200, endMs: 1600 };
const whole = final('one two', { endOfUtterance: true, startMs: 0, endMs: 1700, words: [one, two] });

describe('a run with a natural end', () => {
  it('has every figure as it was reckoned by hand', async () => {
    const run = openTarget({}, { holds: true, habits: { ready: false } });
    const { clock, outcomes } = run;
    await run.begin();
    await clock.advance(50);
    run.open();
    await clock.advance(30);
    run.ear.say({ type: 'ready', requestId: 'r-1' });
    // 80: the first frame's time runs. The onset, at 100 ms, goes out at 200; "one" has been sent at 580.
    await clock.advance(620);
    run.ear.say(interim('one', { startMs: 0, endMs: 600, words: [one] }));
    // The end of speech, at 1600 ms, goes out at 1680. The frame that waits until 1930 is the last.
    await clock.advance(1915 - 700);
    run.ear.say(whole);
    await clock.advance(100);
    expect(run.ear.words).toBe('audio finalize close');
    expect(run.ear.audio.slice(0, 2)).toEqual([
      [100, 20],
      [120, 20],
    ]);
    // The last frame of the recording is half a one, and keeps its time; then zeros.
    expect(run.ear.audio.slice(81, 84)).toEqual([
      [1720, 20],
      [1730, 10],
      [1750, 20],
    ]);
    expect(run.ear.audio.at(-1)).toEqual([1930, 20]);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ t0Ms: 100, endMs: 1915, connection: 'fresh', requestId: 'r-1' });
    expect(outcomes[0]).toMatchObject({ transcript: 'one two', ahead: [{ fromMs: 0, toMs: 100 }] });
    expect(outcomes[0]?.ahead?.[0]?.figures).toEqual(expect.arrayContaining(['connectMs', 'handshakeMs', 'rttMs']));
    expect(outcomes[0]).not.toHaveProperty('error');
    expect(outcomes[0]?.figures).toEqual({
      connectMs: 50,
      handshakeMs: 30,
      rttMs: 0,
      ttfiMs: 500,
      // 120 and 235 ms.
      wordLatencyMs: 177.5,
      ttfsMs: 235,
      eotMs: 235,
      falseCutoffs: 0,
      pauses: 1,
      revisions: 0,
      wer: 0,
      wordErrors: 0,
      referenceWords: 2,
      words: 2,
      audioMs: 1850,
      processingMs: 1830,
      rtf: 0.989,
      bytes: 1850 * bytesPerMs,
      chunks: 93,
    });
    expect(run.warnings).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('sends digital silence behind the recording, and no more than is wanted', async () => {
    const heard: number[] = [];
    const run = openTarget({}, { traits: { aheadMs: 60_000 } });
    await run.begin(clip);
    run.ear.transport.receive({
      frame: (frame) => {
        if (frame.kind === 'binary') heard.push(Math.max(...frame.bytes));
      },
      closed: () => {},
    });
    await run.clock.advance(2000);
    expect(heard).toHaveLength(100);
    expect(heard.slice(80).every((most) => most === 0)).toBe(true);
    run.stop.abort(new SpeechError('E_INTERRUPTED', 'stopped'));
    await settle();
    expect(run.clock.pending).toBe(0);
  });

  it.each([
    ['and it says that it is the answer', { fromFinalize: true }],
    ['and it does not say that it is the answer', {}],
  ])('without the service’s word in 3 s is finalized, has neither figure, and says so: %s', async (_, answer) => {
    const run = openTarget({}, { habits: { answers: false } });
    await run.begin(clip);
    await run.clock.advance(4599);
    expect(run.ear.words).toBe('audio');
    await run.clock.advance(1);
    expect(run.ear.words).toBe('audio finalize');
    expect(run.ear.audioMs).toBe(4600);
    await run.clock.advance(70);
    // That the speaker was done it did not find out by itself.
    run.ear.say(final('one too', { endOfUtterance: true, startMs: 0, endMs: 4600, ...answer }));
    await run.clock.advance(5000);
    const { figures, transcript, error } = run.outcomes[0] ?? { figures: {} };
    expect({ transcript, error }).toEqual({ transcript: 'one too', error: undefined });
    expect(figures).toMatchObject({ wer: 0.5, wordErrors: 1, audioMs: 4600 });
    for (const name of ['ttfsMs', 'eotMs', 'finalizeMs']) expect(figures).not.toHaveProperty(name);
    expect(run.warnings).toEqual([{ code: 'no_turn_end', message: expect.stringContaining('in 3 s of silence') }]);
  });

  it('is not confused by one of a pause: that is a false cut-off', async () => {
    const run = openTarget();
    await run.begin();
    await run.clock.advance(900);
    run.ear.say(final('one', { endOfUtterance: true, startMs: 0, endMs: 800, words: [one] }));
    await run.clock.advance(1000);
    run.ear.say(final('two', { endOfUtterance: true, startMs: 800, endMs: 1800, words: [two] }));
    await run.clock.advance(100);
    expect(run.outcomes[0]?.figures).toMatchObject({ falseCutoffs: 1, pauses: 1, ttfsMs: 300, eotMs: 300, wer: 0 });
  });

  it('has no figure of a pause where nothing ends the turn', async () => {
    const run = openTarget();
    await run.begin(clip);
    await run.clock.advance(900);
    run.ear.say(final('one', { endOfUtterance: true, startMs: 0, endMs: 800, words: [one] }));
    await run.clock.advance(4000);
    const { figures } = run.outcomes[0] ?? { figures: {} };
    expect(figures).toMatchObject({ falseCutoffs: 1, words: 1, audioMs: 4600 });
    for (const name of ['ttfsMs', 'eotMs']) expect(figures).not.toHaveProperty(name);
  });

  it('counts from its own speech in every variation', async () => {
    const run = openTarget();
    await run.begin(clip, 7);
    await run.clock.advance(1000);
    run.ear.say(final('one', { endOfUtterance: true, startMs: 0, endMs: 1000 }));
    // 70 ms later than in the recording as it stands: speech ends at 1670, with its last half frame.
    await run.clock.advance(800);
    run.ear.say(final('two', { endOfUtterance: true }));
    await run.clock.advance(100);
    expect(run.outcomes[0]?.figures).toMatchObject({ falseCutoffs: 1, eotMs: 130, audioMs: 1810 });
  });
});

describe('a run with finalize', () => {
  it('asks right at the end of speech, and has no other end', async () => {
    const run = openTarget({ end: 'finalize' }, { habits: { answers: false } });
    await run.begin();
    await run.clock.advance(1599);
    expect(run.ear.words).toBe('audio');
    await run.clock.advance(1);
    expect(run.ear.log.at(-1)).toEqual({ what: 'finalize', atMs: 1600 });
    expect(run.ear.audioMs).toBe(1600);
    await run.clock.advance(40);
    // Its own, that was under way; then the answer.
    run.ear.say(final('one', { endOfUtterance: true, fromFinalize: false, startMs: 0, endMs: 700 }));
    await run.clock.advance(45);
    run.ear.say(final('two', { endOfUtterance: true, fromFinalize: true, startMs: 700, endMs: 1600 }));
    await run.clock.advance(10);
    const [outcome] = run.outcomes;
    expect(outcome?.figures).toMatchObject({ finalizeMs: 85, wer: 0, audioMs: 1600, falseCutoffs: 1 });
    for (const name of ['ttfsMs', 'eotMs']) expect(outcome?.figures).not.toHaveProperty(name);
    expect(outcome).toMatchObject({ t0Ms: 20, endMs: 1685, transcript: 'one two' });
    expect(run.warnings).toEqual([]);
  });

  it('sends all of a recording in which nothing is audible, and says that it has no latencies', async () => {
    const run = openTarget({ end: 'finalize' });
    await run.begin({ ...clip, bytes: samplesOf(100, 0) });
    await run.clock.advance(100);
    expect(run.ear.audioMs).toBe(100);
    expect(run.outcomes[0]).not.toHaveProperty('error');
    expect(run.warnings).toEqual([{ code: 'no_speech', message: 'nothing can be heard in a: it has no latencies' }]);
  });
});

describe('runs by turns', () => {
  /** For each run of these recordings, in so many variations, whether it was finalized. */
  async function ways(ids: readonly string[], variations: number, lanes = 1): Promise<string> {
    const run = openTarget({ end: 'both' });
    const all = Array.from({ length: lanes }, () => run.target.openLane());
    let at = 0;
    let found = '';
    for (let variation = 0; variation < variations; variation++) {
      for (const id of ids) {
        await run.begin({ ...clip, id }, variation, all[at++ % all.length]);
        const { ear, clock } = run;
        await clock.advance(1600 + 10 * variation + 15);
        found += ear.words === 'audio' ? 'n' : 'f';
        if (ear.words === 'audio') ear.say(final('one two', { endOfUtterance: true }));
        await clock.advance(100);
      }
      found += ' ';
    }
    const natural = run.outcomes.filter(({ figures }) => figures.eotMs !== undefined).length;
    const forced = run.outcomes.filter(({ figures }) => figures.finalizeMs !== undefined).length;
    expect([natural, forced]).toEqual([found.match(/n/g)?.length, found.match(/f/g)?.length]);
    return found.trim();
  }

  it('end one recording now in this way, now in the other', async () => {
    expect(await ways(['a'], 4)).toBe('n f n f');
  });

  it('end each of several in both ways', async () => {
    expect(await ways(['a', 'b', 'c', 'd'], 2)).toBe('nfnf fnfn');
    expect(await ways(['a', 'b', 'c'], 2)).toBe('nfn fnf');
  });

  it('do so over all lanes of a target together', async () => {
    expect(await ways(['a', 'b', 'c', 'd'], 2, 2)).toBe('nfnf fnfn');
  });
});

describe('a run as fast as it is taken', () => {
  it('has no latency, is finalized, and sends all of the recording', async () => {
    const run = openTarget({ pace: 'fast', end: 'both' }, { habits: { answers: false } });
    await run.begin();
    await run.clock.advance(250);
    expect(run.ear.words).toBe('audio finalize');
    expect(run.ear.audioMs).toBe(1650);
    run.ear.say(interim('one', { startMs: 0, endMs: 600 }));
    await run.clock.advance(80);
    run.ear.say(final('one two', { endOfUtterance: true, fromFinalize: true, words: [one, two] }));
    await run.clock.advance(10);
    const { figures } = run.outcomes[0] ?? { figures: {} };
    expect(figures).toEqual({
      ...{ connectMs: 0, handshakeMs: 0, rttMs: 0, falseCutoffs: 0, pauses: 1, revisions: 0 },
      ...{ wer: 0, wordErrors: 0, referenceWords: 2, words: 2 },
      ...{ audioMs: 1650, processingMs: 330, rtf: 0.2, bytes: 1650 * bytesPerMs, chunks: 83 },
    });
    expect(run.warnings).toEqual([]);
  });

  it('is sent whole, and has no end of a turn, though the service says it before', async () => {
    const run = openTarget({ pace: 'fast' }, { traits: { aheadMs: 1600 } });
    await run.begin();
    await run.clock.advance(5);
    expect(run.ear.audioMs).toBe(1600);
    run.ear.say(final('one two', { endOfUtterance: true }));
    await run.clock.advance(100);
    expect(run.ear.audioMs).toBe(1650);
    expect(run.ear.words).toBe('audio finalize close');
    const { figures } = run.outcomes[0] ?? { figures: {} };
    for (const name of ['ttfsMs', 'eotMs', 'finalizeMs']) expect(figures).not.toHaveProperty(name);
    expect(figures).toMatchObject({ wer: 0, words: 2 });
  });

  it('may be so many times real time, with its latencies', async () => {
    const run = openTarget({ pace: 2, end: 'finalize' });
    await run.begin();
    await run.clock.advance(799);
    expect(run.ear.words).toBe('audio');
    await run.clock.advance(1);
    expect(run.outcomes[0]?.figures).toMatchObject({ finalizeMs: 0, audioMs: 1600 });
  });
});

describe('a run that fails', () => {
  it('is an outcome with its error, and with no word errors', async () => {
    const run = openTarget();
    await run.begin();
    await run.clock.advance(500);
    run.ear.say(final('one', { startMs: 0, endMs: 400 }));
    run.ear.close(1011, 'out of order');
    await run.clock.advance(10);
    const [outcome] = run.outcomes;
    expect(outcome).toMatchObject({ error: { code: 'E_PROVIDER' }, transcript: 'one', t0Ms: 20, endMs: 500 });
    expect(outcome?.figures).not.toHaveProperty('wer');
    expect(outcome?.figures).toMatchObject({ connectMs: 0, audioMs: 500 });
    expect(run.clock.pending).toBe(0);
  });

  it.each([
    [{ failure: new SpeechError('E_AUTH', 'no such key') }, 'E_AUTH'],
    [{ settings: { format: { ...format, sampleRateHz: 16_000 } } }, 'E_AUDIO'],
  ] as const)('%j', async (fake, code) => {
    const run = openTarget({}, fake);
    await run.begin();
    await run.clock.advance(5000);
    expect(run.outcomes).toMatchObject([{ error: { code } }]);
    expect(run.clock.pending).toBe(0);
  });

  it('is one that was stopped: at once, with its signal’s reason', async () => {
    const run = openTarget();
    await run.begin();
    await run.clock.advance(300);
    run.stop.abort(new SpeechError('E_INTERRUPTED', 'stopped'));
    await settle();
    expect(run.outcomes).toMatchObject([{ error: { code: 'E_INTERRUPTED' } }]);
    expect(run.clock.pending).toBe(0);
  });
});

describe('a recording without a reference', () => {
  it('has no word errors, and one without labels no pauses', async () => {
    const run = openTarget();
    await run.begin({ id: 'b', set: 'own', format, bytes: clip.bytes });
    await run.clock.advance(1700);
    run.ear.say(whole);
    await run.clock.advance(100);
    const { figures } = run.outcomes[0] ?? { figures: {} };
    for (const name of ['wer', 'wordErrors', 'referenceWords', 'pauses', 'falseCutoffs']) {
      expect(figures).not.toHaveProperty(name);
    }
    expect(figures).toMatchObject({ words: 2, eotMs: 100 });
  });
});
