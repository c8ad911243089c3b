import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SavedAudio } from '../../src/cli/bench-audio.ts';
import { systemClock } from '../../src/clock.ts';
import { scratch } from '../support/vox.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const format = { encoding: 'linear16', sampleRateHz: 24_000, channels: 1 } as const;
const chunk = (...bytes: number[]) => ({ format, bytes: Uint8Array.from(bytes), firstSample: 0 });

describe('SavedAudio', () => {
  it('writes a WAV file a run, whatever the target is called, and runs at once apart', async () => {
    const saved = await SavedAudio.open(join(folder.path, 'new'), systemClock);
    saved.take({ run: 0, warmup: false }, chunk(1, 2));
    saved.take({ run: 12, warmup: false }, chunk(9, 9));
    saved.take({ run: 0, warmup: false }, chunk(3, 4));
    const path = saved.save({ run: 0, target: '../slng/aura:2 ü' });
    saved.save({ run: 12, target: 'x'.repeat(300) });
    await saved.done();
    expect(readdirSync(join(folder.path, 'new'))).toEqual([
      'run-0000-.._slng_aura_2_ü.wav',
      `run-0012-${'x'.repeat(60)}.wav`,
    ]);
    const bytes = readFileSync(path ?? '');
    expect(bytes.toString('latin1', 0, 4)).toBe('RIFF');
    expect([bytes.readUInt32LE(24), bytes.readUInt32LE(40), ...bytes.subarray(44)]).toEqual([24_000, 4, 1, 2, 3, 4]);
  });

  it('keeps nothing of warm-up runs, and of runs without sound', async () => {
    const saved = await SavedAudio.open(folder.path, systemClock);
    saved.take({ run: -1, warmup: true }, chunk(1, 2));
    expect(saved.save({ run: -1, target: 'a' })).toBeUndefined();
    expect(saved.save({ run: 3, target: 'a' })).toBeUndefined();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('leaves out what comes in another format', async () => {
    const saved = await SavedAudio.open(folder.path, systemClock);
    saved.take({ run: 0, warmup: false }, chunk(1, 2));
    saved.take({ run: 0, warmup: false }, { ...chunk(7, 7), format: { ...format, sampleRateHz: 8000 } });
    const path = saved.save({ run: 0, target: 'a' });
    await saved.done();
    expect([...readFileSync(path ?? '').subarray(44)]).toEqual([1, 2]);
  });

  it('tells at the end what could not be written', async () => {
    const saved = await SavedAudio.open(join(folder.path, 'gone'), systemClock);
    saved.take({ run: 0, warmup: false }, chunk(1, 2));
    rmSync(join(folder.path, 'gone'), { recursive: true });
    saved.save({ run: 0, target: 'a' });
    await expect(saved.done()).rejects.toMatchObject({ code: 'E_FILE' });
  });

  it('tells of a folder that cannot be one, before anything is measured', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    await expect(SavedAudio.open(join(folder.path, 'file'), systemClock)).rejects.toMatchObject({ code: 'E_FILE' });
  });
});
