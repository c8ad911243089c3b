import { afterAll, describe, expect, it } from 'vitest';
import { faultyServer } from '../support/faulty-server.ts';
import { needs } from '../support/programs.ts';
import { fakePrograms, recordingOf } from './fake-recorder.ts';
import { objects, workplace } from './workplace.ts';

const place = workplace();
afterAll(place.remove);

const none = fakePrograms(place.file('none'));
const nowhere = { SLNG_API_KEY: undefined, PATH: none.PATH, VOX_POCKETSPHINX_MODEL: '/nonexistent' };

/** The checks of `vox doctor`, by name, and its exit code. */
async function examined(args: readonly string[], env: Record<string, string | undefined>) {
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
