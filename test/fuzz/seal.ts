/**
 * Gives mutated audio the checksums that belong to it: a reader turns most of it away by them, and never gets to see
 * what else is wrong with it.
 */

const oggHeaderBytes = 27;
const oggCrcAt = 22;

/** Of so many bits, most significant first, from 0. */
function crc(bytes: Uint8Array, bits: 8 | 16 | 32, polynomial: number): number {
  const top = 2 ** (bits - 1);
  let value = 0;
  for (const byte of bytes) {
    value = (value ^ (byte * 2 ** (bits - 8))) >>> 0;
    for (let bit = 0; bit < 8; bit++) {
      const carries = value >= top;
      value = (value * 2) % 2 ** bits;
      if (carries) value = (value ^ polynomial) >>> 0;
    }
  }
  return value;
}

/** Each page of it (RFC 3533, section 6), where it is whole. */
export function sealOgg(given: Uint8Array): Uint8Array {
  const bytes = Buffer.from(given);
  for (let at = bytes.indexOf('OggS'); at !== -1; at = bytes.indexOf('OggS', at + 4)) {
    const lacing = bytes.subarray(at + oggHeaderBytes, at + oggHeaderBytes + (bytes[at + oggHeaderBytes - 1] ?? 0));
    const end = lacing.reduce((sum, size) => sum + size, at + oggHeaderBytes + lacing.length);
    if (at + oggHeaderBytes > bytes.length || end > bytes.length) continue;
    bytes.writeUInt32LE(0, at + oggCrcAt);
    bytes.writeUInt32LE(crc(bytes.subarray(at, end), 32, 0x04c11db7), at + oggCrcAt);
  }
  return new Uint8Array(bytes);
}

/** Its last frame (RFC 9639, section 9), which in so short a sound is all. */
export function sealFlac(given: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(given);
  let at = 4;
  for (let last = false; !last && at + 4 <= bytes.length; ) {
    const [kind = 0, high = 0, middle = 0, low = 0] = bytes.subarray(at);
    last = kind >= 0x80;
    at += 4 + ((high << 16) | (middle << 8) | low);
  }
  if (at + 8 > bytes.length) return bytes;
  const [, , sizes = 0] = bytes.subarray(at);
  const blockSize = { 6: 1, 7: 2 }[sizes >> 4] ?? 0;
  const rate = { 12: 1, 13: 2, 14: 2 }[sizes & 15] ?? 0;
  // Sync, sizes and channels; the number of the first frame, which is 0.
  const crcAt = at + 5 + blockSize + rate;
  bytes[crcAt] = crc(bytes.subarray(at, crcAt), 8, 0x07);
  const frameCrc = crc(bytes.subarray(at, -2), 16, 0x8005);
  bytes.set([frameCrc >> 8, frameCrc & 0xff], bytes.length - 2);
  return bytes;
}
