import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleRatesHz } from '../../src/audio/format.ts';
import { needs } from '../support/programs.ts';
import { type Ran, run, scratch, vox } from '../support/vox.ts';
import { lines, samplesOf, turnOf } from './played.ts';

const text = 'The first sentence is here. A second one follows it.';

const folder = scratch();
afterAll(folder.remove);
const at = (name: string) => join(folder.path, name);

/** Writes the file, and answers what is in it. */
async function synth(name: string, ...args: string[]): Promise<Buffer> {
  const ran = await vox(['synth', '--quiet', '-o', at(name), ...args]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return readFileSync(at(name));
}

/** What was said, at 24 and at 8 kHz: the reference for all that is made of it. */
let wide: Int16Array;
let narrow: Int16Array;
beforeAll(async () => {
  wide = samplesOf(await synth('wide.pcm', text));
  narrow = samplesOf(await synth('narrow.pcm', '--sample-rate', '8000', text));
});

interface Kind {
  readonly ending: string;
  /** How ffprobe is told what a file without a header holds. */
  readonly raw?: string[];
  readonly codec: string;
  readonly rateHz: number;
  /** As `file` has it. */
  readonly file: RegExp;
  /** What a decoder gives back: the very samples, the samples as G.711 rounds them, or something that sounds alike. */
  readonly fidelity: 'exact' | 'rounded' | 'alike';
  readonly flags?: string[];
}

const rawAt = (format: string, rateHz: number) => ['-f', format, '-sample_rate', `${rateHz}`];
const endings: Kind[] = [
  {
    ending: 'wav',
    codec: 'pcm_s16le',
    rateHz: 24_000,
    file: /WAVE audio, Microsoft PCM, 16 bit, mono 24000 Hz/,
    fidelity: 'exact',
  },
  {
    ending: 'wav',
    codec: 'pcm_mulaw',
    rateHz: 8000,
    file: /WAVE audio, ITU G.711 mu-law, mono 8000 Hz/,
    fidelity: 'rounded',
    flags: ['--encoding', 'mulaw'],
  },
  {
    ending: 'wav',
    codec: 'pcm_alaw',
    rateHz: 8000,
    file: /WAVE audio, ITU G.711 A-law, mono 8000 Hz/,
    fidelity: 'rounded',
    flags: ['--encoding', 'alaw'],
  },
  { ending: 'pcm', raw: rawAt('s16le', 24_000), codec: 'pcm_s16le', rateHz: 24_000, file: /data/, fidelity: 'exact' },
  { ending: 'raw', raw: rawAt('s16le', 24_000), codec: 'pcm_s16le', rateHz: 24_000, file: /data/, fidelity: 'exact' },
  { ending: 'ulaw', raw: rawAt('mulaw', 8000), codec: 'pcm_mulaw', rateHz: 8000, file: /data/, fidelity: 'rounded' },
  { ending: 'alaw', raw: rawAt('alaw', 8000), codec: 'pcm_alaw', rateHz: 8000, file: /data/, fidelity: 'rounded' },
  { ending: 'mp3', codec: 'mp3', rateHz: 24_000, file: /MPEG ADTS, layer III.* 24 kHz, Monaural/, fidelity: 'alike' },
  // Opus is always decoded at 48 kHz; its header remembers what went in.
  { ending: 'opus', codec: 'opus', rateHz: 48_000, file: /Ogg data, Opus audio.* mono, 24000 Hz/, fidelity: 'alike' },
];

async function probe(path: string, raw: readonly string[]): Promise<unknown> {
  const wanted = ['-v', 'error', '-of', 'json', '-show_entries', 'stream=codec_name,sample_rate,channels'];
  const ran = await run('ffprobe', [...wanted, ...raw, path]);
  expect(ran.stderr).toBe('');
  const { streams }: { streams: unknown } = JSON.parse(ran.stdout.toString());
  return streams;
}

/** The samples as ffmpeg decodes them. */
async function decode(path: string, raw: readonly string[], rateHz: number): Promise<Int16Array> {
  const ran = await run('ffmpeg', ['-v', 'error', ...raw, '-i', path, '-f', 's16le', '-ar', `${rateHz}`, '-']);
  expect(ran.code).toBe(0);
  return samplesOf(ran.stdout);
}

const rms = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

needs('file', 'ffmpeg', 'ffprobe').describe('vox synth writes what the ending says', () => {
  it.each(endings)(
    '.$ending, $codec at $rateHz Hz',
    async ({ ending, raw = [], codec, rateHz, file, fidelity, flags = [] }) => {
      const name = `${codec}.${ending}`;
      await synth(name, text, ...flags);
      expect((await run('file', ['-b', at(name)])).stdout.toString()).toMatch(file);
      expect(await probe(at(name), raw)).toEqual([{ codec_name: codec, sample_rate: `${rateHz}`, channels: 1 }]);
      const reference = rateHz === 8000 ? narrow : wide;
      const decoded = await decode(at(name), raw, rateHz === 8000 ? 8000 : 24_000);
      if (fidelity === 'exact') expect(decoded).toEqual(reference);
      if (fidelity === 'rounded') {
        expect(decoded.length).toBe(reference.length);
        // G.711 keeps five bits of a sample: it is off by a thirtieth at most, and by a few steps near zero.
        expect(decoded.every((x, i) => Math.abs(x - (reference[i] ?? 0)) <= 16 + Math.abs(x) / 30)).toBe(true);
      }
      if (fidelity === 'alike') {
        // A codec puts up to a tenth of a second in front and behind.
        expect(decoded.length - reference.length).toBeLessThan(2400);
        expect(decoded.length - reference.length).toBeGreaterThan(-480);
        expect(rms(decoded) / rms(reference)).toBeGreaterThan(0.9);
        expect(rms(decoded) / rms(reference)).toBeLessThan(1.1);
      }
    },
  );
});

needs('sox', 'ffmpeg').describe('vox synth writes to a pipe', () => {
  it.each([
    ['sox', ['-t', 'wav', '-', '-t', 'raw', '-']],
    ['ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-f', 's16le', '-']],
  ])('a WAV that %s reads to its end', async (program, args) => {
    const made = await vox(['synth', '-o', '-', '--quiet', text]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const read = await run(program, args, { input: made.stdout });
    expect(read.code).toBe(0);
    expect(samplesOf(read.stdout)).toEqual(wide);
  });

  it.each(['mp3', 'opus', 'pcm'])('%s, with --format', async (kind) => {
    const made = await vox(['synth', '-o', '-', '--format', kind, '--quiet', text]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    if (kind === 'pcm') return expect(samplesOf(made.stdout)).toEqual(wide);
    const read = await run('ffmpeg', ['-v', 'error', '-i', 'pipe:0', '-f', 's16le', '-ar', '24000', '-'], {
      input: made.stdout,
    });
    expect(Math.abs(samplesOf(read.stdout).length - wide.length)).toBeLessThan(2400);
  });

  it('and keeps stdout for the sound: --json goes to stderr', async () => {
    const made = await vox(['synth', '-o', '-', '--format', 'pcm', '--json', text]);
    expect(samplesOf(made.stdout)).toEqual(wide);
    expect(turnOf({ stdout: Buffer.from(made.stderr) })).toMatchObject({ ended: 'done', output: '-' });
  });
});

describe('vox synth, the voice', () => {
  it.each(sampleRatesHz)('speaks at %i Hz', async (rateHz) => {
    const wav = await synth(`${rateHz}.wav`, '--sample-rate', `${rateHz}`, text);
    expect(wav.readUInt32LE(24)).toBe(rateHz);
    const seconds = wav.readUInt32LE(40) / 2 / rateHz;
    expect(Math.abs(seconds - wide.length / 24_000)).toBeLessThan(0.01);
  });

  it.each([
    [2, 0.4, 0.65],
    [0.5, 1.6, 2.2],
  ])('at --speed %d takes as long as that says', async (speed, least, most) => {
    const samples = samplesOf(await synth('speed.pcm', '--speed', `${speed}`, text));
    expect(samples.length / wide.length).toBeGreaterThan(least);
    expect(samples.length / wide.length).toBeLessThan(most);
  });

  it('has the voices that `vox voices` lists, all of them different', async () => {
    const listed = lines(await vox(['voices', '--language', 'en', '--json']));
    const names = listed.map(({ id }) => String(id)).filter((id) => !/^en\b/.test(id));
    expect(names).toEqual(['slt', 'rms', 'awb', 'kal16', 'kal']);
    const made: Buffer[] = [];
    for (const name of names) made.push(await synth('voice.pcm', '--voice', name, text));
    expect(samplesOf(made[0] ?? Buffer.alloc(0))).toEqual(wide);
    expect(new Set(made.map((bytes) => bytes.toString('base64'))).size).toBe(names.length);
  });

  needs('espeak-ng').it('speaks German with the very samples of espeak-ng', async () => {
    const german = 'Guten Tag, wie geht es Ihnen heute?';
    const made = await synth('de.pcm', '--language', 'de', '--sample-rate', '22050', german);
    const own = await run('espeak-ng', ['-v', 'de', '--stdout', german]);
    const end = samplesOf(made).findLastIndex((sample) => sample !== 0) * 2;
    expect(end).toBeGreaterThan(44_100);
    expect(own.stdout.subarray(44).includes(made.subarray(0, end))).toBe(true);
  });
});

describe('vox synth, what it says', () => {
  const expectNothing = (ran: Ran) => expect(ran).toMatchObject({ code: 0, stdout: Buffer.alloc(0), stderr: '' });

  it('nothing at all with --quiet', async () => {
    expectNothing(await vox(['synth', '--quiet', '-o', at('quiet.wav'), text]));
    expectNothing(await vox(['synth', '-q', '-o', at('quiet.wav'), text]));
  });

  it('to a person: the provider and why, and one line of figures, on stderr', async () => {
    const ran = await vox(['synth', '-o', at('talk.wav'), text]);
    expect(ran.stdout.toString()).toBe('');
    const [chosen, summary, ...more] = ran.stderr.split('\n');
    expect(chosen).toBe('vox: provider local (no key is set)');
    expect(summary).toMatch(
      /talk\.wav {2}3\.\d\d s of audio, 16\d\.\d kB, in \d+\.\d\d s · ttfb \d.* · silence .* · ttfa .* · connect .* \+ handshake .* · rtf \d.* · gaps up to \d/,
    );
    expect(more).toEqual(['']);
  });

  it('with --json one object a line, whose names are stable', async () => {
    const ran = await vox(['synth', '--json', '-o', at('json.wav'), text]);
    expect(ran.stderr).toBe('');
    expect(lines(ran).map(({ event }) => event)).toEqual(['chosen', 'turn']);
    expect(lines(ran)[0]).toEqual({ event: 'chosen', provider: 'local', why: 'no key is set' });
    const turn = turnOf(ran);
    expect(Object.keys(turn).sort()).toEqual(
      [
        ...['event', 'turn', 'ended', 'requestId', 'provider', 'input', 'output'],
        ...['connectMs', 'tcpMs', 'upgradeMs', 'handshakeMs', 'coldTtfaMs', 'connections'],
        ...['ttfbMs', 'ttfbFlushMs', 'ttfbFirstTextMs', 'leadingSilenceMs', 'ttfaMs', 'ttfaSumMs'],
        ...['audioMs', 'processingMs', 'rtf', 'deliveryRate', 'gapMaxMs', 'bytes', 'chunks', 'chars'],
      ].sort(),
    );
    expect(turn).toMatchObject({ ended: 'done', input: 'text', output: at('json.wav'), chars: text.length });
    expect(turn).toMatchObject({ bytes: wide.length * 2, audioMs: wide.length / 24, connections: 1 });
  });

  it('with --dry-run what would be sent, without the key; nothing is sent or written', async () => {
    const args = ['synth', '--dry-run', '--endpoint', 'ws://127.0.0.1:9', '-H', 'X-Kind: test', '--param', 'tone=calm'];
    const ran = await vox([...args, '--json', '-o', at('dry.wav'), 'Shown, not sent.'], {
      env: { SLNG_API_KEY: 'a-key-of-the-test' },
    });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).not.toContain('a-key-of-the-test');
    const [connect, ...frames] = lines(ran);
    expect(connect).toMatchObject({
      event: 'connect',
      url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:9\/v1\/tts\/slng\/deepgram\/aura:2-en/),
      headers: { Authorization: 'Bearer KEY', 'X-Kind': 'test' },
    });
    const sent = frames.map((frame) => JSON.parse(String(frame.text)));
    expect(sent.map(({ type }) => type)).toEqual(['init', 'text', 'flush', 'close']);
    expect(`${JSON.stringify(connect)}${JSON.stringify(sent)}`).toContain('calm');
    expect(sent[1]).toEqual({ type: 'text', text: 'Shown, not sent.' });
    expect(existsSync(at('dry.wav'))).toBe(false);
    expect(readdirSync(folder.path).filter((name) => name.includes('dry'))).toEqual([]);
  });
});
