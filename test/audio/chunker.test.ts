import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Chunker, chunkSamples } from '../../src/audio/chunker.ts';
import { encoded } from './signal.ts';

const counting = (length: number) => Int16Array.from({ length }, (_, index) => (index * 7919) & 0x7fff);

describe('chunkSamples', () => {
  it.each([
    [16_000, 20, 320],
    [16_000, 50, 800],
    [16_000, 100, 1600],
    [8000, 20, 160],
    [44_100, 50, 2205],
    [22_050, 50, 1103],
    [11_025, 20, 221],
  ])('is a whole number: %i Hz, %i ms', (rate, ms, samples) => {
    expect(chunkSamples(rate, ms)).toBe(samples);
  });
});

describe('Chunker', () => {
  it('gives exact chunks, numbered by samples, and a shorter last one', () => {
    const chunker = new Chunker(16_000, 20);
    const samples = counting(320 * 2 + 5);
    const chunks = [...chunker.push(samples), ...chunker.end()];
    expect(chunks.map(({ bytes, firstSample }) => [bytes.length, firstSample])).toEqual([
      [640, 0],
      [640, 320],
      [10, 640],
    ]);
    expect(chunks[0]?.format).toEqual({ encoding: 'linear16', sampleRateHz: 16_000, channels: 1 });
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes))).toEqual(Buffer.from(encoded(samples, 'linear16')));
  });

  it('has nothing left where all was given', () => {
    const chunker = new Chunker(8000, 20);
    expect(chunker.push(counting(160))).toHaveLength(1);
    expect(chunker.end()).toEqual([]);
    expect(new Chunker(8000, 20).end()).toEqual([]);
  });

  it('gives a chunk with the sample that completes it, and not before', () => {
    const chunker = new Chunker(8000, 20);
    expect(chunker.push(counting(159))).toEqual([]);
    expect(chunker.push(counting(1))).toHaveLength(1);
  });

  it('keeps nothing of what it was fed', () => {
    const chunker = new Chunker(8000, 20);
    const samples = Int16Array.of(1, 2, 3);
    chunker.push(samples);
    samples.fill(9);
    const [chunk] = chunker.end();
    expect([...(chunk?.bytes ?? [])]).toEqual([1, 0, 2, 0, 3, 0]);
  });

  it('gives the same chunks however it is fed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 20 }), (lengths) => {
        const samples = counting(lengths.reduce((sum, length) => sum + length, 0));
        const whole = new Chunker(16_000, 20);
        const expected = [...whole.push(samples), ...whole.end()];
        const cut = new Chunker(16_000, 20);
        let at = 0;
        const chunks = lengths.flatMap((length) => {
          at += length;
          return cut.push(samples.subarray(at - length, at));
        });
        expect([...chunks, ...cut.end()]).toEqual(expected);
      }),
    );
  });

  it('takes samples one at a time', () => {
    const samples = counting(900);
    const chunker = new Chunker(16_000, 20);
    const chunks = [...samples].flatMap((sample) => chunker.push(Int16Array.of(sample)));
    const whole = new Chunker(16_000, 20);
    expect([...chunks, ...chunker.end()]).toEqual([...whole.push(samples), ...whole.end()]);
  });
});
