import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OggPages } from '../../../src/audio/decode/ogg-pages.ts';
import { needs } from '../../support/programs.ts';

/** CRC of Ogg, bit by bit as RFC 3533 tells it: an independent reckoning. */
function crc(bytes: Uint8Array): number {
  let value = 0n;
  for (const byte of bytes) {
    value ^= BigInt(byte) << 24n;
    for (let bit = 0; bit < 8; bit++) {
      value = value & 0x80000000n ? ((value << 1n) ^ 0x104c11db7n) & 0xffffffffn : value << 1n;
    }
  }
  return Number(value);
}

function page(body: number[], { serial = 7, flags = 0 } = {}): Buffer {
  const lacing = [...Array(Math.floor(body.length / 255)).fill(255), body.length % 255];
  const bytes = Buffer.from([
    ...Buffer.from('OggS'),
    ...[0, flags, 0, 0, 0, 0, 0, 0, 0, 0, serial, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    ...[lacing.length, ...lacing, ...body],
  ]);
  bytes.writeUInt32LE(crc(bytes), 22);
  return bytes;
}

const letters = [...Buffer.from('some OggS letters')];
const pages = [page([1, 2, 3], { flags: 2 }), page(Array(600).fill(5)), page(letters, { serial: 8 })];

function fed(bytes: Uint8Array, lengths: readonly number[] = [bytes.length]) {
  const reader = new OggPages();
  const found = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    found.push(...reader.push(bytes.subarray(at, at + length)));
    at += length;
  }
  reader.end();
  return { found: found.map(({ bytes: own }) => Buffer.from(own)), lost: reader.lostBytes };
}

describe('OggPages', () => {
  it('reads a page', () => {
    const [found] = new OggPages().push(page([1, 2, 3], { serial: 9, flags: 2 }));
    expect(found).toMatchObject({ serial: 9, first: true, body: Buffer.from([1, 2, 3]) });
    expect(new OggPages().push(page([1]))[0]).toMatchObject({ first: false, last: false });
    expect(new OggPages().push(page([1], { flags: 4 }))[0]).toMatchObject({ first: false, last: true });
  });

  it('reads pages one byte at a time, and cut anywhere', () => {
    const bytes = Buffer.concat(pages);
    expect(fed(bytes, [1])).toEqual({ found: pages, lost: 0 });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 }), (lengths) => {
        expect(fed(bytes, lengths)).toEqual({ found: pages, lost: 0 });
      }),
    );
  });

  it('passes over what is between pages, and counts it', () => {
    const junk = Buffer.from('OgOggOggSjunk');
    const [first = junk, second = junk] = pages;
    expect(fed(Buffer.concat([junk, first, junk, second]), [5])).toEqual({ found: [first, second], lost: 26 });
  });

  it('keeps a page with one wrong bit to itself, wherever the bit is', () => {
    const whole = Buffer.concat(pages);
    const second = pages[1]?.length ?? 0;
    const start = pages[0]?.length ?? 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: second - 1 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const bytes = Buffer.from(whole);
        bytes[start + at] = (bytes[start + at] ?? 0) ^ (1 << bit);
        const { found, lost } = fed(bytes);
        expect(found[0]).toEqual(pages[0]);
        expect(found.some((one) => one.length === second)).toBe(false);
        expect(lost).toBeGreaterThanOrEqual(second);
      }),
      { numRuns: 200 },
    );
  });

  it('counts a page that is cut off as lost', () => {
    const bytes = Buffer.concat(pages);
    expect(fed(bytes.subarray(0, bytes.length - 1))).toMatchObject({
      found: pages.slice(0, 2),
      lost: 27 + 1 + letters.length - 1,
    });
  });

  needs('ffmpeg').it('reads all that ffmpeg writes', () => {
    const source = ['-f', 'lavfi', '-i', 'sine=duration=2', '-c:a', 'libopus'];
    const bytes = execFileSync('ffmpeg', ['-loglevel', 'error', ...source, '-f', 'ogg', '-']);
    const { found, lost } = fed(bytes, [1000]);
    expect(lost).toBe(0);
    expect(Buffer.concat(found)).toEqual(bytes);
  });
});
