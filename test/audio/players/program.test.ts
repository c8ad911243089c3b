import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../../src/audio/find-program.ts';
import { askProgram, PlayerChild } from '../../../src/audio/players/child.ts';
import type { PlayDevice } from '../../../src/audio/players/device.ts';
import { programPlayer } from '../../../src/audio/players/program.ts';
import type { PlayerProgram } from '../../../src/audio/players/program-table.ts';
import type { SpeechError } from '../../../src/errors.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vox-program-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A player whose program is a line of JavaScript, and a clock that stands still. */
function setUp(script: string, more: Partial<PlayerProgram> = {}) {
  const clock = new ManualClock();
  const program: PlayerProgram = {
    name: 'toy',
    command: process.execPath,
    picksDevice: false,
    announces: /open/,
    settleMs: 0,
    missing: () => undefined,
    argv: () => ['-e', script, join(folder, 'heard')],
    latencyMs: 0,
    ...more,
  };
  const player = programPlayer(program);
  return { clock, player, open: () => player.open({ sampleRateHz: 1000, clock }) };
}

const keepsAll = `process.stdout.write('open'); process.stdin.pipe(require('node:fs').createWriteStream(process.argv[1]));`;

/** Lets a device play so many samples, all of them 7, and tells what it failed with. */
function feed(device: PlayDevice, samples: number) {
  let left = samples;
  return new Promise<SpeechError>((resolve) => {
    device.start({
      pull(into) {
        const count = Math.min(into.length, left);
        into.fill(7, 0, count);
        left -= count;
        return count;
      },
      failed: resolve,
    });
    device.wake();
  });
}

describe('a player program', () => {
  it('gets its header, a moment of silence, the samples, and the silence that it cuts off', async () => {
    const header = () => Uint8Array.of(1, 2, 3, 4);
    const { clock, open } = setUp(keepsAll, { header, tailMs: 30 });
    const device = await open();
    void feed(device, 200);
    await device.drain();
    const heard = readFileSync(join(folder, 'heard'));
    expect([...heard.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
    const samples = Array.from({ length: (heard.length - 4) / 2 }, (_, index) => heard.readInt16LE(4 + 2 * index));
    expect(samples).toEqual([...Array(50).fill(0), ...Array(200).fill(7), ...Array(30).fill(0)]);
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('is asked first where its arguments depend on the answer', async () => {
    const argv = (_rate: number, _device: string | undefined, about: string) => [
      '-e',
      `process.stdout.write('open'); process.stdin.resume(); require('node:fs').writeFileSync(process.argv[1], process.argv[2])`,
      join(folder, 'heard'),
      about,
    ];
    const { open } = setUp('', {
      argv,
      asks: [
        ['-p', '6 * 7'],
        ['-p', '"and more"'],
      ],
    });
    const device = await open();
    void feed(device, 0);
    await device.drain();
    expect(readFileSync(join(folder, 'heard'), 'utf8')).toBe('42\n\nand more\n');
  });

  it('does not open when it ends before it has opened the device: its last line says why', async () => {
    const { clock, open } = setUp(`console.error('a warning\\nConnection refused'); process.exit(1)`);
    await expect(open()).rejects.toMatchObject({ code: 'E_DEVICE', message: 'toy: Connection refused' });
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('shows what a program of ours threw, and not its trace', async () => {
    const { open } = setUp(`throw new TypeError('no such device\\nat all')`);
    await expect(open()).rejects.toMatchObject({ message: 'toy: no such device' });
  });

  it('does not open when it takes for ever', async () => {
    const { clock, open } = setUp('setInterval(() => {}, 1000)');
    const opening = open();
    const rejected = expect(opening).rejects.toThrow('did not open the device within 10 s');
    await clock.advance(10_000);
    await rejected;
  });

  it('is open when it has not failed for a while, where it does not say so', async () => {
    const { clock, open } = setUp(keepsAll, { announces: undefined, settleMs: undefined });
    let opened = false;
    const opening = open().then((device) => {
      opened = true;
      return device;
    });
    await clock.advance(149);
    expect(opened).toBe(false);
    await clock.advance(1);
    (await opening).abort();
  });

  it('is not open before all of what it announces has come, however it is divided', async () => {
    const pieces = ['one op', 'en', ' and two op', 'en'];
    const writes = pieces.map(
      (piece, i) => `setTimeout(() => process.stderr.write(${JSON.stringify(piece)}), ${i * 20})`,
    );
    const { open } = setUp(`${writes.join(';')}; setTimeout(() => process.exit(4), ${pieces.length * 20})`, {
      announces: /open.*open.*never/s,
    });
    await expect(open()).rejects.toMatchObject({ message: 'toy: one open and two open' });
    const other = setUp(`${writes.join(';')}; process.stdin.resume()`, { announces: /open.*open/s });
    (await other.open()).abort();
  });

  it.each([
    { opensAfter: { samples: 300, ms: 20 }, primed: 300 },
    { opensAfter: { samples: 10, ms: 200 }, primed: 200 },
    { opensAfter: { samples: 10, ms: 10 }, primed: 50 },
  ])('is given the silence that it wants before it opens, and is open when that has sounded: $primed', async (row) => {
    const { opensAfter, primed } = row;
    const { clock, open } = setUp(keepsAll, { announces: undefined, opensAfter });
    let opened = false;
    const opening = open().then((device) => {
      opened = true;
      return device;
    });
    const waitMs = Math.max(opensAfter.samples, opensAfter.ms);
    await settle();
    await clock.advance(waitMs - 1);
    expect(opened).toBe(false);
    await clock.advance(1);
    const device = await opening;
    void feed(device, 0);
    await device.drain();
    expect(readFileSync(join(folder, 'heard'))).toEqual(Buffer.alloc(2 * primed));
  });

  it('does not open where the program cannot be run', async () => {
    const { open } = setUp('', { command: join(folder, 'nothing') });
    await expect(open()).rejects.toMatchObject({ code: 'E_DEVICE', message: expect.stringContaining('ENOENT') });
  });

  it('reports that it ended in the middle', async () => {
    const { open } = setUp(
      `process.stdout.write('open'); process.stdin.once('data', () => { console.error('unplugged'); process.exit(3) })`,
    );
    const device = await open();
    expect(await feed(device, 100_000)).toMatchObject({ code: 'E_DEVICE', message: 'toy: unplugged' });
  });

  it('reports an end that went wrong to drain', async () => {
    const { open } = setUp(
      `process.stdout.write('open'); process.stdin.resume().on('end', () => { process.exitCode = 4 })`,
    );
    const device = await open();
    void feed(device, 10);
    await expect(device.drain()).rejects.toMatchObject({ code: 'E_DEVICE', message: 'toy: ended with status 4' });
  });

  it('ends at once, and without a word, when it is aborted while it drains', async () => {
    const { clock, open } = setUp(
      `process.stdout.write('open'); process.stdin.resume(); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`,
    );
    const device = await open();
    const failed = feed(device, 10);
    const drained = device.drain();
    device.abort();
    await drained;
    expect(clock.pending).toBe(0);
    expect(await Promise.race([failed, settle()])).toBeUndefined();
  });
});

describe('a child', () => {
  it('says that there is no room, until nobody reads any more', async () => {
    const child = new PlayerChild('toy', process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const written = child.write(new Uint8Array(4_000_000));
    expect(written).toBeInstanceOf(Promise);
    child.kill();
    await written;
    expect(await child.ended).toBe('ended by SIGKILL');
    expect(child.killed).toBe(true);
  });

  it('hears nothing of the options that were meant for us', async () => {
    vi.stubEnv('NODE_OPTIONS', '--no-such-option');
    const child = new PlayerChild('toy', process.execPath, ['-e', '0']);
    expect(await child.ended).toBeUndefined();
  });

  it('answers what it is asked, and nothing where it is not there', async () => {
    expect(await askProgram(process.execPath, ['-e', 'console.log(1); console.error(2)'])).toBe('1\n2\n');
    expect(await askProgram(join(folder, 'nothing'), [])).toBe('');
  });
});

describe('the PATH', () => {
  it('is searched for a program, and not for a folder or a file that cannot be run', () => {
    for (const name of ['a', 'b', 'c']) mkdirSync(join(folder, name));
    mkdirSync(join(folder, 'a', 'player'));
    writeFileSync(join(folder, 'b', 'player'), '', { mode: 0o644 });
    vi.stubEnv('PATH', [join(folder, 'a'), '', join(folder, 'b'), join(folder, 'c')].join(':'));
    expect(findProgram('player')).toBeUndefined();
    writeFileSync(join(folder, 'c', 'player'), '');
    chmodSync(join(folder, 'c', 'player'), 0o755);
    expect(findProgram('player')).toBe(join(folder, 'c', 'player'));
  });

  it('decides whether a program of the table is missing', () => {
    const { missing } = programPlayer({ name: 'player', picksDevice: false, argv: () => [], latencyMs: 0 });
    vi.stubEnv('PATH', folder);
    expect(missing()).toBe('the program is not installed');
    writeFileSync(join(folder, 'player'), '', { mode: 0o755 });
    expect(missing()).toBeUndefined();
  });
});
