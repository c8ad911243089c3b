import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EncodeStream } from '../../src/audio/ffmpeg.ts';
import { encodeStream, findFfmpeg } from '../../src/audio/ffmpeg.ts';
import { findProgram } from '../../src/audio/find-program.ts';
import type { AudioFormat } from '../../src/audio/format.ts';
import { sampleRatesHz } from '../../src/audio/format.ts';
import { settle } from '../support/manual-clock.ts';
import { needs } from '../support/programs.ts';
import { fakeProgram, isAlive, pidIn } from './fake-program.ts';
import { scratchDirectory } from './scratch.ts';
import { encoded, expectBytes, mp3, pcm24k, sine } from './signal.ts';

const scratch = scratchDirectory();

async function all(output: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of output) parts.push(bytes);
  return Buffer.concat(parts);
}

async function encode(stream: EncodeStream, audio: Uint8Array, chunkBytes = 960): Promise<Buffer> {
  const feed = async () => {
    for (let from = 0; from < audio.length; from += chunkBytes) {
      await stream.write(audio.subarray(from, from + chunkBytes));
    }
    await stream.end();
  };
  const [made] = await Promise.all([all(stream.output), feed()]);
  return made;
}

describe('findProgram', () => {
  it('finds the first program of that name on the path, and nothing that is none', async () => {
    for (const name of ['a', 'b', 'c', 'c/tool']) await mkdir(scratch.file(name));
    for (const name of ['a/tool', 'b/tool']) await writeFile(scratch.file(name), '');
    const path = ['', 'no', 'a', 'c', 'b'].map((name) => name && scratch.file(name)).join(delimiter);
    expect(findProgram('tool', path)).toBeUndefined();
    await chmod(scratch.file('b/tool'), 0o755);
    expect(findProgram('tool', path)).toBe(scratch.file('b/tool'));
    expect(findProgram('other', path)).toBeUndefined();
  });

  it('is how ffmpeg is looked for', async () => {
    const path = await fakeProgram(scratch.file('ffmpeg'), 'exit 0');
    expect(findFfmpeg(scratch.path)).toBe(path);
    expect(findFfmpeg('')).toBeUndefined();
  });

  needs('ffmpeg').it('looks on the PATH by itself', async () => {
    expect(findFfmpeg()).toMatch(/\/ffmpeg$/);
  });
});

describe('encodeStream with another program in the place of ffmpeg', () => {
  it('hands over every byte and gives back every byte', async () => {
    const program = await fakeProgram(scratch.file('ffmpeg'), 'exec cat');
    const audio = encoded(sine(24000, 3000, 9000), 'linear16');
    expectBytes(await encode(encodeStream(pcm24k, 'mp3', program), audio), audio);
  });

  it('passes its arguments without a shell', async () => {
    const program = await fakeProgram(scratch.file('ff mpeg; $x'), 'cat >/dev/null; printf "%s\\n" "$@"');
    const mulaw: AudioFormat = { encoding: 'mulaw', sampleRateHz: 8000, channels: 2 };
    const args = (await encode(encodeStream(mulaw, 'opus', program), new Uint8Array(10))).toString().split('\n');
    expect(args.join(' ')).toContain('-f mulaw -ar 8000 -ac 2 -i pipe:0');
    expect(args).toContain('libopus');
  });

  it('tells the last line of what it said when it fails, to whoever asks', async () => {
    const script = 'head -c 10 >/dev/null; echo "first" >&2; echo "no such encoder" >&2; exit 1';
    const program = await fakeProgram(scratch.file('ffmpeg'), script);
    const failure = { code: 'E_ENGINE', message: 'ffmpeg failed: no such encoder' };
    const stream = encodeStream(pcm24k, 'mp3', program);
    await expect(encode(stream, new Uint8Array(2_000_000))).rejects.toMatchObject(failure);
    await expect(stream.write(new Uint8Array(2))).rejects.toMatchObject(failure);
    const silent = await fakeProgram(scratch.file('silent'), 'cat >/dev/null; exit 3');
    await expect(encode(encodeStream(pcm24k, 'mp3', silent), new Uint8Array(2))).rejects.toThrow('exit code 3');
  });

  it('is told when the program ends, content, before its input does', async () => {
    const program = await fakeProgram(scratch.file('ffmpeg'), 'head -c 10 >/dev/null; exit 0');
    const stream = encodeStream(pcm24k, 'mp3', program);
    const read = all(stream.output);
    const write = async () => {
      for (;;) await stream.write(new Uint8Array(100_000));
    };
    await expect(write()).rejects.toMatchObject({ code: 'E_ENGINE' });
    await read;
  });

  it('says E_FFMPEG where the program does not start', async () => {
    const stream = encodeStream(pcm24k, 'mp3', scratch.file('nothing'));
    await expect(encode(stream, new Uint8Array(2))).rejects.toMatchObject({ code: 'E_FFMPEG', exitCode: 2 });
  });

  it('says E_UNSUPPORTED of audio that is compressed already', () => {
    expect(() => encodeStream(mp3, 'opus')).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED' }));
  });

  it('makes a writer wait while nobody reads', async () => {
    const program = await fakeProgram(scratch.file('ffmpeg'), 'exec cat');
    const stream = encodeStream(pcm24k, 'mp3', program);
    let taken = 0;
    const feed = (async () => {
      for (; taken < 100; taken++) await stream.write(new Uint8Array(100_000));
      await stream.end();
    })();
    for (let i = 0; i < 50; i++) await settle();
    expect(taken).toBeLessThan(10);
    expect((await all(stream.output)).length).toBe(10_000_000);
    await feed;
  });

  it('leaves no child behind: killed, or with a reader who has gone', async () => {
    const stubborn = `echo $$ >${scratch.file('pid')}; echo started; trap '' TERM; exec sleep 1000`;
    const program = await fakeProgram(scratch.file('ffmpeg'), stubborn);
    for (const leave of [
      async (stream: EncodeStream, output: AsyncIterator<Uint8Array>) => {
        const waiting = stream.write(new Uint8Array(1_000_000));
        stream.kill();
        await Promise.all([waiting, stream.write(new Uint8Array(2)), stream.end()]);
        expect(await output.next()).toMatchObject({ done: true });
      },
      async (_: EncodeStream, output: AsyncIterator<Uint8Array>) => {
        await output.return?.();
      },
    ]) {
      const stream = encodeStream(pcm24k, 'mp3', program);
      const output = stream.output[Symbol.asyncIterator]();
      await output.next();
      const pid = await pidIn(scratch.file('pid'));
      expect(isAlive(pid)).toBe(true);
      await leave(stream, output);
      expect(isAlive(pid)).toBe(false);
      stream.kill();
    }
  });

  it('forgets a child that was killed while its reader was elsewhere', async () => {
    const before = process.listeners('exit');
    const program = await fakeProgram(scratch.file('ffmpeg'), 'exec cat');
    const stream = encodeStream(pcm24k, 'mp3', program);
    await stream.write(new Uint8Array(100_000));
    await stream.output[Symbol.asyncIterator]().next();
    expect(process.listeners('exit')).not.toEqual(before);
    stream.kill();
    while (process.listeners('exit').length > before.length) await settle();
    expect(process.listeners('exit')).toEqual(before);
  });

  it('leaves no child behind when the process exits', async () => {
    const before = process.listeners('exit');
    const program = await fakeProgram(scratch.file('ffmpeg'), `echo $$ >${scratch.file('pid')}; echo; exec sleep 1000`);
    const stream = encodeStream(pcm24k, 'mp3', program);
    const output = stream.output[Symbol.asyncIterator]();
    await output.next();
    const pid = await pidIn(scratch.file('pid'));
    for (const listener of process.listeners('exit')) if (!before.includes(listener)) listener(0);
    await expect(output.next()).rejects.toMatchObject({ code: 'E_ENGINE' });
    expect(isAlive(pid)).toBe(false);
    expect(process.listeners('exit')).toEqual(before);
  });
});

needs('ffmpeg').describe('encodeStream', () => {
  const containers = { mp3: 'mp3', opus: 'ogg', vorbis: 'ogg' } as const;

  it.each(['mp3', 'opus', 'vorbis'] as const)(
    'makes %s that decodes to the same length, from every rate and law',
    async (kind) => {
      const formats: AudioFormat[] = sampleRatesHz.map((sampleRateHz) => ({ ...pcm24k, sampleRateHz }));
      formats.push({ encoding: 'mulaw', sampleRateHz: 8000, channels: 1 });
      formats.push({ encoding: 'alaw', sampleRateHz: 16000, channels: 1 });
      for (const format of formats) {
        const audio = encoded(sine(format.sampleRateHz, 1000, 9000), format.encoding);
        const made = await encode(encodeStream(format, kind), audio);
        const args = [
          '-loglevel',
          'error',
          '-f',
          containers[kind],
          '-i',
          'pipe:0',
          '-ar',
          '8000',
          '-f',
          's16le',
          'pipe:1',
        ];
        const decoded = spawnSync('ffmpeg', args, { input: made });
        expect(decoded.stderr.toString(), format.encoding).toBe('');
        const ms = decoded.stdout.length / 16;
        expect(ms, `${format.encoding} ${format.sampleRateHz}`).toBeGreaterThan(999);
        expect(ms, `${format.encoding} ${format.sampleRateHz}`).toBeLessThan(1300);
      }
    },
  );

  it('makes the same bytes of the same audio', async () => {
    const audio = encoded(sine(24000, 500, 9000), 'linear16');
    for (const container of ['mp3', 'opus', 'vorbis'] as const) {
      const first = await encode(encodeStream(pcm24k, container), audio);
      expectBytes(await encode(encodeStream(pcm24k, container), audio, 7001), first);
    }
  });

  it.each(['mp3', 'opus', 'vorbis'] as const)('gives %s out before its input ends', async (container) => {
    const stream = encodeStream(pcm24k, container);
    await stream.write(encoded(sine(24000, 400, 9000), 'linear16'));
    const output = stream.output[Symbol.asyncIterator]();
    const first = await output.next();
    expect(first.done).toBe(false);
    stream.kill();
  });

  needs('file').it('makes what `file` knows by name', async () => {
    const audio = encoded(sine(24000, 500, 9000), 'linear16');
    const names: Record<string, string> = {};
    for (const container of ['mp3', 'opus', 'vorbis'] as const) {
      await writeFile(scratch.file(container), await encode(encodeStream(pcm24k, container), audio));
      names[container] = spawnSync('file', ['-b', scratch.file(container)]).stdout.toString();
    }
    expect(names.mp3).toContain('MPEG ADTS, layer III');
    expect(names.opus).toContain('Ogg data, Opus audio');
    expect(names.vorbis).toContain('Ogg data, Vorbis audio');
    expect((await readFile(scratch.file('mp3')))[0]).toBe(0xff);
  });
});
