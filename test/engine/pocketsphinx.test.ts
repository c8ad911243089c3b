import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { createFliteEngine } from '../../src/engine/flite.ts';
import { createPocketsphinx } from '../../src/engine/pocketsphinx.ts';
import { findPocketsphinx } from '../../src/engine/pocketsphinx-files.ts';
import { createDecoder } from '../../src/engine/pocketsphinx-library.ts';
import type { Recogniser } from '../../src/engine/recogniser.ts';
import { noLog } from '../../src/log.ts';
import { needs } from '../support/programs.ts';
import { plainWords, wordErrors } from '../support/word-errors.ts';
import { finals, hear, usual } from './recogniser-contract.ts';
import { spoken } from './recogniser-members.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const recordings = process.env.VOX_TEST_AUDIO ?? join(root, '../shared/audio');
const withRecordings = existsSync(recordings) ? describe : describe.skip;

/** What is said in each, from the folder's own README. */
function references(): { file: string; words: string[] }[] {
  const readme = readFileSync(join(recordings, 'README.md'), 'utf8');
  return [...readme.matchAll(/^\| (\S+\.wav) \| ([^|]+) \|/gm)].map(([, name = '', text = '']) => ({
    file: join(recordings, name),
    words: plainWords(text),
  }));
}

/** The files are plain: 44 bytes, then samples. */
function samplesOf(file: string): Int16Array {
  return new Int16Array(new Uint8Array(readFileSync(file).subarray(44)).buffer);
}

function headerOf(report: object): object {
  return 'header' in report && typeof report.header === 'object' ? (report.header ?? {}) : {};
}

const everyday = `The weather is very nice today and we want to go for a walk in the park. My brother has a small house
near the river with a big garden. Please call me back when you have time to talk about the plan for next week. She
bought some bread, milk and a dozen eggs at the store on the corner. We took the train to the city and had dinner with
our old friends. The children were playing in the street until it was dark. I think that the last meeting went well, but
there is still a lot of work to do before the end of the month.`.replace(/\s+/g, ' ');

needs('pocketsphinx_continuous').describe('pocketsphinx', () => {
  let recogniser: Recogniser;
  beforeAll(() => {
    recogniser = createPocketsphinx({ clock: systemClock, log: noLog, spare: false });
  });
  afterAll(() => recogniser.close());

  const heardIn = async (samples: Int16Array, endpointingMs: number | false = 500) =>
    finals(await hear(recogniser, [samples], { settings: { endpointingMs } }))
      .map(({ text }) => text)
      .join(' ')
      .trim();

  withRecordings('on recordings of people', () => {
    it('hears the words that the library alone hears', async () => {
      const { files } = findPocketsphinx();
      if (!files) throw new Error('not found');
      for (const { file } of references()) {
        const decoder = await createDecoder(files);
        decoder.begin();
        const samples = samplesOf(file);
        for (let at = 0; at < samples.length; at += 800) decoder.push(samples.subarray(at, at + 800));
        const alone = decoder.end().map(({ text }) => text);
        decoder.free();
        expect(await heardIn(samples)).toBe(alone.join(' '));
      }
    }, 120_000);

    it('makes at most one error more than the library’s own program over all of them', async () => {
      let ours = 0;
      let theirs = 0;
      const all = references();
      expect(all.length).toBeGreaterThan(3);
      for (const { file, words } of all) {
        const program = execFileSync('pocketsphinx_continuous', ['-infile', file], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        theirs += wordErrors(words, plainWords(program));
        ours += wordErrors(words, plainWords(await heardIn(samplesOf(file))));
      }
      expect(ours).toBeLessThanOrEqual(theirs + 1);
    }, 120_000);
  });

  it('understands the voices of flite: 75 in 100 words of each, 80 of all', async () => {
    const flite = createFliteEngine({ clock: systemClock, log: noLog });
    const wanted = plainWords(everyday);
    expect(wanted.length).toBeGreaterThanOrEqual(100);
    let errors = 0;
    const voices = ['slt', 'rms', 'awb', 'kal16'];
    for (const voice of voices) {
      const wrong = wordErrors(wanted, plainWords(await heardIn(await spoken(flite, everyday, voice))));
      expect(wrong / wanted.length, voice).toBeLessThanOrEqual(0.25);
      errors += wrong;
    }
    await flite.close();
    expect(errors / wanted.length / voices.length).toBeLessThanOrEqual(0.2);
  }, 120_000);

  it('hears telephone and studio rates', async () => {
    const flite = createFliteEngine({ clock: systemClock, log: noLog });
    for (const sampleRateHz of [8000, 44_100, 48_000]) {
      const format = { encoding: 'linear16', sampleRateHz, channels: 1 } as const;
      const request = { text: 'We took the train to the city.', voice: 'rms', speed: 1, language: 'en', format };
      const bytes: Uint8Array[] = [];
      for await (const output of flite.synthesize(request, new AbortController().signal)) {
        if ('bytes' in output) bytes.push(output.bytes);
      }
      const samples = new Int16Array(new Uint8Array(Buffer.concat(bytes)).buffer);
      const [final] = finals(await hear(recogniser, [samples], { settings: { sampleRateHz }, finalize: true }));
      // The model knows nothing of a telephone's band.
      if (sampleRateHz > 8000) expect(final?.text).toBe('we took the train to the city');
      expect(final?.words.length).toBeGreaterThan(0);
      expect(final?.endMs).toBe((samples.length * 1000) / sampleRateHz);
    }
    await flite.close();
  });

  it('says what it replaces', async () => {
    const { warnings, close } = await opened({ endpointingMs: 10 });
    expect(warnings).toEqual(['an utterance ends after 200 ms of silence here, not 10']);
    close();
    for (const model of ['pocketsphinx', 'local', 'local/pocketsphinx:en']) {
      const own = await opened({ model, language: 'en-GB' });
      expect(own.warnings).toEqual([]);
      own.close();
    }
  });

  it.each([0, 1, 44_100.5, 1_092_676])('refuses a rate of %d Hz', async (sampleRateHz) => {
    await expect(recogniser.open({ ...usual, sampleRateHz })).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  const glibcIt = 'glibcVersionRuntime' in headerOf(process.report.getReport()) ? it : it.skip;
  glibcIt('gives the memory of its decoders back when they are not needed any more', async () => {
    const before = process.memoryUsage.rss();
    const many = createPocketsphinx({ clock: systemClock, log: noLog, spare: false });
    const streams = await Promise.all([1, 2, 3, 4, 5, 6].map(() => many.open(usual)));
    const most = process.memoryUsage.rss();
    for (const stream of streams) stream.close();
    await many.close();
    expect(most - before).toBeGreaterThan(300 * 2 ** 20);
    // glibc would keep 60 MB of each for the next thread.
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 2 ** 20);
  });

  async function opened(settings: Partial<typeof usual>) {
    const stream = await recogniser.open({ ...usual, ...settings });
    return { warnings: stream.warnings, close: () => stream.close() };
  }
});

describe('where pocketsphinx is not installed', () => {
  it('says what is missing and what to do, when it is opened', async () => {
    const recogniser = createPocketsphinx({
      clock: systemClock,
      log: noLog,
      libraryFolders: [],
      modelFolders: ['none'],
    });
    await expect(recogniser.open(usual)).rejects.toMatchObject({
      code: 'E_RECOGNISER',
      message: expect.stringMatching(
        /not installed here: missing the library libpocketsphinx.*, an English model in none/,
      ),
      todo: expect.stringMatching(/pocketsphinx and pocketsphinx-en-us.*key.*--endpoint/),
    });
    await recogniser.close();
  });

  it('refuses a language first', async () => {
    const recogniser = createPocketsphinx({ clock: systemClock, log: noLog, libraryFolders: [] });
    await expect(recogniser.open({ ...usual, language: 'de' })).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });
});
