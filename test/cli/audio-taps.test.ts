import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import { limited, noticed, untilSilent } from '../../src/cli/audio-taps.ts';

const format = { encoding: 'linear16', sampleRateHz: 1000, channels: 1 } as const;

/** Chunks of so many samples of 1 ms, each with its own number in every byte; tells whether it was let go of. */
function source(...lengths: number[]) {
  const state = { given: 0, left: false };
  async function* chunks(): AsyncGenerator<AudioChunk> {
    try {
      for (const [i, samples] of lengths.entries()) {
        state.given++;
        yield { format, bytes: new Uint8Array(samples * 2).fill(i + 1), firstSample: 0 };
      }
    } finally {
      state.left = true;
    }
  }
  return { state, chunks: chunks() };
}

async function lengthsOf(chunks: AsyncIterable<AudioChunk>): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { bytes } of chunks) lengths.push(bytes.length / 2);
  return lengths;
}

describe('limited', () => {
  it.each([
    [100, [50, 50]],
    [120, [50, 50, 20]],
    [50, [50]],
    [49, [49]],
    [0.5, []],
    [1000, [50, 50, 50]],
  ])('to %d ms: %j', async (limitMs, lengths) => {
    const { chunks, state } = source(50, 50, 50);
    expect(await lengthsOf(limited(chunks, limitMs))).toEqual(lengths);
    expect(state.left).toBe(true);
    // What is not wanted is not asked for.
    expect(state.given).toBe(Math.max(1, Math.min(3, Math.ceil(limitMs / 50))));
  });

  it('cuts the bytes of the last, and leaves the others as they are', async () => {
    const { chunks } = source(2, 2);
    const given: number[][] = [];
    for await (const { bytes } of limited(chunks, 3)) given.push([...bytes]);
    expect(given).toEqual([
      [1, 1, 1, 1],
      [2, 2],
    ]);
  });
});

describe('untilSilent', () => {
  /** Speech in the chunks whose number is among these. */
  const speech =
    (...numbers: number[]) =>
    ({ bytes }: AudioChunk) =>
      numbers.includes(bytes[0] ?? 0);

  it.each([
    ['goes on while nobody has spoken', speech(), 6],
    ['ends so long after speech', speech(1), 4],
    ['counts from the last speech', speech(1, 3), 6],
    ['goes on while somebody speaks', speech(1, 2, 3, 4, 5, 6), 6],
    ['hears the silence before speech as none', speech(3), 6],
  ])('%s', async (_name, hears, given) => {
    const { chunks, state } = source(50, 50, 50, 50, 50, 50);
    expect(await lengthsOf(untilSilent(chunks, hears, 150))).toHaveLength(given);
    expect(state.left).toBe(true);
  });
});

describe('noticed', () => {
  it('hands each chunk over first, and waits for that', async () => {
    const events: string[] = [];
    const { chunks } = source(1, 2);
    const taps = noticed(chunks, async ({ bytes }) => {
      events.push(`notice ${bytes.length / 2}`);
      await Promise.resolve();
      events.push('noticed');
    });
    for await (const { bytes } of taps) events.push(`chunk ${bytes.length / 2}`);
    expect(events).toEqual(['notice 1', 'noticed', 'chunk 1', 'notice 2', 'noticed', 'chunk 2']);
  });

  it('fails as the one that notices does, and lets go of the source', async () => {
    const { chunks, state } = source(1, 2);
    const full = async () => Promise.reject(new Error('the disk is full'));
    await expect(lengthsOf(noticed(chunks, full))).rejects.toThrow('the disk is full');
    expect(state).toEqual({ given: 1, left: true });
  });

  it('lets go of the source when it is left early', async () => {
    const { chunks, state } = source(1, 2);
    const taps = noticed(chunks, async () => {});
    await taps.next();
    await taps.return(undefined);
    expect(state).toEqual({ given: 1, left: true });
  });
});
