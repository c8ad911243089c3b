import { describe, expect, it } from 'vitest';
import { takeRoom } from '../../src/bench/room.ts';
import { createRates } from '../../src/session/rates.ts';
import type { SpeakTraits } from '../../src/speech/service.ts';
import { traits } from '../support/fake-speak.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

const never = new AbortController().signal;

function roomOf(limits: SpeakTraits['limits'], startsWithoutFlush = false) {
  const clock = new ManualClock();
  const rates = createRates(clock, { limits });
  const told: string[] = [];
  rates.onWait = (message) => told.push(message);
  const room = (texts: readonly string[], signal = never) =>
    takeRoom(rates, texts, { ...traits, limits, startsWithoutFlush }, clock, signal);
  const take = async (texts: readonly string[], signal = never) => (await room(texts, signal)).waitedMs;
  return { clock, told, room, take };
}

describe('room within a service’s limits', () => {
  it('is there at once where nothing is limited', async () => {
    const { clock, take } = roomOf({});
    for (let i = 0; i < 100; i++) expect(await take(['x'.repeat(5000)])).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is waited for when the flushes of a minute are spent, and the wait is told', async () => {
    const { clock, told, take } = roomOf({ flushesPerMinute: 2 });
    expect([await take(['One.']), await take(['Two.'])]).toEqual([0, 0]);
    await clock.advance(1000);
    const third = take(['Three.']);
    await clock.advance(60_000);
    expect(await third).toBe(60_000);
    expect(told).toEqual(['the service takes at most 2 flushes a minute: waiting 60 s']);
  });

  it('is waited for by characters as well, whichever takes longer', async () => {
    const { clock, take } = roomOf({ flushesPerMinute: 2, charsPerMinute: 100 });
    await take(['x'.repeat(30)]);
    await clock.advance(5000);
    await take(['x'.repeat(60)]);
    // A flush is free after 56 s, and 30 characters then: 20 of them are enough for this one.
    const third = take(['x'.repeat(40)]);
    await clock.advance(56_000);
    expect(await third).toBe(56_000);
  });

  it('is taken by one of two that wait for it', async () => {
    const { clock, take } = roomOf({ flushesPerMinute: 1 });
    await take(['One.']);
    const waits: number[] = [];
    for (const text of ['Two.', 'Three.']) take([text]).then((ms) => waits.push(ms));
    await clock.advance(61_000);
    expect(waits).toEqual([61_000]);
    await clock.advance(61_000);
    expect(waits).toEqual([61_000, 122_000]);
  });

  it('is spent when it was used, which is later than it was taken', async () => {
    const { clock, room, take } = roomOf({ flushesPerMinute: 2, charsPerMinute: 100 });
    const first = await room(['x'.repeat(60)]);
    await clock.advance(2000);
    await take(['x'.repeat(10)]);
    await clock.advance(3000);
    first.used();
    const third = take(['x'.repeat(20)]);
    // The flush of the second is free at 63,000; of the first, taken at 0 and used at 5000, only later.
    await clock.advance(57_999);
    await clock.advance(1);
    expect(await third).toBe(58_000);
    const fourth = take(['x'.repeat(20)]);
    await clock.advance(3000);
    expect(await fourth).toBe(3000);
  });

  it('is spent once, taken and used', async () => {
    const { clock, room, take } = roomOf({ flushesPerMinute: 2 });
    const first = await room(['One.']);
    await clock.advance(100);
    first.used();
    expect(await take(['Two.'])).toBe(0);
  });

  it('is for all texts of a run together', async () => {
    const { clock, take } = roomOf({ flushesPerMinute: 3 });
    await take(['One.', 'Instead.']);
    const second = take(['Two.', 'Instead.']);
    await clock.advance(60_999);
    await settle();
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await second).toBe(61_000);
  });

  it('needs no flush where a service starts without one', async () => {
    const { take } = roomOf({ flushesPerMinute: 1 }, true);
    expect([await take(['One.']), await take(['Two.'])]).toEqual([0, 0]);
  });

  it('is never there for what is more than a minute’s', async () => {
    const { clock, take } = roomOf({ charsPerMinute: 100 });
    const refused = take(['x'.repeat(60), 'x'.repeat(41)]);
    await expect(refused).rejects.toMatchObject({
      code: 'E_REQUEST',
      message: '101 characters: the service takes 100 a minute',
    });
    expect(await take(['x'.repeat(100)])).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('is not waited for when the bench is stopped, nor spent', async () => {
    const { clock, take } = roomOf({ flushesPerMinute: 1 });
    await take(['One.']);
    const stop = new AbortController();
    const waiting = expect(take(['Two.'], stop.signal)).rejects.toThrow('enough');
    await settle();
    stop.abort(new Error('enough'));
    await waiting;
    expect(clock.pending).toBe(0);
    await clock.advance(61_000);
    expect(await take(['Three.'])).toBe(0);
  });
});
