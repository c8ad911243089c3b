import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createEncodingSink, createEncodingStreamSink } from '../../../src/audio/encode.ts';
import type { FileSink } from '../../../src/audio/sinks/file.ts';
import { PipeClosed } from '../../../src/audio/sinks/stream.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { needs } from '../../support/programs.ts';
import { fakeProgram, isAlive, pidIn } from '../fake-program.ts';
import { scratchDirectory } from '../scratch.ts';
import { chunksOf, countingBytes, encoded, expectBytes, mp3, mulaw8k, pcm24k, sine } from '../signal.ts';

const scratch = scratchDirectory();

async function writeChunks(sink: FileSink, bytes: Uint8Array, chunkBytes = 960) {
  for (const chunk of chunksOf(pcm24k, bytes, chunkBytes)) await sink.write(chunk);
}

/** A sink whose ffmpeg is a script: `cat` makes the file the very audio that was written. */
async function scripted(script: string, clock?: ManualClock, path = scratch.file('a.mp3')) {
  const ffmpeg = await fakeProgram(scratch.file('ffmpeg'), script);
  return createEncodingSink({ path, container: 'mp3', input: pcm24k, ffmpeg, ...(clock && { clock }) });
}

async function listing(): Promise<string[]> {
  return (await readdir(scratch.path)).filter((name) => name !== 'ffmpeg' && name !== 'pid').sort();
}

describe('createEncodingSink', () => {
  it('gives the file its name when all of it is there', async () => {
    await writeFile(scratch.file('a.mp3'), 'old');
    const sink = await scripted('exec cat');
    const audio = countingBytes(300_000);
    await writeChunks(sink, audio);
    expect((await readFile(scratch.file('a.mp3'))).toString()).toBe('old');
    await sink.drain();
    expectBytes(await readFile(scratch.file('a.mp3')), audio);
    expect(await sink.keepPartial()).toBeUndefined();
    expect(await listing()).toEqual(['a.mp3']);
  });

  it('takes the one format that ffmpeg was told of', async () => {
    const sink = await scripted('exec cat');
    expect(sink.refuses(pcm24k)).toBeUndefined();
    expect(sink.refuses({ ...pcm24k, sampleRateHz: 16000 })).toContain('24000 Hz');
    expect(sink.refuses(mulaw8k)).toContain('mulaw');
    await sink.discard();
    const options = { path: scratch.file('b.mp3'), container: 'mp3', input: mp3, ffmpeg: 'ffmpeg' } as const;
    await expect(createEncodingSink(options)).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
    expect(await listing()).toEqual([]);
  });

  it('is told of a bad path before ffmpeg is started', async () => {
    const path = scratch.file('no/a.mp3');
    const started = scripted(`echo $$ >${scratch.file('pid')}`, undefined, path);
    await expect(started).rejects.toMatchObject({ code: 'E_FILE' });
    await expect(readFile(scratch.file('pid'))).rejects.toThrow();
  });

  it('fails with E_FILE and the last line that ffmpeg said', async () => {
    const sink = await scripted('head -c 5 >/dev/null; echo "Unknown encoder" >&2; exit 1');
    const failure = {
      code: 'E_FILE',
      exitCode: 6,
      message: `cannot write ${scratch.file('a.mp3')}: ffmpeg failed: Unknown encoder`,
    };
    await expect(writeChunks(sink, countingBytes(3_000_000))).rejects.toMatchObject(failure);
    await expect(sink.drain()).rejects.toMatchObject(failure);
    await sink.discard();
    const late = await scripted('cat >/dev/null; echo "Conversion failed" >&2; exit 1');
    await writeChunks(late, countingBytes(960));
    await expect(late.drain()).rejects.toThrow('Conversion failed');
    await late.discard();
    expect(await listing()).toEqual([]);
  });

  it('says E_FFMPEG where the program does not start', async () => {
    const options = { path: scratch.file('a.mp3'), container: 'mp3', input: pcm24k } as const;
    const sink = await createEncodingSink({ ...options, ffmpeg: scratch.file('nothing') });
    await expect(sink.drain()).rejects.toMatchObject({ code: 'E_FFMPEG' });
    await sink.discard();
    expect(await listing()).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('says E_DISK_FULL, and ends ffmpeg', async () => {
    const script = `echo $$ >${scratch.file('pid')}; exec cat`;
    const sink = await scripted(script, undefined, '/dev/full');
    const written = writeChunks(sink, countingBytes(3_000_000)).then(() => sink.drain());
    await expect(written).rejects.toMatchObject({ code: 'E_DISK_FULL', exitCode: 6 });
    expect(await sink.keepPartial()).toBeUndefined();
    expect(isAlive(await pidIn(scratch.file('pid')))).toBe(false);
  });

  it('leaves all that was received as a partial file, also after an abort', async () => {
    const clock = new ManualClock();
    for (const abort of [false, true]) {
      const sink = await scripted('exec cat', clock);
      await writeChunks(sink, countingBytes(200_000));
      if (abort) sink.abort();
      expect(await sink.keepPartial()).toBe(scratch.file('a.partial.mp3'));
      expectBytes(await readFile(scratch.file('a.partial.mp3')), countingBytes(200_000));
      expect(await listing()).toEqual(['a.partial.mp3']);
      expect(clock.pending).toBe(0);
    }
  });

  it('leaves no file where nothing was received', async () => {
    const sink = await scripted('echo a header; exec cat');
    expect(await sink.keepPartial()).toBeUndefined();
    expect(await listing()).toEqual([]);
  });

  it('leaves no child behind on abort, not even one that does not want to end', async () => {
    const clock = new ManualClock();
    const sink = await scripted(`echo $$ >${scratch.file('pid')}; trap '' TERM; echo; exec sleep 1000`, clock);
    const written = writeChunks(sink, countingBytes(1_000_000), 1_000_000);
    while ((await readFile(scratch.file('pid')).catch(() => '')).length === 0) await settle();
    const pid = await pidIn(scratch.file('pid'));
    sink.abort();
    const kept = sink.keepPartial();
    await clock.advance(1999);
    expect(isAlive(pid)).toBe(true);
    await clock.advance(1);
    await Promise.all([written, kept]);
    expect(isAlive(pid)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('ends a child at once where its file is thrown away', async () => {
    const clock = new ManualClock();
    const sink = await scripted(`echo $$ >${scratch.file('pid')}; trap '' TERM; exec sleep 1000`, clock);
    while ((await readFile(scratch.file('pid')).catch(() => '')).length === 0) await settle();
    await sink.discard();
    expect(isAlive(await pidIn(scratch.file('pid')))).toBe(false);
    expect(clock.pending).toBe(0);
    expect(await listing()).toEqual([]);
  });

  it('writes into a pipe that stays open, and is quiet when nobody reads it', async () => {
    const ffmpeg = await fakeProgram(scratch.file('ffmpeg'), 'exec cat');
    const options = { container: 'mp3', input: pcm24k, ffmpeg } as const;
    const stream = new PassThrough({ highWaterMark: 1 << 20 });
    const sink = createEncodingStreamSink(stream, options);
    for (const chunk of chunksOf(pcm24k, countingBytes(30_000), 960)) await sink.write(chunk);
    await sink.drain();
    expectBytes(stream.read(), countingBytes(30_000));
    expect(stream.writable).toBe(true);
    const closed = new PassThrough();
    closed.destroy();
    const unread = createEncodingStreamSink(closed, options);
    const write = async () => {
      for (const chunk of chunksOf(pcm24k, countingBytes(3_000_000), 96_000)) await unread.write(chunk);
      await unread.drain();
    };
    await expect(write()).rejects.toBeInstanceOf(PipeClosed);
  });

  needs('ffmpeg', 'ffprobe').it.each([
    ['mp3', 'mp3'],
    ['opus', 'opus'],
    ['vorbis', 'vorbis'],
  ] as const)('makes %s files, whole and partial, that ffprobe reads', async (container, codec) => {
    const audio = encoded(sine(24000, 2000, 9000), 'linear16');
    const path = scratch.file(`a.${container}`);
    const options = { path, container, input: pcm24k, ffmpeg: 'ffmpeg' } as const;
    const whole = await createEncodingSink(options);
    await writeChunks(whole, audio);
    await whole.drain();
    const failed = await createEncodingSink(options);
    await writeChunks(failed, audio);
    failed.abort();
    const partial = (await failed.keepPartial()) ?? '';
    expectBytes(await readFile(partial), await readFile(path));
    const show = ['-show_entries', 'stream=codec_name:format=duration', '-of', 'csv=p=0'];
    const probe = spawnSync('ffprobe', ['-loglevel', 'error', ...show, path]);
    const [name, seconds] = probe.stdout.toString().trim().split('\n');
    expect(name).toBe(codec);
    expect(Math.abs(Number(seconds) - 2)).toBeLessThan(0.15);
  });
});
