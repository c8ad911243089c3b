import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { PeakOnset } from '../../src/audio/peak-onset.ts';
import { bargeInFigures, TurnTap } from '../../src/metrics/turn-tap.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };

/** So many ms of silence, then of a square wave that is so loud, dB below full scale. */
function sound(silentMs: number, loudMs: number, dbfs = -10): Uint8Array {
  const peak = Math.round(32768 * 10 ** (dbfs / 20));
  const samples = new Int16Array((silentMs + loudMs) * 8);
  for (let i = silentMs * 8; i < samples.length; i++) samples[i] = i % 2 === 0 ? peak : -peak;
  return new Uint8Array(samples.buffer);
}

function feed(tap: TurnTap, atMs: number, bytes: Uint8Array, of = format): void {
  tap.audio({ format: of, bytes, firstSample: undefined }, atMs);
}

describe('what a tap measures', () => {
  it('is how players starve, and where the sound begins by its own peak', () => {
    const tap = new TurnTap();
    feed(tap, 1000, sound(100, 0));
    feed(tap, 1250, sound(20, 180));
    const figures = tap.figures();
    expect(figures).toMatchObject({ underruns: 1, underrunMs: 150, underrunAt100Ms: 50, minPreRollMs: 150 });
    expect(Math.abs((figures.leadingSilencePeakMs ?? 0) - 120)).toBeLessThanOrEqual(1);
  });

  it('is when frames came, and how far the audio then reached', () => {
    const tap = new TurnTap();
    feed(tap, 1000, sound(0, 20));
    feed(tap, 1007, sound(0, 40));
    expect(tap.arrivals).toEqual({ atMs: [1000, 1007], throughMs: [20, 60], underruns: [] });
  });

  it('is the same of many frames, of few, and of one that is larger than what is noted at once', () => {
    const whole = sound(1500, 2500);
    const alone = new PeakOnset(format);
    alone.push(whole);
    const leadingSilencePeakMs = alone.end();
    expect(leadingSilencePeakMs).toBeGreaterThan(0);
    for (const frameBytes of [33, 320, 16_384, 16_386, whole.length]) {
      const tap = new TurnTap();
      for (let from = 0; from < whole.length; from += frameBytes) {
        feed(tap, 1000 + from / 16, whole.subarray(from, from + frameBytes));
        expect(tap.lastAtMs).toBe(1000 + from / 16);
      }
      expect(tap.arrivals.throughMs.at(-1), `${frameBytes}`).toBeCloseTo(4000, frameBytes < 100 ? -1 : 6);
      expect(tap.figures(), `${frameBytes}`).toMatchObject({ leadingSilencePeakMs, underruns: 0 });
    }
  });

  it('is kept to a thousandth of a ms', () => {
    const tap = new TurnTap();
    feed(tap, 1000, sound(0, 20));
    feed(tap, 1000 + 100 / 3, sound(0, 20));
    expect(tap.figures()).toMatchObject({ underrunMs: 13.333, minPreRollMs: 13.333 });
  });

  it('is, of compressed audio, when its last frame came and nothing else: it has no samples to count', () => {
    const tap = new TurnTap();
    for (let i = 0; i < 100; i++) feed(tap, 1000 + i, new Uint8Array(100), { ...format, encoding: 'mp3' });
    expect(tap.lastAtMs).toBe(1099);
    expect(tap.figures()).toEqual({});
    expect(tap.arrivals).toEqual({ atMs: [], throughMs: [], underruns: [] });
    expect(tap.lastAtMs).toBe(1099);
  });

  it('has no silence before a sound that never came', () => {
    const tap = new TurnTap();
    feed(tap, 1000, sound(300, 0));
    expect(tap.figures()).not.toHaveProperty('leadingSilencePeakMs');
  });

  it.each([999, 1000, 1999, 2000, 15_000])('remembers at most a thousand of %i frames, from first to last', (count) => {
    const tap = new TurnTap();
    const bytes = sound(0, 1);
    for (let i = 0; i < count; i++) feed(tap, 5000 + i, bytes);
    const { atMs, throughMs } = tap.arrivals;
    expect(atMs.length).toBeLessThan(1000);
    expect(atMs.length).toBeGreaterThanOrEqual(Math.min(count, 500) - 1);
    expect(atMs[0]).toBe(5000);
    expect(5000 + count - (atMs.at(-1) ?? 0)).toBeLessThanOrEqual(Math.ceil(count / 450) + 1);
    const everyMs = (atMs[1] ?? 0) - (atMs[0] ?? 0);
    atMs.forEach((ms, at) => {
      expect(ms).toBe(5000 + at * everyMs);
      expect(throughMs[at]).toBe(ms - 5000 + 1);
    });
  });
});

describe('the stretches in which a player without pre-roll starves', () => {
  it('are those between what has been played and the next frame', () => {
    const tap = new TurnTap();
    // 20 ms at 0, the next at 30: ten are missing; then 40 at once, and the last ten too late.
    for (const atMs of [0, 30, 31, 80]) feed(tap, 1000 + atMs, sound(0, 20));
    expect(tap.arrivals.underruns).toEqual([
      { fromMs: 1020, toMs: 1030 },
      { fromMs: 1070, toMs: 1080 },
    ]);
  });

  it('are of all frames, also where not all are remembered', () => {
    const tap = new TurnTap();
    // Frames of 20 ms, each in time, but for the one that stalls.
    for (let i = 0; i < 5000; i++) feed(tap, 20 * i + (i >= 3001 ? 50 : 0), sound(0, 20));
    expect(tap.arrivals.atMs.length).toBeLessThan(1000);
    expect(tap.arrivals.underruns).toEqual([{ fromMs: 60_020, toMs: 60_070 }]);
    expect(tap.figures()).toMatchObject({ underruns: 1, underrunMs: 50 });
  });

  it('are the longest five hundred of more', () => {
    const tap = new TurnTap();
    let atMs = 0;
    for (let i = 0; i < 3000; i++) {
      feed(tap, atMs, sound(0, 20));
      atMs += 20 + (i % 10 === 0 ? 5 : 1);
    }
    const { underruns } = tap.arrivals;
    expect(underruns).toHaveLength(500);
    expect(underruns.filter(({ fromMs, toMs }) => toMs - fromMs === 5)).toHaveLength(300);
    expect(underruns.every(({ fromMs }, at) => at === 0 || fromMs > (underruns[at - 1]?.fromMs ?? 0))).toBe(true);
    expect(tap.figures()).toMatchObject({ underruns: 2999 });
  });
});

describe('a barge-in', () => {
  it('is over with the last sound that came of the turn', () => {
    expect(bargeInFigures({ interruptMs: 1000, lastAudioMs: 1045.5, nextAudibleMs: 1300 })).toEqual({
      bargeInMs: 45.5,
      bargeInTtfaMs: 300,
    });
  });

  it('took no time where nothing came any more', () => {
    expect(bargeInFigures({ interruptMs: 1000, lastAudioMs: 900, nextAudibleMs: 1300 })).toMatchObject({
      bargeInMs: 0,
    });
  });

  it('has no figure of a turn that was never heard', () => {
    const figures = bargeInFigures({ interruptMs: 1000, lastAudioMs: undefined, nextAudibleMs: undefined });
    expect(figures).toEqual({});
  });
});
