import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signed16, wavSampleKind } from '../../../src/audio/decode/expand.ts';
import { PcmDecoder, type PcmLayout } from '../../../src/audio/decode/pcm.ts';
import { encoded } from '../signal.ts';

const layout: PcmLayout = {
  kind: signed16,
  sampleRateHz: 1000,
  channels: 1,
  dataBytes: undefined,
  availableBytes: undefined,
};

function decoded(over: Partial<PcmLayout>, pieces: readonly Uint8Array[]) {
  const warnings: string[] = [];
  const decoder = new PcmDecoder({ ...layout, ...over }, (text) => warnings.push(text));
  const samples: number[] = [];
  for (const piece of pieces) {
    if (decoder.done) break;
    samples.push(...decoder.push(piece));
  }
  samples.push(...decoder.end());
  return { samples, warnings, done: decoder.done };
}

const bytes = encoded(Int16Array.of(1, 2, 3, 4, 5, 6), 'linear16');
const oneByOne = (all: Uint8Array) => [...all].map((byte) => Uint8Array.of(byte));

describe('PcmDecoder', () => {
  it('reads whole samples, one byte at a time', () => {
    expect(decoded({}, oneByOne(bytes)).samples).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives samples of all channels together', () => {
    const warnings: string[] = [];
    const decoder = new PcmDecoder({ ...layout, channels: 3 }, (text) => warnings.push(text));
    expect([...decoder.push(bytes.subarray(0, 10))]).toEqual([1, 2, 3]);
    expect([...decoder.push(bytes.subarray(10))]).toEqual([4, 5, 6]);
    expect([...decoder.end(), ...warnings]).toEqual([]);
  });

  it('stops where the header says, though more comes', () => {
    const { samples, warnings, done } = decoded({ dataBytes: 6 }, [bytes.subarray(0, 5), bytes.subarray(5)]);
    expect([samples, warnings, done]).toEqual([[1, 2, 3], [], true]);
  });

  it('says that the header told of more', () => {
    const { samples, warnings } = decoded({ dataBytes: 4000 }, [bytes]);
    expect(samples).toHaveLength(6);
    expect(warnings).toEqual(['ends early: 0.0 s of the 2.0 s that its header tells']);
  });

  it('says that it ends inside a sample, but for what the header counted so', () => {
    expect(decoded({ channels: 2 }, [bytes.subarray(0, 7)])).toMatchObject({
      samples: [1, 2],
      warnings: ['ends inside a sample: its last 3 bytes are left out'],
    });
  });

  it.each([
    [undefined, undefined, undefined],
    [12, undefined, 6],
    [undefined, 7, 3],
    [12, 8, 4],
    [8, 12, 4],
    [0, 12, 0],
  ])('of %s bytes by the header, %s in the file, is %s ms long', (dataBytes, availableBytes, totalMs) => {
    expect(new PcmDecoder({ ...layout, dataBytes, availableBytes }, () => {}).totalMs).toBe(totalMs);
  });

  it('does not hold on to memory that is used again', () => {
    const block = Buffer.from(bytes.subarray(0, 3));
    const decoder = new PcmDecoder(layout, () => {});
    expect([...decoder.push(block)]).toEqual([1]);
    block.fill(0xee);
    expect([...decoder.push(bytes.subarray(3, 4))]).toEqual([2]);
  });

  it('gives the same however the bytes are cut', () => {
    const kinds = [wavSampleKind(1, 8), wavSampleKind(1, 24), wavSampleKind(3, 32), wavSampleKind(3, 64)];
    const all = Uint8Array.from({ length: 480 }, (_, index) => (index * 37) & 0x7f);
    const cuts = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 1, max: 4 }), cuts, (kind, channels, lengths) => {
        if (!kind) throw new Error('no such kind');
        let at = 0;
        const pieces = lengths.map((length) => {
          at += length;
          return all.subarray(at - length, at);
        });
        const whole = decoded({ kind, channels }, [all]).samples;
        expect(decoded({ kind, channels }, [...pieces, all.subarray(at)]).samples).toEqual(whole);
      }),
    );
  });
});
