import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GapMeter } from '../../src/metrics/gaps.ts';

function meterOf(gaps: readonly number[]): GapMeter {
  const meter = new GapMeter();
  let atMs = 1000;
  meter.arrived(atMs);
  for (const gap of gaps) {
    atMs += gap;
    meter.arrived(atMs);
  }
  return meter;
}

/** Nearest rank, as the histogram means it. */
function exact(gaps: readonly number[], fraction: number): number {
  const sorted = [...gaps].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1] ?? Number.NaN;
}

describe('GapMeter', () => {
  it('knows nothing of less than two frames', () => {
    expect(new GapMeter().maxMs).toBeUndefined();
    expect(meterOf([])).toMatchObject({ maxMs: undefined });
    expect(meterOf([]).percentileMs(0.95)).toBeUndefined();
  });

  it('keeps the longest exactly', () => {
    expect(meterOf([10, 30.5, 20]).maxMs).toBeCloseTo(30.5, 9);
  });

  it('gives a percentile by nearest rank', () => {
    const meter = meterOf([...Array(95).fill(10), ...Array(5).fill(100)]);
    expect(meter.percentileMs(0.95)).toBeGreaterThanOrEqual(10);
    expect(meter.percentileMs(0.95)).toBeLessThan(10.1);
    expect(meter.percentileMs(0.96)).toBeGreaterThanOrEqual(99.9);
    expect(meter.percentileMs(0)).toBeLessThan(10.1);
    expect(meter.percentileMs(1)).toBeCloseTo(100, 6);
  });

  it('takes frames of one packet, which have no gap', () => {
    expect(meterOf([0, 0, 0]).percentileMs(0.95)).toBe(0);
  });

  it('is at most 1 % too high, and never too low, from 0.01 ms to five minutes', () => {
    const gaps = fc.array(fc.double({ min: 0.02, max: 300_000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, fraction) => {
        const measured = meterOf(list).percentileMs(fraction) ?? Number.NaN;
        const wanted = exact(list, fraction);
        expect(measured).toBeLessThanOrEqual(wanted * 1.01);
        expect(measured).toBeGreaterThanOrEqual(wanted * 0.999999);
      }),
    );
  });

  it('leaves out the time in which nothing could come, of that gap and of no other', () => {
    const meter = meterOf([10]);
    meter.stood(100);
    meter.stood(50);
    meter.arrived(1180);
    meter.arrived(1380);
    expect(meter.lastMs).toBe(1380);
    expect(meter.maxMs).toBe(200);
    expect(meter.lastMs).toBe(1380);
    expect(meter.percentileMs(0.5)).toBeCloseTo(20, 0);
    expect(meter.percentileMs(0.1)).toBeCloseTo(10, 0);
  });

  it('gives the longest for what lies beyond its last bucket', () => {
    expect(meterOf([500_000]).percentileMs(0.5)).toBe(500_000);
  });
});
