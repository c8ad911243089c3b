import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reader } from 'wav';
import type { AudioFormat } from '../../src/audio/format.ts';
import { sampleRatesHz } from '../../src/audio/format.ts';
import { maxWavBytes, parseWavHeader, wavHeader } from '../../src/audio/wav-header.ts';
import { needs } from '../support/programs.ts';
import { scratchDirectory } from './scratch.ts';
import { alaw8k, countingBytes, encoded, mp3, mulaw8k, pcm24k, sine } from './signal.ts';

function u16(value: number): number[] {
  return [value & 0xff, value >>> 8];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function letters(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}

function chunk(id: string, body: number[], size = body.length): number[] {
  return [...letters(id), ...u32(size), ...body];
}

function fmt(tag = 1, channels = 1, rate = 24000, bits = 16): number[] {
  const block = (channels * bits) / 8;
  return [...u16(tag), ...u16(channels), ...u32(rate), ...u32(rate * block), ...u16(block), ...u16(bits)];
}

function riff(...chunks: number[][]): Uint8Array {
  return Uint8Array.from([...letters('RIFF'), ...u32(0xffffffff), ...letters('WAVE'), ...chunks.flat()]);
}

const pcmGuid = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** The answer to a header, and to each of its prefixes, which must all be `more`. */
function parseGrowing(bytes: Uint8Array) {
  for (let length = 0; length < bytes.length; length++) {
    expect(parseWavHeader(bytes.subarray(0, length)), `${length} bytes`).toEqual({ kind: 'more' });
  }
  return parseWavHeader(bytes);
}

function whyNot(bytes: Uint8Array): string {
  const parse = parseWavHeader(bytes);
  return parse.kind === 'not-wav' ? parse.why : parse.kind;
}

describe('parseWavHeader', () => {
  it('reads a plain header, one byte at a time', () => {
    expect(parseGrowing(riff(chunk('fmt ', fmt()), chunk('data', [], 96)))).toEqual({
      kind: 'header',
      format: { formatTag: 1, channels: 1, sampleRateHz: 24000, bitsPerSample: 16 },
      dataOffset: 44,
      dataBytes: 96,
    });
  });

  it.each([0, 0xffffffff, 0xffffff9b])('takes a data size of %s as until the end', (size) => {
    expect(parseGrowing(riff(chunk('fmt ', fmt()), chunk('data', [], size)))).toMatchObject({ dataBytes: undefined });
  });

  it('skips chunks it does not know, and the pad byte of odd ones', () => {
    const list = chunk('LIST', [...letters('INFOISFT'), 1, 2, 3]);
    const bytes = riff(chunk('JUNK', [9]), [0], chunk('fmt ', fmt()), list, [0], chunk('data', [], 8));
    expect(parseGrowing(bytes)).toMatchObject({ kind: 'header', dataOffset: bytes.length, dataBytes: 8 });
  });

  it('looks through an extensible header', () => {
    const extra = [...u16(22), ...u16(24), ...u32(3), ...u16(3), ...pcmGuid];
    const bytes = riff(chunk('fmt ', [...fmt(0xfffe, 2, 48000, 32), ...extra]), chunk('data', [], 8));
    expect(parseGrowing(bytes)).toMatchObject({
      format: { formatTag: 3, channels: 2, sampleRateHz: 48000, bitsPerSample: 32 },
    });
  });

  it('leaves the tag of an extensible header whose GUID is no ordinary one', () => {
    const guid = pcmGuid.with(13, 0x72);
    const extra = [...u16(22), ...u16(16), ...u32(4), ...u16(1), ...guid];
    const bytes = riff(chunk('fmt ', [...fmt(0xfffe), ...extra]), chunk('data', [], 8));
    expect(parseWavHeader(bytes)).toMatchObject({ format: { formatTag: 0xfffe } });
  });

  it('reads RF64, whose sizes stand elsewhere', () => {
    const rf64 = (sizes: number[], size = 0xffffffff) => {
      const bytes = riff(chunk('ds64', sizes), chunk('fmt ', fmt()), chunk('data', [], size));
      bytes.set(letters('RF64'));
      return parseWavHeader(bytes);
    };
    const sizes = (low: number, high: number) => [
      ...u32(0),
      ...u32(1),
      ...u32(low),
      ...u32(high),
      ...Array(12).fill(0),
    ];
    expect(rf64(sizes(96, 0))).toMatchObject({ kind: 'header', dataBytes: 96 });
    expect(rf64(sizes(0x80000000, 2))).toMatchObject({ kind: 'header', dataBytes: 2 * 2 ** 32 + 2 ** 31 });
    expect(rf64(sizes(0, 0))).toMatchObject({ kind: 'header', dataBytes: undefined });
    expect(rf64(sizes(96, 0), 48)).toMatchObject({ kind: 'header', dataBytes: 48 });
    expect(rf64([1, 2, 3, 4])).toMatchObject({ kind: 'header', dataBytes: undefined });
  });

  it('does not confuse the view with its buffer', () => {
    const header = riff(chunk('fmt ', fmt()), chunk('data', [], 96));
    const inside = new Uint8Array(header.length + 20).fill(0xee);
    inside.set(header, 7);
    expect(parseWavHeader(inside.subarray(7, 7 + header.length))).toMatchObject({ kind: 'header', dataBytes: 96 });
  });

  it('knows by the first byte what is no RIFF', () => {
    expect(whyNot(Uint8Array.of(0x51))).toContain('RIFF');
    expect(whyNot(Uint8Array.from(letters('RIFX')))).toContain('RIFF');
    expect(whyNot(Uint8Array.from([...letters('RIFF'), 0, 0, 0, 0, 0x58]))).toContain('WAVE');
  });

  it.each([
    ['audio before a format', riff(chunk('data', [], 8)), 'before its format'],
    ['a format too short', riff(chunk('fmt ', fmt().slice(2), 14)), '14 bytes'],
    ['a format of two gigabytes', riff(chunk('fmt ', fmt(), 0x80000000)), '2147483648 bytes'],
    ['no channels', riff(chunk('fmt ', fmt(1, 0))), '0 channels'],
    ['a rate of zero', riff(chunk('fmt ', fmt(1, 1, 0))), '0 samples a second'],
    ['an absurd rate', riff(chunk('fmt ', fmt(1, 1, 4_000_000_000))), '4000000000 samples a second'],
    ['no bits', riff(chunk('fmt ', fmt(1, 1, 8000, 0))), '0 bits'],
    ['too many bits', riff(chunk('fmt ', fmt(1, 1, 8000, 4096))), '4096 bits'],
    ['a chunk beyond the first MiB', riff(chunk('fmt ', fmt()), chunk('LIST', [], 1 << 20)), 'MiB'],
  ])('refuses %s in words', (_, bytes, words) => {
    expect(whyNot(bytes)).toContain(words);
  });

  it('gives up after a MiB of small chunks instead of asking for ever more', () => {
    const junk = chunk('JUNK', Array(1016).fill(0));
    const bytes = riff(...Array(1025).fill(junk));
    expect(parseWavHeader(bytes.subarray(0, 500_000)).kind).toBe('more');
    expect(whyNot(bytes)).toContain('MiB');
  });

  it('never throws, whatever comes, and never changes its mind', () => {
    const start = riff(chunk('fmt ', fmt()));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(start.length), fc.nat(100), (noise, kept, cut) => {
        const bytes = Uint8Array.from([...start.subarray(0, kept), ...noise]);
        const early = parseWavHeader(bytes.subarray(0, cut));
        if (early.kind !== 'more') expect(parseWavHeader(bytes)).toEqual(early);
      }),
    );
  });
});

describe('wavHeader', () => {
  it('is the 44 bytes that everyone writes, for linear16', () => {
    const expected = [
      ...letters('RIFF'),
      ...u32(36 + 96),
      ...letters('WAVE'),
      ...chunk('fmt ', fmt()),
      ...chunk('data', [], 96),
    ];
    expect([...wavHeader(pcm24k, 96)]).toEqual(expected);
  });

  it('counts the pad byte of odd audio in the outer size alone', () => {
    const view = new DataView(wavHeader(mulaw8k, 3).buffer);
    expect([view.getUint32(4, true), view.getUint32(54, true)]).toEqual([54, 3]);
  });

  it('says nothing of the length to a pipe', () => {
    const view = new DataView(wavHeader(pcm24k, 'stream').buffer);
    expect([view.getUint32(4, true), view.getUint32(40, true)]).toEqual([0xffffffff, 0xffffffff]);
  });

  it('is refused for what no WAV file holds, and past 4 GiB', () => {
    expect(() => wavHeader(mp3, 0)).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
    expect(() => wavHeader(pcm24k, maxWavBytes - 43)).toThrow(expect.objectContaining({ code: 'E_WAV_SIZE' }));
    expect(parseWavHeader(wavHeader(pcm24k, maxWavBytes - 44))).toMatchObject({ dataBytes: maxWavBytes - 44 });
  });

  const formats = fc.record({
    encoding: fc.constantFrom('linear16', 'mulaw', 'alaw'),
    sampleRateHz: fc.constantFrom(...sampleRatesHz),
    channels: fc.integer({ min: 1, max: 8 }),
  }) satisfies fc.Arbitrary<AudioFormat>;
  const tags = { linear16: 1, alaw: 6, mulaw: 7 };

  it('is read back by parseWavHeader, whole and streamed, at the same length', () => {
    fc.assert(
      fc.property(formats, fc.integer({ min: 1, max: 4e9 }), (format, dataBytes) => {
        const whole = wavHeader(format, dataBytes);
        const streamed = wavHeader(format, 'stream');
        expect(streamed.length).toBe(whole.length);
        const { channels, sampleRateHz, encoding } = format;
        const bitsPerSample = encoding === 'linear16' ? 16 : 8;
        const expected = {
          kind: 'header',
          format: { formatTag: tags[encoding], channels, sampleRateHz, bitsPerSample },
          dataOffset: whole.length,
        };
        expect(parseWavHeader(whole)).toEqual({ ...expected, dataBytes });
        expect(parseWavHeader(streamed)).toEqual({ ...expected, dataBytes: undefined });
      }),
    );
  });
});

describe('independent readers of our headers', () => {
  const scratch = scratchDirectory();
  const formats = [pcm24k, mulaw8k, alaw8k];

  it.each(formats)('npm wav reads $encoding', async (format) => {
    const audio = countingBytes(5000);
    const reader = new Reader();
    const heard: Buffer[] = [];
    const stated = new Promise((resolve) => reader.on('format', resolve));
    reader.on('data', (bytes: Buffer) => heard.push(bytes));
    reader.end(Buffer.concat([wavHeader(format, audio.length), audio]));
    expect(await stated).toMatchObject({ channels: 1, sampleRate: format.sampleRateHz, endianness: 'LE' });
    expect(Buffer.concat(heard)).toEqual(Buffer.from(audio));
  });

  needs('sox').it.each(formats)('sox reads $encoding from a file and from a pipe', async (format) => {
    const audio = encoded(sine(format.sampleRateHz, 500, 9000), format.encoding);
    const raw = ['-t', 'raw', '-e', 'signed', '-b', '16', '-'];
    const whole = scratch.file('whole.wav');
    await writeFile(whole, Buffer.concat([wavHeader(format, audio.length), audio]));
    const fromFile = spawnSync('sox', ['-D', whole, ...raw]);
    expect(fromFile.stderr.toString()).toBe('');
    expect(fromFile.stdout.length).toBe(format.sampleRateHz);
    const input = Buffer.concat([wavHeader(format, 'stream'), audio]);
    const fromPipe = spawnSync('sox', ['-D', '-t', 'wav', '-', ...raw], { input });
    expect(fromPipe.stdout.equals(fromFile.stdout)).toBe(true);
  });

  needs('ffmpeg').it.each(formats)('ffmpeg reads $encoding from a file and from a pipe', async (format) => {
    const audio = encoded(sine(format.sampleRateHz, 500, 9000), format.encoding);
    const decode = (path: string, input?: Buffer) => {
      const args = ['-loglevel', 'error', '-i', path, '-f', 's16le', 'pipe:1'];
      return spawnSync('ffmpeg', args, { input });
    };
    const whole = scratch.file('whole.wav');
    await writeFile(whole, Buffer.concat([wavHeader(format, audio.length), audio]));
    const fromFile = decode(whole);
    expect(fromFile.stderr.toString()).toBe('');
    expect(fromFile.stdout.length).toBe(format.sampleRateHz);
    const fromPipe = decode('pipe:0', Buffer.concat([wavHeader(format, 'stream'), audio]));
    expect(fromPipe.stdout.equals(fromFile.stdout)).toBe(true);
  });

  needs('file').it('file names our encodings', async () => {
    const names = formats.map(async (format) => {
      const path = scratch.file(`${format.encoding}.wav`);
      await writeFile(path, wavHeader(format, 0));
      return spawnSync('file', ['-b', path]).stdout.toString();
    });
    const [linear, mu, a] = await Promise.all(names);
    expect(linear).toContain('Microsoft PCM, 16 bit, mono 24000 Hz');
    expect(mu).toContain('ITU G.711 mu-law, mono 8000 Hz');
    expect(a).toContain('ITU G.711 A-law, mono 8000 Hz');
  });

  needs('sox').it.each([
    ['8-bit', ['-b', '8', '-e', 'unsigned'], { formatTag: 1, bitsPerSample: 8 }],
    ['24-bit (extensible)', ['-b', '24'], { formatTag: 1, bitsPerSample: 24 }],
    ['float', ['-b', '32', '-e', 'float'], { formatTag: 3, bitsPerSample: 32 }],
    ['mu-law', ['-e', 'mu-law', '-b', '8'], { formatTag: 7, bitsPerSample: 8 }],
  ])('and we read what sox writes: %s', async (_, how, format) => {
    const path = scratch.file('sox.wav');
    spawnSync('sox', ['-n', '-r', '16000', '-c', '2', ...how, path, 'synth', '0.1', 'sine', '440', 'gain', '-6']);
    const bytes = await readFile(path);
    const parse = parseWavHeader(bytes);
    expect(parse).toMatchObject({ kind: 'header', format: { ...format, channels: 2, sampleRateHz: 16000 } });
    const dataBytes = (1600 * 2 * format.bitsPerSample) / 8;
    expect(parse).toMatchObject({ dataBytes, dataOffset: bytes.length - dataBytes });
  });
});
