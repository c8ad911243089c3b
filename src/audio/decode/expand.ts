import { alawToLinear, mulawToLinear } from '../g711.ts';
import { linear16 } from '../linear16.ts';

/** One kind of uncompressed samples, little-endian: how long a sample is, and its value in 16 bits. */
export interface SampleKind {
  readonly sampleBytes: number;
  /** Whole samples in, as many out; those beyond 16 bits are rounded and, where rounding or float overflows, clipped. */
  readonly expand: (bytes: Uint8Array) => Int16Array;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unsigned8(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = ((bytes[i] ?? 0) - 128) << 8;
  return samples;
}

function signed24(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length / 3);
  for (let i = 0, at = 0; i < samples.length; i++, at += 3) {
    const high = ((bytes[at + 2] ?? 0) << 24) >> 16;
    const rounded = (high | (bytes[at + 1] ?? 0)) + ((bytes[at] ?? 0) >> 7);
    samples[i] = rounded > 32_767 ? 32_767 : rounded;
  }
  return samples;
}

function signed32(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length / 4);
  const view = viewOf(bytes);
  for (let i = 0; i < samples.length; i++) {
    const rounded = ((view.getInt32(4 * i, true) >> 15) + 1) >> 1;
    samples[i] = rounded > 32_767 ? 32_767 : rounded;
  }
  return samples;
}

/** Full scale is 1; what lies beyond is clipped, and what is no number is silence. */
export function floatToLinear(value: number): number {
  const scaled = value * 32_768;
  if (scaled > 32_767) return 32_767;
  return scaled < -32_768 ? -32_768 : Math.round(scaled);
}

function float32(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length / 4);
  const view = viewOf(bytes);
  for (let i = 0; i < samples.length; i++) samples[i] = floatToLinear(view.getFloat32(4 * i, true));
  return samples;
}

function float64(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length / 8);
  const view = viewOf(bytes);
  for (let i = 0; i < samples.length; i++) samples[i] = floatToLinear(view.getFloat64(8 * i, true));
  return samples;
}

export const mulaw: SampleKind = { sampleBytes: 1, expand: mulawToLinear };
export const alaw: SampleKind = { sampleBytes: 1, expand: alawToLinear };
export const signed16: SampleKind = { sampleBytes: 2, expand: linear16 };

/** By the WAV format number, then by the bits that a sample takes in the file. */
const kinds: Readonly<Record<number, Readonly<Record<number, SampleKind>>>> = {
  1: {
    8: { sampleBytes: 1, expand: unsigned8 },
    16: signed16,
    24: { sampleBytes: 3, expand: signed24 },
    32: { sampleBytes: 4, expand: signed32 },
  },
  3: { 32: { sampleBytes: 4, expand: float32 }, 64: { sampleBytes: 8, expand: float64 } },
  6: { 8: alaw },
  7: { 8: mulaw },
};

/**
 * The kind of a WAV file's samples, or undefined where vox does not read it. Samples of 12 or 20 bits stand in 16 or
 * 24, their low bits zero (the WAVE specification of 1991).
 */
export function wavSampleKind(formatTag: number, bitsPerSample: number): SampleKind | undefined {
  return kinds[formatTag]?.[8 * Math.ceil(bitsPerSample / 8)];
}

/** Planes of float samples, as the decoder packages give them, in turn: one sample of each, then the next. */
export function interleaved(planes: readonly Float32Array[], channels: number, length: number): Int16Array {
  const samples = new Int16Array(channels * length);
  for (let channel = 0; channel < channels; channel++) {
    const plane = planes[channel];
    if (!plane) continue;
    for (let i = 0, at = channel; i < length; i++, at += channels) samples[at] = floatToLinear(plane[i] ?? 0);
  }
  return samples;
}
