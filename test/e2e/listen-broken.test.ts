import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { faultyServer, nobody } from '../support/faulty-server.ts';
import { testSignal } from '../support/sound-card.ts';
import type { Ran, RunOptions } from '../support/vox.ts';
import { brokenRecordingOf, endlessRecordingOf, fakePrograms, recordingOf } from './fake-recorder.ts';
import { type HearingHabits, type HearingService, hearingService } from './hearing-service.ts';
import { expectFailure, failure, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const signal = testSignal(16_000, 500);
const pcm = Buffer.from(signal.buffer);
const programs = fakePrograms(place.file('bin'));
const none = fakePrograms(place.file('none'));
place.put('pcm.raw', pcm);
programs.put('arecord', recordingOf(place.file('pcm.raw')));

/** Listens to the fake recorder. `then` is told when the service has all that it recorded. */
async function record(
  args: readonly string[],
  then: (service: HearingService, kill: (signal: NodeJS.Signals) => void) => void | Promise<void> = () => {},
  habits: HearingHabits = {},
  options: RunOptions = {},
): Promise<Ran> {
  const service = await hearingService(habits);
  const files = ['-o', 'kept.txt', '-o', 'kept.srt', '--save', 'kept.wav'];
  return place
    .vox(['listen', '--endpoint', service.wsUrl, ...files, ...args], {
      env: { PATH: programs.PATH },
      async during(child) {
        child.stdin?.end();
        await service.heard((audio) => audio.length === pcm.length);
        await then(service, (name) => child.kill(name));
      },
      ...options,
    })
    .finally(service.close);
}

/** Everything that was heard is where it was asked for. */
function expectKept(ran: Ran, text: string): void {
  expect(ran.stdout.toString()).toBe(text);
  expect(readFileSync(place.file('kept.txt'), 'utf8').split('\n').filter(Boolean)).toEqual(
    text.split('\n').filter(Boolean),
  );
  expect(wavBytes(place.file('kept.wav')).equals(pcm)).toBe(true);
}

describe('vox listen, stopped', () => {
  it.each([
    ['SIGINT', 'interrupted'],
    ['SIGTERM', 'interrupted by SIGTERM'],
    ['SIGHUP', 'interrupted by SIGHUP'],
  ] as const)('by %s: the tail is heard first', async (name, says) => {
    const stop = async (service: HearingService, kill: (signal: NodeJS.Signals) => void) => {
      service.final('the first');
      await service.read();
      kill(name);
    };
    const ran = await record([], stop, { tail: 'and the tail' });
    expectFailure(ran, 'E_INTERRUPTED', new RegExp(`^${says}$`));
    expectKept(ran, 'the first\nand the tail\n');
    expect(failure(ran).kept).toBe('kept.txt, kept.srt, kept.wav');
  });

  it('a second Ctrl-C ends it at once, though the service never answers', async () => {
    const stop = async (service: HearingService, kill: (signal: NodeJS.Signals) => void) => {
      service.final('the first');
      await service.read();
      kill('SIGINT');
      await service.asked('finalize');
      kill('SIGINT');
    };
    const ran = await record([], stop, { tail: false });
    expect(ran).toMatchObject({ code: 130, signal: null });
    expect(readFileSync(place.file('kept.txt'), 'utf8')).toContain('the first');
  });

  it('while the service is not ready: at once, and what was recorded is in the file', async () => {
    const service = await hearingService({ late: true });
    const ran = await place
      .vox(['listen', '--endpoint', service.wsUrl, '--save', 'early.wav'], {
        env: { PATH: programs.PATH },
        async during(child) {
          await service.asked('init');
          child.kill('SIGINT');
        },
      })
      .finally(service.close);
    expectFailure(ran, 'E_INTERRUPTED');
    expect(failure(ran).kept).toBe('early.wav');
    expect(wavBytes(place.file('early.wav')).equals(pcm)).toBe(true);
  });

  it.each([false, true])('while it waits for a pipe that never speaks; somebody holds it open: %s', async (held) => {
    const fifo = place.file(`silent-${held}.fifo`);
    execFileSync('mkfifo', [fifo]);
    // For writing alone it would wait for a reader.
    const holder = held ? await open(fifo, 'r+') : undefined;
    const ran = await place.vox(['listen', '--source', fifo, '--endpoint', nobody], {
      async during(child) {
        await new Promise((resolve) => child.stderr?.once('data', resolve));
        child.kill('SIGINT');
      },
    });
    await holder?.close();
    expectFailure(ran, 'E_INTERRUPTED');
  });

  it('while it waits for the reader of a transcript', async () => {
    execFileSync('mkfifo', [place.file('unread.txt')]);
    const ran = await place.vox(['listen', '--source', 'stdin', '-o', 'unread.txt', '--endpoint', nobody], {
      async during(child) {
        await new Promise((resolve) => child.stderr?.once('data', resolve));
        child.kill('SIGINT');
      },
    });
    expectFailure(ran, 'E_INTERRUPTED');
  });
});

describe('vox listen, when the service fails', () => {
  it.each([
    ['closes with 1008', (service: HearingService) => service.hangUp(1008, 'no more'), 'E_REQUEST', /1008.*no more/],
    ['closes with 1011', (service: HearingService) => service.hangUp(1011), 'E_PROVIDER', /1011/],
    ['dies', (service: HearingService) => service.drop(), 'E_CLOSED', ''],
    [
      'says an error',
      (service: HearingService) => service.say({ type: 'error', code: 'rate_limit', message: 'too much' }),
      'E_RATE_LIMIT',
      'too much',
    ],
  ] as const)('%s: what was heard so far is kept', async (_name, fail, code, says) => {
    const ran = await record(['--no-reconnect'], async (service) => {
      service.final('the first');
      await service.read();
      fail(service);
    });
    expectFailure(ran, code, says);
    expectKept(ran, 'the first\n');
    expect(failure(ran).kept).toBe('kept.txt, kept.srt, kept.wav');
  });

  it('never answers `finalize`: after --timeout', async () => {
    const stop = (_: HearingService, kill: (signal: NodeJS.Signals) => void) => kill('SIGINT');
    const ran = await record(['--timeout', '0.3'], stop, { tail: false });
    expectFailure(ran, 'E_TIMEOUT', /has not answered `finalize`, and said nothing new for 0\.3 s/);
    expectKept(ran, '');
  });

  it('does not get ready: all that was recorded meanwhile is in the file', async () => {
    const service = await hearingService({ late: true });
    const args = [
      'listen',
      '--endpoint',
      service.wsUrl,
      '--connect-timeout',
      '0.5',
      '--save',
      'late.wav',
      '-o',
      'l.txt',
    ];
    const ran = await place.vox(args, { env: { PATH: programs.PATH } }).finally(service.close);
    expectFailure(ran, 'E_CONNECT_TIMEOUT');
    expect(failure(ran).kept).toBe('late.wav');
    expect(wavBytes(place.file('late.wav')).equals(pcm)).toBe(true);
  });

  it('refuses: said with its reason, and the recorder is gone', async () => {
    const server = await faultyServer({ refuse: { status: 401, body: '{"message":"who are you"}' } });
    const args = ['listen', '--endpoint', server.wsUrl];
    const ran = await place.vox(args, { env: { PATH: programs.PATH } }).finally(() => server.close());
    expectFailure(ran, 'E_AUTH', /who are you/);
    expectGone();
  });
});

/** The fake recorder told whose child it was; it may not outlive that. */
function expectGone(PATH = programs.PATH): void {
  const parent = readFileSync(`${PATH}/arecord.parent`, 'utf8').trim();
  const children = execFileSync('ps', ['-eo', 'ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim().startsWith(`${parent} `));
  expect(children).toEqual([]);
}

describe('vox listen and its recorders', () => {
  const listen = (PATH: string, ...args: string[]) =>
    place.vox(['listen', '--provider', 'local', ...args], { env: { PATH } });

  it.each([
    [[], /^no recorder \(rec, sox, arecord\) was found on the PATH$/],
    [['--recorder', 'sox'], /^the recorder sox was not found on the PATH$/],
  ])('none is there: %j', async (args, says) => {
    writeFileSync(place.file('before.txt'), 'from yesterday\n');
    const ran = await listen(none.PATH, ...args, '-o', 'before.txt', '--save', 'none.wav');
    expectFailure(ran, 'E_RECORDER', says);
    expect(failure(ran).todo).toContain('install sox or alsa-utils');
    expect(readFileSync(place.file('before.txt'), 'utf8')).toBe('from yesterday\n');
    expect(place.names()).not.toContain('none.wav');
  });

  it('a device that is not there: in the recorder’s own words', async () => {
    const bad = fakePrograms(place.file('bad'));
    bad.put('arecord', 'echo "arecord: main:831: audio open error: No such device $*" >&2; exit 1');
    const ran = await listen(bad.PATH, '--device', 'hw:9');
    expectFailure(ran, 'E_RECORDER', /^arecord cannot record from hw:9: audio open error: No such device .*-D hw:9/);
  });

  it('one that does not work is followed by the next; the first of all is taken where both do', async () => {
    const both = fakePrograms(place.file('both'));
    both.put('rec', 'echo "no card" >&2; exit 1');
    both.put('arecord', recordingOf(place.file('pcm.raw')));
    const args = ['--json', '--duration', '0.1'];
    const heard = async (PATH: string) => {
      const ran = await record(args, undefined, {}, { env: { PATH }, during: () => {} });
      expect(ran.code).toBe(0);
      return objects(ran.stdout).at(-1);
    };
    expect(await heard(both.PATH)).toMatchObject({ event: 'heard', recorder: 'arecord', input: 'microphone' });
    // It is asked for 48 kHz, and gets what it takes for that.
    both.put('rec', recordingOf(place.file('pcm.raw')));
    expect(await heard(both.PATH)).toMatchObject({ recorder: 'rec', blockMs: expect.any(Number) });
  });

  it.each([
    ['is killed', 'kill -9 $$', /it was ended by SIGKILL$/],
    ['fails', 'echo "the card is gone" >&2; exit 1', /the card is gone$/],
    ['ends', 'exit 0', /exit code 0$/],
  ])('one that %s in the middle: what it recorded is heard to its end, and kept', async (_name, end, says) => {
    const broken = fakePrograms(place.file('broken'));
    broken.put('arecord', brokenRecordingOf(place.file('pcm.raw'), end));
    const ran = await record([], undefined, { tail: 'all of it' }, { env: { PATH: broken.PATH } });
    expectFailure(ran, 'E_RECORDER', /^arecord stopped in the middle of the recording: /);
    expect(failure(ran).message).toMatch(says);
    expectKept(ran, 'all of it\n');
  });

  it('nothing is left open where something else is wrong', async () => {
    const endless = fakePrograms(place.file('endless'));
    endless.put('arecord', endlessRecordingOf(place.file('pcm.raw')));
    for (const wrong of [
      ['--trace', 'missing/t.jsonl'],
      ['-o', 'missing/t.srt'],
    ]) {
      expectFailure(await listen(endless.PATH, ...wrong), 'E_FILE');
      expectGone(endless.PATH);
    }
  });
});
