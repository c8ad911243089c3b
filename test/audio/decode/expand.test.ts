import { describe, expect, it } from 'vitest';
import { floatToLinear, interleaved, wavSampleKind } from '../../../src/audio/decode/expand.ts';

function floats(values: number[], bits: 32 | 64): number[] {
  const array = bits === 32 ? Float32Array.from(values) : Float64Array.from(values);
  return [...new Uint8Array(array.buffer)];
}

/** Typed by hand: the bytes in the file, and what they are in 16 bits. G.711 by the tables of the recommendation. */
const vectors: [name: string, tag: number, bits: number, bytes: number[], samples: number[]][] = [
  ['8 bits, unsigned', 1, 8, [0x00, 0x7f, 0x80, 0x81, 0xff], [-32_768, -256, 0, 256, 32_512]],
  ['16 bits', 1, 16, [0x34, 0x12, 0xff, 0x7f, 0x00, 0x80, 0xff, 0xff], [0x1234, 32_767, -32_768, -1]],
  ['24 bits', 1, 24, [0x00, 0x34, 0x12, 0xff, 0xff, 0x7f, 0x00, 0x00, 0x80], [0x1234, 32_767, -32_768]],
  ['24 bits, rounded', 1, 24, [0x80, 0x01, 0x00, 0x7f, 0x01, 0x00, 0x7f, 0xff, 0xff], [2, 1, -1]],
  ['24 bits, all ones', 1, 24, [0xff, 0xff, 0xff], [0]],
  ['32 bits', 1, 32, [0, 0, 0x34, 0x12, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0x80], [0x1234, 32_767, -32_768]],
  ['32 bits, rounded', 1, 32, [0, 0x80, 1, 0, 0xff, 0x7f, 1, 0, 0xff, 0xff, 0xff, 0xff], [2, 1, 0]],
  ['float', 3, 32, floats([0, 0.5, -0.5, -1, 1, 2, -7], 32), [0, 16_384, -16_384, -32_768, 32_767, 32_767, -32_768]],
  ['double', 3, 64, floats([0.25, -1.5, 1e300], 64), [8192, -32_768, 32_767]],
  ['no numbers', 3, 32, floats([Number.NaN, Infinity, -Infinity], 32), [0, 32_767, -32_768]],
  ['mu-law', 7, 8, [0xff, 0x7f, 0x80, 0x00], [0, 0, 32_124, -32_124]],
  ['A-law', 6, 8, [0xd5, 0x55, 0xaa, 0x2a], [8, -8, 32_256, -32_256]],
  ['12 bits, in two bytes', 1, 12, [0x30, 0x12], [0x1230]],
  ['20 bits, in three bytes', 1, 20, [0x00, 0x34, 0x12], [0x1234]],
];

describe('wavSampleKind', () => {
  it.each(vectors)('reads %s', (_, tag, bits, bytes, samples) => {
    const kind = wavSampleKind(tag, bits);
    expect(kind?.sampleBytes).toBe(bytes.length / samples.length);
    expect([...(kind?.expand(Uint8Array.from(bytes)) ?? [])]).toEqual(samples.map((sample) => sample));
  });

  it.each(vectors)('reads %s at an odd place in memory', (_, tag, bits, bytes, samples) => {
    const moved = Uint8Array.from([0, ...bytes]).subarray(1);
    expect([...(wavSampleKind(tag, bits)?.expand(moved) ?? [])]).toEqual(samples);
  });

  it.each([
    [2, 4],
    [17, 4],
    [85, 16],
    [1, 40],
    [3, 16],
    [6, 16],
  ])('has none for format %i with %i bits', (tag, bits) => {
    expect(wavSampleKind(tag, bits)).toBeUndefined();
  });
});

describe('floatToLinear', () => {
  it('rounds to the nearest and clips', () => {
    expect([0.4, 0.6, -0.4, -0.6, 40_000, -40_000].map((value) => floatToLinear(value / 32_768) + 0)).toEqual([
      0, 1, 0, -1, 32_767, -32_768,
    ]);
  });
});

describe('interleaved', () => {
  it('takes the channels in turn, and silence for one that is missing or short', () => {
    const planes = [Float32Array.of(0.5, -0.5), Float32Array.of(0.25)];
    expect([...interleaved(planes, 2, 2)]).toEqual([16_384, 8192, -16_384, 0]);
    expect([...interleaved(planes, 3, 1)]).toEqual([16_384, 8192, 0]);
    expect([...interleaved(planes, 1, 2)]).toEqual([16_384, -16_384]);
  });
});
