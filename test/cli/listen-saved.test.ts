import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AudioChunk } from '../../src/audio/format.ts';
import { noticed } from '../../src/cli/audio-taps.ts';
import { openSaved } from '../../src/cli/listen-saved.ts';
import { systemClock } from '../../src/clock.ts';
import { scratchDirectory } from '../audio/scratch.ts';

const folder = scratchDirectory();
const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
const chunk = (...bytes: number[]): AudioChunk => ({ format, bytes: Uint8Array.from(bytes), firstSample: 0 });
const saving = (path: string) => openSaved(path, { clock: systemClock, signal: new AbortController().signal });
const audioOf = (path: string) => [...readFileSync(path).subarray(44)];

/** A microphone that has recorded three chunks, of which one is read. */
function microphone() {
  const ready = [chunk(1, 0), chunk(2, 0), chunk(3, 0)];
  const state = { stopped: false };
  async function* chunks(): AsyncGenerator<AudioChunk> {
    for (let next = ready.shift(); next; next = ready.shift()) yield next;
  }
  const stop = () => {
    state.stopped = true;
  };
  return {
    state,
    source: { name: 'microphone', format, live: true, chunks, stop, rest: () => ready.splice(0) },
  };
}

describe('openSaved', () => {
  it('is a WAV of what was written, under its name when it is whole', async () => {
    const path = folder.file('a.wav');
    const saved = await saving(path);
    await saved.write(chunk(1, 2));
    await saved.write(chunk(3, 4));
    expect(existsSync(path)).toBe(false);
    expect(await saved.end()).toBe(path);
    expect(audioOf(path)).toEqual([1, 2, 3, 4]);
    await saved.discard();
    expect(existsSync(path)).toBe(true);
  });

  it('takes what the microphone recorded and nobody read, behind the chunk that is on its way', async () => {
    const saved = await saving(folder.file('rest.wav'));
    const { source, state } = microphone();
    const chunks = noticed(source.chunks(), (piece) => saved.write(piece));
    const first = chunks.next();
    await saved.rest(source, chunks);
    await first;
    await saved.end();
    expect(state.stopped).toBe(true);
    expect(audioOf(folder.file('rest.wav'))).toEqual([1, 0, 2, 0, 3, 0]);
  });

  it('of what has no rest, takes none: a file is not read to its end', async () => {
    const saved = await saving(folder.file('file.wav'));
    const { source } = microphone();
    const { rest: _, ...file } = source;
    const chunks = noticed(source.chunks(), (piece) => saved.write(piece));
    await chunks.next();
    await saved.rest(file, chunks);
    await saved.end();
    expect(audioOf(folder.file('file.wav'))).toEqual([1, 0]);
  });

  it('is no file where nothing was heard', async () => {
    const saved = await saving(folder.file('none.wav'));
    expect(await saved.end()).toBeUndefined();
    await saved.discard();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('remembers why it could not be written, and keeps no more than it has', async () => {
    const saved = await saving('/dev/full');
    await expect(saved.write(chunk(1, 2))).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(saved.failure?.thrown).toMatchObject({ code: 'E_DISK_FULL' });
    const { source } = microphone();
    await saved.rest(
      source,
      noticed(source.chunks(), async () => {}),
    );
    expect(await saved.end()).toBeUndefined();
  });

  it('tells at once that it cannot be there', async () => {
    await expect(saving(folder.file('missing/a.wav'))).rejects.toMatchObject({ code: 'E_FILE' });
  });
});
