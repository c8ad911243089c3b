import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { afplayPlayer } from '../../../src/audio/players/afplay.ts';
import type { PlayDevice } from '../../../src/audio/players/device.ts';
import { parseWavHeader } from '../../../src/audio/wav-header.ts';
import type { SpeechError } from '../../../src/errors.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let folder: string;
let clock: ManualClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vox-afplay-'));
  clock = new ManualClock();
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'tmp'));
  vi.stubEnv('PATH', join(folder, 'bin') + delimiter + process.env.PATH);
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a program of that name on the PATH, which is told the file as $1. */
function install(script: string): void {
  writeFileSync(join(folder, 'bin/afplay'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

async function openWith(samples: Int16Array) {
  const device = await afplayPlayer.open({ sampleRateHz: 1000, clock });
  let from = 0;
  const failures: SpeechError[] = [];
  device.start({
    pull(into) {
      const part = samples.subarray(from, from + into.length);
      into.set(part);
      from += part.length;
      return part.length;
    },
    failed: (error) => failures.push(error),
  });
  return { device, failures };
}

const leftOver = () => readdirSync(join(folder, 'tmp'));
const signal = Int16Array.from({ length: 2500 }, (_, index) => index - 1000);

function play(device: PlayDevice): Promise<void> {
  device.wake();
  return device.drain();
}

it('is missing where it is not on the PATH', () => {
  expect(afplayPlayer.missing()).toBe('the program is not installed');
  install('true');
  expect(afplayPlayer.missing()).toBeUndefined();
});

it('plays one whole WAV file, and removes it', async () => {
  install(`cp "$1" "${join(folder, 'heard.wav')}"`);
  const { device } = await openWith(signal);
  device.wake();
  expect(device.emptyAtMs()).toBe(Number.POSITIVE_INFINITY);
  expect(device.firstSoundMs).toBeUndefined();
  await clock.advance(70);
  await device.drain();
  const wav = readFileSync(join(folder, 'heard.wav'));
  const parsed = parseWavHeader(wav);
  expect(parsed).toMatchObject({ kind: 'header', dataBytes: 5000, format: { sampleRateHz: 1000, channels: 1 } });
  expect(wav.subarray(-5000).equals(Buffer.from(signal.buffer))).toBe(true);
  expect(device.firstSoundMs).toBe(170);
  await clock.advance(10_000);
  expect(device.position().playedSamples).toBe(2500);
  expect(leftOver()).toEqual([]);
});

it('starts nothing for nothing', async () => {
  install(`touch "${join(folder, 'heard.wav')}"`);
  const { device } = await openWith(new Int16Array());
  await play(device);
  expect(readdirSync(folder)).not.toContain('heard.wav');
  expect(leftOver()).toEqual([]);
});

it('says why it failed', async () => {
  install('echo AudioQueueStart failed >&2; exit 1');
  const { device } = await openWith(signal);
  await expect(play(device)).rejects.toMatchObject({ code: 'E_DEVICE', message: 'afplay: AudioQueueStart failed' });
  expect(leftOver()).toEqual([]);
});

it('is killed by an abort, which leaves no file and the position', async () => {
  install('exec sleep 60');
  const { device, failures } = await openWith(signal);
  const drained = play(device);
  await clock.advance(600);
  device.abort();
  device.abort();
  await drained;
  await clock.advance(600);
  expect(device.position()).toEqual({ playedSamples: 500, atMs: 600 });
  expect(failures).toEqual([]);
  expect(leftOver()).toEqual([]);
});

it('takes nothing after an abort', async () => {
  const { device } = await openWith(signal);
  device.abort();
  device.wake();
  await device.drain();
  expect(device.position().playedSamples).toBe(0);
  expect(leftOver()).toEqual([]);
});

it('cannot be opened where there is no room for the file', async () => {
  vi.stubEnv('TMPDIR', join(folder, 'nowhere'));
  await expect(afplayPlayer.open({ sampleRateHz: 1000, clock })).rejects.toMatchObject({ code: 'E_DEVICE' });
});
