import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultyServer } from '../support/faulty-server.ts';
import { needs } from '../support/programs.ts';
import { type SoundCard, soundCardPrograms, startSoundCard, testSignal } from '../support/sound-card.ts';
import { brokenRecordingOf, fakePrograms, recordingOf } from './fake-recorder.ts';
import { objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const none = fakePrograms(place.file('none'));
const nowhere = { SLNG_API_KEY: undefined, PATH: none.PATH, VOX_POCKETSPHINX_MODEL: '/nonexistent' };

/** The checks of `vox doctor`, by name, and its exit code. */
async function examined(args: readonly string[], env: Record<string, string | undefined>) {
  return checksOf(['--no-microphone', ...args], env);
}

async function checksOf(args: readonly string[], env: Record<string, string | undefined>) {
  const ran = await place.vox(['doctor', '--no-tone', '--json', ...args], { env });
  const [{ checks } = {}] = objects(ran.stdout);
  if (!Array.isArray(checks)) throw new Error(ran.stderr);
  return { code: ran.code, checks: new Map<string, unknown>(checks.map((check) => [check.name, check])) };
}

describe('vox doctor, of what it takes to listen', () => {
  it('where nothing is installed: warns, names the packages, and finds no failure in that', async () => {
    const { code, checks } = await examined([], nowhere);
    expect(code).toBe(0);
    expect(checks.get('recorder')).toMatchObject({
      status: 'warn',
      code: 'E_RECORDER',
      todo: expect.stringContaining('install sox or alsa-utils'),
      data: { recorders: ['rec', 'sox', 'arecord'].map((name) => ({ name, missing: expect.any(String) })) },
    });
    expect(checks.get('pocketsphinx')).toMatchObject({
      status: 'warn',
      code: 'E_RECOGNISER',
      todo: expect.stringMatching(/pocketsphinx and pocketsphinx-en-us/),
      data: { missing: expect.stringContaining('/nonexistent') },
    });
    expect(checks.get('listen local')).toMatchObject({ status: 'skip', code: 'E_RECOGNISER' });
    expect(checks.get('reach local')).toMatchObject({ status: 'ok', data: { direction: 'speak' } });
  });

  it('names the recorders that are there, in the order in which they are tried', async () => {
    const some = fakePrograms(place.file('some'));
    for (const name of ['arecord', 'sox']) some.put(name, recordingOf('/dev/null'));
    const { checks } = await examined([], { ...nowhere, PATH: some.PATH });
    expect(checks.get('recorder')).toMatchObject({ status: 'ok', detail: 'sox, arecord' });
  });

  it('reaches a service to speak and to be listened to', async () => {
    const server = await faultyServer();
    const { checks } = await examined(['--endpoint', server.wsUrl], nowhere).finally(() => server.close());
    expect(checks.get('reach slng')).toMatchObject({ status: 'ok', data: { provider: 'slng', direction: 'speak' } });
    expect(checks.get('listen slng')).toMatchObject({
      status: 'ok',
      data: { provider: 'slng', direction: 'listen', handshakeMs: expect.any(Number) },
    });
  });

  it('fails with the code of what does not let it in', async () => {
    const server = await faultyServer({ refuse: { status: 401, body: '{"message":"who are you"}' } });
    const { code, checks } = await examined(['--endpoint', server.wsUrl], nowhere).finally(() => server.close());
    expect(code).toBe(3);
    expect(checks.get('listen slng')).toMatchObject({ status: 'fail', code: 'E_AUTH' });
  });
});

needs('pocketsphinx_continuous').it('vox doctor lets the recogniser hear a sentence', async () => {
  const { checks } = await examined([], { SLNG_API_KEY: undefined, PATH: none.PATH });
  expect(checks.get('pocketsphinx')).toMatchObject({
    status: 'ok',
    detail: expect.stringMatching(/^heard "go forward ten meters" in \d+ ms, loading included; model \/.+/),
    data: { library: expect.stringContaining('libpocketsphinx'), heard: 'go forward ten meters' },
  });
  expect(checks.get('listen local')).toMatchObject({ status: 'ok', data: { provider: 'local', direction: 'listen' } });
});

/** Half a second more than is wanted of a microphone, of this sound. */
function recordingAt(name: string, sample: (at: number) => number): string {
  return place.put(name, new Uint8Array(Int16Array.from({ length: 24_000 }, (_, at) => sample(at)).buffer));
}

describe('vox doctor, of the microphone', () => {
  const programs = fakePrograms(place.file('recorders'));
  const env = { ...nowhere, PATH: programs.PATH };

  it('records a second, tells its level, and keeps none of it', async () => {
    const before = place.names();
    const hum = recordingAt('hum.pcm', (at) => Math.round(10_000 * Math.sin(at / 10)));
    programs.put('arecord', recordingOf(hum));
    const { code, checks } = await checksOf([], env);
    expect(code).toBe(0);
    expect(checks.get('microphone')).toMatchObject({
      status: 'ok',
      detail: '1.0 s with arecord (32000 bytes), thrown away: peak -10.3 dBFS, RMS -13.3 dBFS',
      data: { recorder: 'arecord', audioMs: 1000, bytes: 32_000, peakDbfs: -10.3, rmsDbfs: -13.3 },
    });
    expect(place.names()).toEqual([...before, 'hum.pcm'].sort());
  });

  it('warns of one that gives silence', async () => {
    programs.put('arecord', recordingOf(recordingAt('silence.pcm', () => 0)));
    const { code, checks } = await checksOf([], env);
    expect(code).toBe(0);
    expect(checks.get('microphone')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('silence (peak -120 dBFS'),
      todo: expect.stringContaining('unmute the microphone'),
    });
  });

  it('warns with the recorder’s own reason where it cannot record; one that was named has to', async () => {
    programs.put(
      'arecord',
      brokenRecordingOf('/dev/null', 'echo "arecord: main:831: audio open error: No such device" >&2; exit 1'),
    );
    const any = await checksOf([], env);
    expect(any.code).toBe(0);
    expect(any.checks.get('microphone')).toMatchObject({
      status: 'warn',
      code: 'E_RECORDER',
      detail: 'arecord cannot record: audio open error: No such device',
      todo: expect.any(String),
    });
    const named = await checksOf(['--recorder', 'arecord', '--device', 'hw:9'], env);
    expect(named.code).toBe(6);
    expect(named.checks.get('microphone')).toMatchObject({ status: 'fail', code: 'E_RECORDER' });
  });

  it('is left alone with --no-microphone, and where no recorder is there', async () => {
    programs.put('arecord', `echo started > '${place.file('started')}'`);
    expect((await checksOf(['--no-microphone'], env)).checks.get('microphone')).toMatchObject({
      status: 'skip',
      detail: 'not wanted',
    });
    expect(place.names()).not.toContain('started');
    expect((await checksOf([], nowhere)).checks.get('microphone')).toMatchObject({
      status: 'skip',
      detail: 'no recorder',
    });
  });
});

{
  const { describe, it } = needs(...soundCardPrograms, 'arecord', 'paplay');
  describe('vox doctor at a sound card', () => {
    let card: SoundCard;
    beforeAll(() => {
      card = startSoundCard(16_000);
    });
    afterAll(() => card.stop());
    const found = async () =>
      (await checksOf(['--recorder', 'arecord'], { ...nowhere, PATH: process.env.PATH, ...card.env })).checks;

    it('warns of its silence', async () => {
      expect((await found()).get('microphone')).toMatchObject({
        status: 'warn',
        data: { recorder: 'arecord', peakDbfs: -120 },
      });
    });

    it('tells the level of what plays on it', async () => {
      const noise = new Uint8Array(testSignal(16_000, 60_000).buffer);
      const format = ['--raw', '--format=s16le', '--rate=16000', '--channels=1'];
      const playing = spawn('paplay', ['--device=cable', ...format, place.put('noise.raw', noise)], {
        env: { ...process.env, ...card.env },
      });
      const ended = once(playing, 'close');
      try {
        const microphone = (await found()).get('microphone');
        expect(microphone).toMatchObject({ status: 'ok', data: { audioMs: 1000, peakDbfs: -10.3 } });
      } finally {
        playing.kill();
        await ended;
      }
    });
  });
}

describe('vox doctor, of the clock', () => {
  /** A service that lets nobody in, at a time of its own. */
  async function atTime(offMs: number) {
    const server = createServer().on('upgrade', (_, socket) => {
      const date = new Date(Date.now() + offMs).toUTCString();
      socket.end(`HTTP/1.1 401 Unauthorized\r\ndate: ${date}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { checks } = await examined(['--endpoint', `ws://127.0.0.1:${port}`], nowhere);
    server.close();
    return checks.get('clock');
  }

  it('holds it to that of a service, and warns where it is an hour off', async () => {
    expect(await atTime(0)).toMatchObject({ status: 'ok', data: { provider: 'slng', stepMs: expect.any(Number) } });
    expect(await atTime(-3_600_000)).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(/^(3599|3600|3601) s ahead of slng's; steps of /),
      todo: expect.stringContaining('NTP'),
    });
  });

  it('is left open where no service tells the time', async () => {
    const { checks } = await examined([], nowhere);
    expect(checks.get('clock')).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^no service told the time of day; /),
    });
  });
});
