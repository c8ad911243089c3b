import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { TurnMeter } from '../../src/metrics/turn-meter.ts';

const format: AudioFormat = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 };

/** A loud square wave without a mean. */
function sound(ms: number): Uint8Array {
  return new Uint8Array(Int16Array.from({ length: ms * 8 }, (_, i) => (i % 2 === 0 ? 8000 : -8000)).buffer);
}

/** What happened to a turn, in order: clock ms, and for sound how long it lasts. */
type Step =
  | readonly ['text' | 'flush', number]
  | readonly ['audio', number, number]
  | readonly ['wait', number, number];

function measure(...steps: readonly Step[]) {
  const meter = new TurnMeter(format);
  for (const [what, atMs, ms = 0] of steps) {
    if (what === 'text') meter.textSent(atMs, 10);
    if (what === 'flush') meter.flushSent(atMs);
    if (what === 'wait') meter.waited(atMs, ms);
    if (what === 'audio') meter.audio({ format, bytes: sound(ms), firstSample: undefined }, atMs);
  }
  return { report: meter.report('t', 'done', undefined, 1), instants: meter.instants };
}

describe('a wait for the service’s limits', () => {
  it('is told, and left out where there was none', () => {
    expect(measure(['wait', 100, 350], ['text', 350], ['flush', 350], ['audio', 500, 100]).report.waitedMs).toBe(250);
    expect(measure(['text', 350], ['flush', 350], ['audio', 500, 100]).report).not.toHaveProperty('waitedMs');
  });

  it('before the text is in no figure, as it is before t0', () => {
    const { report, instants } = measure(
      ['wait', 0, 40_000],
      ['text', 40_000],
      ['flush', 40_010],
      ['audio', 40_210, 100],
    );
    expect(report).toMatchObject({ ttfbMs: 200, ttfbFirstTextMs: 210, ttfaMs: 200, processingMs: 200 });
    expect(instants.t0Ms).toBe(40_010);
  });

  it('between the text and its flush is not in what is counted from the text', () => {
    const { report } = measure(['text', 1000], ['wait', 1005, 41_005], ['flush', 41_005], ['audio', 41_205, 100]);
    expect(report).toMatchObject({ waitedMs: 40_000, ttfbFlushMs: 200, ttfbFirstTextMs: 205, processingMs: 200 });
  });

  it('between two flushes is no gap, no processing and no delivery', () => {
    const waited = measure(
      ...([
        ['text', 1000],
        ['flush', 1000],
        ['audio', 1200, 100],
      ] as const),
      ...([
        ['text', 1210],
        ['wait', 1210, 31_210],
        ['flush', 31_210],
        ['audio', 31_400, 100],
      ] as const),
    ).report;
    // As if the second flush had gone out at 1210.
    const straight = measure(
      ...([
        ['text', 1000],
        ['flush', 1000],
        ['audio', 1200, 100],
      ] as const),
      ...([
        ['text', 1210],
        ['flush', 1210],
        ['audio', 1400, 100],
      ] as const),
    ).report;
    const { waitedMs, ...figures } = waited;
    // Sound came until 1200: the turn was waited for from 1210 on.
    expect(waitedMs).toBe(30_000);
    expect(figures).toEqual({ ...straight });
  });

  it('in which sound still came stood still from the last of it on', () => {
    const { report } = measure(
      ...([
        ['text', 1000],
        ['flush', 1000],
        ['audio', 1200, 100],
      ] as const),
      ...([
        ['audio', 6000, 100],
        ['wait', 1210, 31_210],
        ['flush', 31_210],
        ['audio', 31_400, 100],
      ] as const),
    );
    // 31,400 − 1000, without the 25,210 between 6000 and the flush.
    expect(report).toMatchObject({ waitedMs: 30_000, processingMs: 5190, gapMaxMs: 4800 });
  });

  it('that overlaps another is counted once', () => {
    const { report } = measure(
      ['text', 1000],
      ['wait', 1000, 5000],
      ['wait', 2000, 6000],
      ['flush', 6000],
      ['audio', 6100, 20],
    );
    expect(report).toMatchObject({ waitedMs: 5000, ttfbFirstTextMs: 100 });
  });

  it('is not in the first audible sample of a turn whose sound began behind it', () => {
    const { report, instants } = measure(
      ...([
        ['text', 1000],
        ['flush', 1000],
        ['audio', 1100, 10],
      ] as const),
      ...([
        ['wait', 1110, 11_110],
        ['flush', 11_110],
        ['audio', 11_200, 200],
      ] as const),
    );
    // A click of 10 ms, and the sound at 11,200: its window is loud from the first sample on.
    expect(report.ttfaMs).toBeLessThanOrEqual(200);
    expect(instants.lastAudioMs).toBe(11_200);
  });
});
