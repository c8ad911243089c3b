import { spawnSync } from 'node:child_process';
import { chmod, mkdir, open, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Reader } from 'wav';
import type { AudioFormat } from '../../../src/audio/format.ts';
import type { FileSink } from '../../../src/audio/sinks/file.ts';
import { createFileSink, partialPath } from '../../../src/audio/sinks/file.ts';
import { wavHeader } from '../../../src/audio/wav-header.ts';
import { needs } from '../../support/programs.ts';
import { scratchDirectory } from '../scratch.ts';
import { alaw8k, chunksOf, countingBytes, encoded, expectBytes, mp3, mulaw8k, pcm24k, sine } from '../signal.ts';

const scratch = scratchDirectory();
let undo = () => {};
afterEach(() => undo());

async function writeChunks(sink: FileSink, bytes: Uint8Array, format = pcm24k, chunkBytes = 960) {
  for (const chunk of chunksOf(format, bytes, chunkBytes)) await sink.write(chunk);
}

async function writeFileSink(name: string, bytes: Uint8Array, format: AudioFormat = pcm24k, chunkBytes = 960) {
  const sink = await createFileSink({ path: scratch.file(name), container: 'wav' });
  await writeChunks(sink, bytes, format, chunkBytes);
  await sink.drain();
}

function wavFile(format: AudioFormat, audio: Uint8Array): Buffer {
  return Buffer.concat([wavHeader(format, audio.length), audio, new Uint8Array(audio.length % 2)]);
}

/** Makes every file of this process write so many more bytes and no further; patches of what is there still work. */
async function limitDisk(roomBytes: number): Promise<() => void> {
  const handle = await open(scratch.file('probe'), 'w');
  await handle.close();
  const prototype = Object.getPrototypeOf(handle);
  const write = prototype.write;
  let room = roomBytes;
  prototype.write = function limited(bytes: Uint8Array, offset: number, length: number, position: number) {
    // What is there already is overwritten, and wants no room.
    if (position + length <= roomBytes - room) return write.call(this, bytes, offset, length, position);
    if (room === 0) return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    const taken = Math.min(room, length);
    room -= taken;
    return write.call(this, bytes, offset, taken, position);
  };
  undo = () => {
    prototype.write = write;
  };
  return undo;
}

async function listing(): Promise<string[]> {
  return (await readdir(scratch.path)).sort();
}

async function bytesOf(name: string): Promise<Buffer> {
  return readFile(scratch.file(name));
}

describe('createFileSink, a file that becomes whole', () => {
  it('has its final name, its header and all its bytes after drain, and not before', async () => {
    const sink = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    const audio = countingBytes(200_000);
    await writeChunks(sink, audio);
    expect(await listing()).toEqual([expect.stringMatching(/^\.vox-\d+-[0-9a-f]{12}\.tmp$/)]);
    await sink.drain();
    expect(await listing()).toEqual(['a.wav']);
    expectBytes(await bytesOf('a.wav'), wavFile(pcm24k, audio));
    await sink.drain();
    expect(await sink.keepPartial()).toBeUndefined();
    await sink.discard();
    expectBytes(await bytesOf('a.wav'), wavFile(pcm24k, audio));
  });

  it('gives an odd number of bytes its pad byte', async () => {
    await writeFileSink('odd.wav', countingBytes(333), mulaw8k, 160);
    expect((await bytesOf('odd.wav')).length).toBe(58 + 334);
    expectBytes(await bytesOf('odd.wav'), wavFile(mulaw8k, countingBytes(333)));
  });

  it('writes raw audio and compressed audio as they come', async () => {
    for (const [name, format] of [
      ['a.pcm', pcm24k],
      ['a.ulaw', mulaw8k],
      ['a.mp3', mp3],
    ] as const) {
      const sink = await createFileSink({ path: scratch.file(name), container: 'raw' });
      await writeChunks(sink, countingBytes(70_001), format, 1000);
      await sink.drain();
      expectBytes(await bytesOf(name), Buffer.from(countingBytes(70_001)));
    }
    const wav = await createFileSink({ path: scratch.file('b.wav'), container: 'wav' });
    expect(wav.refuses(mp3)).toContain('mp3');
    await wav.discard();
  });

  it('is a valid file even where no audio came', async () => {
    const wav = await createFileSink({ path: scratch.file('none.wav'), container: 'wav', format: alaw8k });
    await wav.drain();
    expectBytes(await bytesOf('none.wav'), Buffer.from(wavHeader(alaw8k, 0)));
    const raw = await createFileSink({ path: scratch.file('none.pcm'), container: 'raw' });
    await raw.drain();
    expect((await bytesOf('none.pcm')).length).toBe(0);
  });

  it('stores the same bytes however they were cut', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (lengths) => {
        const path = scratch.file('cut.wav');
        const sink = await createFileSink({ path, container: 'wav' });
        let from = 0;
        for (const length of lengths) {
          await writeChunks(sink, countingBytes(2 * length, from), pcm24k, 2 * length);
          from += 2 * length;
        }
        await sink.drain();
        expect((await readFile(path)).equals(wavFile(pcm24k, countingBytes(from)))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('gathers small chunks: nothing is written before 64 kB are there', async () => {
    const sink = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    const [temporary = ''] = await listing();
    const sizes = new Set<number>();
    for (const chunk of chunksOf(pcm24k, countingBytes(160_000), 640)) {
      await sink.write(chunk);
      sizes.add((await stat(scratch.file(temporary))).size);
    }
    expect(sizes.size).toBe(3);
    await sink.discard();
  });

  it('replaces an existing file by a whole one only, and keeps its mode', async () => {
    await writeFile(scratch.file('a.wav'), 'old', { mode: 0o640 });
    await chmod(scratch.file('a.wav'), 0o640);
    const sink = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    await writeChunks(sink, countingBytes(100_000));
    expect((await bytesOf('a.wav')).toString()).toBe('old');
    await sink.drain();
    expectBytes(await bytesOf('a.wav'), wavFile(pcm24k, countingBytes(100_000)));
    expect((await stat(scratch.file('a.wav'))).mode & 0o777).toBe(0o640);
  });

  it('writes through a symbolic link and leaves it one', async () => {
    await mkdir(scratch.file('real'));
    await writeFile(scratch.file('real/b.wav'), 'old');
    await symlink(scratch.file('real/b.wav'), scratch.file('link.wav'));
    await writeFileSink('link.wav', countingBytes(960));
    expectBytes(await bytesOf('real/b.wav'), wavFile(pcm24k, countingBytes(960)));
    const broken = await createFileSink({ path: scratch.file('link.wav'), container: 'wav' });
    await writeChunks(broken, countingBytes(960));
    expect(await broken.keepPartial()).toMatch(/real\/b\.partial\.wav$/);
  });
});

describe('createFileSink, a file that does not', () => {
  it('leaves what was received as a valid partial file, before or after an abort', async () => {
    for (const abort of [false, true]) {
      await writeFile(scratch.file('a.wav'), 'old');
      const sink = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
      await writeChunks(sink, countingBytes(70_001), mulaw8k, 1000);
      if (abort) sink.abort();
      const kept = sink.keepPartial();
      expect(await kept).toBe(scratch.file('a.partial.wav'));
      expect(await sink.keepPartial()).toBe(scratch.file('a.partial.wav'));
      await sink.discard();
      expect(await listing()).toEqual(['a.partial.wav', 'a.wav']);
      expectBytes(await bytesOf('a.partial.wav'), wavFile(mulaw8k, countingBytes(70_001)));
      expect((await bytesOf('a.wav')).toString()).toBe('old');
    }
  });

  it('names the partial file after its own ending', () => {
    expect(partialPath('out/a.b.pcm')).toBe('out/a.b.partial.pcm');
    expect(partialPath('speech', '.wav')).toBe('speech.partial.wav');
    expect(partialPath('/x/speech')).toBe('/x/speech.partial');
  });

  it('leaves no file where nothing was received, or where it is not wanted', async () => {
    const empty = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    expect(await empty.keepPartial()).toBeUndefined();
    const unwanted = await createFileSink({ path: scratch.file('b.pcm'), container: 'raw' });
    await writeChunks(unwanted, countingBytes(100_000));
    await unwanted.discard();
    expect(await unwanted.keepPartial()).toBeUndefined();
    expect(await listing()).toEqual([]);
  });

  it('keeps a partial file when it is stopped in the middle of a write and of a drain', async () => {
    const [chunk] = chunksOf(pcm24k, countingBytes(300_000), 300_000);
    const writing = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    const written = chunk && writing.write(chunk);
    expect(await writing.keepPartial()).toBe(scratch.file('a.partial.wav'));
    await written;
    const draining = await createFileSink({ path: scratch.file('b.wav'), container: 'wav' });
    await writeChunks(draining, countingBytes(300_000));
    const drained = draining.drain();
    draining.abort();
    await drained;
    expect(await draining.keepPartial()).toBe(scratch.file('b.partial.wav'));
    expect(await listing()).toEqual(['a.partial.wav', 'b.partial.wav']);
    for (const name of await listing()) expectBytes(await bytesOf(name), wavFile(pcm24k, countingBytes(300_000)));
  });

  it.each([
    ['wav', 'a.partial.wav'],
    ['raw', 'a.partial.pcm'],
  ] as const)('ends a %s file with its last whole sample when the disk is full', async (container, name) => {
    const path = scratch.file(container === 'wav' ? 'a.wav' : 'a.pcm');
    const sink = await createFileSink({ path, container });
    const header = container === 'wav' ? 44 : 0;
    const restore = await limitDisk(header + 100_001);
    await expect(writeChunks(sink, countingBytes(300_000))).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    await expect(sink.drain()).rejects.toMatchObject({ code: 'E_DISK_FULL', exitCode: 6 });
    expect(await sink.keepPartial()).toBe(scratch.file(name));
    restore();
    const kept = countingBytes(100_000);
    expectBytes(await bytesOf(name), container === 'wav' ? wavFile(pcm24k, kept) : Buffer.from(kept));
  });

  it('ends with E_WAV_SIZE before the header would be wrong', async () => {
    const options = { path: scratch.file('a.wav'), container: 'wav', maxBytes: 44 + 1920 } as const;
    const fits = await createFileSink(options);
    await writeChunks(fits, countingBytes(1920));
    await fits.drain();
    expectBytes(await bytesOf('a.wav'), wavFile(pcm24k, countingBytes(1920)));
    const sink = await createFileSink(options);
    await writeChunks(sink, countingBytes(1920));
    await expect(writeChunks(sink, countingBytes(2), pcm24k, 2)).rejects.toMatchObject({ code: 'E_WAV_SIZE' });
    await expect(sink.drain()).rejects.toMatchObject({ code: 'E_WAV_SIZE' });
    expect(await sink.keepPartial()).toBe(scratch.file('a.partial.wav'));
    expectBytes(await bytesOf('a.partial.wav'), wavFile(pcm24k, countingBytes(1920)));
  });

  it('counts the pad byte against that limit, and sets none for raw files', async () => {
    const options = { path: scratch.file('a'), maxBytes: 58 + 101 };
    const padded = await createFileSink({ ...options, container: 'wav' });
    await expect(writeChunks(padded, countingBytes(101), mulaw8k)).rejects.toMatchObject({ code: 'E_WAV_SIZE' });
    expect(await padded.keepPartial()).toBeUndefined();
    const raw = await createFileSink({ ...options, container: 'raw' });
    await writeChunks(raw, countingBytes(5000));
    await raw.drain();
    expect(await listing()).toEqual(['a']);
  });

  it('removes the temporary file when the process exits in between', async () => {
    const before = process.listeners('exit');
    const sink = await createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    const other = await createFileSink({ path: scratch.file('b.wav'), container: 'wav' });
    const added = process.listeners('exit').filter((listener) => !before.includes(listener));
    expect(added.length).toBe(1);
    await other.drain();
    await writeChunks(sink, countingBytes(100_000));
    expect(await listing()).toHaveLength(2);
    added[0]?.(0);
    expect(await listing()).toEqual(['b.wav']);
    await sink.discard();
    expect(process.listeners('exit')).toEqual(before);
  });
});

describe('createFileSink, a path that cannot be written', () => {
  it.each([
    ['a directory that is not there', 'no/a.wav', 'the directory does not exist'],
    ['a directory', '.', 'it is a directory'],
    ['a path through a file', 'plain/a.wav', 'a part of the path is no directory'],
    ['a name that is too long', `${'x'.repeat(300)}.wav`, 'the name is too long'],
    ['a name that ends in a slash', 'new/', 'that names no file'],
  ])('is told before any audio: %s', async (_, name, why) => {
    await writeFile(scratch.file('plain'), '');
    const path = `${scratch.path}/${name}`;
    const created = createFileSink({ path, container: 'wav' });
    await expect(created).rejects.toMatchObject({ code: 'E_FILE', exitCode: 6 });
    await expect(created).rejects.toThrow(path);
    await expect(created).rejects.toThrow(why);
    expect(await listing()).toEqual(['plain']);
  });

  it('asks the system whether an existing file may be written', async () => {
    await writeFile(scratch.file('a.wav'), 'old', { mode: 0o444 });
    const allowed = process.getuid?.() === 0;
    const created = createFileSink({ path: scratch.file('a.wav'), container: 'wav' });
    if (allowed) await (await created).discard();
    else await expect(created).rejects.toThrow('permission denied');
    expect((await bytesOf('a.wav')).toString()).toBe('old');
  });
});

describe('independent readers of our files', () => {
  it('npm wav reads the audio back', async () => {
    await writeFileSink('a.wav', countingBytes(123_456));
    const reader = new Reader();
    const heard: Buffer[] = [];
    reader.on('data', (bytes: Buffer) => heard.push(bytes));
    reader.end(await bytesOf('a.wav'));
    expectBytes(Buffer.concat(heard), countingBytes(123_456));
  });

  needs('sox').it('sox reads whole and partial files without a complaint', async () => {
    const audio = encoded(sine(8000, 333, 9000), 'mulaw').subarray(1);
    await writeFileSink('a.wav', audio, mulaw8k, 160);
    const failed = await createFileSink({ path: scratch.file('b.wav'), container: 'wav' });
    await writeChunks(failed, audio, mulaw8k, 160);
    await failed.keepPartial();
    expect(audio.length % 2).toBe(1);
    for (const name of ['a.wav', 'b.partial.wav']) {
      const run = spawnSync('sox', [scratch.file(name), '-t', 'raw', '-e', 'mu-law', '-b', '8', '-']);
      expect(run.stderr.toString()).toBe('');
      expect(run.stdout.equals(audio)).toBe(true);
    }
  });
});
