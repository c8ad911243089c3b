import { execFileSync, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Microphone, MicrophoneOptions } from '../../../src/audio/sources/microphone.ts';
import { openMicrophone } from '../../../src/audio/sources/microphone.ts';
import type { RecorderName } from '../../../src/audio/sources/recorders.ts';
import { listRecorders, pickRecorders } from '../../../src/audio/sources/recorders.ts';
import { systemClock } from '../../../src/clock.ts';
import { noLog } from '../../../src/log.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { needs } from '../../support/programs.ts';
import type { SoundCard } from '../../support/sound-card.ts';
import { alsaReachesCard, soundCardPrograms, startSoundCard } from '../../support/sound-card.ts';
import { fakeProgram, isAlive, pidIn } from '../fake-program.ts';
import { scratchDirectory } from '../scratch.ts';
import { encoded, sine } from '../signal.ts';
import { never, samplesOf } from './heard.ts';

const folder = scratchDirectory();

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the choice of a recorder', () => {
  const there =
    (...names: string[]) =>
    (name: string) =>
      names.includes(name) ? `/bin/${name}` : undefined;

  it('is the first that is there, then the others', () => {
    const names = (found: { name: string }[]) => found.map(({ name }) => name);
    expect(names(pickRecorders(undefined, there('arecord', 'sox')))).toEqual(['sox', 'arecord']);
    expect(names(pickRecorders('arecord', there('rec', 'arecord')))).toEqual(['arecord']);
  });

  it('is refused in words where it is missing, or all are', () => {
    expect(() => pickRecorders('rec', there('sox'))).toThrow('the recorder rec was not found on the PATH');
    expect(() => pickRecorders(undefined, there())).toThrow('no recorder (rec, sox, arecord) was found on the PATH');
  });

  it('is listed for the doctor', () => {
    expect(listRecorders(there('sox'))).toEqual([
      { name: 'rec', missing: 'it was not found on the PATH' },
      { name: 'sox', path: '/bin/sox' },
      { name: 'arecord', missing: 'it was not found on the PATH' },
    ]);
  });
});

/** Scripts in the place of recorders, alone on the PATH but for what a shell needs. */
describe.skipIf(process.platform === 'win32')('a recorder', () => {
  beforeEach(() => {
    vi.stubEnv('PATH', `${folder.path}:/bin:/usr/bin`);
  });

  const fake = (name: RecorderName, script: string) => fakeProgram(folder.file(name), script);
  const opened = (options: Partial<MicrophoneOptions> = {}) =>
    openMicrophone({ recorder: 'arecord', clock: systemClock, log: noLog, ...options });
  /** So many bytes of 1s: samples of 257. */
  const speak = (bytes: number) => `head -c ${bytes} /dev/zero | tr '\\0' '\\001'`;

  it('is asked for what is wanted, and its device', async () => {
    await fake('arecord', `echo "$@" > ${folder.file('argv')}; ${speak(64)}; exec sleep 60`);
    const microphone = await opened({ device: 'hw:1', sampleRateHz: 8000 });
    await microphone.close();
    const argv = execFileSync('cat', [folder.file('argv')], { encoding: 'utf8' });
    expect(argv.trim()).toBe('-D hw:1 -q -r 8000 -c 1 -t raw -f S16_LE -');
  });

  it.each(['rec', 'sox'] as const)('of SoX (%s) is told its device and its block in the environment', async (name) => {
    await fake(name, `echo "$AUDIODEV|$SOX_OPTS|$*" > ${folder.file('said')}; ${speak(64)}; exec sleep 60`);
    vi.stubEnv('SOX_OPTS', '-G');
    const microphone = await opened({ recorder: name, device: 'hw:1' });
    await microphone.close();
    const said = execFileSync('cat', [folder.file('said')], { encoding: 'utf8' });
    expect(said).toMatch(/^hw:1\|-G --buffer 1024\|.* 48000 .*raw -\n$/);
    expect([process.env.SOX_OPTS, process.env.AUDIODEV]).toEqual(['-G', undefined]);
  });

  it('gives all that it recorded, before what ended it', async () => {
    await fake(
      'arecord',
      `${speak(3201)}; echo 'ALSA lib x.c: noise' >&2; echo 'arecord: main:1: no card' >&2; exit 1`,
    );
    const microphone = await opened();
    expect(microphone).toMatchObject({ live: true, name: 'microphone', recorder: 'arecord' });
    let samples = 0;
    const reading = (async () => {
      for await (const { bytes } of microphone.chunks(never)) samples += bytes.length / 2;
    })();
    await expect(reading).rejects.toMatchObject({
      code: 'E_RECORDER',
      message: 'arecord stopped in the middle of the recording: no card',
    });
    expect(samples).toBe(1600);
  });

  it('may be cut inside a sample', async () => {
    await fake('arecord', `printf '\\001'; sleep 0.1; printf '\\002\\003\\004'; exec sleep 60`);
    const microphone = await opened();
    const chunks = microphone.chunks(never)[Symbol.asyncIterator]();
    const first = chunks.next();
    await expect.poll(() => microphone.blockMs).toBeGreaterThan(0);
    microphone.stop();
    expect([...((await first).value?.bytes ?? [])]).toEqual([1, 2, 3, 4]);
    expect((await chunks.next()).done).toBe(true);
  });

  it.each([
    [
      'echo "ALSA lib: noise" >&2; echo "arecord: main:831: audio open error: No such device" >&2; exit 1',
      /^arecord cannot record: audio open error: No such device$/,
    ],
    ['exit 3', /^arecord cannot record: it ended with exit code 3$/],
    ['exit 0', /^arecord cannot record: it ended with exit code 0$/],
    ['kill -9 $$', /^arecord cannot record: it was ended by SIGKILL$/],
  ])('that fails at once is E_RECORDER (%s)', async (script, message) => {
    await fake('arecord', script);
    const failure = { code: 'E_RECORDER', message: expect.stringMatching(message), todo: expect.stringMatching(/sox/) };
    await expect(opened()).rejects.toMatchObject(failure);
  });

  it('that cannot have its device names it', async () => {
    await fake('arecord', 'echo "arecord: main:831: audio open error: No such device" >&2; exit 1');
    const message = 'arecord cannot record from hw:9: audio open error: No such device';
    await expect(opened({ device: 'hw:9' })).rejects.toMatchObject({ message });
  });

  it('gives what nobody read when it is closed, once', async () => {
    await fake('arecord', `${speak(3200)}; exec sleep 60`);
    const microphone = await opened();
    const chunks = microphone.chunks(never)[Symbol.asyncIterator]();
    expect((await chunks.next()).value?.firstSample).toBe(0);
    await chunks.return?.();
    const rest = microphone.rest();
    expect(rest.map(({ firstSample }) => firstSample)).toEqual([800]);
    expect(microphone.rest()).toEqual([]);
  });

  it('that does not start is E_RECORDER', async () => {
    await fakeProgram(folder.file('arecord'), '');
    execFileSync('sh', ['-c', `printf '#!/no/such/shell\\n' > ${folder.file('arecord')}`]);
    await expect(opened()).rejects.toMatchObject({ code: 'E_RECORDER' });
  });

  it('that fails at once is followed by the next, unless it was named', async () => {
    await fake('rec', 'echo "rec FAIL sox: no device" >&2; exit 2');
    await fake('sox', 'exit 2');
    await fake('arecord', `${speak(64)}; exec sleep 60`);
    const microphone = await openMicrophone({ clock: systemClock, log: noLog });
    expect(microphone.recorder).toBe('arecord');
    await microphone.close();
    const named = openMicrophone({ recorder: 'rec', clock: systemClock, log: noLog });
    await expect(named).rejects.toMatchObject({ message: 'rec cannot record: no device' });
    await fake('arecord', 'exit 1');
    const none = openMicrophone({ clock: systemClock, log: noLog });
    await expect(none).rejects.toMatchObject({ message: 'rec cannot record: no device' });
  });

  const recording = `echo $$ > PID; ${speak(3200)}; exec sleep 60`;
  const started = async (
    options: Partial<MicrophoneOptions> = {},
  ): Promise<{ microphone: Microphone; pid: number }> => {
    await fake('arecord', recording.replace('PID', folder.file('pid')));
    const microphone = await opened(options);
    return { microphone, pid: await pidIn(folder.file('pid')) };
  };

  it('ends when the loop is left', async () => {
    const { microphone, pid } = await started();
    for await (const _ of microphone.chunks(never)) break;
    expect(isAlive(pid)).toBe(false);
  });

  it('ends when the signal comes', async () => {
    const { microphone, pid } = await started();
    const controller = new AbortController();
    const reading = samplesOf(microphone, controller.signal);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(isAlive(pid)).toBe(false);
  });

  it('that is stopped ends the loop, behind what was heard', async () => {
    const { microphone, pid } = await started();
    microphone.stop();
    expect(await samplesOf(microphone)).toEqual(new Int16Array(1600).fill(257));
    expect(isAlive(pid)).toBe(false);
    await microphone.close();
  });

  it('that does not end when asked is killed', async () => {
    await fake('arecord', `trap '' TERM; echo $$ > ${folder.file('pid')}; ${speak(64)}; while :; do sleep 0.05; done`);
    const clock = new ManualClock();
    const microphone = await opened({ clock });
    const closing = microphone.close();
    await clock.advance(999);
    expect(isAlive(await pidIn(folder.file('pid')))).toBe(true);
    await clock.advance(1);
    await closing;
    expect(isAlive(await pidIn(folder.file('pid')))).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('that is waited for in vain ends with the signal', async () => {
    await fake('arecord', `echo $$ > ${folder.file('pid')}; exec sleep 60`);
    const controller = new AbortController();
    const opening = opened({ signal: controller.signal });
    await expect.poll(() => pidIn(folder.file('pid')).catch(() => 0)).toBeGreaterThan(0);
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    expect(isAlive(await pidIn(folder.file('pid')))).toBe(false);
  });

  it('that delivers nothing for 5 s has lost its microphone', async () => {
    const clock = new ManualClock();
    const { microphone, pid } = await started({ clock });
    const reading = samplesOf(microphone);
    reading.catch(() => {});
    await clock.advance(4999);
    expect(isAlive(pid)).toBe(true);
    await clock.advance(1);
    await expect(reading).rejects.toMatchObject({
      code: 'E_RECORDER',
      message: expect.stringMatching(/nothing for 5 s/),
    });
    expect(isAlive(pid)).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('that nobody listens to is kept for 60 s, then ended; nothing of what was kept is lost', async () => {
    await fake('arecord', `echo $$ > ${folder.file('pid')}; ${speak(2 * 16_000 * 61)}; exec sleep 60`);
    const microphone = await opened();
    const pid = await pidIn(folder.file('pid'));
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    let samples = 0;
    const reading = (async () => {
      for await (const { bytes } of microphone.chunks(never)) samples += bytes.length / 2;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'E_RECORDER', message: expect.stringMatching(/for 60 s/) });
    expect(samples).toBeGreaterThan(60 * 16_000);
  });

  it('does not outlive this process', async () => {
    await fake('arecord', recording.replace('PID', folder.file('pid')));
    const program = `
      import { RecorderProcess } from '../../../src/audio/sources/recorder-process.ts';
      import { spawn } from 'node:child_process';
      const child = spawn('arecord', [], { stdio: 'pipe' });
      const clock = { now: () => 0, after: () => ({ cancel() {} }) };
      new RecorderProcess(child, { program: { name: 'arecord' }, clock, onBytes: () => process.exit(0) });
    `;
    const { build } = await import('esbuild');
    const outfile = folder.file('program.mjs');
    const stdin = { contents: program, resolveDir: import.meta.dirname };
    await build({
      stdin,
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    execFileSync(process.execPath, [outfile], { stdio: 'ignore' });
    const pid = await pidIn(folder.file('pid'));
    // An orphan is a zombie until init has looked.
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it('tells how much it delivers at a time', async () => {
    await fake('arecord', `${speak(3200)}; sleep 0.2; ${speak(3200)}; exec sleep 60`);
    const microphone = await opened();
    expect(microphone.blockMs).toBe(100);
    let count = 0;
    for await (const _ of microphone.chunks(never)) if (++count === 4) break;
    expect(microphone.blockMs).toBe(100);
    await settle();
  });
});

/** How much of a tone there is in a recording, as samples that are not next to silent. */
const loud = (samples: Int16Array) => samples.filter((sample) => Math.abs(sample) > 500).length;

for (const recorder of ['rec', 'sox', 'arecord'] as const) {
  const programs = [...soundCardPrograms, 'paplay', 'pkill', recorder];
  // Under VOX_REQUIRE_ALL it is not skipped, and fails where ALSA does not reach the card.
  const unreachable = process.env.VOX_REQUIRE_ALL !== '1' && !alsaReachesCard();
  needs(...programs).describe.skipIf(unreachable)(`${recorder} on a sound card`, () => {
    let card: SoundCard;
    beforeAll(() => {
      card = startSoundCard(48_000);
    });
    afterAll(() => card.stop());
    beforeEach(() => {
      for (const [name, value] of Object.entries({ ...card.env, PULSE_SOURCE: 'cable.monitor' }))
        vi.stubEnv(name, value);
    });
    const opened = (options: Partial<MicrophoneOptions> = {}) =>
      openMicrophone({ recorder, clock: systemClock, log: noLog, ...options });

    const play = (samples: Int16Array) => {
      const argv = ['--raw', '--format=s16le', '--rate=48000', '--channels=1', '--device=cable'];
      const player = spawn('paplay', argv, { stdio: ['pipe', 'ignore', 'ignore'] });
      player.stdin.end(encoded(samples, 'linear16'));
    };

    it('hears what is played, at its pitch and for as long', async () => {
      const microphone = await opened();
      play(sine(48_000, 400, 12_000, 1000));
      const heard: number[] = [];
      for await (const { bytes } of microphone.chunks(never)) {
        heard.push(...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2));
        const tail = Int16Array.from(heard.slice(-3200));
        if (loud(Int16Array.from(heard)) > 5000 && loud(tail) === 0) microphone.stop();
      }
      const from = heard.findIndex((sample) => Math.abs(sample) > 500);
      const tone = Int16Array.from(heard.slice(from, from + 6400));
      // 400 ms of 1 kHz: 400 periods, 16 samples each.
      const crossings = tone.filter((sample, i) => sample >= 0 && (tone[i - 1] ?? 0) < 0).length;
      expect(crossings).toBeGreaterThan(395);
      expect(crossings).toBeLessThan(405);
      expect(Math.max(...tone)).toBeGreaterThan(11_500);
      expect(Math.max(...tone)).toBeLessThan(12_500);
      expect(microphone.blockMs).toBeGreaterThan(20);
      expect(microphone.blockMs).toBeLessThan(recorder === 'arecord' ? 300 : 120);
    });

    it('that is killed in the middle is told, behind what it heard', async () => {
      const microphone = await opened();
      let samples = 0;
      const reading = (async () => {
        for await (const { bytes } of microphone.chunks(never)) {
          samples += bytes.length / 2;
          if (samples === bytes.length / 2) execFileSync('pkill', ['-9', '-P', `${process.pid}`, '-x', recorder]);
        }
      })();
      await expect(reading).rejects.toMatchObject({
        code: 'E_RECORDER',
        message: `${recorder} stopped in the middle of the recording: it was ended by SIGKILL`,
      });
      expect(samples).toBeGreaterThan(0);
    });

    it('tells of a device that is not there', async () => {
      const failure = {
        code: 'E_RECORDER',
        message: expect.stringMatching(new RegExp(`^${recorder} cannot record from hw:31: .`)),
      };
      await expect(opened({ device: 'hw:31' })).rejects.toMatchObject(failure);
    });
  });
}
