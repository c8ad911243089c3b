import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AudioFormat } from '../../src/audio/format.ts';
import { scriptedText } from '../../src/engine/scripted.ts';
import { needs } from '../support/programs.ts';
import { alsaReachesCard, type SoundCard, soundCardPrograms, sounding, startSoundCard } from '../support/sound-card.ts';
import { type RunOptions, root, run, type Served, serve } from '../support/vox.ts';
import { spoken, wavOf } from './spoken.ts';
import { wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const dialects = ['slng', 'deepgram', 'telnyx'] as const;

/** Against our own server, which speaks and hears in tones; `voxwire` is found as it is by whoever has installed it. */
let served: Served;
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
});
afterAll(() => served.stop());

function example(name: string, args: readonly string[] = [], { env, ...options }: RunOptions = {}) {
  return run(process.execPath, [join(root, 'examples', name), ...args], {
    cwd: place.path,
    ...options,
    env: { VOX_ENDPOINT: served.wsUrl, ...env },
  });
}

describe('the examples', () => {
  it('are all run here', () => {
    const source = readFileSync(import.meta.filename, 'utf8');
    const names = readdirSync(join(root, 'examples'));
    expect(names.length).toBeGreaterThan(4);
    expect(names.filter((name) => !source.includes(`example('${name}'`))).toEqual([]);
  });

  it('are short, and use what the package exports alone', () => {
    for (const name of readdirSync(join(root, 'examples'))) {
      const source = readFileSync(join(root, 'examples', name), 'utf8');
      expect(source.split('\n').length, name).toBeLessThanOrEqual(50);
      const imports = [...source.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '');
      expect(imports.filter((from) => from !== 'voxwire' && !from.startsWith('node:'))).toEqual([]);
    }
  });

  it('speak-to-file writes sound', async () => {
    expect(await example('speak-to-file.mjs')).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(place.file('hello.pcm')).size).toBeGreaterThan(10_000);
  });

  it('transcribe-file prints what is said, and when', async () => {
    place.put('talk.wav', wavOf(await spoken('Hello there.', 600, 'And again.', 100)));
    const ran = await example('transcribe-file.mjs', ['talk.wav']);
    expect(ran).toMatchObject({ code: 0, stderr: '4 words in 0.92 s\n' });
    expect(ran.stdout.toString()).toMatch(/^\d\.\d s {2}Hello there\.\n\d\.\d s {2}And again\.\n$/);
  });

  it('wants a key, where no server is named', async () => {
    const ran = await example('speak-to-file.mjs', [], { env: { VOX_ENDPOINT: undefined, VOX_PROVIDER: 'telnyx' } });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('no key for telnyx');
  });
});

describe.each(dialects)('llm-to-speech: %s', (provider) => {
  const env = { VOX_PROVIDER: provider };

  it('speaks the tokens of a model, without their markdown', async () => {
    const ran = await example('llm-to-speech.mjs', ['-o', `${provider}.wav`], { env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/^the first sound, after \d+ characters\n0\.9 s of sound for 90 characters\n$/);
    expect(said(wavBytes(place.file(`${provider}.wav`)))).toBe(
      letters('Yes, of course, that is quite easy. Your tokens go in here, and the sound comes out there.'),
    );
  });

  it('sounds while the model is still writing', async () => {
    const ran = await example('llm-to-speech.mjs', ['-', '-o', `${provider}-stdin.wav`], {
      env,
      async during(child) {
        child.stdin?.write('The first sentence is here. And of the sec');
        // It would hang here if the sound waited for the end of the text.
        await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
        child.stdin?.end('ond one, this is the end.');
      },
    });
    expect(ran.code, ran.stderr).toBe(0);
    expect(said(wavBytes(place.file(`${provider}-stdin.wav`)))).toBe(
      letters('The first sentence is here. And of the second one, this is the end.'),
    );
  });
});

/** Without blanks: which of those between sentences are spoken is a service's own affair. */
function letters(text: string): string {
  return text.replace(/\s+/g, '');
}

/** What was spoken, without blanks. */
function said(bytes: Uint8Array, sampleRateHz = 24_000): string {
  const format: AudioFormat = { encoding: 'linear16', sampleRateHz, channels: 1 };
  return letters(scriptedText(bytes, format));
}

function saidIn(samples: Int16Array, sampleRateHz: number): string {
  return said(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), sampleRateHz);
}

/** A card of this test's own, and what it plays. */
async function soundCard(sampleRateHz: number) {
  const card = startSoundCard(sampleRateHz);
  onTestFinished(() => card.stop());
  return { card, recording: await card.record() };
}

const played = needs(...soundCardPrograms);
played.describe('the examples that play', () => {
  played.it('llm-to-speech, through the loudspeaker', async () => {
    const { card, recording } = await soundCard(24_000);
    const ran = await example('llm-to-speech.mjs', [], { env: card.env });
    expect(ran.code, ran.stderr).toBe(0);
    await recording.untilSilent(85 * 240, 300);
    expect(saidIn(sounding(recording.samples), 24_000)).toMatch(/^Yes,ofcourse,.*outthere\.$/);
  });

  played.it.each(dialects)('barge-in, %s: what was heard is told, and nothing of it comes after', async (provider) => {
    const { card, recording } = await soundCard(24_000);
    const ran = await example('barge-in.mjs', [], { env: { ...card.env, VOX_PROVIDER: provider } });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const [, seconds = '', heardText = ''] = /^heard (\d\.\d) s: (.+)\n$/.exec(ran.stdout.toString()) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(1.5);
    expect(Number(seconds)).toBeLessThan(2.5);
    const answer = 'Of course.';
    const all = sounding(recording.samples);
    // The cut goes through a tone; behind it the next turn stands whole, and nothing else does.
    const story = all.subarray(0, all.length - answer.length * 240);
    expect(saidIn(all.subarray(story.length), 24_000)).toBe(letters(answer));
    const before = saidIn(story.subarray(0, story.length - (story.length % 240)), 24_000);
    expect(before).toMatch(/^Onday1thecaravanwenton,andnothingwastobeseenbutsand\.Onday2/);
    // By proportion where a service sends no word times: a word more or less, and the device had a little more in it.
    const told = letters(heardText);
    expect(before.startsWith(told) || told.startsWith(before), `${before} | ${heardText}`).toBe(true);
    expect(Math.abs(before.length - told.length)).toBeLessThan(40);
  });

  played.it('voice-loop: a recording is heard and replied to, but not what is said into the reply', async () => {
    const { card, recording } = await soundCard(16_000);
    const question =
      'A question that is long enough to be replied to for a while, so that one can speak into the reply.';
    // The reply begins while it is still silent, and takes more than a second.
    place.put('question.wav', wavOf(await spoken(question, 1000, 'Psst.', 4000, 'And goodbye.', 1000)));
    const ran = await example('voice-loop.mjs', ['question.wav'], { env: card.env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout.toString()).toBe(`> ${question}\n< You said: ${question}\n> And goodbye.\n< Goodbye.\n`);
    expect(saidIn(sounding(recording.samples), 16_000)).toBe(letters(`You said: ${question} Goodbye.`));
  });

  played.it('voice-loop --headphones hears on while it speaks', async () => {
    const { card } = await soundCard(16_000);
    place.put('talk-over.wav', wavOf(await spoken('A question.', 700, 'Psst.', 700, 'And goodbye.', 1000)));
    const ran = await example('voice-loop.mjs', ['talk-over.wav', '--headphones'], { env: card.env });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout.toString().match(/^> .*$/gm)).toEqual(['> A question.', '> Psst.', '> And goodbye.']);
  });
});

/** Says something into the room: the card's monitor is the microphone, which hears the loudspeaker as well. */
async function sayInto(card: SoundCard, text: string): Promise<void> {
  const path = place.put('said.raw', Buffer.from((await spoken(text)).buffer));
  const format = ['--raw', '--format=s16le', '--rate=16000', '--channels=1', '--latency-msec=100'];
  const ran = await run('paplay', ['--device=cable', ...format, path], { env: card.env });
  expect(ran.code, ran.stderr).toBe(0);
}

/** Resolves when a program has written this to stdout or stderr. */
async function written(child: ChildProcess, wanted: RegExp): Promise<void> {
  let text = '';
  const gone = once(child, 'close').then(() => false);
  const found = new Promise<true>((resolve) => {
    const look = (chunk: Buffer) => {
      text += chunk;
      if (wanted.test(text)) resolve(true);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
  });
  if (!(await Promise.race([found, gone]))) throw new Error(`${wanted} was not written: ${text}`);
}

const room = needs(...soundCardPrograms, 'paplay', 'arecord');
/** The letters of what was heard: a starved card puts silence, or half a sign, between them. */
function heardLines(stdout: Buffer): string[] {
  const lines = stdout.toString().split('\n');
  return lines.filter((line) => line.startsWith('> ')).map((line) => line.replace(/[^A-Za-z]/g, ''));
}

room.describe('voice-loop with a microphone that hears the loudspeaker', () => {
  room.it('needs what lets ALSA reach the card', () => {
    expect(alsaReachesCard()).toBe(true);
  });

  /** What SoX records of the card is near what was played, and not the same: with arecord alone on the PATH it is. */
  const recorderPath = place.file('recorder');
  beforeAll(() => {
    mkdirSync(recorderPath);
    symlinkSync(
      execFileSync('sh', ['-c', 'command -v arecord'], { encoding: 'utf8' }).trim(),
      `${recorderPath}/arecord`,
    );
  });

  room.it.each(dialects)('%s: it does not reply to itself', async (provider) => {
    const { card, recording } = await soundCard(16_000);
    const ran = await example('voice-loop.mjs', [], {
      env: { ...card.env, VOX_PROVIDER: provider, PATH: recorderPath },
      async during(child) {
        await written(child, /^listening to microphone$/m);
        let over = false;
        const closed = once(child, 'close').then(() => {
          over = true;
        });
        await sayInto(card, 'Hello there.');
        await recording.untilSilent(32 * 160, 1000);
        // A card that is starved breaks a word in two: then it is said again.
        while (!over) {
          await sayInto(card, 'Goodbye.');
          await Promise.race([closed, recording.untilSilent(32 * 160, 2000)]);
        }
      },
    });
    expect(ran.code, ran.stderr).toBe(0);
    const heard = heardLines(ran.stdout);
    expect(heard.slice(0, 1).concat(heard.slice(-1))).toEqual(['Hellothere', 'Goodbye']);
    expect(heard.filter((text) => text.includes('said'))).toEqual([]);
  });

  room.it('with --headphones, which these are not, it does', async () => {
    const { card } = await soundCard(16_000);
    const ran = await example('voice-loop.mjs', ['--headphones'], {
      env: { ...card.env, PATH: recorderPath },
      async during(child) {
        await written(child, /^listening to microphone$/m);
        const replied = written(child, /You said: You said:/);
        await sayInto(card, 'Hello there.');
        await replied;
        child.kill();
      },
    });
    expect(heardLines(ran.stdout).slice(0, 2)).toEqual(['Hellothere', expect.stringMatching(/^YousaidHello/)]);
  });
});
