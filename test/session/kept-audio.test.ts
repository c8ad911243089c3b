import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeptAudio } from '../../src/session/kept-audio.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('KeptAudio', () => {
  it('gives what it has from any byte on, so much of it as is wanted', () => {
    const kept = new KeptAudio(100);
    kept.add(bytes(1, 2, 3));
    kept.add(bytes(4, 5));
    expect([kept.at(0, 2), kept.at(2, 2), kept.at(2, 9), kept.at(4, 9)]).toEqual([
      bytes(1, 2),
      bytes(3, 4),
      bytes(3, 4, 5),
      bytes(5),
    ]);
    expect(kept.at(5, 9)).toBeUndefined();
  });

  it('keeps a copy: the memory that it was given may be used again', () => {
    const kept = new KeptAudio(100);
    const given = bytes(1, 2);
    kept.add(given);
    given.fill(9);
    expect(kept.at(0, 9)).toEqual(bytes(1, 2));
  });

  it('lets go of what lies before a byte', () => {
    const kept = new KeptAudio(100);
    for (let n = 0; n < 4; n++) kept.add(bytes(n, n));
    kept.dropBefore(5);
    expect([kept.fromByte, kept.endByte]).toEqual([5, 8]);
    kept.dropBefore(8);
    expect([kept.fromByte, kept.endByte, kept.at(7, 1)]).toEqual([8, 8, undefined]);
    kept.add(bytes(7));
    expect([kept.fromByte, kept.at(8, 9)]).toEqual([8, bytes(7)]);
  });

  it('keeps no more than it may: the oldest goes', () => {
    const kept = new KeptAudio(4);
    kept.add(bytes(1, 2));
    expect(kept.hasRoomFor(2)).toBe(true);
    kept.add(bytes(3, 4));
    expect(kept.hasRoomFor(1)).toBe(false);
    kept.add(bytes(5, 6));
    expect([kept.fromByte, kept.at(0, 9), kept.at(2, 9)]).toEqual([2, undefined, bytes(3, 4, 5, 6)]);
    kept.add(bytes(1, 2, 3, 4, 5));
    expect([kept.fromByte, kept.endByte, kept.at(7, 9)]).toEqual([7, 11, bytes(2, 3, 4, 5)]);
  });

  it('has room again for as much as was let go of', () => {
    const kept = new KeptAudio(4);
    kept.add(bytes(1, 2, 3, 4));
    kept.dropBefore(3);
    expect([kept.hasRoomFor(3), kept.hasRoomFor(4)]).toEqual([true, false]);
  });

  it('lets go of nothing that has not come', () => {
    const kept = new KeptAudio(100);
    kept.add(bytes(1, 2));
    kept.dropBefore(5);
    expect(kept.fromByte).toBe(2);
    kept.add(bytes(3, 4));
    expect(kept.at(2, 9)).toEqual(bytes(3, 4));
  });

  it('keeps what it had when its memory grows, also from the middle of a ring', () => {
    const kept = new KeptAudio(200_000);
    const whole = Uint8Array.from({ length: 160_000 }, (_, at) => at % 251);
    const add = (from: number, end: number) => kept.add(whole.subarray(from, end));
    add(0, 60_000);
    kept.dropBefore(50_000);
    // These lie across the end of what it begins with.
    add(60_000, 80_000);
    add(80_000, 160_000);
    expect(kept.at(50_000, 200_000)).toEqual(whole.subarray(50_000));
  });

  it('gives back the stream, however it came, and whatever was let go of on the way', () => {
    const pieces = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 50_000 }), fc.nat(60_000)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        pieces,
        fc.integer({ min: 1, max: 200_000 }),
        fc.integer({ min: 1, max: 90_000 }),
        (all, most, step) => {
          const kept = new KeptAudio(most);
          let whole = Buffer.alloc(0);
          for (const [piece, dropped] of all) {
            kept.add(piece);
            whole = Buffer.concat([whole, piece]);
            kept.dropBefore(whole.length - dropped);
          }
          const given: Uint8Array[] = [];
          let at = kept.fromByte;
          for (let piece = kept.at(at, step); piece; piece = kept.at(at, step)) {
            given.push(piece);
            at += piece.length;
          }
          expect(Buffer.concat(given).equals(whole.subarray(kept.fromByte))).toBe(true);
          const last = all.at(-1);
          if (last) expect(kept.endByte - kept.fromByte).toBeLessThanOrEqual(Math.min(most, last[1]));
        },
      ),
    );
  });
});
