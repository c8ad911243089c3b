import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { openAudio } from '../../../src/audio/sources/open-audio.ts';
import { needs } from '../../support/programs.ts';
import { scratchDirectory } from '../scratch.ts';
import { encoded } from '../signal.ts';
import { wavFile } from '../wav-bytes.ts';
import { heard, samplesOf } from './heard.ts';

const folder = scratchDirectory();
const rate = 24_000;

/** Three seconds that sound different everywhere: a sweep over a hum, louder on the left. */
const stereo = Int16Array.from({ length: 2 * 3 * rate }, (_, index) => {
  const t = (index >> 1) / rate;
  const sound = 9000 * Math.sin(2 * Math.PI * (200 + 300 * t) * t) + 2000 * Math.sin(700 * t);
  return Math.round(index % 2 ? sound / 2 : sound);
});
const wav = wavFile({ channels: 2, rate }, [...encoded(stereo, 'linear16')]);
const mono = Int16Array.from({ length: stereo.length / 2 }, (_, i) => (stereo[2 * i] ?? 0) * 0.75);

const quiet = ['-hide_banner', '-loglevel', 'error'];
function ffmpeg(...options: string[]): Buffer {
  // To a file, and not to a pipe: some headers are filled in at the end.
  execFileSync('ffmpeg', [...quiet, '-y', '-i', 'pipe:0', ...options, folder.file('made')], { input: wav });
  return readFileSync(folder.file('made'));
}

/** How far a signal is from another, in dB below it, at the shift (within a few ms) where that is most. */
function likeness(found: Int16Array, expected: Int16Array): { db: number; shift: number } {
  let best = { db: -Infinity, shift: 0 };
  for (let shift = -120; shift <= 120; shift++) {
    let [signal, noise] = [0, 0];
    for (let i = 4000; i < expected.length - 4000; i += 3) {
      const wanted = expected[i] ?? 0;
      signal += wanted ** 2;
      noise += (wanted - (found[i + shift] ?? 0)) ** 2;
    }
    const db = 10 * Math.log10(signal / (noise || 1e-9));
    if (db > best.db) best = { db, shift };
  }
  return best;
}

interface Case {
  readonly name: string;
  readonly options: readonly string[];
  readonly leastDb: number;
}

/** FLAC is exact; 64 kbit/s of the others are no worse than this for such a signal. */
const cases: Case[] = [
  { name: 'MP3', options: ['-c:a', 'libmp3lame', '-b:a', '64k', '-f', 'mp3'], leastDb: 25 },
  {
    name: 'MP3 without tags',
    options: ['-c:a', 'libmp3lame', '-b:a', '64k', '-id3v2_version', '0', '-write_xing', '0', '-f', 'mp3'],
    leastDb: 25,
  },
  { name: 'Ogg Opus', options: ['-c:a', 'libopus', '-b:a', '64k', '-f', 'ogg'], leastDb: 15 },
  { name: 'FLAC', options: ['-c:a', 'flac', '-f', 'flac'], leastDb: 70 },
];

const ff = needs('ffmpeg');

ff.describe.each(cases)('$name', ({ options, leastDb, name }) => {
  let bytes: Uint8Array = new Uint8Array();
  beforeEach(() => {
    if (bytes.length === 0) bytes = ffmpeg(...options);
  });

  it('sounds like what it was made of, and lasts as long', async () => {
    const { samples, warnings } = await heard(bytes, { sampleRateHz: rate });
    expect(warnings).toEqual([]);
    const delayed = name === 'MP3 without tags';
    // Without its tag nobody knows what the encoder put in front and behind: up to three frames of 576.
    expect(Math.abs(samples.length - mono.length)).toBeLessThanOrEqual(delayed ? 3 * 576 : 1);
    const shifted = delayed ? samples.subarray(1105) : samples;
    expect(likeness(shifted, mono).db).toBeGreaterThan(leastDb);
    expect(
      likeness(
        shifted,
        stereo.filter((_, i) => i % 2 === 0),
      ).db,
    ).toBeLessThan(15);
  });

  it('keeps the channels apart when split', async () => {
    const { sources } = await heard(bytes, { sampleRateHz: rate, channels: 'split' });
    expect(sources).toHaveLength(2);
    const opened = await openAudio(await asFile(bytes), { sampleRateHz: rate, channels: 'split' });
    const [left, right] = await Promise.all(opened.map((source) => samplesOf(source)));
    const energy = (samples: Int16Array = new Int16Array()) => samples.reduce((sum, sample) => sum + sample ** 2, 0);
    expect(energy(left) / energy(right)).toBeGreaterThan(3);
  });

  it('gives the same samples however the stream is cut', async () => {
    const { samples } = await heard(bytes);
    for (const lengths of [[1], [7, 1000, 3], [40_000]]) {
      const part = lengths[0] === 1 ? bytes.subarray(0, 40_000) : bytes;
      const whole = lengths[0] === 1 ? (await heard(part)).samples : samples;
      const cut = (await heard(part, {}, lengths)).samples;
      expect(cut.length).toBe(whole.length);
      expect(Buffer.compare(Buffer.from(cut.buffer), Buffer.from(whole.buffer))).toBe(0);
    }
  });

  it('is known by what it holds, whatever it is called', async () => {
    await writeFile(folder.file('speech.wav'), bytes);
    const [source] = await openAudio({ path: folder.file('speech.wav') });
    expect(source && (await samplesOf(source)).length).toBeGreaterThan(47_000);
  });

  it('that is damaged is read on, with a warning', async () => {
    const damaged = Buffer.from(bytes);
    for (let at = 0; at < 700; at++) damaged[Math.floor(bytes.length * 0.4) + at] = (at * 7919) & 0xff;
    const { samples, warnings } = await heard(damaged);
    expect(samples.length).toBeGreaterThan(8000);
    expect(warnings).toEqual([expect.stringMatching(/^x is damaged/)]);
  });

  it('that is cut anywhere is read as far as it goes, or refused in words', async () => {
    for (const share of [0.001, 0.01, 0.05, 0.3, 0.7, 0.99]) {
      const part = bytes.subarray(0, Math.ceil(bytes.length * share));
      const failed = await heard(part).then(
        ({ samples }) => (samples.length > 0 ? undefined : 'silence'),
        (thrown: unknown) => thrown,
      );
      if (failed !== undefined)
        expect(failed).toMatchObject({ code: 'E_AUDIO', message: expect.stringMatching(/^x /) });
    }
  });

  it('followed or filled by noise never hangs and never throws what is no SpeechError', async () => {
    let state = 99;
    const noise = () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state >> 8;
    };
    for (let turn = 0; turn < 12; turn++) {
      const broken = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * (0.2 + (0.8 * (noise() % 100)) / 100))));
      for (let spot = 0; spot < 1 + (noise() % 20); spot++) {
        const at = noise() % broken.length;
        for (let i = 0; i < noise() % 900 && at + i < broken.length; i++) broken[at + i] = noise() & 0xff;
      }
      const failed = await heard(broken).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (failed !== undefined) expect(failed).toMatchObject({ code: 'E_AUDIO' });
    }
  });
});

async function asFile(bytes: Uint8Array): Promise<{ path: string }> {
  await writeFile(folder.file('audio'), bytes);
  return { path: folder.file('audio') };
}

ff.it('an MP3 with a large ID3 tag and a picture is read past it', async () => {
  const plain = ffmpeg('-c:a', 'libmp3lame', '-b:a', '64k', '-id3v2_version', '0', '-f', 'mp3');
  // 300000 bytes, as seven bits a byte: 18, 39, 96.
  const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0'), Buffer.from([18, 39, 96]), Buffer.alloc(300_000, 0xff)]);
  const whole = (await heard(plain)).samples;
  const tagged = await heard(Buffer.concat([tag, plain]), {}, [5000]);
  expect(tagged.samples).toEqual(whole);
  expect(tagged.warnings).toEqual([]);
  // From a file the tag ends inside the second block that is read.
  const [source] = await openAudio(await asFile(Buffer.concat([tag, plain])));
  expect(source && (await samplesOf(source))).toEqual(whole);
});

ff.it('a mono MP3 is one channel, also when split', async () => {
  const { sources } = await heard(ffmpeg('-ac', '1', '-c:a', 'libmp3lame', '-f', 'mp3'), { channels: 'split' });
  expect(sources.map(({ name }) => name)).toEqual(['x']);
});

ff.it('FLAC tells its length', async () => {
  const { sources } = await heard(ffmpeg('-c:a', 'flac', '-f', 'flac'));
  expect(sources[0]?.totalMs).toBe(3000);
});

ff.it.each([
  ['Ogg Vorbis', ['-c:a', 'libvorbis', '-f', 'ogg'], /^x is Ogg Vorbis, which vox does not read/],
  ['Ogg FLAC', ['-c:a', 'flac', '-f', 'ogg'], /^x is Ogg FLAC, which vox does not read/],
])('%s is refused, with what to do', async (_, options, message) => {
  const failure = {
    code: 'E_AUDIO',
    message: expect.stringMatching(message),
    todo: expect.stringMatching(/ffmpeg -i/),
  };
  await expect(heard(ffmpeg(...options))).rejects.toMatchObject(failure);
});

ff.it('two Opus files in one are read one after the other', async () => {
  const one = ffmpeg('-c:a', 'libopus', '-b:a', '32k', '-f', 'ogg');
  const alone = (await heard(one)).samples;
  const { samples, warnings } = await heard(Buffer.concat([one, one]));
  expect(Math.abs(samples.length - 2 * alone.length)).toBeLessThanOrEqual(1);
  expect(warnings).toEqual([]);
});

needs('ffmpeg', 'sox').it('FLAC is what sox makes of it, sample for sample', async () => {
  const flac = ffmpeg('-c:a', 'flac', '-f', 'flac');
  const raw = ['-t', 'raw', '-e', 'signed-integer', '-b', '16', '-'];
  const own = execFileSync('sox', ['-D', '-t', 'flac', '-', ...raw, 'remix', '1'], { input: flac });
  const opened = await openAudio(await asFile(flac), { sampleRateHz: rate, channels: 'split' });
  const [left] = await Promise.all(opened.map((source) => samplesOf(source)));
  expect(left && Buffer.compare(Buffer.from(left.buffer), own)).toBe(0);
});
