import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../../src/audio/format.ts';
import type { AudioSink } from '../../../src/audio/sink.ts';
import { decodingSink } from '../../../src/audio/sinks/decoding.ts';
import { createFileSink } from '../../../src/audio/sinks/file.ts';
import { holdingSink } from '../../../src/audio/sinks/holding.ts';
import { createNullSink } from '../../../src/audio/sinks/null.ts';
import { skippingSink } from '../../../src/audio/sinks/skipping.ts';
import { teeSinks } from '../../../src/audio/sinks/tee.ts';
import { SpeechError } from '../../../src/errors.ts';
import { scratchDirectory } from '../scratch.ts';
import { pcm24k } from '../signal.ts';

const scratch = scratchDirectory();

/** Keeps what it is given, and cannot give it back. */
class Written implements AudioSink {
  readonly chunks: AudioChunk[] = [];
  drained = false;
  aborted = false;
  refuses = () => undefined;
  write(chunk: AudioChunk): void {
    this.chunks.push(chunk);
  }
  async drain(): Promise<void> {
    this.drained = true;
  }
  abort(): void {
    this.aborted = true;
  }
  position = () => ({ playedSamples: 0, atMs: 0 });
  get bytes(): number[] {
    return this.chunks.flatMap(({ bytes }) => [...bytes]);
  }
}

const chunk = (bytes: number[], firstSample = 0): AudioChunk => ({
  format: pcm24k,
  bytes: Uint8Array.from(bytes),
  firstSample,
});

describe('holdingSink', () => {
  it('gives nothing before a checkpoint, and then all in order', async () => {
    const pipe = new Written();
    const sink = holdingSink(pipe);
    sink.write(chunk([1, 2]));
    sink.write(chunk([3, 4], 1));
    expect(pipe.bytes).toEqual([]);
    await sink.checkpoint?.();
    expect(pipe.bytes).toEqual([1, 2, 3, 4]);
  });

  it('forgets what is taken back', async () => {
    const pipe = new Written();
    const sink = holdingSink(pipe);
    sink.write(chunk([1, 2]));
    await sink.checkpoint?.();
    sink.write(chunk([9, 9], 1));
    sink.takeBack?.();
    sink.write(chunk([3, 4], 1));
    await sink.drain();
    expect([pipe.bytes, pipe.drained]).toEqual([[1, 2, 3, 4], true]);
  });

  it('holds a bounded amount: beyond it all goes out, and cannot be taken back any more', async () => {
    const pipe = new Written();
    const sink = holdingSink(pipe, 4);
    await sink.write(chunk([1, 2, 3, 4]));
    expect(pipe.bytes).toEqual([]);
    await sink.write(chunk([5, 6], 2));
    await sink.write(chunk([7, 8], 3));
    expect(pipe.bytes).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(() => sink.takeBack?.()).toThrow(SpeechError);
    await sink.checkpoint?.();
    sink.write(chunk([9, 9], 4));
    sink.takeBack?.();
    await sink.drain();
    expect(pipe.bytes).toHaveLength(8);
  });

  it('releases what it holds when it is told to, and lets go of it when it is stopped', async () => {
    const [kept, stopped] = [new Written(), new Written()];
    const sink = holdingSink(kept);
    sink.write(chunk([1, 2]));
    await sink.release();
    expect(kept.bytes).toEqual([1, 2]);
    const other = holdingSink(stopped);
    other.write(chunk([1, 2]));
    other.abort();
    await other.release();
    expect([stopped.bytes, stopped.aborted]).toEqual([[], true]);
  });
});

describe('skippingSink', () => {
  it('leaves out of what comes again as much as was handed on', async () => {
    const player = new Written();
    const sink = skippingSink(player);
    sink.write(chunk([1, 2]));
    await sink.checkpoint?.();
    sink.write(chunk([3, 4, 5, 6], 1));
    await sink.takeBack?.();
    sink.write(chunk([3, 4], 1));
    sink.write(chunk([5, 6, 7, 8], 2));
    expect(player.bytes).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(player.chunks.map(({ firstSample }) => firstSample)).toEqual([0, 1, 3]);
  });

  it('does so again when the connection is lost before it is as far as it was', async () => {
    const player = new Written();
    const sink = skippingSink(player);
    sink.write(chunk([1, 2, 3, 4]));
    await sink.takeBack?.();
    sink.write(chunk([1, 2]));
    await sink.takeBack?.();
    sink.write(chunk([1, 2, 3, 4, 5, 6]));
    expect(player.bytes).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('forgets it at a checkpoint: what is said otherwise may be shorter', async () => {
    const player = new Written();
    const sink = skippingSink(player);
    sink.write(chunk([1, 2, 3, 4]));
    await sink.takeBack?.();
    sink.write(chunk([1, 2]));
    await sink.checkpoint?.();
    sink.write(chunk([5, 6], 1));
    expect(player.bytes).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('a file', () => {
  it.each(['wav', 'raw'] as const)(
    'has the bytes that were not taken back, wherever the cuts were: %s',
    async (container) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ kept: fc.nat(90_000), taken: fc.nat(90_000) }), { maxLength: 6 }),
          async (parts) => {
            const path = scratch.file(`a.${container}`);
            const sink = await createFileSink({ path, container });
            const wanted: Uint8Array[] = [];
            let fill = 0;
            const put = async (count: number) => {
              const bytes = new Uint8Array(count * 2).fill(++fill % 251);
              if (count > 0) await sink.write({ format: pcm24k, bytes, firstSample: 0 });
              return bytes;
            };
            for (const { kept, taken } of parts) {
              wanted.push(await put(kept));
              await sink.checkpoint?.();
              await put(taken);
              await sink.takeBack?.();
            }
            await sink.drain();
            const header = container === 'wav' ? 44 : 0;
            const stored = await readFile(path);
            expect(stored.subarray(header).equals(Buffer.concat(wanted))).toBe(true);
            if (container === 'wav') expect(stored.readUInt32LE(40)).toBe(stored.length - header);
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it('that is none takes nothing back: its bytes are gone', async () => {
    const sink = await createFileSink({ path: '/dev/null', container: 'raw' });
    expect(sink.takeBack).toBeUndefined();
    await sink.drain();
  });
});

describe('who stands before another', () => {
  it('takes back what all behind it can', async () => {
    const file = () => createFileSink({ path: scratch.file('a.raw'), container: 'raw' });
    const [one, two] = [await file(), createNullSink()];
    expect(teeSinks([one, skippingSink(two)]).takeBack).toBeDefined();
    expect(teeSinks([one, two]).takeBack).toBeUndefined();
    expect(decodingSink(one, { wanted: pcm24k }).takeBack).toBeDefined();
    expect(decodingSink(two, { wanted: pcm24k }).takeBack).toBeUndefined();
    await one.discard();
  });
});
