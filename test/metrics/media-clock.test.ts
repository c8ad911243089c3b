import { describe, expect, it } from 'vitest';
import { MediaClock } from '../../src/metrics/media-clock.ts';

describe('MediaClock', () => {
  function three(): MediaClock {
    const clock = new MediaClock();
    clock.sent(400, 1050);
    clock.sent(800, 1100);
    clock.sent(1000, 1125);
    return clock;
  }

  it('knows when a sample was sent: with the piece that held it', () => {
    const clock = three();
    expect([0, 399, 400, 799, 800, 999].map((sample) => clock.sentAt(sample))).toEqual([
      1050, 1050, 1100, 1100, 1125, 1125,
    ]);
  });

  it('knows when all before a sample had been sent', () => {
    const clock = three();
    expect([1, 400, 401, 800, 801, 1000].map((sample) => clock.sentBefore(sample))).toEqual([
      1050, 1050, 1100, 1100, 1125, 1125,
    ]);
  });

  it('knows nothing of what was not sent', () => {
    expect(three().sentAt(1000)).toBeUndefined();
    expect(three().sentBefore(1001)).toBeUndefined();
    expect(new MediaClock().sentAt(0)).toBeUndefined();
  });

  it('takes pieces that were sent at one instant, and empty ones', () => {
    const clock = new MediaClock();
    clock.sent(400, 5);
    clock.sent(400, 6);
    clock.sent(800, 6);
    expect([clock.sentAt(399), clock.sentAt(400)]).toEqual([5, 6]);
  });

  it('remembers every piece, however often its room had to grow', () => {
    const clock = new MediaClock();
    for (let i = 1; i <= 4321; i++) {
      clock.sent(i * 10, i);
      if (i % 500 <= 1)
        expect([clock.sentAt(0), clock.sentBefore(i * 10), clock.sentAt(i * 10)]).toEqual([1, i, undefined]);
    }
    const known = Array.from({ length: 4321 }, (_, i) => clock.sentAt(i * 10));
    expect(known).toEqual(Array.from({ length: 4321 }, (_, i) => i + 1));
  });

  it('forgets what was long ago, and says so instead of telling another’s time', () => {
    const clock = new MediaClock();
    for (let i = 1; i <= 100_000; i++) clock.sent(i * 10, i);
    expect(clock.sentAt(999_999)).toBe(100_000);
    expect(clock.sentAt(900_005)).toBe(90_001);
    expect(clock.sentAt(5)).toBeUndefined();
    expect(clock.sentBefore(5)).toBeUndefined();
    const known = Array.from({ length: 100_000 }, (_, i) => clock.sentAt(i * 10)).filter((at) => at !== undefined);
    expect(known.length).toBeLessThanOrEqual(20_000);
    expect(known[0]).toBe(100_001 - known.length);
  });
});
