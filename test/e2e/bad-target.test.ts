import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import { type Act, type FaultyServer, faultyServer, flushed, type Scenario, sound } from '../support/faulty-server.ts';
import { needs } from '../support/programs.ts';
import { expectFailure, failure, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
const local = ['--provider', 'local'];
let server: FaultyServer;
beforeAll(async () => {
  server = await faultyServer();
  mkdirSync(place.file('folder'));
  place.put('plain.txt', 'not a folder');
});
afterAll(async () => {
  await server.close();
  place.remove();
});

/** Of a service that never stops: a megabyte a flush. */
const endless: Scenario = { on: { flush: [[...Array(16).fill({ audio: sound(65_536) }), flushed]] } };

interface Target {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: ErrorCode;
  readonly says: RegExp | string;
}

const targets: Target[] = [
  {
    name: 'a folder that is not there',
    args: ['-o', 'missing/x.wav'],
    code: 'E_FILE',
    says: 'missing/x.wav: the directory does not exist',
  },
  { name: 'a folder', args: ['-o', 'folder'], code: 'E_FILE', says: 'folder: it is a directory' },
  { name: 'a name that ends in a slash', args: ['-o', 'folder/'], code: 'E_FILE', says: 'names no file' },
  { name: 'a file as a folder', args: ['-o', 'plain.txt/x.wav'], code: 'E_FILE', says: 'no directory' },
  { name: 'an empty name', args: ['-o', ''], code: 'E_FILE', says: 'names no file' },
  { name: 'an ending that vox does not write', args: ['-o', 'x.flac'], code: 'E_USAGE', says: /write \.flac/ },
  {
    name: 'an encoding that the file cannot hold',
    args: ['-o', 'x.ulaw', '--encoding', 'alaw'],
    code: 'E_USAGE',
    says: /does not hold alaw/,
  },
  { name: 'mp3 in a .wav', args: ['-o', 'x.wav', '--encoding', 'mp3'], code: 'E_USAGE', says: /does not hold mp3/ },
  { name: 'no target', args: [], code: 'E_USAGE', says: 'nothing to write to' },
  { name: 'two targets', args: ['-o', 'x.wav', '--out-dir', 'folder'], code: 'E_USAGE', says: 'exclude one another' },
  {
    name: '--lines without a folder',
    args: ['--lines', '-o', 'x.wav'],
    code: 'E_USAGE',
    says: /--lines needs --out-dir/,
  },
  {
    name: 'a folder of files that is a file',
    args: ['--lines', '--out-dir', 'plain.txt'],
    code: 'E_FILE',
    says: 'plain.txt',
  },
  {
    name: 'a trace in a folder that is not there',
    args: ['-o', 'x.wav', '--trace', 'missing/t.jsonl'],
    code: 'E_FILE',
    says: /the trace missing\/t\.jsonl: the directory does not exist/,
  },
];

describe('a target that cannot be written', () => {
  it.each(targets)('$name: said before anything is opened', async ({ args, code, says }) => {
    const before = place.names();
    const ran = await place.vox(['synth', 'Hello there.', ...args, '--endpoint', server.wsUrl]);
    expectFailure(ran, code, says);
    expect(server.requests).toHaveLength(0);
    expect(place.names()).toEqual(before);
  });

  it.each([
    ['the sound', ['-o', '/dev/full', '--format', 'wav'], /write \/dev\/full/],
    ['the trace', ['-o', 'whole.wav', '--trace', '/dev/full'], /the trace \/dev\/full/],
  ])('the disk is full for %s', async (_name, args, says) => {
    const ran = await place.vox(['synth', 'Hello there.', ...args, ...local]);
    expectFailure(ran, 'E_DISK_FULL', says);
  });

  it('the disk is full for stdout: the exit code says so, every time', async () => {
    // The engine is stopped in the middle of its work here, and must not take the exit code with it.
    for (let time = 1; time <= 6; time++) {
      const ran = await place.shell(`$VOX synth "Hello there." -o - ${local.join(' ')} > /dev/full`);
      expectFailure(ran, 'E_DISK_FULL', 'no space is left to write standard output');
    }
  });

  it('the disk is full for JSON', async () => {
    const ran = await place.shell(`$VOX synth "Hello there." -o j.wav --json ${local.join(' ')} > /dev/full`);
    expectFailure(ran, 'E_DISK_FULL', 'standard output');
  });
});

describe('a pipe that is closed', () => {
  it.each([
    ['synth -o -', '$VOX synth "Hello there. And more." -o - | head -c 100 | wc -c', '100'],
    ['synth -o - as raw samples', '$VOX synth "Hello there. And more." -o - --format pcm | head -c 100 | wc -c', '100'],
    ['synth -o /dev/stdout', '$VOX synth "Hello there. And more." -o /dev/stdout | head -c 100 | wc -c', '100'],
    ['voices', '$VOX voices | head -c 100 | wc -c', '100'],
    ['voices --json', '$VOX voices --json | head -c 100 | wc -c', '100'],
    ['a dry run', '$VOX synth "Hello there." -o x.wav --dry-run | head -c 20 | wc -c', '20'],
    ['the help', '$VOX synth --help | head -c 20 | wc -c', '20'],
    ['the help, and nobody there', '$VOX synth --help | true', ''],
    ['the voices, and nobody there', '$VOX voices | true', ''],
    ['an object, and nobody there', '$VOX synth Hi -o object.wav --json | true', ''],
  ])('%s: quiet, and exit 0', async (_name, line, count) => {
    const ran = await place.shell(line, { env: { VOX_PROVIDER: 'local' } });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout.toString().trim()).toBe(count);
    expect(ran.stderr.replace(/^vox: provider local .*\n/, '')).not.toContain('vox:');
  });

  it('ends the work: a service that never stops is left', async () => {
    const forever = await faultyServer(endless);
    place.put('long.txt', 'One more paragraph to speak.\n\n'.repeat(2000));
    try {
      const ran = await place.shell('$VOX synth -f long.txt -o - | head -c 100 | wc -c', {
        env: { VOX_ENDPOINT: forever.wsUrl },
      });
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.stderr).not.toMatch(/\[E_/);
      // What is sent ahead of the sound is bounded; the rest of the two thousand was never asked for.
      expect(forever.connections[0]?.filter(({ type }) => type === 'flush').length).toBeLessThan(500);
    } finally {
      await forever.close();
    }
  });

  it('does not end it where stdout carries only talk: the file is written', async () => {
    const ran = await place.shell('$VOX synth "Hello there." -o talk.wav --json | true', {
      env: { VOX_ENDPOINT: server.wsUrl },
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(wavBytes(place.file('talk.wav'))).toEqual(Buffer.from(sound(960)));
  });

  it('stdout and stderr closed from the start', async () => {
    const ran = await place.shell(`$VOX synth "Hello there." -o closed.wav ${local.join(' ')} >&- 2>&-`);
    expect(ran.code).toBe(0);
    expect(wavBytes(place.file('closed.wav')).length).toBeGreaterThan(1000);
  });
});

describe('a format that ffmpeg makes', () => {
  /** A PATH of a folder with no program in it. */
  const noFfmpeg = { PATH: place.file('folder') };

  it.each([
    ['.mp3', ['-o', 'x.mp3']],
    ['.opus', ['-o', 'x.opus']],
    ['.ogg', ['-o', 'x.ogg']],
    ['a pipe of mp3', ['-o', '-', '--format', 'mp3']],
    ['mp3 in a raw file', ['-o', 'x.raw', '--encoding', 'mp3']],
  ])('%s without the program: said at once', async (_name, args) => {
    const before = place.names();
    const ran = await place.vox(['synth', 'Hello there.', ...args, ...local], { env: noFfmpeg });
    expectFailure(ran, 'E_FFMPEG', /no ffmpeg to make (mp3|opus|vorbis) with/);
    expect(failure(ran).todo).toContain('install ffmpeg');
    expect(place.names()).toEqual(before);
  });

  it('is passed through where the service sends it, with no ffmpeg', async () => {
    const frames = Buffer.from('not really mp3, and nobody looks');
    const { ran, server: asked } = await place.synth(
      { on: { flush: [[{ audio: frames }, flushed]] } },
      ['-o', 'passed.mp3'],
      { env: noFfmpeg },
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(asked.connections[0]?.[0]).toMatchObject({ type: 'init', config: { encoding: 'mp3' } });
    expect(readFileSync(place.file('passed.mp3'))).toEqual(frames);
  });

  needs('ffmpeg').it.each([
    ['the name', ['-o', 'named.mp3']],
    ['the name and the encoding', ['-o', 'both.mp3', '--encoding', 'mp3']],
    ['the encoding alone', ['-o', 'encoded.raw', '--encoding', 'mp3']],
  ])('makes mp3 by %s', async (_name, args) => {
    const ran = await place.vox(['synth', 'Hello there.', ...args, ...local]);
    expect(ran).toMatchObject({ code: 0 });
    const made = readFileSync(place.file(args[1] ?? ''));
    // The eleven bits that begin a frame of MPEG audio.
    expect(made[0]).toBe(0xff);
    expect((made[1] ?? 0) & 0xe0).toBe(0xe0);
  });
});

describe('a loudspeaker that is not there', () => {
  it.each([
    ['a player that is not installed', ['--player', 'paplay'], 'E_PLAYER', /paplay/],
    ['a player that nobody knows', ['--player', 'gramophone'], 'E_USAGE', 'no player called gramophone'],
  ] as const)('%s: said, with stdin still open', async (_name, args, code, says) => {
    const ran = await place.vox(['say', '--endpoint', server.wsUrl, ...args], {
      env: { PATH: place.file('folder') },
      during: ({ stdin }) => {
        stdin?.write('Hello there. And');
      },
    });
    expectFailure(ran, code, says);
  });
});

describe('many files', () => {
  const texts = 'The first.\nThe second.\n\nThe third.\nThe fourth.\n';
  const said = Buffer.from(sound(960));
  const lines = (scenario: Scenario, out: string, args: readonly string[] = [], input: string | Buffer = texts) =>
    place.synth(scenario, ['--lines', '--out-dir', out, ...args], { input });

  it('makes the folder, and numbers by line', async () => {
    const { ran } = await lines({}, 'new/clips');
    expect(ran).toMatchObject({ code: 0 });
    expect(readdirSync(place.file('new/clips'))).toEqual(['0001.wav', '0002.wav', '0004.wav', '0005.wav']);
    expect(wavBytes(place.file('new/clips/0005.wav'))).toEqual(said);
  });

  const tired: Act = { json: { type: 'error', code: 'provider_error', message: 'too tired' } };

  it.each(['1', '3'])('one that fails, with --jobs %s: the others are made, and its exit code stands', async (jobs) => {
    const out = `some-${jobs}`;
    const { ran } = await lines({ onWord: { second: [{ audio: sound(480) }, tired] } }, out, ['--jobs', jobs]);
    expectFailure(ran, 'E_PROVIDER', /^line 2: too tired$/);
    expect(failure(ran).kept).toBe(`${out}/0002.partial.wav`);
    expect(readdirSync(place.file(out))).toEqual(['0001.wav', '0002.partial.wav', '0004.wav', '0005.wav']);
    for (const number of ['0001', '0004', '0005']) expect(wavBytes(place.file(`${out}/${number}.wav`))).toEqual(said);
  });

  it.each(['1', '4'])('several that fail, with --jobs %s: the exit code of the first in order', async (jobs) => {
    const scenario: Scenario = { onWord: { second: [tired], fourth: ['drop'] } };
    const { ran } = await lines(scenario, `codes-${jobs}`, ['--jobs', jobs, '--json']);
    expect(ran.code).toBe(5);
    const errors = objects(ran.stdout).filter(({ event }) => event === 'error');
    expect(errors.map(({ input, code }) => [input, code]).sort()).toEqual([
      ['line 2', 'E_PROVIDER'],
      ['line 5', 'E_CLOSED'],
    ]);
  });

  it('a key that is refused: nobody tries it a thousand times', async () => {
    const many = 'One more line.\n'.repeat(1000);
    const { ran, server: asked } = await lines({ refuse: { status: 401, body: 'revoked' } }, 'keys', [], many);
    expectFailure(ran, 'E_AUTH', /^line 1: .*401: revoked$/);
    expect(asked.requests).toHaveLength(1);
  });

  it.each([
    ['a model that is none', ['--model', 'aura'], 'E_USAGE', 'no SLNG model'],
    ['a header that is none', ['-H', 'X-A: 日本'], 'E_USAGE', "the header 'X-A'"],
    ['a player that is not there', ['--play', '--player', 'gramophone'], 'E_USAGE', 'gramophone'],
  ] as const)('%s is said once, and not for every line', async (_name, args, code, says) => {
    const { ran } = await lines({}, 'once', args, 'One more line.\n'.repeat(50));
    expectFailure(ran, code, says);
    expect(readdirSync(place.file('once'))).toEqual([]);
  });

  it('text that stops to be UTF-8: what stood before is made', async () => {
    const input = Buffer.concat([Buffer.from('The first.\n'.repeat(2)), Buffer.from([0x67, 0xfc])]);
    const { ran } = await place.synth({}, ['--lines', '--out-dir', 'utf8', '--jobs', '2'], {
      during: async ({ stdin }) => {
        stdin?.write(input.subarray(0, -2));
        await written('utf8', 2);
        stdin?.end(input.subarray(-2));
      },
    });
    expectFailure(ran, 'E_NOT_UTF8', /byte 23/);
    expect(readdirSync(place.file('utf8'))).toEqual(['0001.wav', '0002.wav']);
  });

  /** Resolves when so many whole files are in the folder. */
  async function written(folder: string, count: number): Promise<void> {
    const whole = () => existsSync(place.file(folder)) && readdirSync(place.file(folder)).filter(isWav).length;
    await vi.waitUntil(() => whole() === count, { timeout: 20_000, interval: 10 });
  }

  const isWav = (name: string) => name.endsWith('.wav');

  it('two texts that would become the same file', async () => {
    mkdirSync(place.file('other'));
    place.put('same.txt', 'Hello.');
    place.put('other/same.txt', 'Hello.');
    const ran = await place.vox(['synth', '-f', 'same.txt', '-f', 'other/same.txt', '--out-dir', 'both', ...local]);
    expectFailure(ran, 'E_USAGE', /would both become both\/same\.wav/);
    expect(existsSync(place.file('both'))).toBe(false);
  });

  it('several files and one target', async () => {
    place.put('a.txt', 'Hello.');
    const ran = await place.vox(['synth', '-f', 'a.txt', '-f', 'same.txt', '-o', 'x.wav', ...local]);
    expectFailure(ran, 'E_USAGE', 'several inputs need --out-dir');
  });

  it('a file of several that is not there', async () => {
    place.put('b.txt', 'Hello.');
    const args = ['-f', 'a.txt', '-f', 'gone.txt', '-f', 'b.txt', '--out-dir', 'three'];
    const ran = await place.vox(['synth', ...args, '--endpoint', server.wsUrl]);
    expectFailure(ran, 'E_FILE', /^cannot read gone\.txt: there is no such file$/);
    expect(readdirSync(place.file('three'))).toEqual(['a.wav', 'b.wav']);
  });
});
