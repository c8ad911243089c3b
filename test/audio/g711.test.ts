import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { alawToLinear, linearToAlaw, linearToMulaw, mulawToLinear } from '../../src/audio/g711.ts';
import { needs } from '../support/programs.ts';

const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const allSamples = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);

/**
 * The standard's own numbers: the last value of each of the positive segments (tables 1a and 2a of G.711, decoder
 * output values), in 13 bits for A-law, 14 for µ-law, the highest first.
 */
const alawSegmentTops = [4032, 2016, 1008, 504, 252, 126, 63, 31];
const mulawSegmentTops = [8031, 3999, 1983, 975, 471, 219, 93, 30];

describe('µ-law', () => {
  it('gives the output values of the standard at the top of each segment', () => {
    const tops = mulawSegmentTops.map((_, segment) => 0x80 + 16 * segment);
    expect([...mulawToLinear(Uint8Array.from(tops))]).toEqual(mulawSegmentTops.map((value) => value * 4));
    const negative = tops.map((byte) => byte & 0x7f);
    expect([...mulawToLinear(Uint8Array.from(negative))]).toEqual(mulawSegmentTops.map((value) => value * -4));
  });

  it('sends silence as all ones, and has two zeros', () => {
    expect([...linearToMulaw(Int16Array.of(0))]).toEqual([0xff]);
    expect([...mulawToLinear(Uint8Array.of(0xff, 0x7f))]).toEqual([0, 0]);
  });

  it('clips at the ends', () => {
    expect([...linearToMulaw(Int16Array.of(32_767, 32_636, -32_768))]).toEqual([0x80, 0x80, 0x00]);
  });

  it('has its first decision values at 1, 3 and 5 of 14 bits', () => {
    const around = Int16Array.of(3, 4, 11, 12, 19, 20);
    expect([...linearToMulaw(around)]).toEqual([0xff, 0xfe, 0xfe, 0xfd, 0xfd, 0xfc]);
  });

  it('gives each byte back, but for the negative zero', () => {
    const back = [...linearToMulaw(mulawToLinear(allBytes))];
    expect(back).toEqual([...allBytes].map((byte) => (byte === 0x7f ? 0xff : byte)));
  });
});

describe('A-law', () => {
  it('gives the output values of the standard at the top of each segment', () => {
    const tops = alawSegmentTops.map((_, segment) => (0xff - 16 * segment) ^ 0x55);
    expect([...alawToLinear(Uint8Array.from(tops))]).toEqual(alawSegmentTops.map((value) => value * 8));
    const negative = tops.map((byte) => byte ^ 0x80);
    expect([...alawToLinear(Uint8Array.from(negative))]).toEqual(alawSegmentTops.map((value) => value * -8));
  });

  it('has no zero: the least values are ±1 of 13 bits', () => {
    expect([...linearToAlaw(Int16Array.of(0, -1))]).toEqual([0xd5, 0x55]);
    expect([...alawToLinear(Uint8Array.of(0xd5, 0x55))]).toEqual([8, -8]);
  });

  it('has its decision values at 2, 4 and, in the third segment, 68 of 13 bits', () => {
    const around = Int16Array.of(15, 16, 31, 32, 543, 544).map((sample) => sample);
    const codes = [...linearToAlaw(around)].map((byte) => (byte ^ 0x55) & 0x7f);
    expect(codes).toEqual([0, 1, 1, 2, 32, 33]);
  });

  it('gives each byte back', () => {
    expect([...linearToAlaw(alawToLinear(allBytes))]).toEqual([...allBytes]);
  });
});

describe.each([
  { name: 'µ-law', encode: linearToMulaw, decode: mulawToLinear, least: 4, clip: 32_124 },
  { name: 'A-law', encode: linearToAlaw, decode: alawToLinear, least: 8, clip: 32_256 },
])('$name over all samples', ({ encode, decode, least, clip }) => {
  const back = decode(encode(allSamples));

  it('never falls as the sample rises', () => {
    expect(back.every((value, i) => i === 0 || value >= (back[i - 1] ?? 0))).toBe(true);
  });

  it('errs by at most a 32nd of the magnitude, and twice its least step', () => {
    const wrong = allSamples.filter((sample, i) => {
      const clipped = Math.max(-clip, Math.min(clip, sample));
      return Math.abs((back[i] ?? 0) - clipped) > Math.abs(sample) / 32 + 2 * least;
    });
    expect([...wrong]).toEqual([]);
  });
});

/** Bytes through sox, from one encoding to another, both raw at 8 kHz. */
function sox(input: Uint8Array, from: readonly string[], to: readonly string[]): Buffer {
  const common = ['-r', '8000', '-c', '1'];
  const args = ['-D', '-t', 'raw', ...common, ...from, '-', '-t', 'raw', ...common, ...to, '-'];
  return spawnSync('sox', args, { input, maxBuffer: 1 << 20 }).stdout;
}

function ffmpeg(input: Uint8Array, from: string): Buffer {
  const args = ['-v', 'error', '-f', from, '-ar', '8000', '-i', 'pipe:0', '-c:a', 'pcm_s16le', '-f', 's16le', 'pipe:1'];
  return spawnSync('ffmpeg', args, { input, maxBuffer: 1 << 20 }).stdout;
}

const linear = ['-e', 'signed-integer', '-b', '16'];

function samplesOf(bytes: Buffer): number[] {
  return [...new Int16Array(new Uint8Array(bytes).buffer)];
}

needs('sox').describe('beside sox', () => {
  it('reads every byte alike', () => {
    expect(samplesOf(sox(allBytes, ['-e', 'mu-law', '-b', '8'], linear))).toEqual([...mulawToLinear(allBytes)]);
    expect(samplesOf(sox(allBytes, ['-e', 'a-law', '-b', '8'], linear))).toEqual([...alawToLinear(allBytes)]);
  });

  // sox rounds to 14 or 13 bits before it encodes, where the standard's software cuts: half a step earlier.
  it.each([
    { name: 'mu-law', ours: linearToMulaw, halfStep: 2 },
    { name: 'a-law', ours: linearToAlaw, halfStep: 4 },
  ])('writes $name alike, but for its rounding just before a decision value', ({ name, ours, halfStep }) => {
    const theirs = sox(new Uint8Array(allSamples.buffer), linear, ['-e', name, '-b', '8']);
    const shifted = [0, -halfStep, halfStep].map((by) => {
      return ours(allSamples.map((sample) => Math.max(-32_768, Math.min(32_767, sample + by))));
    });
    const other = allSamples.filter((_, i) => shifted.every((codes) => codes[i] !== theirs[i]));
    expect(theirs.length).toBe(allSamples.length);
    expect([...other]).toEqual([]);
  });
});

needs('ffmpeg').describe('beside ffmpeg', () => {
  it('reads every byte alike', () => {
    expect(samplesOf(ffmpeg(allBytes, 'mulaw'))).toEqual([...mulawToLinear(allBytes)]);
    expect(samplesOf(ffmpeg(allBytes, 'alaw'))).toEqual([...alawToLinear(allBytes)]);
  });
});
