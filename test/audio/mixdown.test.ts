import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelOf, mixdown } from '../../src/audio/mixdown.ts';

describe('mixdown', () => {
  it('passes mono, uncopied', () => {
    const samples = Int16Array.of(1, 2, 3);
    expect(mixdown(samples, 1)).toBe(samples);
  });

  it('is the mean of two, at both ends of the scale too', () => {
    expect([...mixdown(Int16Array.of(10, 20, -10, -20, 32_767, 32_767, -32_768, -32_768, 1, 2), 2)]).toEqual([
      15, -15, 32_767, -32_768, 2,
    ]);
  });

  it('is the mean of many', () => {
    expect([...mixdown(Int16Array.of(3, 6, 9, -3, -6, -9), 3)]).toEqual([6, -6]);
    expect([...mixdown(new Int16Array(32).fill(32_767), 16)]).toEqual([32_767, 32_767]);
  });

  it('is the mean within half a step, for any number of channels', () => {
    const frames = fc.integer({ min: 2, max: 16 }).chain((channels) =>
      fc.record({
        channels: fc.constant(channels),
        frame: fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: channels, maxLength: channels }),
      }),
    );
    fc.assert(
      fc.property(frames, ({ channels, frame }) => {
        const mean = frame.reduce((sum, sample) => sum + sample, 0) / channels;
        expect(Math.abs((mixdown(Int16Array.from(frame), channels)[0] ?? 0) - mean)).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});

describe('channelOf', () => {
  it('takes every n-th sample', () => {
    const samples = Int16Array.of(1, 2, 3, 4, 5, 6);
    expect([...channelOf(samples, 3, 0)]).toEqual([1, 4]);
    expect([...channelOf(samples, 3, 2)]).toEqual([3, 6]);
    expect(channelOf(samples, 1, 0)).toBe(samples);
  });
});
