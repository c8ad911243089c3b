import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PipeWriter } from '../../../src/audio/sinks/pipe-writer.ts';
import { PipeClosed, systemCode, writeError } from '../../../src/audio/sinks/write-error.ts';
import { SpeechError } from '../../../src/errors.ts';
import { countingBytes } from '../signal.ts';

const never = () => new Writable({ highWaterMark: 1, write: () => {} });

describe('PipeWriter', () => {
  it('lets its writers go when released, though the stream is destroyed in the same breath', async () => {
    const stream = never();
    const writer = new PipeWriter(stream, 'the pipe');
    const waits = [writer.write(countingBytes(10)), writer.flushed()];
    writer.release();
    stream.destroy(new Error('gone'));
    await Promise.all(waits);
    expect(writer.write(countingBytes(10))).toBeUndefined();
    await writer.flushed();
  });

  it('tells the reason of a failure, again and again, under the name it was given', async () => {
    const stream = never();
    const writer = new PipeWriter(stream, 'the pipe');
    const written = writer.write(countingBytes(10));
    stream.destroy(Object.assign(new Error('broken'), { code: 'EIO' }));
    const failure = { code: 'E_FILE', message: 'cannot write the pipe: the device failed' };
    await expect(written).rejects.toMatchObject(failure);
    expect(() => writer.write(countingBytes(10))).toThrow(expect.objectContaining(failure));
    await expect(writer.flushed()).rejects.toMatchObject(failure);
  });

  it('never ends the stream', async () => {
    const taken: Buffer[] = [];
    const stream = new Writable({
      write(bytes, _encoding, done) {
        taken.push(bytes);
        done();
      },
    });
    const writer = new PipeWriter(stream, 'the pipe');
    expect(writer.write(countingBytes(10))).toBeUndefined();
    await writer.flushed();
    writer.release();
    expect(stream.writableEnded).toBe(false);
    expect(Buffer.concat(taken)).toEqual(Buffer.from(countingBytes(10)));
  });
});

describe('writeError', () => {
  const withCode = (code: string) => Object.assign(new Error(`system says ${code}`), { code });

  it.each([
    ['ENOSPC', 'E_DISK_FULL', 'no space is left to write x.wav'],
    ['EDQUOT', 'E_DISK_FULL', 'no space is left to write x.wav'],
    ['EACCES', 'E_FILE', 'cannot write x.wav: permission denied'],
    ['EUNHEARDOF', 'E_FILE', 'cannot write x.wav: system says EUNHEARDOF'],
  ])('makes %s into %s', (system, code, message) => {
    const error = writeError(withCode(system), 'x.wav');
    expect(error).toMatchObject({ code, message, exitCode: 6, detail: { path: 'x.wav', systemCode: system } });
  });

  it('leaves what is ours as it is, and takes whatever was thrown', () => {
    const ours = new SpeechError('E_WAV_SIZE', 'too much');
    expect(writeError(ours, 'x.wav')).toBe(ours);
    const closed = writeError(withCode('EPIPE'), 'x.wav');
    expect(closed).toBeInstanceOf(PipeClosed);
    expect(writeError(closed, 'y.wav')).toBe(closed);
    expect(writeError('a string', 'x.wav').message).toBe('cannot write x.wav: a string');
    expect(systemCode('ENOENT')).toBeUndefined();
    expect(systemCode(Object.assign(new Error(), { code: 7 }))).toBeUndefined();
  });
});
