/**
 * ITU-T G.711: 16-bit linear samples to and from 8-bit µ-law and A-law. Decoding gives the standard's output values
 * scaled to 16 bits (µ-law ±32124, A-law ±32256). Encoding follows the ITU's reference software (G.191): the magnitude
 * of a negative sample is its one's complement, so that each interval is closed on the side of zero.
 */

/** µ-law adds this to a magnitude (in 14 bits), so that every segment is a plain power of two. */
const mulawBias = 33;
const mulawMax = 0x1fff;

/** The byte is sent inverted: 0xff is silence. Bit 7 sign, 6–4 segment, 3–0 place in the segment. */
function mulawValue(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 1) + mulawBias) << ((code >> 4) & 7)) - mulawBias;
  return (code & 0x80 ? -magnitude : magnitude) * 4;
}

/** Every second bit is sent inverted: 0xd5 is the least positive value. Bit 7 set means positive. */
function alawValue(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const place = ((code & 0x0f) << 1) + 1;
  const magnitude = segment === 0 ? place : (place + 32) << (segment - 1);
  return (code & 0x80 ? magnitude : -magnitude) * 8;
}

function mulawByte(sample: number): number {
  const magnitude = Math.min(((sample < 0 ? ~sample : sample) >> 2) + mulawBias, mulawMax);
  const segment = 26 - Math.clz32(magnitude);
  const code = (sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 1)) & 0x0f);
  return ~code & 0xff;
}

function alawByte(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const segment = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude);
  const place = (segment < 2 ? magnitude : magnitude >> (segment - 1)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | place) ^ 0x55;
}

const mulawValues = Int16Array.from({ length: 256 }, (_, byte) => mulawValue(byte));
const alawValues = Int16Array.from({ length: 256 }, (_, byte) => alawValue(byte));

function decode(bytes: Uint8Array, values: Int16Array): Int16Array {
  const samples = new Int16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = values[bytes[i] ?? 0] ?? 0;
  return samples;
}

function encode(samples: Int16Array, byteOf: (sample: number) => number): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = byteOf(samples[i] ?? 0);
  return bytes;
}

export function mulawToLinear(bytes: Uint8Array): Int16Array {
  return decode(bytes, mulawValues);
}

export function alawToLinear(bytes: Uint8Array): Int16Array {
  return decode(bytes, alawValues);
}

export function linearToMulaw(samples: Int16Array): Uint8Array {
  return encode(samples, mulawByte);
}

export function linearToAlaw(samples: Int16Array): Uint8Array {
  return encode(samples, alawByte);
}
