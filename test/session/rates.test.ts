import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rates, RateWindow } from '../../src/session/rates.ts';
import type { SpeakCommand } from '../../src/speech/speak.ts';
import { ManualClock } from '../support/manual-clock.ts';

const flush: SpeakCommand = { type: 'flush', turn: 't' };
const text = (chars: number): SpeakCommand => ({ type: 'text', turn: 't', text: 'x'.repeat(chars), throughChar: 0 });

/** A minute, and the second that is kept for messages which arrive closer together than they left. */
const windowMs = 61_000;

describe('RateWindow', () => {
  it('is free until all is spent, then until the oldest lapses', async () => {
    const clock = new ManualClock();
    const window = new RateWindow(clock, 3);
    for (const atMs of [0, 10_000, 20_000]) {
      await clock.advance(atMs - clock.now());
      expect(window.waitMs(1)).toBe(0);
      window.spend(1);
    }
    expect(window.waitMs(1)).toBe(windowMs - 20_000);
    expect(window.waitMs(2)).toBe(windowMs - 10_000);
    await clock.advance(windowMs - 20_000);
    expect(window.waitMs(1)).toBe(0);
    expect(window.spent).toBe(2);
  });

  it('waits for an empty window where more is asked for than fits', async () => {
    const clock = new ManualClock();
    const window = new RateWindow(clock, 3);
    expect(window.waitMs(5)).toBe(0);
    window.spend(1);
    expect(window.waitMs(5)).toBe(windowMs);
    await clock.advance(windowMs);
    expect(window.waitMs(5)).toBe(0);
  });

  it('is over half only above a half', () => {
    const window = new RateWindow(new ManualClock(), 20);
    window.spend(10);
    expect(window.overHalf).toBe(false);
    window.spend(1);
    expect(window.overHalf).toBe(true);
  });

  it('never lets more than allowed go within any minute, and always lets some go in the end', async () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(amounts, fc.integer({ min: 40, max: 90 }), async (list, most) => {
        const clock = new ManualClock();
        const window = new RateWindow(clock, most);
        const sent: { atMs: number; amount: number }[] = [];
        for (const amount of list) {
          const waitMs = window.waitMs(amount);
          await clock.advance(waitMs);
          expect(window.waitMs(amount)).toBe(0);
          window.spend(amount);
          sent.push({ atMs: clock.now(), amount });
          const within = sent.filter(({ atMs }) => atMs > clock.now() - 60_000);
          expect(within.reduce((sum, one) => sum + one.amount, 0)).toBeLessThanOrEqual(most);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('Rates', () => {
  it('counts flushes and characters apart, and nothing else', () => {
    const rates = new Rates(new ManualClock(), { flushesPerMinute: 1, charsPerMinute: 10 });
    rates.sent(flush);
    expect(rates.waitMs(flush)).toBe(windowMs);
    expect(rates.waitMs(text(10))).toBe(0);
    rates.sent(text(10));
    expect(rates.waitMs(text(1))).toBe(windowMs);
    expect(rates.waitMs({ type: 'end', turn: 't' })).toBe(0);
  });

  it('knows no limit where the service has none', () => {
    const rates = new Rates(new ManualClock(), { textChars: 10 });
    for (let i = 0; i < 1000; i++) rates.sent(flush);
    rates.sent(text(100_000));
    expect([rates.waitMs(flush), rates.waitMs(text(1)), rates.thinChars]).toEqual([0, 0, undefined]);
  });

  it('asks for larger spans once half of the flushes are spent, such that the rest carries all text of a minute', () => {
    const rates = new Rates(new ManualClock(), { flushesPerMinute: 20, charsPerMinute: 2400 });
    for (let i = 0; i < 10; i++) rates.sent(flush);
    expect(rates.thinChars).toBeUndefined();
    rates.sent(flush);
    expect(rates.thinChars).toBe(240);
  });

  it('tells the first wait for each limit, with how long', () => {
    const said: string[] = [];
    const rates = new Rates(new ManualClock(), { flushesPerMinute: 20, charsPerMinute: 2400 });
    rates.onWait = (message) => said.push(message);
    rates.waits(flush, 12_345);
    rates.waits(flush, 50_000);
    rates.waits(text(5), 1_000);
    rates.waits(text(5), 2_000);
    expect(said).toEqual([
      'the service takes at most 20 flushes a minute: waiting 13 s',
      'the service takes at most 2400 characters a minute: waiting 1 s',
    ]);
  });
});
