import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createFileSink } from '../../../src/audio/sinks/file.ts';
import { PipeClosed } from '../../../src/audio/sinks/stream.ts';
import { wavHeader } from '../../../src/audio/wav-header.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { needs } from '../../support/programs.ts';
import { scratchDirectory } from '../scratch.ts';
import { chunksOf, countingBytes, expectBytes, pcm24k } from '../signal.ts';

const scratch = scratchDirectory();
const onLinux = it.skipIf(process.platform !== 'linux');

/** A FIFO with a reader, and the sink that writes to it. */
async function fifoSink() {
  const path = scratch.file('fifo');
  spawnSync('mkfifo', [path]);
  const reader = createReadStream(path);
  const sink = await createFileSink({ path, container: 'wav' });
  return { path, reader, sink };
}

describe('createFileSink on what is no regular file', () => {
  onLinux('says E_DISK_FULL of /dev/full, and leaves nothing beside it', async () => {
    const sink = await createFileSink({ path: '/dev/full', container: 'wav' });
    const [chunk] = chunksOf(pcm24k, countingBytes(960), 960);
    await expect(chunk && sink.write(chunk)).rejects.toMatchObject({
      code: 'E_DISK_FULL',
      exitCode: 6,
      message: 'no space is left to write /dev/full',
    });
    await expect(sink.drain()).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    expect(await sink.keepPartial()).toBeUndefined();
    expect((await readdir('/dev')).filter((name) => name.includes('vox-') || name.includes('partial'))).toEqual([]);
  });

  onLinux('writes to a device and never renames over it', async () => {
    const sink = await createFileSink({ path: '/dev/null', container: 'wav' });
    for (const chunk of chunksOf(pcm24k, countingBytes(9600), 960)) await sink.write(chunk);
    await sink.drain();
    const again = await createFileSink({ path: '/dev/null', container: 'raw' });
    await again.discard();
    expect((await readFile('/dev/null')).length).toBe(0);
  });

  onLinux('appends to an open file named in /dev, as `>>` meant it', async () => {
    await writeFile(scratch.file('log'), 'before');
    const handle = await open(scratch.file('log'), 'a');
    const sink = await createFileSink({ path: `/dev/fd/${handle.fd}`, container: 'wav' });
    for (const chunk of chunksOf(pcm24k, countingBytes(1920), 960)) await sink.write(chunk);
    await sink.drain();
    await handle.close();
    const expected = Buffer.concat([Buffer.from('before'), wavHeader(pcm24k, 'stream'), countingBytes(1920)]);
    expect(await readFile(scratch.file('log'))).toEqual(expected);
  });

  needs('mkfifo').describe('a FIFO', () => {
    it('gets each chunk as it comes, behind a header that a pipe can carry', async () => {
      const { path, reader, sink } = await fifoSink();
      const expected = Buffer.concat([wavHeader(pcm24k, 'stream'), countingBytes(1920)]);
      let heard = Buffer.alloc(0);
      for (const chunk of chunksOf(pcm24k, countingBytes(1920), 960)) {
        await sink.write(chunk);
        const [bytes] = await once(reader, 'data');
        heard = Buffer.concat([heard, bytes]);
      }
      expect(heard).toEqual(expected);
      const ended = once(reader, 'end');
      await sink.drain();
      await ended;
      expect(await sink.keepPartial()).toBeUndefined();
      expect(await readdir(scratch.path)).toEqual(['fifo']);
      expect(path).toBe(sink.path);
    });

    it('waits for a slow reader and loses nothing', async () => {
      const { reader, sink } = await fifoSink();
      const written = (async () => {
        for (const chunk of chunksOf(pcm24k, countingBytes(1_000_000), 50_000)) await sink.write(chunk);
        await sink.drain();
      })();
      const heard: Buffer[] = [];
      for await (const bytes of reader) heard.push(bytes);
      await written;
      const expected = Buffer.concat([wavHeader(pcm24k, 'stream'), countingBytes(1_000_000)]);
      expect(Buffer.concat(heard).equals(expected)).toBe(true);
    });

    onLinux('drains what the pipe had no room for yet', async () => {
      const { reader, sink } = await fifoSink();
      // Linux holds 64 kB in a pipe and Node 16 kB before it makes a writer wait: 75 kB are taken, and not all passed on.
      const audio = countingBytes(75_000);
      for (const chunk of chunksOf(pcm24k, audio, 1000)) await sink.write(chunk);
      const drained = sink.drain();
      const heard: Buffer[] = [];
      for await (const bytes of reader) heard.push(bytes);
      await drained;
      expectBytes(Buffer.concat(heard), Buffer.concat([wavHeader(pcm24k, 'stream'), audio]));
    });

    it('ends with PipeClosed when its reader goes', async () => {
      const { reader, sink } = await fifoSink();
      const writing = (async () => {
        for (const chunk of chunksOf(pcm24k, countingBytes(4_000_000), 50_000)) await sink.write(chunk);
      })();
      await once(reader, 'data');
      reader.destroy();
      await expect(writing).rejects.toBeInstanceOf(PipeClosed);
      expect(await sink.keepPartial()).toBeUndefined();
    });

    it('lets go at once when aborted, though nobody reads', async () => {
      const { reader, sink } = await fifoSink();
      const [chunk] = chunksOf(pcm24k, countingBytes(1_000_000), 1_000_000);
      const written = chunk && sink.write(chunk);
      await settle();
      sink.abort();
      await written;
      await sink.discard();
      reader.destroy();
    });

    it('is waited for without a reader, until the signal', async () => {
      const path = scratch.file('fifo');
      spawnSync('mkfifo', [path]);
      const clock = new ManualClock();
      const abort = new AbortController();
      const created = createFileSink({ path, container: 'wav', clock, signal: abort.signal });
      const outcome = created.then(
        () => 'opened',
        (reason: unknown) => reason,
      );
      while (clock.pending === 0) await settle();
      await clock.advance(1000);
      expect(clock.pending).toBe(1);
      abort.abort('enough');
      expect(await outcome).toBe('enough');
      expect(clock.pending).toBe(0);
    });

    it('opens as soon as there is a reader', async () => {
      const path = scratch.file('fifo');
      spawnSync('mkfifo', [path]);
      const clock = new ManualClock();
      const created = createFileSink({ path, container: 'raw', clock });
      while (clock.pending === 0) await settle();
      const reader = createReadStream(path);
      let opened = false;
      created.then(() => {
        opened = true;
      });
      while (!opened) await clock.advance(20);
      const sink = await created;
      const ended = once(reader.resume(), 'end');
      await sink.drain();
      await ended;
    });
  });
});
