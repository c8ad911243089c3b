import { describe, expect, it } from 'vitest';
import { clipFrames, clipMs, cutAt, silence } from '../../src/bench/clip-frames.ts';
import { bytesPerMs, format, samplesOf } from '../support/fake-listen.ts';

const clip = { id: 'a', set: 'own', format, bytes: samplesOf(50, 4000) };

/** The lengths of all frames, ms, and where each begins. */
function framesOf(tailMs: number, wanted = Number.POSITIVE_INFINITY) {
  const frames: [ms: number, atMs: number, isSilent: boolean][] = [];
  for (const { bytes, firstSample = -1 } of clipFrames(clip, { ms: tailMs, isOver: () => frames.length >= wanted })) {
    frames.push([bytes.length / bytesPerMs, firstSample / 8, bytes.every((byte) => byte === 0)]);
  }
  return frames;
}

describe('the frames of a recording', () => {
  it('are of 20 ms and what is left, then silence of as many ms as are wanted', () => {
    expect(framesOf(45)).toEqual([
      [20, 0, false],
      [20, 20, false],
      [10, 40, false],
      [20, 50, true],
      [20, 70, true],
      [20, 90, true],
    ]);
    expect(framesOf(0)).toHaveLength(3);
  });

  it('end as soon as no more is wanted, in the recording too', () => {
    expect(framesOf(100, 4)).toHaveLength(4);
    expect(framesOf(100, 2)).toHaveLength(2);
    expect(framesOf(100, 0)).toEqual([]);
  });

  it('are of whole samples in any rate', () => {
    const odd = { ...format, sampleRateHz: 22_050 };
    const [first] = clipFrames({ format: odd, bytes: samplesOf(100, 1) }, { ms: 0, isOver: () => false });
    expect(first?.bytes.length).toBe(882);
    expect(silence(odd, 10)).toEqual(new Uint8Array(442));
  });
});

it('is cut behind the frame in which its speech ends', () => {
  expect([0.5, 20, 20.125, 39, 41].map((endMs) => clipMs(cutAt(clip, endMs)))).toEqual([20, 20, 40, 40, 50]);
});
