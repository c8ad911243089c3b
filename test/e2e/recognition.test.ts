import { mkdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSubtitles } from '../report/transcript/subtitle-reader.ts';
import { needs } from '../support/programs.ts';
import { recordings, references, withRecordings } from '../support/recordings.ts';
import { run } from '../support/vox.ts';
import { spoken, wavOf } from './spoken.ts';
import { expectFailure, objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

/** 121 everyday words. */
const text = `We get up early in the morning and make some coffee. The children eat bread and butter before they go to
school. My sister works in a small office near the river, and she often walks home when the weather is good. In the
afternoon we buy milk, apples and fresh fish at the market. Sometimes it rains all day, so we stay inside and read a
book together. On Sunday our friends come to visit us, and we cook a big dinner for everybody. After that we sit in the
garden and talk about the week. At night the street is very quiet. I open the window, look at the stars, and think
about what I want to do tomorrow.
`;

/** Real recognition, on a machine that does other things as well. */
const slow = { withinMs: 240_000 };
const voices = ['slt', 'rms', 'awb', 'kal16'];

const pocketsphinx = needs('pocketsphinx_continuous');

pocketsphinx.describe('vox transcribe, of what vox synth says', () => {
  let events: Record<string, unknown>[] = [];
  beforeAll(async () => {
    place.put('text.txt', text);
    for (const voice of voices) {
      const args = ['synth', '-f', 'text.txt', '--voice', voice, '--sample-rate', '16000', '--provider', 'local'];
      expect((await place.vox([...args, '-o', `${voice}.wav`, '-q'], slow)).code).toBe(0);
    }
    const files = voices.flatMap((voice) => [`${voice}.wav`, '--reference', 'text.txt']);
    const args = ['transcribe', ...files, '--provider', 'local', '--out-dir', 'said', '--format', 'srt', '--json'];
    const ran = await place.vox([...args, '--jobs', '2'], slow);
    expect(ran.code).toBe(0);
    events = objects(ran.stdout);
  }, 300_000);

  const rightOf = (event: Record<string, unknown> | undefined): number => {
    const errors = event?.wer;
    if (typeof errors !== 'object' || errors === null || !('wer' in errors)) throw new Error('no word error rate');
    return 1 - Number(errors.wer);
  };

  it.each(voices)('%s: at least 75 % of the words', (voice) => {
    const heard = events.find(({ event, input }) => event === 'heard' && input === `${voice}.wav`);
    expect(heard).toMatchObject({ ended: 'done', wer: { words: 121 } });
    expect(rightOf(heard)).toBeGreaterThanOrEqual(0.75);
  });

  it('together: at least 80 %', () => {
    expect(rightOf(events.find(({ event }) => event === 'pooled'))).toBeGreaterThanOrEqual(0.8);
  });

  it('gives words their times, in order and inside the recording', () => {
    for (const { event, words, startMs, endMs } of events) {
      if (event !== 'final' || !Array.isArray(words)) continue;
      const times = words.flatMap((word) => [Number(word.startMs), Number(word.endMs)]);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(Number(startMs));
      expect(times.at(-1)).toBeLessThanOrEqual(Number(endMs));
    }
  });

  const checker = needs('ffmpeg', 'ffprobe', 'pocketsphinx_continuous');
  checker.it(
    'writes subtitles that ffmpeg opens: every cue, with its times',
    async () => {
      for (const voice of voices) {
        const path = place.file(`said/${voice}.srt`);
        const ours = readSubtitles('srt', readFileSync(path, 'utf8'));
        expect(ours.length).toBeGreaterThan(5);
        const probe = await run('ffprobe', ['-v', 'error', '-show_packets', '-of', 'json', path]);
        expect(probe).toMatchObject({ code: 0, stderr: '' });
        const { packets } = JSON.parse(probe.stdout.toString());
        expect(packets.map((packet: { pts: number; duration: number }) => [packet.pts, packet.duration])).toEqual(
          ours.map(({ startMs, endMs }) => [startMs, endMs - startMs]),
        );
        const made = await run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'webvtt', '-']);
        expect(made).toMatchObject({ code: 0, stderr: '' });
        expect(made.stdout.toString().match(/-->/g)).toHaveLength(ours.length);
      }
    },
    60_000,
  );
});

describe('vox transcribe with the local recogniser', () => {
  const local = (args: readonly string[], env: Record<string, string> = {}) =>
    place.vox(['transcribe', ...args, '--provider', 'local'], { env, ...slow });

  it('not installed: names the Debian packages and the other ways, and leaves nothing', async () => {
    mkdirSync(place.file('no-model'), { recursive: true });
    place.put('x.wav', wavOf(await spoken('Hello.')));
    const ran = await local(['x.wav', '-o', 'x.txt'], { VOX_POCKETSPHINX_MODEL: place.file('no-model') });
    expectFailure(ran, 'E_RECOGNISER', /pocketsphinx is not installed here: missing /);
    expect(ran.code).toBe(5);
    for (const way of ['pocketsphinx and pocketsphinx-en-us', 'SLNG_API_KEY', '--endpoint']) {
      expect(ran.stderr).toContain(way);
    }
    expect(place.names()).not.toContain('x.txt');
  });

  pocketsphinx.it('in another language than it has: E_UNSUPPORTED, before anything is sent', async () => {
    place.put('x.wav', wavOf(await spoken('Hello.')));
    expectFailure(await local(['x.wav', '--language', 'de']), 'E_UNSUPPORTED', /English only, not "de"/);
    expect((await local(['x.wav', '--language', 'en-GB'])).code).toBe(0);
    expectFailure(await local(['x.wav', '--diarize']), 'E_UNSUPPORTED', /local does not tell speakers apart/);
  });

  // Closing must wait for decoders that are at work.
  pocketsphinx.it('a full disk: one error, and its exit code', async () => {
    const ran = await place.vox(['synth', 'Go forward.', '--provider', 'local', '-o', 'go.wav', '-q']);
    expect(ran.code).toBe(0);
    for (let time = 0; time < 3; time++) expectFailure(await local(['go.wav', '-o', '/dev/full']), 'E_DISK_FULL');
  });

  pocketsphinx.it(
    'more recordings at once than a server would hear',
    async () => {
      const files = Array.from({ length: 9 }, (_, i) => `quiet-${i}.wav`);
      for (const name of files) place.put(name, wavOf(new Int16Array(1600)));
      const ran = await local([...files, '--jobs', '9', '--json']);
      expect(ran.code).toBe(0);
      expect(objects(ran.stdout).filter(({ event }) => event === 'heard')).toHaveLength(9);
    },
    240_000,
  );
});

withRecordings('vox transcribe, of recordings of people', () => {
  pocketsphinx.it(
    'hears them as well as the library’s own program',
    async () => {
      const all = references();
      for (const { file, text } of all) place.put(`${basename(file)}.txt`, text);
      const args = all.flatMap(({ file }) => [file, '--reference', `${basename(file)}.txt`]);
      const ran = await place.vox(['transcribe', ...args, '--provider', 'local', '--json'], slow);
      expect(ran.code).toBe(0);
      const events = objects(ran.stdout);
      const go = events.find(({ event, input }) => event === 'final' && input === `${recordings}/goforward.wav`);
      expect(go).toMatchObject({ text: 'go forward ten meters', endOfUtterance: true });
      // The words of `pocketsphinx_continuous -infile`, which makes 15 errors in these 48; one more is allowed.
      const { wer } = events.find(({ event }) => event === 'pooled') ?? {};
      expect(wer).toMatchObject({ words: 48 });
      const { substitutions, deletions, insertions } = Object(wer);
      expect(substitutions + deletions + insertions).toBeLessThanOrEqual(16);
      expect(events.filter(({ event }) => event === 'heard')).toHaveLength(all.length);
    },
    240_000,
  );
});
