import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ran, type Served, serve } from '../support/vox.ts';
import { expectFailure, key, objects, wavBytes, workplace } from './workplace.ts';

const place = workplace();
let served: Served;
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
});
afterAll(async () => {
  await served.stop();
  place.remove();
});

/** Both in their own dialect, at a server that speaks at once. */
const targets = () => [
  '--target',
  `slng?endpoint=${served.wsUrl}&route=direct&label=ours`,
  '--target',
  `deepgram:thalia?endpoint=${served.wsUrl}`,
];
const read = (name: string) => readFileSync(place.file(name), 'utf8');
const runsOf = ({ stdout }: Ran) => objects(stdout).filter(({ event }) => event === 'run');
/** A hang, on a machine that has much else to do. */
const patienceMs = 120_000;
const quick = ['--prompts', 'short', '--warmup', '0', '--limits', 'off'];

describe('vox bench, with nothing else', () => {
  it(
    'measures the engine here, whatever keys are set, and prints a full table',
    async () => {
      const outputs = ['json', 'csv', 'md', 'html'].flatMap((ending) => ['-o', `local.${ending}`]);
      const ran = await place.vox(['bench', '--label', 'here', ...outputs], {
        env: { DEEPGRAM_API_KEY: key, VOX_PROVIDER: 'telnyx' },
        withinMs: patienceMs,
      });
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stderr).toContain('vox: SLNG_API_KEY, DEEPGRAM_API_KEY, VOX_PROVIDER not looked at');
      expect(ran.stderr).toContain('vox: provider local (no target is given)');
      expect(ran.stderr).toMatch(/^vox: too few runs \(\d+\) for (p\d+, )*p99: .*p99 wants 500$/m);
      const table = ran.stdout.toString();
      for (const name of ['connect', 'handshake', 'ttfb', 'leadingSilence', 'ttfa', 'coldTtfa', 'gapMax', 'rtf']) {
        expect(table).toMatch(new RegExp(`^ +${name}\\b.* \\d`, 'm'));
      }
      const { schema, kind, runs, summary, machines, targets: measured, plan } = JSON.parse(read('local.json'));
      expect({ schema, kind, label: machines[0].label }).toEqual({
        schema: 'voxwire-bench',
        kind: 'tts',
        label: 'here',
      });
      expect(measured).toMatchObject([{ id: 'local', provider: 'local', encoding: 'linear16', sampleRateHz: 24_000 }]);
      expect(runs.length).toBeGreaterThanOrEqual(20);
      expect(plan.measuringMs).toBeGreaterThanOrEqual(2999);
      expect(
        new Set(runs.map((run: { prompt: string; variation: number }) => `${run.prompt} ${run.variation}`)).size,
      ).toBe(runs.length);
      // One row a run, beneath the names.
      expect(read('local.csv').trimEnd().split('\n')).toHaveLength(runs.length + 1);
      const { mean } = summary.ttfaMs;
      expect(read('local.md')).toContain(mean < 10 ? mean.toFixed(1) : mean.toFixed(0));
      for (const name of ['local.html', 'local.json', 'local.csv', 'local.md']) expect(read(name)).not.toContain(key);
    },
    patienceMs,
  );
});

describe('vox bench, several targets', () => {
  it('takes them in turns, and gives each a series of its own', async () => {
    const args = [...quick, '--runs', '3', '--seed', '7', '--feed', 'tokens:500/s', '--json', '-o', 'two.json'];
    const ran = await place.vox(['bench', 'tts', ...targets(), ...args], { env: { DEEPGRAM_API_KEY: key } });
    expect(ran.code, ran.stderr).toBe(0);
    const runs = runsOf(ran);
    expect(runs.length).toBeGreaterThanOrEqual(6);
    for (const run of runs) expect(run).toMatchObject({ ok: true, connection: 'fresh' });
    // In each pair both, and the same prompt.
    for (let at = 0; at < runs.length; at += 2) {
      const [one, other] = runs.slice(at, at + 2);
      expect(new Set([one?.target, other?.target])).toEqual(new Set(['ours', 'deepgram:thalia']));
      expect(one?.prompt).toBe(other?.prompt);
    }
    for (const run of runs) expect(run).toMatchObject({ ttfbFirstTextMs: expect.any(Number) });
    // Not of a run in which a busy machine stood still while it connected.
    expect(runs.some(({ connectMs }) => typeof connectMs === 'number')).toBe(true);
    const { plan, series, targets: facts, comparisons } = JSON.parse(read('two.json'));
    expect(plan).toMatchObject({ seed: 7, feed: 'tokens:500/s', runs: 3, warmup: 0, reuse: false, loop: 'closed' });
    expect(series.map(({ target }: { target: string }) => target).sort()).toEqual(['deepgram:thalia', 'ours']);
    expect(facts.map(({ dialect }: { dialect: string }) => dialect)).toEqual(['slng', 'deepgram']);
    expect(comparisons).toHaveLength(1);
  });

  it('asks the same in the same order with the same seed', async () => {
    const args = ['bench', ...targets(), ...quick, '--runs', '3', '--seed', '11', '--json'];
    const asked = async () => {
      const ran = await place.vox(args, { env: { DEEPGRAM_API_KEY: key } });
      // A run that is spoilt by a stall of this machine is made again, behind the others.
      return runsOf(ran)
        .slice(0, 6)
        .map(({ target, prompt }) => `${target} ${prompt}`);
    };
    const first = await asked();
    expect(first).toHaveLength(6);
    expect(await asked()).toEqual(first);
  });
});

describe('vox bench, one way or another', () => {
  const target = () => ['--target', `slng?endpoint=${served.wsUrl}`];
  const bench = (...args: string[]) => place.vox(['bench', ...target(), ...quick, '--json', ...args]);

  it('over one connection, which is new in the first run alone', async () => {
    const ran = await bench('--runs', '3', '--reuse');
    expect(ran.code, ran.stderr).toBe(0);
    const [first, ...others] = runsOf(ran).map(({ connection, connectMs }) => [connection, typeof connectMs]);
    // Where a busy machine stood still meanwhile it does not know how long connecting took.
    expect([
      ['fresh', 'number'],
      ['fresh', 'undefined'],
    ]).toContainEqual(first);
    expect(others.length).toBeGreaterThanOrEqual(2);
    for (const other of others) expect(other).toEqual(['warm', 'undefined']);
  });

  it('on a socket that has idled before each turn', async () => {
    const ran = await bench('--runs', '2', '--think', '30ms');
    expect(ran.code, ran.stderr).toBe(0);
    const [, ...others] = runsOf(ran);
    for (const run of others) expect(run).toMatchObject({ ok: true, connection: 'warm' });
    expect(objects(ran.stdout).at(-1)).toMatchObject({ event: 'summary', plan: { reuse: true, thinkMs: 30 } });
  });

  it('interrupts, and says another', async () => {
    const ran = await bench('--runs', '2', '--barge-in', '10ms');
    expect(ran.code, ran.stderr).toBe(0);
    for (const run of runsOf(ran)) {
      expect(run).toMatchObject({ bargeInMs: expect.any(Number), bargeInTtfaMs: expect.any(Number) });
    }
  });

  it('in an open loop, each run counted from when it should have begun', async () => {
    const ran = await bench('--rate', '40', '--duration', '300ms', '--concurrency', '3');
    expect(ran.code, ran.stderr).toBe(0);
    const runs = runsOf(ran);
    expect(runs.length).toBeGreaterThan(2);
    for (const run of runs) {
      expect(run).toMatchObject({ intendedAtMs: expect.any(Number), lateMs: expect.any(Number) });
      expect(run).toMatchObject({ ttfaFromIntendedMs: expect.any(Number), ttfaMs: expect.any(Number) });
    }
  });

  it('keeps the sound of each run, and what crossed the wire, without the key', async () => {
    const ran = await bench('--runs', '2', '--save-audio', 'heard', '--trace', 'wire.jsonl');
    expect(ran.code, ran.stderr).toBe(0);
    const files = runsOf(ran).map(({ audioFile }) => String(audioFile));
    expect(files.slice(0, 2)).toEqual([join('heard', 'run-0000-slng.wav'), join('heard', 'run-0001-slng.wav')]);
    expect(readdirSync(place.file('heard')).map((name) => join('heard', name))).toEqual(files);
    const [run] = runsOf(ran);
    expect(wavBytes(place.file(files[0] ?? '')).length).toBe(run?.bytes);
    expect(read('wire.jsonl')).not.toContain(key);
    expect(objects(read('wire.jsonl')).filter(({ voxwire }) => voxwire === 1)).toHaveLength(files.length);
  });

  it('with --quiet: the table alone', async () => {
    const ran = await place.vox(['bench', ...target(), ...quick, '--runs', '2', '-q']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout.toString()).toMatch(/^slng, short {2}\d+ measured/);
  });

  it('holds the result to what is asserted, when all is written', async () => {
    const held = await bench('--runs', '10', '--assert', 'ttfa.max<60s', '--assert', 'ttfb.count>=1');
    expect(held.code, held.stderr).toBe(0);
    const args = [
      ...target(),
      ...quick,
      '--runs',
      '10',
      '--assert',
      'ttfb.max<60s',
      '--assert',
      'ttfa.max<=0',
      '-o',
      'a.csv',
    ];
    const broken = await place.vox(['bench', ...args]);
    expectFailure(broken, 'E_ASSERT', /^ttfa\.max is .* ms, wanted <= 0 ms \(slng, short\)$/);
    expect(read('a.csv').trimEnd().split('\n').length).toBeGreaterThanOrEqual(11);
  });
});
