import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import {
  type Recording,
  type SoundCard,
  soundCardPrograms,
  sounding,
  startSoundCard,
  testSignal,
} from '../support/sound-card.ts';
import { type Ran, type RunOptions, scratch, vox } from '../support/vox.ts';
import { findIn, lastSound, lines, samplesOf, synthesized, turnOf } from './played.ts';
import { scriptedService } from './scripted-service.ts';

const sampleRateHz = 24_000;
const samplesIn = (ms: number) => (sampleRateHz / 1000) * ms;
const msOf = (samples: number) => (samples * 1000) / sampleRateHz;

const text = 'One sentence is here. Here comes another! Is that all? It is.';

/** A program of its own for each test that plays, so that none waits for one that looks for a card in vain. */
const player = 'paplay';
const suite = needs(...soundCardPrograms, player);

const folder = scratch();
afterAll(folder.remove);

suite.describe('vox say, heard through a sound card', () => {
  let card: SoundCard;
  let recording: Recording;

  beforeAll(() => {
    card = startSoundCard(sampleRateHz);
  });
  beforeEach(async () => {
    recording = await card.record();
    return () => recording.stop();
  });
  afterAll(() => card.stop());

  const say = (args: readonly string[], options: RunOptions = {}) =>
    vox(['say', '--player', player, '--json', ...args], { ...options, env: { ...card.env, ...options.env } });

  /** What was played is these samples, all of them, and nothing else; no sound was late. */
  async function expectHeard(ran: Ran, original: Int16Array): Promise<void> {
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    await recording.untilSilent(sounding(original).length, 100);
    expect(findIn(recording.samples, original)).toMatchObject({ samples: original.length, strangeSamples: 0 });
    expect(turnOf(ran)).toMatchObject({ ended: 'done', underruns: 0, underrunMs: 0 });
  }

  it('plays the very samples that vox synth writes, from the first to the last', async () => {
    const original = await synthesized(text);
    expect(msOf(original.length)).toBeGreaterThan(3000);
    const ran = await say(['--flush', 'sentence', text]);
    await expectHeard(ran, original);
    expect(turnOf(ran)).toMatchObject({ player, bytes: original.length * 2, provider: 'local', input: 'text' });
    // A machine that is busy may starve the sound server itself, for moments.
    expect(msOf(findIn(recording.samples, original).insertedSamples)).toBeLessThan(1000);
  });

  it('plays as well when the first sentence is cut at a clause', async () => {
    const whole = 'After a while in the waiting room, she went out. Nobody saw her leave.';
    await expectHeard(await say([whole]), await synthesized(whole, ['--flush', 'clause']));
  });

  it.each<{ command: string; args: string[] }>([
    { command: 'vox say', args: ['say'] },
    {
      command: 'vox synth --play',
      args: ['synth', '--flush', 'clause', '--play', '-o', join(folder.path, 'live.wav')],
    },
  ])('$command speaks stdin as it arrives: the first line sounds before the second is written', async ({ args }) => {
    const [first, second] = ['The first line of the text.\n', 'And this is the second one.\n'];
    const original = await synthesized(first + second, ['--flush', 'clause']);
    const alone = await synthesized(first, ['--flush', 'clause']);
    let early = 0;
    const ran = await vox([...args, '--player', player, '--json'], {
      env: card.env,
      during: async ({ stdin }) => {
        stdin?.write(first);
        // All of it, to its end: the input is open, and nothing of it is held back for what might follow.
        await recording.untilSilent(sounding(alone).length, 50);
        early = sounding(recording.samples).length;
        stdin?.end(second);
      },
    });
    expect(early).toBe(sounding(alone).length);
    // The pause between the two was the writer's, and no underrun.
    await expectHeard(ran, original);
  });

  it('plays another voice at another speed', async () => {
    const flags = ['--speed', '2', '--voice', 'rms'];
    await expectHeard(await say(['--flush', 'sentence', ...flags, text]), await synthesized(text, flags));
  });

  /** Waits until sound is heard, then sends the signal that Ctrl-C sends. Answers how many samples had come by then. */
  async function interruptWhenHeard(child: ChildProcess, soundMs: number): Promise<number> {
    await recording.until((samples) => sounding(samples).length > samplesIn(soundMs));
    child.kill('SIGINT');
    return recording.samples.length;
  }

  it('falls silent within 100 ms of the first Ctrl-C, exits with 130 and says what was heard', async () => {
    const long =
      'This is a long story, and it goes on and on. Nobody is going to hear the end of it today. Not at all.';
    let atCtrlC = 0;
    const ran = await say([long], {
      during: async (child) => {
        atCtrlC = await interruptWhenHeard(child, 1500);
      },
    });
    const end = recording.samples.length;
    await recording.until((samples) => samples.length > end + samplesIn(300));
    expect(msOf(lastSound(recording.samples) - atCtrlC)).toBeLessThan(100);
    expect(ran.code).toBe(130);
    const turn = turnOf(ran);
    expect(turn.ended).toBe('interrupted');
    const first = recording.samples.findIndex((sample) => sample !== 0);
    expect(Math.abs(Number(turn.heardMs) - msOf(lastSound(recording.samples) - first))).toBeLessThan(150);
    expect(long.startsWith(String(turn.heardText))).toBe(true);
    expect(String(turn.heardText)).toMatch(/^This is a long/);
    expect(turn.heardText).not.toContain('today');
    expect(lines(ran).at(-1)).toMatchObject({ event: 'error', code: 'E_INTERRUPTED', exitCode: 130 });
  });

  it('says to a person, too, how much was heard', async () => {
    const ran = await vox(['say', '--player', player, 'One moment please. I will be with you soon. Or later.'], {
      env: card.env,
      during: async (child) => {
        await interruptWhenHeard(child, 500);
      },
    });
    expect(ran.code).toBe(130);
    expect(ran.stderr).toMatch(/interrupted · heard 0\.\d+ s/);
    expect(ran.stderr).not.toMatch(/underrun/);
  });

  it('holds back what --buffer-ms says before the first sound', async () => {
    const service = await scriptedService();
    const signal = testSignal(sampleRateHz, 800);
    const before = signal.subarray(0, samplesIn(500));
    let heardEarly = -1;
    const ran = await say(['--buffer-ms', '600', '--endpoint', service.wsUrl, 'Hello there.'], {
      during: async ({ stdin }) => {
        stdin?.end();
        await service.asked;
        service.sound(before);
        const length = recording.samples.length;
        await recording.until((samples) => samples.length > length + samplesIn(700));
        heardEarly = sounding(recording.samples).length;
        service.sound(signal.subarray(before.length));
        service.done();
      },
    });
    await service.close();
    expect(heardEarly).toBe(0);
    await expectHeard(ran, signal);
  });

  it('counts an underrun that is one, and says so', async () => {
    const service = await scriptedService();
    const signal = testSignal(sampleRateHz, 1000);
    const before = signal.subarray(0, samplesIn(500));
    const ran = await say(['--endpoint', service.wsUrl, 'Hello there.'], {
      during: async ({ stdin }) => {
        stdin?.end();
        await service.asked;
        service.sound(before);
        await recording.untilSilent(before.length, 400);
        service.sound(signal.subarray(before.length));
        service.done();
      },
    });
    await service.close();
    await recording.untilSilent(signal.length, 100);
    expect(ran.code).toBe(0);
    expect(findIn(recording.samples, signal)).toMatchObject({ samples: signal.length, strangeSamples: 0 });
    const turn = turnOf(ran);
    expect(turn.underruns).toBe(1);
    const silentMs = msOf(findIn(recording.samples, signal).insertedSamples);
    expect(Math.abs(Number(turn.underrunMs) - silentMs)).toBeLessThan(150);
    const warning = lines(ran).find(({ code }) => code === 'underrun');
    expect(warning?.message).toBe(`the sound stopped for ${turn.underrunMs} ms: audio came too late`);
  });

  it('plays on the device of -a', async () => {
    const short = 'On the cable.';
    await expectHeard(await say(['-a', 'cable', '--flush', 'sentence', short]), await synthesized(short));
    const ran = await say(['-a', 'another', short]);
    expect(ran.code).toBe(6);
    expect(lines(ran).at(-1)).toMatchObject({ event: 'error', code: 'E_PLAYER' });
  });

  it('writes and plays at once with -o and --play', async () => {
    const path = join(folder.path, 'both.wav');
    const original = await synthesized(text);
    const ran = await say(['--flush', 'sentence', '-o', path, '--play', text]);
    await expectHeard(ran, original);
    expect(samplesOf(readFileSync(path).subarray(44))).toEqual(original);
  });

  it('stops playing at Ctrl-C, and leaves the file that it had written', async () => {
    const path = join(folder.path, 'stopped.wav');
    const original = await synthesized(text);
    let atCtrlC = 0;
    const ran = await say(['--flush', 'sentence', '-o', path, '--play', text], {
      during: async (child) => {
        // All has come, which is far ahead of what is heard.
        await recording.until(() => existsSync(path));
        atCtrlC = await interruptWhenHeard(child, 500);
      },
    });
    const end = recording.samples.length;
    await recording.until((samples) => samples.length > end + samplesIn(300));
    expect(msOf(lastSound(recording.samples) - atCtrlC)).toBeLessThan(100);
    expect(ran.code).toBe(130);
    expect(samplesOf(readFileSync(path).subarray(44))).toEqual(original);
  });

  it.each<{ line: string; args: string[]; input?: string }>([
    { line: 'vox "two words"', args: ['two words'] },
    { line: 'echo two words | vox', args: [], input: 'two words\n' },
    { line: 'echo two words | vox --quiet', args: ['--quiet'], input: 'two words\n' },
  ])('speaks: $line', async ({ args, input }) => {
    const original = await synthesized('two words', ['--flush', 'clause']);
    const ran = await vox(args, { env: card.env, ...(input && { input }) });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout.toString()).toBe('');
    if (args.includes('--quiet')) expect(ran.stderr).toBe('');
    await recording.untilSilent(sounding(original).length, 100);
    expect(findIn(recording.samples, original)).toMatchObject({ samples: original.length, strangeSamples: 0 });
  });
});
