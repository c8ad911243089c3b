import { describe, expect, it } from 'vitest';
import { ClipWatch } from '../../src/metrics/clip-watch.ts';
import { final, format, interim, samplesOf } from '../support/fake-listen.ts';

const loud = 4000;
/** Speech from 100 to 500 ms, and from 1200 to 1600; 50 ms of silence behind it. */
const bytes = Buffer.concat([
  samplesOf(100, 0),
  samplesOf(400, loud),
  samplesOf(700, 0),
  samplesOf(400, loud),
  samplesOf(50, 0),
]);
const pauses = [{ startMs: 500, endMs: 1200 }];

/** All up to there has been sent in frames of 20 ms, each at its deadline, from clock ms 1000 on. */
function sentTo(untilMs: number, watch = new ClipWatch({ format, bytes, pauses })): ClipWatch {
  for (let ms = 0; ms < untilMs; ms += 20) watch.sent(samplesOf(20, 0), 1000 + ms + 20);
  return watch;
}

const end = { endOfUtterance: true };

describe('the end of speech', () => {
  it('is known from the recording, and sent with the frame that holds it', () => {
    const watch = sentTo(1580);
    expect(watch.speechEndMs).toBe(1600);
    expect(watch.speechSentMs).toBeUndefined();
    watch.sent(samplesOf(40, 0), 2650);
    watch.sent(samplesOf(20, 0), 2660);
    expect(watch.speechSentMs).toBe(2650);
    expect(watch.firstSentMs).toBe(1020);
  });

  it('is not there where nothing is audible, and then there is no end of a turn', () => {
    const watch = sentTo(100, new ClipWatch({ format, bytes: samplesOf(100, 0) }));
    watch.result(final('so', end), 2000);
    expect(watch).toMatchObject({ speechEndMs: undefined, speechSentMs: undefined, turnEnded: false });
    expect(watch.figures()).toEqual({});
  });
});

describe('the end of a turn', () => {
  it('is a final that says so: both figures to its instant', () => {
    const watch = sentTo(1800);
    watch.result(final('one two', end), 2830);
    expect(watch.turnEnded).toBe(true);
    // The end of speech had been sent at 2600.
    expect(watch.figures()).toEqual({ falseCutoffs: 0, pauses: 1, ttfsMs: 230, eotMs: 230 });
    expect(watch).toMatchObject({ transcript: 'one two', lastMs: 2830 });
  });

  it('is an event apart: the last final before it is that of ttfs', () => {
    const watch = sentTo(2000);
    watch.result(final('one'), 2500);
    watch.result(final('two'), 2700);
    watch.result(final('  '), 2750);
    watch.result({ type: 'utteranceEnd', lastWordEndMs: 1590 }, 2990);
    expect(watch.figures()).toMatchObject({ ttfsMs: 100, eotMs: 390 });
    expect(watch.transcript).toBe('one two');
  });

  it('may come in what is silent of the recording itself', () => {
    const watch = sentTo(1620);
    watch.result(final('one two', end), 2625);
    expect(watch.figures().eotMs).toBe(25);
  });

  it('counts once: what comes behind changes nothing', () => {
    const watch = sentTo(1800);
    watch.result(final('one two', end), 2830);
    watch.result({ type: 'utteranceEnd' }, 2900);
    watch.result(final('more', end), 2950);
    expect(watch.figures()).toMatchObject({ ttfsMs: 230, eotMs: 230 });
    expect(watch).toMatchObject({ lastMs: 2830, transcript: 'one two more' });
  });

  it.each([
    ['before all speech was sent', 1580, final('one', end)],
    ['of nothing that was said', 1800, final('', end)],
    ['of what lies far before the end of speech', 1800, final('one', { ...end, endMs: 1050, startMs: 0 })],
    ['of which the last word lies there', 1800, final('one', { ...end, endMs: 1700, words: [word(400, 1050)] })],
    ['that was asked for', 1800, final('one', { ...end, fromFinalize: true })],
    ['that is none', 1800, final('one two')],
    ['that may change', 1800, interim('one two')],
  ])('is none %s', (_, sentMs, event) => {
    const watch = sentTo(sentMs, new ClipWatch({ format, bytes }));
    watch.result(event, 2830);
    expect(watch.turnEnded).toBe(false);
    expect(watch.figures()).toEqual({});
    expect(watch.lastMs).toBe(2830);
  });

  it('is one with its place up to 500 ms before the end of speech: places are not exact', () => {
    const watch = sentTo(1800, new ClipWatch({ format, bytes }));
    watch.result(final('one two', { ...end, startMs: 0, endMs: 1100 }), 2830);
    expect(watch.turnEnded).toBe(true);
  });

  it('is none once it was asked for', () => {
    const watch = sentTo(1800);
    watch.asked();
    watch.result(final('one two', end), 2830);
    expect(watch.turnEnded).toBe(false);
    expect(watch.transcript).toBe('one two');
  });
});

describe('a turn end at a labelled pause', () => {
  it('is a false cut-off, and not the end of the turn, however late it is told', () => {
    const watch = sentTo(1800);
    watch.result(final('one', { ...end, startMs: 100, endMs: 510 }), 2810);
    expect(watch.turnEnded).toBe(false);
    watch.result(final('two', { ...end, startMs: 1200, endMs: 1600 }), 2850);
    expect(watch.figures()).toEqual({ falseCutoffs: 1, pauses: 1, ttfsMs: 250, eotMs: 250 });
  });

  it('is told by the amount sent, where it has no place', () => {
    const watch = sentTo(900);
    watch.result(final('one', end), 1910);
    expect(watch.figures()).toEqual({ falseCutoffs: 1, pauses: 1 });
  });

  it('is not what comes without a place when all speech was sent, so soon after the pause', () => {
    const watch = sentTo(1620);
    watch.result(final('one two', end), 2625);
    expect(watch.figures()).toMatchObject({ falseCutoffs: 0, eotMs: 25 });
  });

  it('leaves no final for the turn that goes on: an event behind it says nothing more', () => {
    const watch = sentTo(900);
    watch.result(final('one', end), 1910);
    sentTo(900, watch);
    watch.result({ type: 'utteranceEnd' }, 2900);
    expect(watch.turnEnded).toBe(false);
    expect(watch.figures().falseCutoffs).toBe(1);
  });

  it('counts where its place is told, though a final was asked for meanwhile; without a place it may be the answer', () => {
    const told = sentTo(1660);
    told.asked();
    told.result(final('one', { ...end, startMs: 100, endMs: 600 }), 2810);
    expect(told.figures().falseCutoffs).toBe(1);
    const untold = sentTo(900);
    untold.asked();
    untold.result(final('one', end), 2810);
    expect(untold.figures().falseCutoffs).toBe(0);
  });
});

function word(startMs: number, endMs: number) {
  return { text: 'one', startMs, endMs };
}
