import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { recordings, withRecordings } from '../support/recordings.ts';
import { run, type Served, serve } from '../support/vox.ts';
import { runProgram, type SdkPlace } from './sdk.ts';
import { spoken, wavOf } from './spoken.ts';
import { key, workplace } from './workplace.ts';

/** The example programs of the vendors' own pages, against `vox serve`: they know nothing of us but the URL. */
const place = workplace();
let local: Served;
let scripted: Served;
beforeAll(async () => {
  const env = { VOX_SERVE_KEY: key };
  const both = [serve(['--slng-audio', 'json'], env), serve(['--engine', 'scripted'], env)] as const;
  [local, scripted] = await Promise.all(both);
  place.put('hello.wav', wavOf(await spoken('Hello there.', 700, 'And again.', 100)));
});
afterAll(async () => {
  expect(await Promise.all([local.stop(), scripted.stop()])).toEqual([0, 0]);
  place.remove();
});

const at = ({ wsUrl, url }: Served): SdkPlace => ({ wsUrl, url, key, cwd: place.path });

/** The sound of a file as ffmpeg hears it: 16-bit samples at 24 kHz. Its complaints fail the test. */
async function heard(name: string, ...as: string[]): Promise<Buffer> {
  const to = ['-f', 's16le', '-ar', '24000', '-ac', '1', '-'];
  const ran = await run('ffmpeg', ['-v', 'error', '-nostdin', ...as, '-i', name, ...to], { cwd: place.path });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return ran.stdout;
}

/** Of 16-bit samples at 24 kHz. */
const seconds = (pcm: Buffer) => pcm.length / 48_000;
const loudest = (pcm: Buffer) =>
  new Int16Array(Uint8Array.from(pcm).buffer).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

const telnyx: [name: string, file: string, says: string, text: string][] = [
  ['JavaScript, basic', 'telnyx-basic.cjs', '', 'Hello from Telnyx text-to-speech.'],
  ['Python, basic', 'telnyx_basic.py', '', 'Hello from Telnyx text-to-speech.'],
  ['Python, conversational', 'telnyx_conversation.py', 'The first text is spoken\n', 'Actually, let me start over.'],
  [
    'Python, tokens of a model',
    'telnyx_tokens.py',
    'Welcome.\nThis is important.\nRead the manual.\n',
    'Welcome. This is important. Read the manual.',
  ],
];

needs('ffmpeg', '/usr/bin/python3').describe("Telnyx's examples", () => {
  it.each(telnyx)('%s: an MP3 that plays', async (_name, file, says, text) => {
    rmSync(place.file('output.mp3'), { force: true });
    const ran = await runProgram(at(local), file);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).toBe(says);
    const pcm = await heard('output.mp3', '-f', 'mp3');
    const speed = file.includes('conversation') ? ['--speed', '1.1'] : [];
    await place.vox(['synth', '-q', '-o', 'wanted.pcm', text, ...speed], { env: { SLNG_API_KEY: undefined } });
    const wanted = readFileSync(place.file('wanted.pcm'));
    // An encoder puts up to 100 ms of silence around what it is given.
    expect(seconds(pcm)).toBeGreaterThan(seconds(wanted));
    expect(seconds(pcm)).toBeLessThan(seconds(wanted) + 0.1 * text.split('. ').length);
    expect(loudest(pcm)).toBeGreaterThan(5000);
  });
});

describe("Deepgram's example", () => {
  needs('ffmpeg').it('JavaScript: a WAV that plays, though its header never says how long it is', async () => {
    const node = ['--no-experimental-websocket'];
    const ran = await runProgram(at(local), 'deepgram-getting-started.cjs', [], { node });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const text = 'Hello, how can I help you today?';
    await place.vox(['synth', '-q', '-o', 'wanted.pcm', text, '--sample-rate', '48000'], {
      env: { SLNG_API_KEY: undefined },
    });
    const wanted = readFileSync(place.file('wanted.pcm'));
    expect(readFileSync(place.file('output.wav')).subarray(44).equals(wanted)).toBe(true);
    expect(seconds(await heard('output.wav'))).toBeCloseTo(wanted.length / 96_000, 2);
  });
});

const slng: [name: string, file: string][] = [
  ['JavaScript', 'slng-listen.cjs'],
  ['Python', 'slng_listen.py'],
];

needs('/usr/bin/python3').describe("programs after SLNG's pages", () => {
  it.each(slng)('speech to text, %s', async (_name, file) => {
    const ran = await runProgram(at(scripted), file, ['hello.wav']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const lines = ran.stdout.toString().split('\n');
    expect(lines[0]).toMatch(/^Session ready: sess_stt_/);
    expect(lines).toContain('Partial: Hello');
    const finals = lines.filter((line) => line.startsWith('Final: '));
    expect(finals).toEqual(['Final: Hello there.', 'Final: And again.']);
    expect(lines.at(-2)).toBe('Closed: 1000');
  });

  withRecordings('a recording of a person', () => {
    needs('pocketsphinx_continuous').it.each(slng)('is understood, %s', async (_name, file) => {
      const ran = await runProgram(at(local), file, [join(recordings, 'goforward.wav')]);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(ran.stdout.toString()).toContain('\nPartial: go forward\n');
      expect(ran.stdout.toString()).toContain('\nFinal: go forward ten meters\n');
    });
  });

  it('a client that takes every frame for JSON, with --slng-audio json', async () => {
    const ran = await runProgram(at(local), 'slng_json_client.py');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await place.vox(['synth', '-q', '-o', 'wanted.pcm', 'Hello! This is a WebSocket TTS example.'], {
      env: { SLNG_API_KEY: undefined },
    });
    const wanted = readFileSync(place.file('wanted.pcm'));
    expect(readFileSync(place.file('output.pcm')).equals(wanted)).toBe(true);
  });
});
