import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DialectName } from '../../src/cli/dialects.ts';
import { type Cutting, cuttingProxy } from '../support/cutting-proxy.ts';
import { type RunOptions, type Served, scratch, serve, vox } from '../support/vox.ts';

/** Everyday sentences, so many that they are ten minutes of speech, in paragraphs of a quarter of a minute. */
function tenMinutes(): string {
  const subjects = ['The baker', 'A small boat', 'The old library', 'Our train', 'The garden', 'A quiet street'];
  const verbs = ['waits for', 'looks at', 'remembers', 'listens to', 'walks past', 'says nothing of'];
  const objects = ['the morning rain', 'a red door', 'the long winter', 'seven blue chairs', 'the last bus home'];
  const sentence = (n: number) =>
    `${subjects[n % 6]} ${verbs[(n * 5 + Math.floor(n / 6)) % 6]} ${objects[(n * 3) % 5]}, and number ${n} is no exception.`;
  const paragraph = (p: number) => [0, 1, 2, 3].map((s) => sentence(p * 4 + s)).join(' ');
  return Array.from({ length: 36 }, (_, p) => paragraph(p)).join('\n\n');
}

const folder = scratch();
const at = (name: string) => join(folder.path, name);
let server: Served;
let whole: Buffer;

/** Two fifths of a second to a minute of 24 kHz linear16; in base64 a third less. */
const cutting: Cutting = { cuts: 20, bytes: [20_000, 3_000_000], of: 'server', seed: 20 };
const limitMs = 120_000;

function synth(wsUrl: string, dialect: DialectName, args: readonly string[], options: RunOptions = {}) {
  const service = ['--endpoint', wsUrl, '--provider', dialect, '--limits', 'off'];
  const run = { withinMs: limitMs, env: { DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k', SLNG_API_KEY: 'k' }, ...options };
  return vox(['synth', '--encoding', 'linear16', ...service, '-f', at('text.txt'), ...args], run);
}

beforeAll(async () => {
  server = await serve();
  writeFileSync(at('text.txt'), tenMinutes());
  const ran = await synth(server.wsUrl, 'slng', ['--quiet', '-o', at('whole.pcm')]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  whole = readFileSync(at('whole.pcm'));
}, limitMs);
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  folder.remove();
});

describe('a connection that is cut twenty times at random bytes', () => {
  it('is about ten minutes of speech', () => {
    expect(whole.length / 48_000 / 60).toBeGreaterThan(10);
    expect(whole.length / 48_000 / 60).toBeLessThan(14);
  });

  it.each(['slng', 'deepgram', 'telnyx'] as const)(
    'leaves the same bytes in the file: %s',
    async (dialect) => {
      const proxy = await cuttingProxy(server.wsUrl, cutting);
      const path = at(`${dialect}.pcm`);
      const ran = await synth(proxy.wsUrl, dialect, ['--json', '-o', path]);
      const said = ran.stdout.toString().trim().split('\n');
      expect(ran.code, ran.stderr + said.join('\n')).toBe(0);
      expect(proxy.cuts).toBe(20);
      const turn = said.map((line) => JSON.parse(line)).find(({ event }) => event === 'turn');
      expect(turn).toMatchObject({ reconnects: 20, bytes: whole.length, ended: 'done' });
      expect(readFileSync(path).equals(whole)).toBe(true);
      await proxy.close();
    },
    limitMs,
  );

  it(
    'leaves the same bytes in a pipe',
    async () => {
      const proxy = await cuttingProxy(server.wsUrl, cutting);
      const ran = await synth(proxy.wsUrl, 'slng', ['--quiet', '--format', 'pcm', '-o', '-']);
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(proxy.cuts).toBe(20);
      expect(ran.stdout.equals(whole)).toBe(true);
      await proxy.close();
    },
    limitMs,
  );
});
