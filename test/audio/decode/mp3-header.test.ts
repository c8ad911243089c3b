import { describe, expect, it } from 'vitest';
import { firstMp3Frame, mp3HeaderAt } from '../../../src/audio/decode/mp3-header.ts';

/** By the tables of ISO 11172-3 (2.4.2.3) and 13818-3: the four bytes, and what they say. */
const vectors: [string, number[], { sampleRateHz: number; channels: number; frameBytes: number }][] = [
  ['MPEG 1, 128 kbit/s, 44.1 kHz', [0xff, 0xfb, 0x90, 0x00], { sampleRateHz: 44_100, channels: 2, frameBytes: 417 }],
  ['the same, padded', [0xff, 0xfb, 0x92, 0x00], { sampleRateHz: 44_100, channels: 2, frameBytes: 418 }],
  ['with a CRC, joint stereo', [0xff, 0xfa, 0x94, 0x40], { sampleRateHz: 48_000, channels: 2, frameBytes: 384 }],
  ['mono, 32 kHz, 320 kbit/s', [0xff, 0xfb, 0xe8, 0xc0], { sampleRateHz: 32_000, channels: 1, frameBytes: 1440 }],
  ['MPEG 2, 24 kHz, 64 kbit/s', [0xff, 0xf3, 0x84, 0xc0], { sampleRateHz: 24_000, channels: 1, frameBytes: 192 }],
  ['MPEG 2.5, 8 kHz, 8 kbit/s', [0xff, 0xe3, 0x18, 0xc0], { sampleRateHz: 8000, channels: 1, frameBytes: 72 }],
];

/** A frame of 192 bytes: MPEG 2, 24 kHz, mono, 64 kbit/s. */
const frame = [0xff, 0xf3, 0x84, 0xc0, ...Array(188).fill(0x11)];

describe('mp3HeaderAt', () => {
  it.each(vectors)('reads %s', (_, bytes, header) => {
    expect(mp3HeaderAt(Uint8Array.from([9, ...bytes]), 1)).toEqual(header);
  });

  it.each([
    ['no sync', [0xff, 0x1b, 0x90, 0]],
    ['Layer II', [0xff, 0xfd, 0x90, 0]],
    ['AAC (ADTS)', [0xff, 0xf1, 0x50, 0x80]],
    ['the reserved version', [0xff, 0xeb, 0x90, 0]],
    ['the reserved rate', [0xff, 0xfb, 0x9c, 0]],
    ['a free bit rate', [0xff, 0xfb, 0x00, 0]],
    ['the forbidden bit rate', [0xff, 0xfb, 0xf0, 0]],
    ['too few bytes', [0xff, 0xfb, 0x90]],
  ])('finds none in %s', (_, bytes) => {
    expect(mp3HeaderAt(Uint8Array.from(bytes), 0)).toBeUndefined();
  });
});

describe('firstMp3Frame', () => {
  it('wants three in a row', () => {
    const bytes = Uint8Array.from([...frame, ...frame, ...frame.slice(0, 4)]);
    expect(firstMp3Frame(bytes, false)?.at).toBe(0);
    expect(firstMp3Frame(bytes.subarray(0, 387), false)).toBeUndefined();
  });

  it('is content with fewer where the file ends with one', () => {
    expect(firstMp3Frame(Uint8Array.from(frame), true)?.at).toBe(0);
    expect(firstMp3Frame(Uint8Array.from(frame), false)).toBeUndefined();
    expect(firstMp3Frame(Uint8Array.from(frame).subarray(0, 190), true)).toBeUndefined();
  });

  it('passes over what is none, and what looks like one', () => {
    const junk = [0, 0xff, 0xff, 0xfb, 0x90, 0, 1, 2, 3];
    const found = firstMp3Frame(Uint8Array.from([...junk, ...frame, ...frame, ...frame]), true);
    expect(found).toMatchObject({ at: junk.length, header: { frameBytes: 192 } });
  });

  it('does not take frames of another rate for a row', () => {
    // MPEG 2, 16 kHz, 64 kbit/s: 288 bytes.
    const other = [0xff, 0xf3, 0x88, 0xc0, ...Array(284).fill(0)];
    expect(firstMp3Frame(Uint8Array.from([...frame, ...other, ...other]), true)?.at).toBe(192);
  });
});
