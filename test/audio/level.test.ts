import { describe, expect, it } from 'vitest';
import { levelDbfs, peakDbfs } from '../../src/audio/level.ts';
import { linear16 } from '../../src/audio/linear16.ts';
import { encoded, silence, sine, sinePeak } from './signal.ts';

describe('levelDbfs', () => {
  it('is 0 for a square wave of full scale, and 6 dB less for half of it', () => {
    expect(levelDbfs(new Int16Array(100).fill(-32_768))).toBe(0);
    expect(levelDbfs(new Int16Array(100).fill(16_384))).toBeCloseTo(-6.02, 2);
  });

  it.each([-3.01, -20, -40, -60])('reads a sine of %d dBFS', (dbfs) => {
    expect(levelDbfs(sine(16_000, 100, sinePeak(dbfs)))).toBeCloseTo(dbfs, 1);
  });

  it('reads silence, nothing, and nearly nothing as -120 or little more', () => {
    expect(levelDbfs(silence(16_000, 20))).toBe(-120);
    expect(levelDbfs(new Int16Array())).toBe(-120);
    const one = silence(16_000, 50);
    one[3] = 1;
    expect(levelDbfs(one)).toBeCloseTo(-119.3, 1);
    const longer = silence(16_000, 4000);
    longer[3] = 1;
    expect(levelDbfs(longer)).toBe(-120);
  });

  it('takes a chunk of bytes, wherever it begins', () => {
    const samples = sine(16_000, 50, 12_000);
    const bytes = Buffer.concat([Buffer.alloc(1), encoded(samples, 'linear16')]).subarray(1);
    expect(levelDbfs(bytes)).toBe(levelDbfs(samples));
  });
});

describe('linear16', () => {
  it('reads little-endian samples, and leaves an odd last byte', () => {
    expect([...linear16(Uint8Array.of(1, 0, 0xff, 0x7f, 0, 0x80, 9))]).toEqual([1, 32_767, -32_768]);
  });

  it('copies only what lies unevenly', () => {
    const bytes = new Uint8Array(8);
    expect(linear16(bytes.subarray(2, 6)).buffer).toBe(bytes.buffer);
    expect(linear16(bytes.subarray(1, 5)).buffer).not.toBe(bytes.buffer);
  });
});

describe('peakDbfs', () => {
  it('is that of the largest sample, of either sign', () => {
    expect(peakDbfs(Int16Array.of(3, -32_768, 5))).toBe(0);
    expect(peakDbfs(Int16Array.of(0, 16_384, 0))).toBeCloseTo(-6.02, 2);
    expect(peakDbfs(Int16Array.of(0, 0, -1))).toBeCloseTo(-90.3, 1);
  });

  it('reads silence and nothing as -120', () => {
    expect(peakDbfs(silence(16_000, 20))).toBe(-120);
    expect(peakDbfs(new Int16Array())).toBe(-120);
  });
});
