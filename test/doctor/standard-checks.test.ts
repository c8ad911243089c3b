import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNullSink } from '../../src/audio/sinks/null.ts';
import { doctorExitCode, runDoctor } from '../../src/doctor/run.ts';
import { type DoctorWiring, standardChecks } from '../../src/doctor/standard-checks.ts';
import { SpeechError } from '../../src/errors.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** As finely as a clock must. */
class Ticking extends ManualClock {
  #readings = 0;
  override now(): number {
    return super.now() + 1e-6 * this.#readings++;
  }
}

function wiring(changes: Partial<DoctorWiring> = {}): DoctorWiring {
  const clock = new Ticking();
  return {
    clock,
    voxVersion: '0.1.0',
    config: () => ({ path: '/none/config.json', found: false }),
    keys: () => [],
    choose: () => ({ provider: 'local', why: 'no key is set' }),
    targets: [
      { provider: 'local', direction: 'speak', reach: async () => ({ tcpMs: 1, warnings: [] }), withinMs: 1000 },
    ],
    listPlayers: async () => [],
    searchPath: '',
    serviceTimes: { times: () => [], distrusted: () => [] },
    openEngine: () => ({
      choose: async () => ({ voice: 'slt', language: 'en' }),
      async *synthesize({ format }) {
        yield { format, bytes: new Uint8Array(640), firstSample: 0 };
      },
      close: async () => {},
    }),
    findRecogniser: () => ({ missing: 'the library' }),
    openRecogniser: () => Promise.reject(new Error('nothing to open')),
    ...changes,
  };
}

async function examine(changes?: Partial<DoctorWiring>) {
  const wired = wiring(changes);
  const result = await runDoctor({ checks: standardChecks(wired), clock: wired.clock });
  return { result, statuses: Object.fromEntries(result.checks.map(({ name, status }) => [name, status])) };
}

describe('standardChecks', () => {
  it('examines everything, in this order', () => {
    const names = standardChecks(wiring()).map(({ name }) => name);
    expect(names).toEqual([
      'vox',
      'config',
      'keys',
      'provider',
      'reach local',
      'clock',
      'player',
      'recorder',
      'tone',
      'microphone',
      'flite',
      'pocketsphinx',
      'espeak-ng',
      'ffmpeg',
    ]);
  });

  it('finds a server without a key, a player and a config well', async () => {
    const { result, statuses } = await examine();
    expect(statuses).toEqual({
      vox: 'ok',
      config: 'ok',
      keys: 'ok',
      provider: 'ok',
      'reach local': 'ok',
      clock: 'ok',
      player: 'warn',
      recorder: 'warn',
      tone: 'skip',
      microphone: 'skip',
      flite: 'ok',
      pocketsphinx: 'warn',
      'espeak-ng': 'warn',
      ffmpeg: 'warn',
    });
    expect(result.ok).toBe(true);
    expect(doctorExitCode(result)).toBe(0);
  });

  it('finds a provider that cannot be reached a failure, with its exit code', async () => {
    const refused = new SpeechError('E_CONNECT', 'connection refused');
    const { result, statuses } = await examine({
      targets: [
        { provider: 'slng', direction: 'speak', reach: () => Promise.reject(refused), withinMs: 1000 },
        { provider: 'local', direction: 'listen', reach: async () => ({ warnings: [] }), withinMs: 1000 },
      ],
    });
    expect(statuses).toMatchObject({ 'reach slng': 'fail', 'listen local': 'ok' });
    expect(doctorExitCode(result)).toBe(4);
  });

  it('looks for players once, and plays the tone on one of them', async () => {
    let looked = 0;
    const { statuses } = await examine({
      listPlayers: async () => {
        looked++;
        return [{ name: 'aplay' }];
      },
      openPlayer: () => createNullSink(new ManualClock()),
    });
    expect(looked).toBe(1);
    expect(statuses).toMatchObject({ player: 'ok', tone: 'ok' });
  });

  it('plays no tone without a way to open a player', async () => {
    const { statuses } = await examine({ listPlayers: async () => [{ name: 'aplay' }] });
    expect(statuses).toMatchObject({ player: 'ok', tone: 'skip' });
  });

  it('records with what there is, and insists on a recorder that was named', async () => {
    const openMicrophone = () => Promise.reject(new SpeechError('E_RECORDER', 'no such device'));
    const named = await examine({ openMicrophone, microphoneNamed: true });
    expect(named.statuses).toMatchObject({ microphone: 'fail' });
    expect(doctorExitCode(named.result)).toBe(6);
    expect((await examine({ openMicrophone })).statuses).toMatchObject({ microphone: 'skip' });
  });

  it('looks for programs where it is told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vox-doctor-'));
    try {
      for (const name of ['ffmpeg', 'arecord']) {
        writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} 7\n`, { mode: 0o755 });
      }
      const { result, statuses } = await examine({ searchPath: folder });
      expect(statuses).toMatchObject({ recorder: 'ok', ffmpeg: 'ok', 'espeak-ng': 'warn' });
      const details = Object.fromEntries(result.checks.map(({ name, detail }) => [name, detail]));
      expect(details.recorder).toBe('arecord');
      expect(details.ffmpeg).toBe(`${join(folder, 'ffmpeg')}: ffmpeg 7`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('insists on a player that was named', async () => {
    const openPlayer = () => Promise.reject(new SpeechError('E_PLAYER', 'aplay does not work'));
    const { result } = await examine({ openPlayer, playerNamed: true });
    expect(doctorExitCode(result)).toBe(6);
  });

  it('goes on where the config file is broken', async () => {
    const { result, statuses } = await examine({
      config: () => {
        throw new SpeechError('E_USAGE', 'the config file is not JSON');
      },
    });
    expect(statuses).toMatchObject({ config: 'fail', flite: 'ok', 'reach local': 'ok' });
    expect(doctorExitCode(result)).toBe(2);
  });

  it('gives a result that JSON carries whole', async () => {
    const { result } = await examine();
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});
