import { describe, expect, it } from 'vitest';
import { createResampler } from '../../src/audio/resample.ts';
import type { PcmEncoding } from '../../src/engine/request.ts';
import { createShaper, encode, Slicer } from '../../src/engine/shape.ts';
import { Trimmer } from '../../src/engine/trim.ts';

const trimOptions = { sampleRateHz: 16_000, floorRms: 50, tailMs: 60 };

async function shaped(input: Int16Array, toHz: number, encoding: PcmEncoding, step: number): Promise<Buffer> {
  const resampler = await createResampler({ fromHz: 16_000, toHz, channels: 1 });
  const shaper = createShaper(new Trimmer(trimOptions), resampler, encoding);
  const out: Buffer[] = [];
  for (let at = 0; at < input.length; at += step) out.push(Buffer.from(shaper.push(input.subarray(at, at + step))));
  out.push(Buffer.from(shaper.end()));
  resampler.close();
  return Buffer.concat(out);
}

/** 100 ms of silence, 200 ms of a tone, 100 ms of silence, at 16 kHz. */
const utterance = Int16Array.from({ length: 6400 }, (_, i) => (i < 1600 || i >= 4800 ? 0 : 9000 * Math.sin(i / 4)));

describe('shaping an utterance', () => {
  it.each([
    { toHz: 16_000, encoding: 'linear16', bytes: 270 * 16 * 2 },
    { toHz: 24_000, encoding: 'linear16', bytes: 270 * 24 * 2 },
    { toHz: 8000, encoding: 'mulaw', bytes: 270 * 8 },
    { toHz: 48_000, encoding: 'alaw', bytes: 270 * 48 },
  ] as const)('lasts 10 + 200 + 60 ms as $encoding at $toHz Hz', async ({ toHz, encoding, bytes }) => {
    expect((await shaped(utterance, toHz, encoding, 320)).length).toBe(bytes);
  });

  it('gives the same bytes however it is cut', async () => {
    const expected = await shaped(utterance, 44_100, 'linear16', utterance.length);
    for (const step of [1, 7, 320, 999]) {
      expect((await shaped(utterance, 44_100, 'linear16', step)).equals(expected)).toBe(true);
    }
  });

  it('gives nothing for silence', async () => {
    expect((await shaped(new Int16Array(5000), 24_000, 'linear16', 320)).length).toBe(0);
  });

  it('writes linear16 little-endian, and no more than its samples', () => {
    const samples = Int16Array.of(0, 1, -2, 0x1234).subarray(1);
    expect([...encode(samples, 'linear16')]).toEqual([0x01, 0x00, 0xfe, 0xff, 0x34, 0x12]);
  });
});

describe('slicing', () => {
  function slices(pushes: readonly number[], bytesPerMs: number): number[] {
    const lengths: number[] = [];
    const slicer = new Slicer(bytesPerMs, (slice) => lengths.push(slice.length));
    for (const length of pushes) slicer.push(new Uint8Array(length));
    slicer.flush();
    return lengths;
  }

  it('gives 100 ms first and 250 ms then', () => {
    expect(slices(Array(100).fill(10), 1)).toEqual([100, 250, 250, 250, 150]);
  });

  it('gives no empty slice', () => {
    expect(slices([], 1)).toEqual([]);
    expect(slices([0, 0], 1)).toEqual([]);
    expect(slices([100], 1)).toEqual([100]);
  });

  it('keeps every byte, in order, in memory of the slice alone', () => {
    const out: number[] = [];
    const slicer = new Slicer(1, (slice) => {
      expect(slice.buffer.byteLength).toBe(slice.length);
      out.push(...slice);
    });
    const input = Array.from({ length: 600 }, (_, i) => i & 0xff);
    for (let at = 0; at < input.length; at += 7) slicer.push(Uint8Array.from(input.slice(at, at + 7)));
    slicer.flush();
    expect(out).toEqual(input);
  });
});
