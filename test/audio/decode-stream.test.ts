import { describe, expect, it } from 'vitest';
import { decodeStream } from '../../src/audio/decode-stream.ts';
import type { AudioFormat } from '../../src/audio/format.ts';
import { HandOver } from '../../src/audio/sinks/hand-over.ts';
import type { ByteReader } from '../../src/audio/sources/byte-reader.ts';
import { needs } from '../support/programs.ts';
import { compressed, likenessDb } from './compressed.ts';
import { alaw8k, encoded, joined, mp3, mulaw8k, pcm24k, sine } from './signal.ts';

class Pieces implements ByteReader {
  readonly name = 'x';
  readonly sizeBytes = undefined;
  closed = 0;
  readonly #pieces: Uint8Array[];

  constructor(bytes: Uint8Array, pieceBytes: number) {
    const starts = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, i) => i * pieceBytes);
    this.#pieces = starts.map((start) => bytes.subarray(start, start + pieceBytes));
  }

  async read() {
    return this.#pieces.shift();
  }

  async close() {
    this.closed++;
  }
}

/** All that is decoded, and what was warned of. */
async function decoded(reader: ByteReader, format: AudioFormat, sampleRateHz = 24_000) {
  const blocks: Int16Array[] = [];
  const warnings: string[] = [];
  for await (const block of decodeStream(reader, { format, sampleRateHz, warn: (text) => warnings.push(text) })) {
    blocks.push(block.slice());
  }
  return { samples: joined(...blocks), warnings };
}

/** The end sounds different from the beginning. */
const second = sine(24_000, 1000, 9000).map((sample, i) => Math.round(sample * Math.cos(i / 7000)));
const opus: AudioFormat = { ...pcm24k, encoding: 'opus' };

describe('decodeStream, of PCM', () => {
  it.each([mulaw8k, alaw8k])('$encoding at 8 kHz becomes linear16 at 24', async (format) => {
    const tone = sine(8000, 1000, 9000);
    for (const pieceBytes of [1, 160, 100_000]) {
      const { samples } = await decoded(new Pieces(encoded(tone, format.encoding), pieceBytes), format);
      expect(samples).toHaveLength(24_000);
      expect(likenessDb(samples, sine(24_000, 1000, 9000))).toBeGreaterThan(30);
    }
  });

  it('keeps samples that come in halves, and mixes two channels', async () => {
    const both = Int16Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 1000 : 3000));
    const { samples } = await decoded(new Pieces(encoded(both, 'linear16'), 3), { ...pcm24k, channels: 2 });
    expect(samples).toEqual(new Int16Array(1000).fill(2000));
  });

  it('closes the reader, also where it is left early', async () => {
    const reader = new Pieces(encoded(second, 'linear16'), 960);
    for await (const block of decodeStream(reader, { format: pcm24k, sampleRateHz: 16_000, warn: () => {} })) {
      expect(block.length).toBeGreaterThan(0);
      break;
    }
    expect(reader.closed).toBeGreaterThan(0);
  });
});

describe('decodeStream, of what is not what it is called', () => {
  const cases: [string, AudioFormat, RegExp][] = [
    ['noise called mp3', mp3, /^x is called mp3, and is none$/],
    ['noise called opus', opus, /^x is called opus, and has no Ogg around it$/],
  ];
  const noise = Uint8Array.from({ length: 40_000 }, (_, i) => (i * i * 31) & 0x7f);
  it.each(cases)('%s', async (_, format, message) => {
    await expect(decoded(new Pieces(noise, 960), format)).rejects.toMatchObject({ code: 'E_UNSUPPORTED', message });
    await expect(decoded(new Pieces(noise.subarray(0, 3), 1), format)).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  it('gives up on mp3 before it has looked at more than 20 kB', async () => {
    const reader = new Pieces(noise, 1000);
    await expect(decoded(reader, mp3)).rejects.toThrow('is none');
    let left = 0;
    while (await reader.read()) left++;
    expect(left).toBeGreaterThan(20);
  });
});

needs('ffmpeg').describe('decodeStream, of compressed sound', () => {
  const cases = [
    { format: mp3, leastDb: 25, spareSamples: 3 * 1152 },
    { format: opus, leastDb: 15, spareSamples: 1000 },
  ] as const;
  it.each(cases)('$format.encoding sounds as before, however it is cut', async ({ format, leastDb, spareSamples }) => {
    const bytes = await compressed(second, pcm24k, format.encoding === 'mp3' ? 'mp3' : 'opus');
    const whole = await decoded(new Pieces(bytes, bytes.length), format);
    expect(whole.warnings).toEqual([]);
    expect(Math.abs(whole.samples.length - second.length)).toBeLessThan(spareSamples);
    expect(likenessDb(whole.samples, second)).toBeGreaterThan(leastDb);
    for (const pieceBytes of [1, 700]) {
      expect((await decoded(new Pieces(bytes, pieceBytes), format)).samples).toEqual(whole.samples);
    }
  });

  it.each(cases)('$format.encoding: two streams, one behind the other', async ({ format }) => {
    const bytes = await compressed(second, pcm24k, format.encoding === 'mp3' ? 'mp3' : 'opus');
    const once = await decoded(new Pieces(bytes, 700), format);
    const twice = await decoded(new Pieces(Buffer.concat([bytes, bytes]), 700), format);
    expect(twice.warnings).toEqual([]);
    expect(Math.abs(twice.samples.length - 2 * once.samples.length)).toBeLessThan(1200);
    expect(likenessDb(twice.samples.subarray(once.samples.length - 1200), second)).toBeGreaterThan(15);
  });

  it('goes by what mp3 says of itself, not by what it was called', async () => {
    const bytes = await compressed(sine(16_000, 1000, 9000), { ...pcm24k, sampleRateHz: 16_000 }, 'mp3');
    const tagged = Buffer.concat([Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 2, 7, 7), bytes]);
    for (const sound of [bytes, tagged]) {
      const { samples } = await decoded(new Pieces(sound, 500), { ...mp3, sampleRateHz: 44_100 });
      expect(likenessDb(samples, sine(24_000, 1000, 9000))).toBeGreaterThan(25);
    }
  });

  it('gives the first sound before the stream has ended', async () => {
    const bytes = await compressed(second, pcm24k, 'mp3');
    const hand = new HandOver('x');
    const blocks = decodeStream(hand, { format: mp3, sampleRateHz: 24_000, warn: () => {} });
    const first = blocks.next();
    // Five frames of 24 ms at 64 kbit/s.
    await Promise.race([hand.give(bytes.subarray(0, 960)), first]);
    expect((await first).value?.length).toBeGreaterThan(1000);
    await hand.close();
    await blocks.return(undefined);
  });

  it('reads on over damage, and says so', async () => {
    const bytes = await compressed(second, pcm24k, 'mp3');
    bytes.fill(0x11, 3000, 3500);
    const { samples, warnings } = await decoded(new Pieces(bytes, 700), mp3);
    expect(samples.length).toBeGreaterThan(18_000);
    expect(warnings).toEqual([expect.stringMatching(/^is damaged: /)]);
  });
});
