import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../support/programs.ts';
import { type Ran, type Served, serve } from '../support/vox.ts';
import { spoken, wavOf } from './spoken.ts';
import { expectFailure, objects, workplace } from './workplace.ts';

const place = workplace();
let served: Served;
beforeAll(async () => {
  served = await serve(['--engine', 'scripted']);
  for (const name of ['hello.wav', 'same.wav']) {
    place.put(name, wavOf(await spoken('Hello there.', 700, 'And again.', 100)));
  }
  place.put('hello.txt', 'Hello there. And again.\n');
  place.put('list.json', '[]');
  place.put('late.json', JSON.stringify({ text: 'Hello there.', pauses: [{ startMs: 200, endMs: 9000 }] }));
  place.put('empty.wav', wavOf(new Int16Array(0)));
  place.put('hello.json', JSON.stringify({ text: 'Hello there, and again.', pauses: [{ startMs: 200, endMs: 900 }] }));
});
afterAll(async () => {
  await served.stop();
  place.remove();
});

const target = () => ['--target', `slng?endpoint=${served.wsUrl}&route=direct`];
const runsOf = ({ stdout }: Ran) => objects(stdout).filter(({ event }) => event === 'run');
/** A hang, on a machine that has much else to do. */
const patienceMs = 120_000;
const quick = ['--warmup', '0', '--json'];

describe('vox bench stt', () => {
  const stt = (...args: string[]) => place.vox(['bench', 'stt', ...target(), ...quick, ...args]);

  it('measures recordings in real time, against what was said', async () => {
    const ran = await stt('--audio', 'hello.wav', '--reference', 'hello.txt', '--runs', '1');
    expect(ran.code, ran.stderr).toBe(0);
    expect(runsOf(ran)[0]).toMatchObject({
      ...{ prompt: 'hello.wav', set: 'audio', ok: true, transcript: 'Hello there. And again.', wer: 0 },
      ttfiMs: expect.any(Number),
    });
    expect(objects(ran.stdout).at(-1)).toMatchObject({
      event: 'summary',
      kind: 'stt',
      plan: { pace: 1, end: 'both' },
    });
  });

  it('as fast as it is taken: with no latency, and says so', async () => {
    const ran = await stt('--audio', 'hello.wav', '--reference', 'hello.json', '--pace', 'fast', '--runs', '2');
    expect(ran.code, ran.stderr).toBe(0);
    for (const run of runsOf(ran)) {
      expect(run).toMatchObject({ wer: 0, pauses: 1 });
      expect(run).not.toHaveProperty('ttfiMs');
      expect(run).not.toHaveProperty('ttfsMs');
    }
    expect(objects(ran.stdout)).toContainEqual({ event: 'note', message: expect.stringContaining('--pace fast') });
  });

  it.each([
    [['--audio', 'none.wav'], 'E_FILE', 'none.wav'],
    [['--audio', 'hello.txt'], 'E_AUDIO', 'hello.txt'],
    [['--audio', 'hello.wav', '--reference', 'hello.txt', '--reference', 'hello.txt'], 'E_USAGE', '1 recordings and 2'],
    [['--reference', 'hello.txt'], 'E_USAGE', '--reference without --audio'],
    [['--audio', 'hello.wav', '--audio', 'same.wav'], 'E_USAGE', 'hello.wav and same.wav are the same recording'],
    [['--audio', 'hello.wav', '--clips', 'short'], 'E_USAGE', 'exclude one another'],
    [['--clips', 'long'], 'E_USAGE', "unknown clips 'long'"],
    [['--audio', 'hello.wav', '--reference', 'list.json'], 'E_FILE', 'list.json has no "text"'],
    [
      ['--audio', 'hello.wav', '--reference', 'late.json'],
      'E_FILE',
      'a pause ends at 9000 ms, and hello.wav is 1020 ms',
    ],
    [['--audio', 'empty.wav'], 'E_AUDIO', 'empty.wav'],
  ] as const)('refuses %j', async (args, code, message) => {
    const ran = await place.vox(['bench', 'stt', ...target(), ...args]);
    expectFailure(ran, code, message);
  });

  it('tells before anything else that no recogniser is here', async () => {
    const env = { VOX_POCKETSPHINX_MODEL: place.file('none') };
    expectFailure(await place.vox(['bench', 'stt', '--runs', '1'], { env }), 'E_RECOGNISER');
    expectFailure(await place.vox(['bench', 'roundtrip', '--runs', '1'], { env }), 'E_RECOGNISER');
  });

  it('does not hear more at once than the engine here can', async () => {
    const args = ['--target', 'local', '--target', 'local', '--concurrency', '200'];
    const ran = await place.vox(['bench', 'stt', ...args]);
    const code = /E_RECOGNISER/.test(ran.stderr) ? 'E_RECOGNISER' : 'E_UNSUPPORTED';
    expectFailure(ran, code);
    expect(ran.stderr).toMatch(code === 'E_UNSUPPORTED' ? /does not hear 400 at once/ : /./);
  });
});

describe('vox bench roundtrip', () => {
  it('speaks, hears and speaks again', async () => {
    place.put('prompts.txt', 'Good morning to you.\n');
    const args = ['--prompts', 'prompts.txt', '--runs', '1', ...quick];
    const ran = await place.vox(['bench', 'roundtrip', ...target(), ...args]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(runsOf(ran)[0]).toMatchObject({ ok: true, roundTripMs: expect.any(Number), wer: 0 });
    const summary = objects(ran.stdout).at(-1);
    expect(summary).toMatchObject({
      kind: 'roundtrip',
      targets: [{ sampleRateHz: 16_000, hears: { dialect: 'slng' } }],
    });
  });

  it('hears with another, and in its own words', async () => {
    place.put('prompts.txt', 'Good morning to you.\n');
    const hears = ['--hears', `deepgram/nova-3?endpoint=${served.wsUrl}&label=ear`];
    const args = ['--prompts', 'prompts.txt', '--runs', '1', ...quick];
    const ran = await place.vox(['bench', 'roundtrip', ...target(), ...hears, ...args]);
    expect(ran.code, ran.stderr).toBe(0);
    const summary = objects(ran.stdout).at(-1);
    expect(summary).toMatchObject({ targets: [{ hears: { id: 'ear', dialect: 'deepgram', model: 'nova-3' } }] });
  });

  it('is made in one format', async () => {
    const other = ['--target', `slng?endpoint=${served.wsUrl}&sample-rate=8000`];
    expectFailure(await place.vox(['bench', 'roundtrip', ...other]), 'E_USAGE', 'linear16 of 16000 Hz');
  });
});

const hearing = needs('pocketsphinx_continuous');
hearing.describe('the recogniser here', () => {
  hearing.it(
    'is measured by what the engine here says',
    async () => {
      const ran = await place.vox(['bench', 'stt', '--clips', 'short', '--runs', '1', '--end', 'finalize', ...quick], {
        withinMs: patienceMs,
      });
      expect(ran.code, ran.stderr).toBe(0);
      expect(runsOf(ran)[0]).toMatchObject({ target: 'local', ok: true, finalizeMs: expect.any(Number) });
    },
    patienceMs,
  );

  hearing.it(
    'hears what the engine here said, in a round trip',
    async () => {
      const ran = await place.vox(['bench', 'roundtrip', '--prompts', 'short', '--runs', '1', ...quick], {
        withinMs: patienceMs,
      });
      expect(ran.code, ran.stderr).toBe(0);
      expect(runsOf(ran)[0]).toMatchObject({ target: 'local', ok: true, roundTripMs: expect.any(Number) });
    },
    patienceMs,
  );
});
