import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createStreamSink, PipeClosed } from '../../../src/audio/sinks/stream.ts';
import { wavHeader } from '../../../src/audio/wav-header.ts';
import { settle } from '../../support/manual-clock.ts';
import { needs } from '../../support/programs.ts';
import { chunksOf, countingBytes, encoded, mp3, mulaw8k, pcm24k, sine } from '../signal.ts';

function failing(code: string): Writable {
  const error = Object.assign(new Error(`write ${code}`), { code });
  return new Writable({ highWaterMark: 1, write: (_bytes, _encoding, done) => setImmediate(done, error) });
}

/** A stream that takes one write and keeps it until told. */
function stuck(): { stream: Writable; free: () => void } {
  const held: (() => void)[] = [];
  const stream = new Writable({ highWaterMark: 1, write: (_bytes, _encoding, done) => held.push(done) });
  return { stream, free: () => held.shift()?.() };
}

async function writeAll(stream: Writable, container: 'wav' | 'raw', bytes: Uint8Array, chunkBytes = 960) {
  const sink = createStreamSink(stream, { container });
  for (const chunk of chunksOf(pcm24k, bytes, chunkBytes)) await sink.write(chunk);
  await sink.drain();
  return sink;
}

describe('createStreamSink', () => {
  it('writes one header that a pipe can carry, then the audio, and leaves the stream open', async () => {
    const stream = new PassThrough({ highWaterMark: 1 << 20 });
    const bytes = countingBytes(4800);
    await writeAll(stream, 'wav', bytes);
    expect(stream.read()).toEqual(Buffer.concat([wavHeader(pcm24k, 'stream'), bytes]));
    expect(stream.writable).toBe(true);
  });

  it('writes raw audio as it comes, compressed audio too', async () => {
    const stream = new PassThrough();
    const sink = createStreamSink(stream, { container: 'raw' });
    const bytes = countingBytes(700);
    for (const chunk of chunksOf(mp3, bytes, 300)) await sink.write(chunk);
    expect(stream.read()).toEqual(Buffer.from(bytes));
    expect(createStreamSink(stream, { container: 'wav' }).refuses(mp3)).toContain('mp3');
  });

  it('writes a header even where there is no audio', async () => {
    const stream = new PassThrough();
    await createStreamSink(stream, { container: 'wav', format: mulaw8k }).drain();
    expect(stream.read()).toEqual(Buffer.from(wavHeader(mulaw8k, 'stream')));
  });

  it('waits while the stream is full, and in drain for the last byte', async () => {
    const { stream, free } = stuck();
    const sink = createStreamSink(stream, { container: 'raw' });
    let step = 'writing';
    const done = (async () => {
      for (const chunk of chunksOf(pcm24k, countingBytes(4), 4)) await sink.write(chunk);
      step = 'draining';
      await sink.drain();
      step = 'done';
    })();
    await settle();
    expect(step).toBe('writing');
    free();
    await settle();
    expect(step).toBe('draining');
    free();
    await done;
    expect(step).toBe('done');
  });

  it.each(['EPIPE', 'ECONNRESET'])('ends quietly with PipeClosed on %s', async (code) => {
    await expect(writeAll(failing(code), 'wav', countingBytes(9600))).rejects.toBeInstanceOf(PipeClosed);
  });

  it('is told by drain of what went wrong after the last write', async () => {
    const stream = new Writable({
      write: (_bytes, _encoding, done) => setImmediate(done, Object.assign(new Error(), { code: 'EPIPE' })),
    });
    const sink = createStreamSink(stream, { container: 'wav' });
    for (const chunk of chunksOf(pcm24k, countingBytes(960), 960)) expect(sink.write(chunk)).toBeUndefined();
    await expect(sink.drain()).rejects.toBeInstanceOf(PipeClosed);
  });

  it('does not hang on a stream that is gone already', async () => {
    const stream = new PassThrough();
    stream.destroy();
    await expect(writeAll(stream, 'wav', countingBytes(960))).rejects.toBeInstanceOf(PipeClosed);
    await expect(createStreamSink(stream, { container: 'wav' }).drain()).rejects.toBeInstanceOf(PipeClosed);
    const { stream: closing } = stuck();
    const written = writeAll(closing, 'wav', countingBytes(960));
    await settle();
    closing.destroy();
    await expect(written).rejects.toBeInstanceOf(PipeClosed);
  });

  it('says E_DISK_FULL and E_FILE where the stream is a file that fails', async () => {
    await expect(writeAll(failing('ENOSPC'), 'wav', countingBytes(9600))).rejects.toMatchObject({
      code: 'E_DISK_FULL',
    });
    await expect(writeAll(failing('EIO'), 'wav', countingBytes(9600))).rejects.toMatchObject({
      code: 'E_FILE',
      message: 'cannot write standard output: the device failed',
    });
  });

  it.skipIf(process.platform !== 'linux')('says E_DISK_FULL on /dev/full', async () => {
    const stream = createWriteStream('/dev/full');
    await expect(writeAll(stream, 'wav', countingBytes(200_000))).rejects.toMatchObject({ code: 'E_DISK_FULL' });
  });

  it('lets a waiting write and a drain go when aborted, whatever the stream does', async () => {
    const { stream } = stuck();
    const sink = createStreamSink(stream, { container: 'raw' });
    const writes = chunksOf(pcm24k, countingBytes(2000), 1000).map(async (chunk) => sink.write(chunk));
    const drained = sink.drain();
    await settle();
    sink.abort();
    await Promise.all([...writes, drained]);
    stream.destroy(new Error('later'));
    await settle();
    await sink.drain();
  });

  needs('head').it('is quiet when `head -c 100` has read enough', async () => {
    const head = spawn('head', ['-c', '100'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const heard: Buffer[] = [];
    head.stdout.on('data', (bytes: Buffer) => heard.push(bytes));
    const closed = once(head, 'close');
    await expect(writeAll(head.stdin, 'wav', countingBytes(4_000_000))).rejects.toBeInstanceOf(PipeClosed);
    await closed;
    const whole = Buffer.concat([wavHeader(pcm24k, 'stream'), countingBytes(56)]);
    expect(Buffer.concat(heard)).toEqual(whole);
  });

  needs('sox').it('is understood by sox from a pipe', async () => {
    const samples = sine(24000, 300, 9000);
    const stream = new PassThrough({ highWaterMark: 1 << 20 });
    await writeAll(stream, 'wav', encoded(samples, 'linear16'));
    const run = spawnSync('sox', ['-D', '-t', 'wav', '-', '-t', 'raw', '-'], { input: stream.read() });
    expect(run.stdout.equals(encoded(samples, 'linear16'))).toBe(true);
  });
});
