import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteInput } from '../../../src/audio/sources/byte-input.ts';
import type { ByteReader } from '../../../src/audio/sources/byte-reader.ts';
import { countingBytes } from '../signal.ts';

/** Gives pieces in the same memory again and again, as a file does. */
class Pieces implements ByteReader {
  readonly name = 'pieces';
  readonly sizeBytes = undefined;
  readonly #block = Buffer.alloc(1000);
  readonly #pieces: Uint8Array[];
  reads = 0;
  closed = 0;

  constructor(bytes: Uint8Array, lengths: readonly number[]) {
    this.#pieces = [];
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const length = lengths[i % lengths.length] ?? 1;
      this.#pieces.push(bytes.subarray(at, at + length));
      at += length;
    }
  }

  async read(): Promise<Uint8Array | undefined> {
    this.reads += 1;
    this.#block.fill(0xee);
    const piece = this.#pieces.shift();
    if (!piece) return undefined;
    this.#block.set(piece);
    return this.#block.subarray(0, piece.length);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

async function rest(input: ByteInput, most = 100): Promise<Buffer> {
  const all: Buffer[] = [];
  for (let bytes = await input.next(most); bytes; bytes = await input.next(most)) all.push(Buffer.from(bytes));
  return Buffer.concat(all);
}

const bytes = countingBytes(500);

describe('ByteInput', () => {
  it('gives no more than it is asked for, and nothing after the end', async () => {
    const input = new ByteInput(new Pieces(bytes, [200]));
    expect((await input.next(150))?.length).toBe(150);
    expect((await input.next(150))?.length).toBe(50);
    expect(await rest(input)).toEqual(Buffer.from(bytes.subarray(200)));
    expect(await input.next(1)).toBeUndefined();
    expect(input).toMatchObject({ ended: true, position: 500 });
  });

  it('looks ahead without taking, over pieces whose memory is used again', async () => {
    const input = new ByteInput(new Pieces(bytes, [7]));
    expect(Buffer.from((await input.peek(20)).subarray(0, 20))).toEqual(Buffer.from(bytes.subarray(0, 20)));
    expect(input.position).toBe(0);
    expect((await input.peek(5)).length).toBe(21);
    expect(await rest(input)).toEqual(Buffer.from(bytes));
  });

  it('reads no further than it must', async () => {
    const pieces = new Pieces(bytes, [100]);
    const input = new ByteInput(pieces);
    await input.peek(100);
    expect(pieces.reads).toBe(1);
    await input.peek(101);
    expect(pieces.reads).toBe(2);
    await input.next(200);
    expect(pieces.reads).toBe(2);
  });

  it('gives what there is where the end comes before', async () => {
    const input = new ByteInput(new Pieces(bytes.subarray(0, 30), [30]));
    expect((await input.peek(31)).length).toBe(30);
    expect(input.ended).toBe(true);
    expect(await input.skip(40)).toBe(30);
    expect((await input.peek(1)).length).toBe(0);
  });

  it('skips within what it holds and far beyond', async () => {
    const input = new ByteInput(new Pieces(bytes, [64]));
    await input.peek(10);
    expect(await input.skip(4)).toBe(4);
    expect(await input.skip(300)).toBe(300);
    expect(input.position).toBe(304);
    expect(await rest(input)).toEqual(Buffer.from(bytes.subarray(304)));
  });

  it('loses nothing, whatever is asked in whatever order', async () => {
    const step = fc.record({ kind: fc.constantFrom('peek', 'skip', 'next'), count: fc.integer({ min: 1, max: 120 }) });
    const lengths = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), lengths, async (steps, cuts) => {
        const input = new ByteInput(new Pieces(bytes, cuts));
        let at = 0;
        for (const { kind, count } of steps) {
          if (kind === 'skip') at += await input.skip(count);
          else if (kind === 'peek') {
            const seen = await input.peek(count);
            expect(Buffer.from(seen)).toEqual(Buffer.from(bytes.subarray(at, at + seen.length)));
          } else {
            const taken = Buffer.from((await input.next(count)) ?? []);
            expect(taken).toEqual(Buffer.from(bytes.subarray(at, at + taken.length)));
            at += taken.length;
          }
          expect(input.position).toBe(at);
        }
        expect(await rest(input)).toEqual(Buffer.from(bytes.subarray(at)));
      }),
    );
  });

  it('closes its reader, and gives nothing more of what it held', async () => {
    const pieces = new Pieces(bytes.subarray(0, 10), [10]);
    const input = new ByteInput(pieces);
    await input.peek(10);
    await input.close();
    expect(pieces.closed).toBe(1);
    expect(await input.next(10)).toBeUndefined();
  });
});
