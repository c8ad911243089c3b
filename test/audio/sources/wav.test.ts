import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from 'wav';
import { openAudio } from '../../../src/audio/sources/open-audio.ts';
import { needs } from '../../support/programs.ts';
import { recordings, withRecordings } from '../../support/recordings.ts';
import { scratchDirectory } from '../scratch.ts';
import { encoded, sine } from '../signal.ts';
import { chunk, container, extensible, fmt, type Kind, riff, u32, wavFile } from '../wav-bytes.ts';
import { heard, samplesOf } from './heard.ts';

const folder = scratchDirectory();

const bytesOf = (...samples: number[]) => [...encoded(Int16Array.from(samples), 'linear16')];

/** Whole files, typed by hand at the rate that is wanted, so that what comes out is what stands in them. */
const files: [name: string, bytes: Uint8Array, samples: number[]][] = [
  ['16 bits', wavFile({}, bytesOf(1, -2, 32_767)), [1, -2, 32_767]],
  ['8 bits, and a pad byte', wavFile({ bits: 8 }, [0, 0x80, 0xff]), [-32_768, 0, 32_512]],
  ['24 bits', wavFile({ bits: 24 }, [0, 0x34, 0x12, 0, 0, 0x80]), [0x1234, -32_768]],
  ['32 bits', wavFile({ bits: 32 }, [0, 0, 0x34, 0x12]), [0x1234]],
  ['float', wavFile({ tag: 3, bits: 32 }, [...new Uint8Array(Float32Array.of(0.5, 3).buffer)]), [16_384, 32_767]],
  ['double', wavFile({ tag: 3, bits: 64 }, [...new Uint8Array(Float64Array.of(-0.5).buffer)]), [-16_384]],
  ['mu-law', wavFile({ tag: 7, bits: 8 }, [0x80, 0]), [32_124, -32_124]],
  ['A-law', wavFile({ tag: 6, bits: 8 }, [0xaa, 0x2a]), [32_256, -32_256]],
  ['stereo, mixed', wavFile({ channels: 2 }, bytesOf(10, 20, -4, 4)), [15, 0]],
  ['16 channels, mixed', wavFile({ channels: 16 }, bytesOf(...Array(16).fill(7))), [7]],
  ['extensible', riff(chunk('fmt ', extensible({ bits: 24 })), chunk('data', [0, 0x34, 0x12])), [0x1234]],
  ['extensible float', riff(chunk('fmt ', extensible({ tag: 3, bits: 32 })), chunk('data', [0, 0, 0, 0x3f])), [16_384]],
  [
    'LIST and unknown chunks before and after',
    riff(
      chunk('LIST', [1, 2, 3]),
      chunk('fmt ', fmt()),
      chunk('wxyz', Array(70).fill(7)),
      chunk('data', bytesOf(5, 6)),
      chunk('LIST', [9, 9, 9, 9]),
    ),
    [5, 6],
  ],
  ['size 0', wavFile({}, bytesOf(1, 2), 0), [1, 2]],
  ['size 0xffffffff', wavFile({}, bytesOf(1, 2), 0xffffffff), [1, 2]],
  ['size 0xffffff9b', wavFile({}, bytesOf(1, 2), 0xffffff9b), [1, 2]],
  [
    'RF64, with a chunk after its audio',
    container(
      'RF64',
      chunk('ds64', [...u32(0), ...u32(0), ...u32(4), ...u32(0), ...Array(12).fill(0)]),
      chunk('fmt ', fmt()),
      chunk('data', bytesOf(1, 2), 0xffffffff),
      chunk('LIST', [9, 9]),
    ),
    [1, 2],
  ],
];

describe('WAV', () => {
  it.each(files)('reads %s', async (_, bytes, samples) => {
    const { samples: found, warnings } = await heard(bytes);
    expect([...found]).toEqual(samples);
    expect(warnings).toEqual([]);
  });

  it.each(files)('reads %s, one byte at a time', async (_, bytes, samples) => {
    expect([...(await heard(bytes, {}, [1])).samples]).toEqual(samples);
  });

  it.each(files)('reads %s from a file', async (_, bytes, samples) => {
    await writeFile(folder.file('a.wav'), bytes);
    const [source] = await openAudio({ path: folder.file('a.wav') });
    expect(source && [...(await samplesOf(source))]).toEqual(samples);
  });

  it('tells the length where the header does', async () => {
    const totals = async (bytes: Uint8Array) => (await heard(bytes)).sources[0]?.totalMs;
    expect(await totals(wavFile({}, bytesOf(...Array(160).fill(1))))).toBe(10);
    expect(await totals(wavFile({}, bytesOf(...Array(160).fill(1)), 0))).toBeUndefined();
    await writeFile(folder.file('open.wav'), wavFile({ channels: 2 }, bytesOf(...Array(320).fill(1)), 0));
    const [source] = await openAudio({ path: folder.file('open.wav') });
    expect(source?.totalMs).toBe(10);
    await source?.close?.();
  });

  it('gives the same samples however a stream is cut', async () => {
    const kinds: Kind[] = [{ bits: 24, channels: 3, rate: 44_100 }, { bits: 16, channels: 2, rate: 8000 }, { bits: 8 }];
    const cuts = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), cuts, async (kind, lengths) => {
        const size = ((kind.bits ?? 16) / 8) * (kind.channels ?? 1) * 1500;
        const bytes = wavFile(
          kind,
          Array.from({ length: size }, (_, index) => (index * 31 + (index >> 6)) & 0xff),
        );
        expect((await heard(bytes, {}, lengths)).samples).toEqual((await heard(bytes)).samples);
      }),
      { numRuns: 40 },
    );
  });

  it('reads files of many blocks, with samples across their ends', async () => {
    const samples = Int16Array.from({ length: 250_000 }, (_, index) => (index * 7919) & 0x7fff);
    const data = [...samples].flatMap((sample) => [0, sample & 0xff, sample >> 8]);
    await writeFile(folder.file('long.wav'), wavFile({ bits: 24 }, data));
    const [source] = await openAudio({ path: folder.file('long.wav') });
    expect(source && Buffer.compare(Buffer.from((await samplesOf(source)).buffer), Buffer.from(samples.buffer))).toBe(
      0,
    );
  });

  it('agrees with npm wav on what is audio', async () => {
    for (const [name, bytes] of files.filter(([name]) => /^(16 bits|stereo|24 bits)/.test(name))) {
      const reader = new Reader();
      const whole = once(reader, 'end');
      let format = { channels: 0, sampleRate: 0 };
      let length = 0;
      reader.once('format', (found) => {
        format = found;
      });
      reader.on('data', (piece) => {
        length += piece.length;
      });
      Readable.from([Buffer.from(bytes)]).pipe(reader);
      await whole;
      const { sources } = await heard(bytes, { sampleRateHz: format.sampleRate, channels: 'split' });
      expect(sources, name).toHaveLength(format.channels);
      const kindBytes = name.startsWith('24') ? 3 : 2;
      expect(sources[0]?.totalMs, name).toBe((length / kindBytes / format.channels / format.sampleRate) * 1000);
    }
  });
});

const sox = needs('sox');

describe('against sox', () => {
  const kinds = [
    ['-b', '8', '-e', 'unsigned-integer'],
    ['-b', '24', '-e', 'signed-integer'],
    ['-b', '32', '-e', 'signed-integer'],
    ['-b', '32', '-e', 'floating-point'],
    ['-b', '64', '-e', 'floating-point'],
    ['-e', 'mu-law'],
    ['-e', 'a-law'],
  ];
  sox.it.each(kinds)('reads what it writes, to the last bit but one: %s %s %s %s', async (...options) => {
    const input = wavFile({ channels: 2 }, [...encoded(sine(16_000, 200, 20_000), 'linear16')]);
    const wav = execFileSync('sox', ['-t', 'wav', '-', '-D', ...options.filter(Boolean), '-t', 'wav', '-'], { input });
    await writeFile(folder.file('sox.wav'), wav);
    const raw = ['-D', '-t', 'raw', '-e', 'signed-integer', '-b', '16', '-'];
    const own = execFileSync('sox', [folder.file('sox.wav'), ...raw]);
    const sources = await openAudio({ path: folder.file('sox.wav') }, { channels: 'split' });
    const [left, right] = await Promise.all(sources.map((source) => samplesOf(source)));
    const expected = new Int16Array(new Uint8Array(own).buffer);
    expect(left?.length).toBe(expected.length / 2);
    const worst = expected.reduce(
      (most, sample, i) => Math.max(most, Math.abs(sample - ((i % 2 ? right : left)?.[i >> 1] ?? 0))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(1);
  });
});

withRecordings('the recordings', () => {
  it('are read sample for sample', async () => {
    for (const name of ['goforward.wav', 'austen-0880.wav']) {
      const [source] = await openAudio({ path: `${recordings}/${name}` });
      const expected = readFileSync(`${recordings}/${name}`).subarray(44);
      const found = source && Buffer.from((await samplesOf(source)).buffer);
      expect(found && Buffer.compare(found, expected)).toBe(0);
    }
  });

  it.each([
    ['awful.wav', /1092676 samples a second/],
    ['bad.wav', /format chunk says 1717986918 bytes/],
    ['null.wav', /holds no audio/],
  ])('bad/%s is refused in words', async (name, words) => {
    const failure = { code: 'E_AUDIO', message: expect.stringMatching(words) };
    await expect(openAudio({ path: `${recordings}/bad/${name}` })).rejects.toMatchObject(failure);
  });
});
