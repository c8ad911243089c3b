import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { needs } from '../support/programs.ts';
import { type SoundCard, soundCardPrograms, sounding, startSoundCard, testSignal } from '../support/sound-card.ts';
import { type Ran, type Served, serve, vox } from '../support/vox.ts';
import { findIn, lines, samplesOf, synthesized, turnOf } from './played.ts';
import { scriptedService } from './scripted-service.ts';
import { failure } from './workplace.ts';

const text = [
  'The baker waits for the morning rain.',
  'A small boat remembers the long winter.',
  'Our train listens to the last bus home.',
  'The garden looks at seven blue chairs.',
  'A quiet street says nothing of a red door.',
].join(' ');
const env = { SLNG_API_KEY: 'k', DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k' };
const withinMs = 60_000;
let server: Served;

beforeAll(async () => {
  server = await serve();
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

const warningsOf = (ran: Ran) => lines(ran).flatMap(({ event, code }) => (event === 'warning' ? [code] : []));

{
  const { describe, it } = needs(...soundCardPrograms, 'paplay');
  describe('vox say, at a loudspeaker', () => {
    let card: SoundCard;
    beforeAll(() => {
      card = startSoundCard(24_000);
    });
    afterAll(() => card.stop());

    it.each(['slng', 'deepgram', 'telnyx'] as const)(
      'says nothing twice and leaves nothing out when the connection is cut: %s',
      async (dialect) => {
        const original = await synthesized(text);
        // All of it is about 700 kB: enough for five cuts, wherever they fall.
        const proxy = await cuttingProxy(server.wsUrl, { cuts: 5, bytes: [10_000, 130_000], of: 'server', seed: 3 });
        const recording = await card.record();
        try {
          const service = [
            '--endpoint',
            proxy.wsUrl,
            '--provider',
            dialect,
            '--sample-rate',
            '24000',
            '--limits',
            'off',
            '--encoding',
            'linear16',
          ];
          const say = ['say', '--player', 'paplay', '--json', '--flush', 'sentence', text];
          const ran = await vox([...say, ...service], { env: { ...env, ...card.env }, withinMs });
          expect(ran.code, ran.stderr).toBe(0);
          // One that is warmed ahead may be cut beside the one in use.
          expect(proxy.cuts).toBeGreaterThanOrEqual(5);
          await recording.untilSilent(sounding(original).length, 100);
          expect(findIn(recording.samples, original)).toMatchObject({ samples: original.length, strangeSamples: 0 });
          expect(turnOf(ran)).toMatchObject({ reconnects: expect.any(Number), ended: 'done' });
          expect(warningsOf(ran)).toContain('reconnect');
        } finally {
          recording.stop();
          await proxy.close();
        }
      },
      withinMs,
    );
  });
}

describe('vox synth into a pipe', () => {
  const signal = testSignal(24_000, 500);
  const into = (wsUrl: string, args: readonly string[]) => [
    ...['synth', '--endpoint', wsUrl, '--provider', 'slng', '--format', 'pcm', '-o', '-', '--quiet', ...args],
  ];

  it('gives sound with --no-hold before the service has said that it is whole, and without that only then', async () => {
    const held: string[] = [];
    for (const args of [['--no-hold'], []]) {
      const service = await scriptedService();
      const ran = await vox([...into(service.wsUrl, args), 'Hello there.'], {
        env,
        withinMs,
        async during(child) {
          child.stdin?.end();
          const sounded = new Promise<void>((resolve) =>
            child.stdout?.once('data', () => {
              held.push('sound');
              resolve();
            }),
          );
          await service.asked;
          service.sound(signal);
          if (args.length > 0) await sounded;
          held.push('whole');
          service.done();
          await sounded;
        },
      }).finally(() => service.close());
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(samplesOf(ran.stdout)).toEqual(signal);
    }
    expect(held).toEqual(['sound', 'whole', 'whole', 'sound']);
  });

  it('ends with --no-hold at a loss, aloud: what is out cannot be taken back', async () => {
    const whole = await vox([...into(server.wsUrl, ['--flush', 'sentence']), text], { env, withinMs });
    expect(whole.code, whole.stderr).toBe(0);
    // In the middle of the first sentence's sound.
    const proxy = await cuttingProxy(server.wsUrl, { cuts: 1, bytes: [60_000, 60_001], of: 'server', seed: 1 });
    const ran = await vox([...into(proxy.wsUrl, ['--flush', 'sentence', '--no-hold']), text], { env, withinMs });
    expect(failure(ran)).toMatchObject({ code: 'E_CLOSED' });
    expect(ran.code).toBe(4);
    expect(proxy.connections).toBe(1);
    expect(ran.stdout.length).toBeGreaterThan(10_000);
    expect(whole.stdout.subarray(0, ran.stdout.length).equals(ran.stdout)).toBe(true);
    await proxy.close();
  });
});
