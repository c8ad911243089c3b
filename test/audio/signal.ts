import { expect } from 'vitest';
import type { AudioChunk, AudioFormat } from '../../src/audio/format.ts';
import { frameBytes } from '../../src/audio/format.ts';
import { linearToAlaw, linearToMulaw } from '../../src/audio/g711.ts';

export const pcm24k: AudioFormat = { encoding: 'linear16', sampleRateHz: 24000, channels: 1 };
export const mulaw8k: AudioFormat = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };
export const alaw8k: AudioFormat = { encoding: 'alaw', sampleRateHz: 8000, channels: 1 };
export const mp3: AudioFormat = { encoding: 'mp3', sampleRateHz: 24000, channels: 1 };

/** Peak of a sine whose RMS is so many dB below 32768. */
export function sinePeak(rmsDbfs: number): number {
  return 32768 * Math.SQRT2 * 10 ** (rmsDbfs / 20);
}

export function silence(sampleRateHz: number, ms: number): Int16Array {
  return new Int16Array(Math.round((sampleRateHz * ms) / 1000));
}

export function sine(sampleRateHz: number, ms: number, peak: number, hz = 440): Int16Array {
  const step = (2 * Math.PI * hz) / sampleRateHz;
  return silence(sampleRateHz, ms).map((_, index) => Math.round(peak * Math.sin(step * index)));
}

export function joined(...parts: Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

/** Samples as the bytes that an encoding has for them. */
export function encoded(samples: Int16Array, encoding: AudioFormat['encoding']): Uint8Array {
  if (encoding === 'mulaw') return linearToMulaw(samples);
  if (encoding === 'alaw') return linearToAlaw(samples);
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  samples.forEach((sample, index) => {
    view.setInt16(2 * index, sample, true);
  });
  return new Uint8Array(view.buffer);
}

/** Bytes that tell their own place, so that a loss, a swap or a repeat shows. */
export function countingBytes(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((from + index) * 7 + ((from + index) >> 8)) & 0xff);
}

/** One turn's bytes cut into chunks. */
export function chunksOf(format: AudioFormat, bytes: Uint8Array, chunkBytes: number): AudioChunk[] {
  const frame = frameBytes(format);
  const starts = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) => index * chunkBytes);
  return starts.map((start) => ({
    format,
    bytes: bytes.subarray(start, start + chunkBytes),
    firstSample: frame && start / frame,
  }));
}

/** Equality of much audio, without the list of differences that takes vitest a second to make. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}
