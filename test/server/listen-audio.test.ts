import { describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { SpeechError } from '../../src/errors.ts';
import { sampleReader } from '../../src/server/listen-audio.ts';

const mono: AudioFormat = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 };

/** 16-bit numbers as little-endian bytes. */
function bytesOf(...samples: number[]): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, at) => {
    bytes.writeInt16LE(sample, at * 2);
  });
  return bytes;
}

describe('the samples of a client’s audio', () => {
  it('are linear16 as it is, wherever in memory the bytes lie', () => {
    const read = sampleReader(mono);
    const shifted = Buffer.concat([Buffer.from([0xff]), bytesOf(1, -2, 32_767, -32_768)]);
    for (const cut of [bytesOf(1, -2, 32_767, -32_768), shifted.subarray(1)]) {
      expect([...read(cut)]).toEqual([1, -2, 32_767, -32_768]);
    }
    expect(shifted.subarray(1).byteOffset % 2).not.toBe(bytesOf(1).byteOffset % 2);
    expect([...read(new Uint8Array())]).toEqual([]);
  });

  it('leave out half a sample at the end', () => {
    expect([...sampleReader(mono)(bytesOf(7, 8).subarray(0, 3))]).toEqual([7]);
  });

  // G.711: 0xff is silence and 0x80 the largest µ-law value; 0xd5 is the least of A-law and 0xaa its largest.
  it.each<[AudioFormat['encoding'], number[], number[]]>([
    ['mulaw', [0xff, 0x80, 0x00], [0, 32_124, -32_124]],
    ['alaw', [0xd5, 0xaa, 0x2a], [8, 32_256, -32_256]],
  ])('are decoded from %s', (encoding, bytes, samples) => {
    expect([...sampleReader({ ...mono, encoding })(Buffer.from(bytes))]).toEqual(samples);
  });

  it('are the mean of the channels, without clipping', () => {
    const read = sampleReader({ ...mono, channels: 2 });
    expect([...read(bytesOf(100, 300, 32_767, 32_767, -32_768, -32_768, 5, -5))]).toEqual([200, 32_767, -32_768, 0]);
    expect([...sampleReader({ ...mono, channels: 3 })(bytesOf(1, 2, 6, 9, 9, 9))]).toEqual([3, 9]);
    expect([...sampleReader({ ...mono, encoding: 'mulaw', channels: 2 })(Buffer.from([0x80, 0x00]))]).toEqual([0]);
  });
});

describe('a format that is not understood', () => {
  it.each<[string, Partial<AudioFormat>]>([
    ['mp3', { encoding: 'mp3' }],
    ['opus', { encoding: 'opus' }],
    ['no rate', { sampleRateHz: 0 }],
    ['a rate that nothing has', { sampleRateHz: 1_092_676 }],
    ['half a rate', { sampleRateHz: 8000.5 }],
    ['no number', { sampleRateHz: Number.NaN }],
    ['no channel', { channels: 0 }],
    ['17 channels', { channels: 17 }],
    ['one and a half', { channels: 1.5 }],
  ])('is refused: %s', (_what, wrong) => {
    const format = { ...mono, ...wrong };
    expect(() => sampleReader(format)).toThrow(SpeechError);
    expect(() => sampleReader(format)).toThrow(/linear16, mulaw, alaw of 8000 to 48000 Hz and up to 8 channels, not /);
  });

  it.each([8000, 11_025, 16_000, 44_100, 48_000])('is none at %i Hz', (sampleRateHz) => {
    expect([...sampleReader({ ...mono, sampleRateHz })(bytesOf(3))]).toEqual([3]);
  });
});
