import { describe, expect, it } from 'vitest';
import { parseStreamInfo } from '../../../src/audio/decode/flac.ts';

/** The body of a STREAMINFO block, its fields one after the other as RFC 9639 (section 8.2) has them, in bits. */
function streamInfo(rate: number, channels: number, bits: number, total: bigint): Uint8Array {
  const packed = (BigInt(rate) << 44n) | (BigInt(channels - 1) << 41n) | (BigInt(bits - 1) << 36n) | total;
  const body = Buffer.alloc(34);
  body.writeUInt16BE(4096, 0);
  body.writeUInt16BE(4096, 2);
  body.writeBigUInt64BE(packed, 10);
  return body;
}

/** RFC 9639, appendix D.1: the first example file. */
const example = Buffer.from(
  '1000100000000f00000f0ac442f0000000013e84b41807dc690307589 6a3dad1a2e'.replace(' ', ''),
  'hex',
);

describe('parseStreamInfo', () => {
  it("reads the RFC's own example: 44.1 kHz, stereo, one sample", () => {
    expect(parseStreamInfo(example)).toEqual({ sampleRateHz: 44_100, channels: 2, totalSamples: 1 });
  });

  it.each([
    [16_000, 1, 16, 57_600_000n],
    [48_000, 2, 24, 1n],
    [655_350, 8, 32, 2n ** 36n - 1n],
    [8000, 3, 8, 2n ** 32n + 5n],
  ])('reads %i Hz, %i channels, %i bits, %s samples', (rate, channels, bits, total) => {
    expect(parseStreamInfo(streamInfo(rate, channels, bits, total))).toEqual({
      sampleRateHz: rate,
      channels,
      totalSamples: Number(total),
    });
  });

  it('takes a length of 0 for one that nobody knew', () => {
    expect(parseStreamInfo(streamInfo(44_100, 2, 16, 0n))?.totalSamples).toBeUndefined();
  });

  it('refuses a rate of nothing', () => {
    expect(parseStreamInfo(streamInfo(0, 2, 16, 0n))).toBeUndefined();
    expect(parseStreamInfo(streamInfo(999, 2, 16, 0n))).toBeUndefined();
  });
});
