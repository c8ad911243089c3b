import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gate, type Passage } from '../support/gate.ts';
import { type Ran, type Served, scratch, serve, vox } from '../support/vox.ts';
import { lines } from './played.ts';
import { spoken, wavOf } from './spoken.ts';
import { failure } from './workplace.ts';

const folder = scratch();
const at = (name: string) => join(folder.path, name);
const env = { DEEPGRAM_API_KEY: 'k', TELNYX_API_KEY: 'k', SLNG_API_KEY: 'k' };
const withinMs = 60_000;
const dialects = ['slng', 'deepgram', 'telnyx'] as const;
const directions = ['synth', 'transcribe'] as const;
type Direction = (typeof directions)[number];

/** Eight paragraphs, 7 s in the scripted voice. */
const paragraphs = Array.from(
  { length: 8 },
  (_, n) => `This is the paragraph of the number ${n}, in which it says little.`,
);
let server: Served;
let files = 0;

beforeAll(async () => {
  server = await serve(['--engine', 'scripted']);
  writeFileSync(at('text.txt'), paragraphs.join('\n\n'));
  writeFileSync(at('said.wav'), wavOf(await spoken(...paragraphs.flatMap((paragraph) => [paragraph, 700]))));
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  folder.remove();
});

/** In the middle of the first paragraphs, either way. */
const middle = {
  synth: { bytes: 60_000, of: 'server' },
  transcribe: { bytes: 70_000, of: 'client' },
} as const;

const cut = (direction: Direction): Passage => ({ cutAfter: middle[direction].bytes, of: middle[direction].of });
const stall = (direction: Direction): Passage => ({ stallAfter: middle[direction].bytes, of: middle[direction].of });

interface Tried {
  readonly ran: Ran;
  /** When each connection came. */
  readonly arrivals: readonly number[];
  /** The sound, or the words. */
  readonly got: string;
}

async function tried(
  direction: Direction,
  passages: readonly Passage[],
  args: readonly string[] = [],
  dialect: (typeof dialects)[number] = 'slng',
): Promise<Tried> {
  const before = await gate(server.wsUrl, passages);
  const service = ['--endpoint', before.wsUrl, '--provider', dialect, ...args];
  const path = at(`${files++}.pcm`);
  const work =
    direction === 'synth'
      ? [
          'synth',
          '-f',
          at('text.txt'),
          '--limits',
          'off',
          '--encoding',
          'linear16',
          '--sample-rate',
          '16000',
          '-o',
          path,
        ]
      : ['transcribe', at('said.wav'), '--pace', 'fast', '--json'];
  const ran = await vox([...work, ...service], { env, withinMs }).finally(() => before.close());
  const got = () => {
    if (direction === 'synth') return readFileSync(path).toString('base64');
    return lines(ran)
      .flatMap(({ event, text }) => (event === 'final' ? [text] : []))
      .join('\n');
  };
  return { ran, arrivals: before.arrivals, got: ran.code === 0 ? got() : '' };
}

describe.each(directions)('when a connection is lost in the middle: vox %s', (direction) => {
  it('waits as long as Retry-After says, and then has all of it', async () => {
    const whole = await tried(direction, ['pass']);
    expect(whole.ran.code, whole.ran.stderr).toBe(0);
    const busy = { status: 503, headers: { 'retry-after': '1' } };
    const again = await tried(direction, [cut(direction), busy, 'pass']);
    expect(again.ran.code, again.ran.stderr).toBe(0);
    expect(again.arrivals).toHaveLength(3);
    const [, second = 0, third = 0] = again.arrivals;
    // The first wait is a quarter of a second at most, and the second half of one.
    expect(third - second).toBeGreaterThanOrEqual(990);
    expect(again.got).toBe(whole.got);
    expect(again.got.length).toBeGreaterThan(400);
  });

  it.each(dialects)('tries no more where another would be refused as well: %s', async (dialect) => {
    const statuses = [400, 401, 403, 413, 422];
    // What a 403 means is the vendor's to say.
    const wanted = [/E_REQUEST/, /E_AUTH/, /E_AUTH|E_REQUEST/, /E_REQUEST/, /E_REQUEST/];
    const all = await Promise.all(
      statuses.map((status) => tried(direction, [cut(direction), { status }, 'pass'], [], dialect)),
    );
    for (const [n, { ran, arrivals }] of all.entries()) {
      expect(arrivals, `${statuses[n]}`).toHaveLength(2);
      expect(failure(ran).code, `${statuses[n]}`).toMatch(wanted[n] ?? '');
      expect(ran.code).toBeGreaterThan(0);
    }
  });

  it('ends after five attempts that bring nothing, with what the last one met', async () => {
    const busy = { status: 503 };
    const { ran, arrivals } = await tried(direction, [cut(direction), busy, 'gone', busy, busy, { status: 429 }]);
    expect(arrivals).toHaveLength(6);
    expect(failure(ran).code).toBe('E_RATE_LIMIT');
  });

  it('takes an expired --timeout for no loss', async () => {
    const { ran, arrivals } = await tried(direction, [stall(direction), 'pass'], ['--timeout', '1']);
    expect(failure(ran).code).toBe('E_TIMEOUT');
    expect(arrivals).toHaveLength(1);
  });

  it('tries as often as it may: --no-reconnect, --max-reconnects', async () => {
    const none = await tried(direction, [cut(direction), 'pass'], ['--no-reconnect']);
    expect([none.arrivals.length, failure(none.ran).code]).toEqual([1, 'E_CLOSED']);
    const once = await tried(direction, [cut(direction), cut(direction), 'pass'], ['--max-reconnects', '1']);
    expect([once.arrivals.length, failure(once.ran).code]).toEqual([2, 'E_CLOSED']);
    const twice = await tried(direction, [cut(direction), cut(direction), 'pass'], ['--max-reconnects', '2']);
    expect([twice.arrivals.length, twice.ran.code]).toEqual([3, 0]);
  });
});

it('the summary of vox transcribe tells a person how often', async () => {
  const before = await gate(server.wsUrl, [cut('transcribe'), cut('transcribe'), 'pass']);
  const service = ['--endpoint', before.wsUrl, '--provider', 'slng', '--pace', 'fast'];
  const ran = await vox(['transcribe', at('said.wav'), ...service], { env, withinMs }).finally(() => before.close());
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toMatch(/said\.wav {2}.* · 2 reconnects\n/);
});
