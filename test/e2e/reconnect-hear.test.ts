import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wavHeader } from '../../src/audio/wav-header.ts';
import type { DialectName } from '../../src/cli/dialects.ts';
import { type Cutting, cuttingProxy } from '../support/cutting-proxy.ts';
import { type Served, scratch, serve, vox } from '../support/vox.ts';

const folder = scratch();
const at = (name: string) => join(folder.path, name);
const limitMs = 120_000;
const env = { DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k', SLNG_API_KEY: 'k' };
let server: Served;

/** Minutes of the scripted voice, which the scripted recogniser reads word for word, with a breath between the lines. */
const lines = Array.from({ length: 60 }, (_, n) => `Line ${n} ends here.`);
const breathMs = 600;
/** Or unevenly: some lines follow at once, some after a long silence. */
const unevenMs = [150, 400, 1300];

beforeAll(async () => {
  server = await serve(['--engine', 'scripted']);
  const spoken = ['--endpoint', server.wsUrl, '--provider', 'slng', '--sample-rate', '16000', '--format', 'pcm'];
  const args = ['synth', '--quiet', ...spoken, '--lines', '--out-dir', at('lines')];
  const ran = await vox(args, { env, input: lines.join('\n'), withinMs: limitMs });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  writeLines('long.wav', lines.length, [breathMs]);
  writeLines('uneven.wav', lines.length / 2, unevenMs);
}, limitMs);

function writeLines(name: string, count: number, pausesMs: readonly number[]): void {
  const spoken = readdirSync(at('lines')).sort().slice(0, count);
  const pause = (n: number) => Buffer.alloc(32 * (pausesMs[n % pausesMs.length] ?? 0));
  const audio = Buffer.concat(spoken.flatMap((line, n) => [readFileSync(join(at('lines'), line)), pause(n)]));
  const format = { encoding: 'linear16', sampleRateHz: 16_000, channels: 1 } as const;
  writeFileSync(at(name), Buffer.concat([wavHeader(format, audio.length), audio]));
}

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  folder.remove();
});

interface Place {
  readonly startMs: number;
  readonly endMs: number;
}

interface Line extends Place {
  readonly text: string;
  readonly words?: readonly Place[];
}

/** Audio goes out in frames of 20 ms. */
const frameMs = 20;

/** Of each word, where there are any: a stretch of speech may begin anywhere in the silence before it. */
function timesOf({ startMs, endMs, words = [{ startMs, endMs }] }: Line): number[] {
  return words.flatMap((word) => [word.startMs, word.endMs]);
}

async function heard(dialect: DialectName, wsUrl: string, args: readonly string[] = [], name = 'long.wav') {
  const service = ['--endpoint', wsUrl, '--provider', dialect, '--pace', 'fast', ...args];
  const ran = await vox(['transcribe', '--json', at(name), ...service], { env, withinMs: limitMs });
  const events = ran.stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const lines: Line[] = events.filter(({ event }) => event === 'final' || event === 'segment');
  return { ran, events, lines };
}

describe('audio through a connection that is cut twenty times at random bytes', () => {
  it.each(['slng', 'deepgram', 'telnyx'] as const)(
    'gives the same transcript at the same times: %s',
    async (dialect) => {
      const whole = await heard(dialect, server.wsUrl);
      expect(whole.ran.code, whole.ran.stderr).toBe(0);
      expect(whole.lines.length).toBe(60);
      const cutting: Cutting = { cuts: 20, bytes: [20_000, 100_000], of: 'client', seed: 7 };
      const proxy = await cuttingProxy(server.wsUrl, cutting);
      const cut = await heard(dialect, proxy.wsUrl);
      expect(cut.ran.code, cut.ran.stderr + JSON.stringify(cut.events.at(-1))).toBe(0);
      expect(proxy.cuts).toBe(20);
      expect(cut.lines.map((line) => line.text)).toEqual(whole.lines.map((line) => line.text));
      const [times, wanted] = [cut.lines.flatMap(timesOf), whole.lines.flatMap(timesOf)];
      expect(times.length).toBe(wanted.length);
      const off = times.filter((ms, at) => Math.abs(ms - (wanted[at] ?? 0)) > frameMs);
      expect(off).toEqual([]);
      await proxy.close();
    },
    limitMs,
  );

  it.each([
    ['slng', 100],
    ['slng', 1000],
    ['telnyx', 100],
    ['telnyx', 1000],
  ] as const)(
    'loses no word and tells none twice, whatever the pause that ends an utterance: %s, %i ms',
    async (dialect, pauseMs) => {
      const args = ['--endpointing', String(pauseMs)];
      const whole = await heard(dialect, server.wsUrl, args, 'uneven.wav');
      expect(whole.ran.code, whole.ran.stderr).toBe(0);
      const proxy = await cuttingProxy(server.wsUrl, { cuts: 6, bytes: [100_000, 250_000], of: 'client', seed: 11 });
      const cut = await heard(dialect, proxy.wsUrl, args, 'uneven.wav');
      expect(cut.ran.code, cut.ran.stderr).toBe(0);
      expect(proxy.cuts).toBe(6);
      const text = ({ lines }: { lines: Line[] }) => lines.map((line) => line.text).join(' ');
      expect(text(cut)).toBe(text(whole));
      await proxy.close();
    },
    limitMs,
  );
});
