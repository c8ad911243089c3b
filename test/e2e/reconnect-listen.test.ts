import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectName } from '../../src/cli/dialects.ts';
import { cuttingProxy } from '../support/cutting-proxy.ts';
import { gate, type Passage } from '../support/gate.ts';
import { type Ran, type Served, serve, vox } from '../support/vox.ts';
import { fakePrograms } from './fake-recorder.ts';
import { type Line, lines } from './played.ts';
import { spoken, wavOf } from './spoken.ts';
import { expectFailure, failure, wavBytes, workplace } from './workplace.ts';

const place = workplace();
const dialects = ['slng', 'deepgram', 'telnyx'] as const;
const keys = { DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k', SLNG_API_KEY: 'k' };
const said = Array.from({ length: 14 }, (_, n) => `Line ${n} ends here.`);
const programs = fakePrograms(place.file('bin'));
const env = { ...keys, PATH: programs.PATH };
const withinMs = 60_000;
let server: Served;
let pcm: Buffer;

/** As a sound card has it: 100 ms every tenth of a second, late ones made up for, and then nothing more. */
const recorder = `
const pcm = require('node:fs').readFileSync(process.argv[2]);
const startMs = performance.now();
let at = 0;
const timer = setInterval(() => {
  const untilMs = performance.now() - startMs;
  for (; at < pcm.length && at / 32 < untilMs; at += 3200) process.stdout.write(pcm.subarray(at, at + 3200));
}, 20);
`;

beforeAll(async () => {
  server = await serve(['--engine', 'scripted']);
  const sound = await spoken(...said.flatMap((line) => [line, 620]));
  // Whole tenths of a second, as --duration counts.
  const samples = sound.subarray(0, Math.floor(sound.length / 1600) * 1600);
  pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  place.put('said.wav', wavOf(samples));
  const [script, audio] = [place.put('recorder.cjs', recorder), place.put('said.pcm', pcm)];
  programs.put('arecord', `exec '${process.execPath}' '${script}' '${audio}'`);
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  place.remove();
});

interface Listened {
  readonly ran: Ran;
  /** The bytes of sound that were saved. */
  readonly saved: Buffer;
}

/** Each in a folder of its own: they run side by side. */
async function listen(dialect: DialectName, wsUrl: string): Promise<Listened> {
  const service = ['--endpoint', wsUrl, '--provider', dialect];
  const until = ['--duration', String(pcm.length / 32_000)];
  const own = workplace();
  try {
    const ran = await own.vox(['listen', '--json', ...service, ...until, '--save', 'heard.wav'], { env, withinMs });
    return { ran, saved: wavBytes(own.file('heard.wav')) };
  } finally {
    own.remove();
  }
}

const finalsOf = (ran: Ran): Line[] => lines(ran).filter(({ event }) => event === 'final');
const textsOf = (ran: Ran) => finalsOf(ran).map(({ text }) => text);
const timesOf = (ran: Ran) =>
  finalsOf(ran).flatMap(({ words }) =>
    Array.isArray(words) ? words.flatMap((word) => [word.startMs, word.endMs]) : [],
  );

/** Audio goes out in frames of 20 ms. */
const frameMs = 20;

describe('vox listen, at a microphone that does not wait', () => {
  it.concurrent.each(dialects)('loses nothing when the connection is cut again and again: %s', async (dialect) => {
    const proxy = await cuttingProxy(server.wsUrl, { cuts: 5, bytes: [20_000, 60_000], of: 'client', seed: 31 });
    const { ran, saved } = await listen(dialect, proxy.wsUrl).finally(() => proxy.close());
    expect(ran.code, ran.stderr).toBe(0);
    expect(proxy.cuts).toBe(5);
    expect(saved.equals(pcm)).toBe(true);
    expect(textsOf(ran)).toEqual(said);
    expect(lines(ran).at(-1)).toMatchObject({ event: 'heard', reconnects: 5, ended: 'done' });
    const file = ['transcribe', place.file('said.wav'), '--json', '--pace', 'fast', '--provider', dialect];
    const whole = await vox([...file, '--endpoint', server.wsUrl], { env, withinMs });
    expect(textsOf(whole)).toEqual(said);
    const wanted = timesOf(whole);
    const off = timesOf(ran).map((ms, n) => Math.abs(ms - wanted[n]));
    expect(off).toHaveLength(wanted.length);
    expect(off.filter((ms) => !(ms <= frameMs))).toEqual([]);
  });

  it.concurrent('hears all that was said while the service was away for seconds', async () => {
    const away: Passage[] = [{ cutAfter: 90_000, of: 'client' }, 'gone', 'gone', 'gone', 'pass'];
    const before = await gate(server.wsUrl, away);
    const { ran, saved } = await listen('deepgram', before.wsUrl).finally(() => before.close());
    expect(ran.code, ran.stderr).toBe(0);
    const [first = 0, ...later] = before.arrivals;
    expect(later).toHaveLength(4);
    // Nearly three seconds passed at the cut, and the four waits are two at the least.
    expect((later.at(-1) ?? 0) - first).toBeGreaterThan(4000);
    expect(saved.equals(pcm)).toBe(true);
    expect(textsOf(ran)).toEqual(said);
    expect(lines(ran).at(-1)).toMatchObject({ event: 'heard', reconnects: 4 });
  });

  it.concurrent('says so where the service stays away, and keeps what was recorded', async () => {
    const before = await gate(server.wsUrl, [{ cutAfter: 90_000, of: 'client' }, 'gone']);
    const { ran, saved } = await listen('deepgram', before.wsUrl).finally(() => before.close());
    expectFailure(ran, 'E_CONNECT');
    expect(failure(ran).kept).toBe('heard.wav');
    expect(before.arrivals).toHaveLength(6);
    expect(saved.equals(pcm.subarray(0, saved.length))).toBe(true);
    // All that came while it was tried, too.
    expect(saved.length).toBeGreaterThan(32 * (2500 + 3800));
    expect(textsOf(ran)).toEqual(said.slice(0, textsOf(ran).length));
    expect(textsOf(ran).length).toBeGreaterThan(0);
  });
});
