import { describe, expect, it } from 'vitest';
import { parseStartAt, waitForStart } from '../../src/cli/bench-start.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A quarter past two in the afternoon, in whatever zone this machine is. */
const now = new Date(2030, 0, 31, 14, 15, 0);
const inMs = (text: string) => parseStartAt(text, now) - now.getTime();

describe('parseStartAt', () => {
  it.each([
    ['+30s', 30_000],
    ['+0.5s', 500],
    ['+2m', 120_000],
    ['14:30', 15 * 60_000],
    ['14:15:07', 7000],
    ['14:15', 0],
    ['2030-01-31T14:16:00', 60_000],
    [new Date(now.getTime() + 90_000).toISOString(), 90_000],
    ['2030-02-01T00:00', 9.75 * 3_600_000],
  ])('%s', (text, ms) => {
    expect(inMs(text)).toBe(ms);
  });

  it.each([
    ['14:14', 'has passed'],
    ['2020-01-01T00:00:00Z', 'has passed'],
    ['+25h', 'is more than a day away'],
    ['2030-02-02T14:15:00', 'is more than a day away'],
    ['30s', 'is no time'],
    ['', 'is no time'],
    ['24:00', 'is no time'],
    ['14:60', 'is no time'],
    ['tomorrow', 'is no time'],
    // A date alone would be midnight in London.
    ['2030-02-01', 'is no time'],
    ['2030-02-31T10:00', 'is no time'],
    ['2030-13-01T10:00Z', 'is no time'],
    ['2030-01-31T24:00', 'is no time'],
  ])('refuses %j, which %s', (text, complaint) => {
    const refused = expect.objectContaining({ code: 'E_USAGE', message: `--start-at ${text} ${complaint}` });
    expect(() => inMs(text)).toThrow(refused);
  });
});

describe('waitForStart', () => {
  it('says so, and waits for the instant', async () => {
    const clock = new ManualClock();
    const notes: string[] = [];
    let begun = false;
    const note = (text: string) => notes.push(text);
    const waiting = waitForStart(now.getTime() + 2500, { clock, now, note, signal: new AbortController().signal });
    const done = waiting.then(() => {
      begun = true;
    });
    expect(notes).toEqual([`vox: starting at ${new Date(now.getTime() + 2500).toISOString()}, in 2.5 s`]);
    await clock.advance(2499);
    expect(begun).toBe(false);
    await clock.advance(1);
    await done;
  });

  it('does not wait for what has passed since, and says that', async () => {
    const notes: string[] = [];
    const clock = new ManualClock();
    const note = (text: string) => notes.push(text);
    await waitForStart(now.getTime() - 120, { clock, now, note, signal: new AbortController().signal });
    expect(notes).toEqual(['vox: the time to start passed 120 ms ago, while all was made ready']);
  });

  it('is ended by the signal, with its reason', async () => {
    const stop = new AbortController();
    const tools = { clock: new ManualClock(), now, note: () => {}, signal: stop.signal };
    const waiting = waitForStart(now.getTime() + 1000, tools);
    const reason = new SpeechError('E_INTERRUPTED', 'interrupted');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
