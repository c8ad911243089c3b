import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openAudio } from '../../../src/audio/sources/open-audio.ts';
import { needs } from '../../support/programs.ts';
import { scratchDirectory } from '../scratch.ts';
import { encoded, sine } from '../signal.ts';
import { chunk, fmt, riff, wavFile } from '../wav-bytes.ts';
import { heard, never, samplesOf, streamOf } from './heard.ts';

const folder = scratchDirectory();

const tone = (ms: number, rate = 16_000) => encoded(sine(rate, ms, 12_000), 'linear16');
const wav = (ms: number, kind = {}) => wavFile(kind, [...tone(ms)]);

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  await writeFile(folder.file(name), bytes);
  return folder.file(name);
}

/** How many descriptors of this process are open on what is in the scratch folder. */
function openFiles(): number {
  const targets = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // The one that the listing itself had open.
      return '';
    }
  });
  return targets.filter((target) => target.startsWith(folder.path)).length;
}

describe('what the system refuses', () => {
  it.each([
    ['nothing.wav', /cannot read .*nothing\.wav: there is no such file/],
    ['folder', /it is a folder/],
    ['file.wav/below', /there is no such file/],
  ])('%s is E_FILE, in words', async (name, message) => {
    await mkdir(folder.file('folder'));
    await file('file.wav', wav(20));
    const failure = { code: 'E_FILE', message: expect.stringMatching(message) };
    await expect(openAudio({ path: folder.file(name) })).rejects.toMatchObject(failure);
  });

  it('a stream that breaks is E_FILE, and what came before it is heard', async () => {
    const stream = new PassThrough();
    stream.write(wavFile({}, [...tone(100)], 0xffffffff));
    const [source] = await openAudio({ stream, name: 'stdin' });
    let samples = 0;
    const reading = (async () => {
      for await (const { bytes } of source?.chunks(never) ?? []) {
        samples += bytes.length / 2;
        if (samples === 1600) stream.destroy(new Error('the cable is out'));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_FILE', message: 'cannot read stdin: the cable is out' });
    expect(samples).toBe(1600);
  });
});

const latin = (text: string) => Buffer.from(text, 'latin1');

/** What a file holds, and what is said of it. */
const refused: [name: string, bytes: Uint8Array, message: RegExp][] = [
  ['an empty file', new Uint8Array(), /^x is empty$/],
  ['a text file', latin('It was a dark and stormy night.'), /no audio that vox knows \(WAV, MP3, Ogg Opus, FLAC/],
  ['one letter', latin('R'), /no audio that vox knows/],
  ['a long text', latin('la '.repeat(20_000)), /no audio that vox knows/],
  ['zeros', new Uint8Array(50_000), /no audio that vox knows/],
  ['an empty data chunk', wavFile({}, []), /^x holds no audio$/],
  ['less than a sample', wavFile({}, [1]), /holds no audio/],
  ['a header cut in its first chunk', wav(20).subarray(0, 30), /cut off inside its header/],
  ['a header cut before its audio', wav(20).subarray(0, 40), /cut off inside its header/],
  ['four letters of a header', latin('RIFF'), /cut off inside its header/],
  ['a rate of 0', wavFile({ rate: 0 }, [0, 0]), /its header says 0 samples a second/],
  ['a rate of 1092676', wavFile({ rate: 1_092_676 }, [0, 0]), /1092676 samples a second/],
  ['0 channels', wavFile({ channels: 0 }, [0, 0]), /0 channels/],
  ['17 channels', wavFile({ channels: 17 }, Array(34).fill(0)), /^x has 17 channels: vox reads up to 16$/],
  ['ADPCM', wavFile({ tag: 17, bits: 4 }, [0, 0]), /a kind that vox does not read: IMA ADPCM/],
  ['an unknown kind', wavFile({ tag: 4711, bits: 16 }, [0, 0]), /format number 4711, 16 bits/],
  ['no format', riff(chunk('data', [0, 0])), /its audio comes before its format/],
  ['an absurd format chunk', riff(chunk('fmt ', fmt(), 0x66666666), chunk('data', [0, 0])), /format chunk says/],
  ['a video', Buffer.concat([latin('RIFF0000AVI '), Buffer.alloc(40)]), /holds no WAVE/],
  ['MPEG-4', latin('\0\0\0\x20ftypM4A '), /is an MPEG-4 file, which vox does not read/],
  ['AIFF', latin('FORM0000AIFF'), /is an AIFF file/],
  ['WebM', latin('\x1a\x45\xdf\xa3------------'), /is a WebM or Matroska file/],
  ['FLAC, cut', latin('fLaC\0\0'), /FLAC file that is cut off before its audio/],
  ['FLAC with no rate', Buffer.concat([latin('fLaC\x80\0\0\x22'), Buffer.alloc(34)]), /it has no sample rate/],
  ['FLAC with another first block', latin(`fLaC\x84\0\0\x04${'0'.repeat(60)}`), /damaged FLAC/],
  ['Ogg, cut', latin('OggS\0\x02'), /Ogg file that is cut off inside its header/],
  ['Ogg, damaged', Buffer.concat([latin('OggS'), Buffer.alloc(70_000)]), /damaged Ogg file/],
  ['an ID3 tag and nothing', latin('ID3\x04\0\0\0\0\0\x0a0123456789'), /no audio that vox knows/],
];

describe('what is no audio', () => {
  it.each(refused)('%s is E_AUDIO, in words', async (_, bytes, message) => {
    await expect(heard(bytes)).rejects.toMatchObject({ code: 'E_AUDIO', message: expect.stringMatching(message) });
  });

  it.each(refused)('%s, one byte at a time', { timeout: 60_000 }, async (_, bytes, message) => {
    const failure = { code: 'E_AUDIO', message: expect.stringMatching(message) };
    await expect(heard(bytes, {}, bytes.length > 1000 ? [4999] : [1])).rejects.toMatchObject(failure);
  });

  it('says what to do', async () => {
    await expect(heard(latin('text'))).rejects.toMatchObject({ todo: expect.stringMatching(/ffmpeg .*--raw/) });
  });

  it.skipIf(process.platform !== 'linux')('leaves no file open', async () => {
    for (const [, bytes] of refused) {
      await expect(openAudio({ path: await file('bad.wav', bytes) })).rejects.toMatchObject({ code: 'E_AUDIO' });
    }
    expect(openFiles()).toBe(0);
  });
});

describe('what ends early', () => {
  it('is read as far as it goes, with a warning', async () => {
    const { samples, warnings } = await heard(wav(1000).subarray(0, 44 + 16_000));
    expect(samples).toEqual(sine(16_000, 500, 12_000));
    expect(warnings).toEqual(['x ends early: 0.5 s of the 1.0 s that its header tells']);
  });

  it('has the length of what is there, where the file tells its size', async () => {
    const [source] = await openAudio({ path: await file('cut.wav', wav(1000).subarray(0, 44 + 16_000)) });
    expect(source?.totalMs).toBe(500);
    await source?.close?.();
  });

  it.each([1, 3])('inside a sample keeps the whole ones (%i bytes left)', async (bytes) => {
    const whole = wavFile({ channels: 2 }, [1, 0, 3, 0, 5, 0, 7, 0], 0xffffffff);
    const { samples, warnings } = await heard(whole.subarray(0, whole.length - 4 + bytes));
    expect([...samples]).toEqual([2]);
    expect(warnings).toEqual([`x ends inside a sample: its last ${bytes} bytes are left out`]);
  });

  it('warns of nothing that is whole', async () => {
    expect((await heard(wav(100))).warnings).toEqual([]);
  });
});

describe('rates and lengths', () => {
  it.each([8000, 11_025, 22_050, 24_000, 44_100, 48_000, 96_000])('from %i Hz, within a sample', async (rate) => {
    const data = tone(333, rate);
    const { samples } = await heard(wavFile({ rate }, [...data]));
    expect(Math.abs(samples.length - (data.length / 2 / rate) * 16_000)).toBeLessThanOrEqual(1);
    const middle = samples.subarray(1000, 4000);
    const ideal = sine(16_000, 333, 12_000).subarray(1000, 4000);
    expect(middle.every((sample, i) => Math.abs(sample - (ideal[i] ?? 0)) < 40)).toBe(true);
  });

  it.each([8000, 24_000, 48_000])('to %i Hz, in chunks of 20 ms', async (sampleRateHz) => {
    const { samples, sources } = await heard(wav(205), { sampleRateHz, chunkMs: 20 });
    expect(samples).toHaveLength((205 * sampleRateHz) / 1000);
    expect(sources[0]?.format).toEqual({ encoding: 'linear16', sampleRateHz, channels: 1 });
  });
});

describe('raw audio', () => {
  const raw = (encoding: 'linear16' | 'mulaw' | 'alaw', channels = 1) => ({
    raw: { encoding, channels, sampleRateHz: 16_000 },
  });

  it.each(['linear16', 'mulaw', 'alaw'] as const)('reads %s, cut anywhere', async (encoding) => {
    const bytes = encoded(sine(16_000, 100, 8000), encoding);
    const { samples } = await heard(bytes, raw(encoding), [1, 7, 300]);
    expect(samples).toHaveLength(1600);
    const worst = samples.reduce(
      (most, sample, i) => Math.max(most, Math.abs(sample - (sine(16_000, 100, 8000)[i] ?? 0))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(encoding === 'linear16' ? 0 : 256);
  });

  it('takes a WAV header for audio, as it was told to', async () => {
    expect((await heard(wav(20), raw('linear16'))).samples).toHaveLength(22 + 320);
  });

  it('knows how long a file is', async () => {
    const [source] = await openAudio({ path: await file('a.pcm', tone(250)) }, raw('linear16'));
    expect(source?.totalMs).toBe(250);
    await source?.close?.();
  });

  it('warns of an odd byte, and refuses nothing at all', async () => {
    expect((await heard(tone(20).subarray(1), raw('linear16'))).warnings).toEqual([
      'x ends inside a sample: its last 1 bytes are left out',
    ]);
    await expect(heard(new Uint8Array(), raw('linear16'))).rejects.toMatchObject({ code: 'E_AUDIO' });
    const path = await file('empty.pcm', '');
    await expect(openAudio({ path }, raw('linear16'))).rejects.toMatchObject({ code: 'E_AUDIO' });
  });

  it('refuses what cannot be', async () => {
    await expect(heard(tone(20), raw('linear16', 17))).rejects.toMatchObject({ code: 'E_AUDIO' });
    const none = { encoding: 'linear16', channels: 1, sampleRateHz: 0 } as const;
    await expect(heard(tone(20), { raw: none })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('of a live stream is there at once, and gives each chunk as soon as it is whole', async () => {
    const stream = new PassThrough();
    const [source] = await openAudio({ stream, name: 'stdin' }, { ...raw('linear16'), live: true });
    expect(source?.live).toBe(true);
    const chunks = source?.chunks(never)[Symbol.asyncIterator]();
    stream.write(tone(50));
    expect((await chunks?.next())?.value?.bytes).toHaveLength(1600);
    stream.end(tone(10));
    expect((await chunks?.next())?.value).toMatchObject({ firstSample: 800 });
    expect((await chunks?.next())?.done).toBe(true);
  });
});

describe('split', () => {
  const stereo = (ms: number) => {
    const [left, right] = [sine(16_000, ms, 9000), sine(16_000, ms, 5000, 700)];
    const both = new Int16Array(2 * left.length).map((_, i) => (i % 2 ? right : left)[i >> 1] ?? 0);
    return { left, right, bytes: wavFile({ channels: 2 }, [...encoded(both, 'linear16')]) };
  };

  it('gives a source for each channel, sample for sample', async () => {
    const { left, right, bytes } = stereo(400);
    const sources = await openAudio({ stream: streamOf(bytes, [999]), name: 'call.wav' }, { channels: 'split' });
    expect(sources.map(({ name }) => name)).toEqual(['call.wav (channel 1)', 'call.wav (channel 2)']);
    expect(await Promise.all(sources.map((source) => samplesOf(source)))).toEqual([left, right]);
  });

  it('of mono is that one', async () => {
    const sources = await openAudio({ stream: streamOf(wav(40)), name: 'x' }, { channels: 'split' });
    expect(sources.map(({ name }) => name)).toEqual(['x']);
    expect(sources[0] && (await samplesOf(sources[0]))).toHaveLength(640);
  });

  it('holds back a reader that is far ahead of another, and loses nothing', async () => {
    const { left, right, bytes } = stereo(60_000);
    const path = await file('call.wav', bytes);
    const sources = await openAudio({ path }, { channels: 'split', chunkMs: 100 });
    const [fast, slow] = sources.map((source) => source.chunks(never)[Symbol.asyncIterator]());
    let ahead = 0;
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for (let next = await fast?.next(); next && !next.done; next = await fast?.next()) {
        ahead += next.value.bytes.length / 2;
        pieces.push(next.value.bytes);
      }
    })();
    const others: Uint8Array[] = [];
    await expect.poll(() => ahead).toBeGreaterThan(10 * 16_000);
    // A block of the file more than the bound is as far as it comes.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(ahead).toBeLessThan(10 * 16_000 + 2 * 65_536);
    for (let next = await slow?.next(); next && !next.done; next = await slow?.next()) others.push(next.value.bytes);
    await reading;
    expect(Buffer.compare(Buffer.concat(pieces), Buffer.from(left.buffer))).toBe(0);
    expect(Buffer.compare(Buffer.concat(others), Buffer.from(right.buffer))).toBe(0);
  });

  it('goes on for the others when one leaves', async () => {
    const { right, bytes } = stereo(30_000);
    const [first, second] = await openAudio({ path: await file('call.wav', bytes) }, { channels: 'split' });
    for await (const _ of first?.chunks(never) ?? []) break;
    expect(second && (await samplesOf(second))).toEqual(right);
  });
});

describe('leaving', () => {
  it.skipIf(process.platform !== 'linux')('early, by an abort, unread, or at the end lets go of the file', async () => {
    const path = await file('a.wav', wav(5000));
    const opened = async () => {
      const [source] = await openAudio({ path });
      if (!source) throw new Error('no source');
      expect(openFiles()).toBe(1);
      return source;
    };
    for await (const _ of (await opened()).chunks(never)) break;
    expect(openFiles()).toBe(0);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const _ of (await opened()).chunks(controller.signal)) controller.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(openFiles()).toBe(0);
    await (await opened()).close?.();
    expect(openFiles()).toBe(0);
    const source = await opened();
    await samplesOf(source);
    expect(openFiles()).toBe(0);
    await source.close?.();
  });

  it('rejects with the reason of a signal that came before', async () => {
    const reason = new Error('before');
    await expect(openAudio({ path: 'x' }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const [source] = await openAudio({ stream: streamOf(wav(20)), name: 'x' });
    await expect(source && samplesOf(source, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('what never speaks', () => {
  it('is waited for until the signal comes, at opening', async () => {
    const stream = new PassThrough();
    const controller = new AbortController();
    const opening = openAudio({ stream, name: 'stdin' }, { signal: controller.signal });
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
    expect(stream.destroyed).toBe(true);
  });

  it('is waited for until the signal comes, at reading', async () => {
    const stream = new Readable({ read() {} });
    const raw = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
    const [source] = await openAudio({ stream, name: 'stdin' }, { raw, live: true });
    const controller = new AbortController();
    const reading = source && samplesOf(source, controller.signal);
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(stream.destroyed).toBe(true);
  });

  const fifo = needs('mkfifo');

  fifo.it('may be a pipe that nobody ever opens', async () => {
    execFileSync('mkfifo', [folder.file('pipe')]);
    const controller = new AbortController();
    const opening = openAudio({ path: folder.file('pipe') }, { signal: controller.signal });
    const reason = new Error('stop');
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
  });

  fifo.it('may be a pipe that is opened and silent; one that speaks late is heard', async () => {
    execFileSync('mkfifo', [folder.file('pipe')]);
    const silent = await open(folder.file('pipe'), 'r+');
    const controller = new AbortController();
    const opening = openAudio({ path: folder.file('pipe') }, { signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(opening).rejects.toThrow('stop');
    await silent.close();
    const late = openAudio({ path: folder.file('pipe') });
    const writer = spawn('sh', ['-c', 'cat > "$0"', folder.file('pipe')], { stdio: ['pipe', 'ignore', 'ignore'] });
    writer.stdin.end(wav(300));
    const [source] = await late;
    expect(source && (await samplesOf(source))).toEqual(sine(16_000, 300, 12_000));
  });
});
