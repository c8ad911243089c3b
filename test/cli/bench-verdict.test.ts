import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAssertion } from '../../src/bench/assertion.ts';
import type { BenchDocument, RunRow, Series } from '../../src/bench/document.ts';
import { BenchOutputs, wantedOutputs } from '../../src/cli/bench-outputs.ts';
import { concluded } from '../../src/cli/bench-verdict.ts';
import { systemClock } from '../../src/clock.ts';
import { SpeechError } from '../../src/errors.ts';
import { createReporter } from '../../src/report/reporter.ts';
import { scratch } from '../support/vox.ts';

let folder: ReturnType<typeof scratch>;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => folder.remove());

const row = (run: number, target: string, parts: Partial<RunRow>): RunRow => ({
  ...{ run, series: `${target} · short`, target, prompt: 'p', set: 'short', variation: 0, machine: 0 },
  ...{ startedAtMs: 0, connection: 'fresh', ok: true },
  ...parts,
});
const series = (target: string, failed: number, summary: Series['summary'] = {}): Series => ({
  ...{ id: `${target} · short`, target, set: 'short', cached: false, runs: 2, measured: 2 - failed, failed },
  ...{ invalid: 0, impossible: 0, summary },
});
const failedWith = (code: 'E_AUTH' | 'E_TIMEOUT') => ({ ok: false, error: { code, message: `no (${code})` } });

/** One target that works, and one of which all runs fail. */
const document: BenchDocument = {
  ...{ schema: 'voxwire-bench', schemaVersion: 1, kind: 'tts', startedAt: '2030-01-01T00:00:00.000Z' },
  definitions: { metrics: 2, percentiles: 'hyndman-fan-7', normaliser: 'none/1' },
  machines: [],
  plan: {
    ...{ warmup: 0, reuse: false, loop: 'closed', concurrency: 1, seed: 1 },
    dropped: 0,
    measuringMs: 1,
    waitedMs: 0,
  },
  prompts: { hash: '00', items: [] },
  targets: [],
  series: [series('well', 0, { ttfaMs: { count: 2, mean: 50, min: 40, max: 60 } }), series('ill', 2)],
  runs: [
    row(0, 'well', { ttfaMs: 40 }),
    row(1, 'ill', failedWith('E_AUTH')),
    row(2, 'well', { ttfaMs: 60 }),
    row(3, 'ill', failedWith('E_TIMEOUT')),
  ],
  timelines: [],
  comparisons: [],
  advice: [{ code: 'failures', message: '2 of 2 runs failed', series: 'ill · short' }],
};
const healthy: BenchDocument = { ...document, series: document.series.slice(0, 1), advice: [] };

async function concludes(found: BenchDocument, asserted: string[] = [], stop = new AbortController(), write?: object) {
  let [stdout, stderr] = ['', ''];
  const out = {
    write: (text: string) => {
      stdout += text;
    },
  };
  const err = {
    write: (text: string) => {
      stderr += text;
    },
  };
  const how = { mode: 'human', jsonTo: 'stdout', color: false, interactive: false } as const;
  const reporter = createReporter({ stdout: out, stderr: err, ...how, clock: systemClock });
  const path = join(folder.path, 'result.json');
  const outputs = await BenchOutputs.open(wantedOutputs([path]), systemClock, new AbortController().signal);
  if (write) Object.assign(outputs, write);
  const assertions = asserted.map(parseAssertion);
  const running = { reporter, signal: stop.signal };
  const code = await concluded(found, { outputs, assertions }, running);
  await reporter.done();
  return { code, stdout, stderr, written: () => JSON.parse(readFileSync(path, 'utf8')) };
}

describe('the end of a bench', () => {
  it('is 0 where all is well: the table on stdout, the file whole, nothing to complain about', async () => {
    const { code, stdout, stderr, written } = await concludes(healthy, ['ttfa.max<=60ms']);
    expect({ code, stderr }).toEqual({ code: undefined, stderr: '' });
    expect(stdout).toMatch(/^well, short {2}2 measured/);
    expect(written().series).toHaveLength(1);
  });

  it('is the code of the first error where a series failed as a whole; advice is talk', async () => {
    const { code, stdout, stderr, written } = await concludes(document);
    expect(code).toBe(3);
    expect(stderr).toContain('vox: ill · short: 2 of 2 runs failed\n');
    expect(stdout).not.toContain('2 of 2 runs failed');
    expect(stderr).toContain('vox: ill · short: no (E_AUTH) [E_AUTH]');
    expect(stderr).not.toContain('[E_TIMEOUT]');
    expect(written().runs).toHaveLength(4);
  });

  it('calls no target dead that had its answers from a cache', async () => {
    const cached = { ...series('ill', 0), id: 'ill · short · cached', cached: true };
    const { code, stderr } = await concludes({ ...document, series: [...document.series, cached] });
    expect(code).toBeUndefined();
    expect(stderr).not.toContain('[E_AUTH]');
  });

  it('is 7 where an assertion does not hold, after the file was written, with all that failed', async () => {
    const { code, stderr, written } = await concludes(healthy, ['ttfa.max<60ms', 'ttfa.mean<1s', 'ttfa.min<=39']);
    expect(code).toBe(7);
    expect(stderr).toContain(
      'vox: ttfa.max is 60 ms, wanted < 60 ms (well, short); ttfa.min is 40 ms, wanted <= 39 ms (well, short) [E_ASSERT]',
    );
    expect(written().runs).toHaveLength(4);
  });

  it('is 7 too where a dead series leaves an assertion open', async () => {
    const { code, stderr } = await concludes(document, ['ttfa.max<1s']);
    expect(code).toBe(7);
    expect(stderr).toContain('[E_AUTH]');
    expect(stderr).toContain('ttfa.max is not known: none of 2 runs counted (ill, short) [E_ASSERT]');
  });

  it('is 130 where it was stopped, with what there is, and nobody is held to anything', async () => {
    const stop = new AbortController();
    stop.abort(new SpeechError('E_INTERRUPTED', 'interrupted'));
    const { code, stderr, written } = await concludes(healthy, ['ttfa.max<1ms'], stop);
    expect(code).toBe(130);
    expect(stderr).not.toContain('E_ASSERT');
    expect(written().series).toHaveLength(1);
  });

  it('is the fault of the file that could not be written', async () => {
    const full = async () => {
      throw new SpeechError('E_DISK_FULL', 'no space');
    };
    await expect(concludes(healthy, [], undefined, { write: full })).rejects.toMatchObject({ code: 'E_DISK_FULL' });
    const stop = new AbortController();
    stop.abort(new SpeechError('E_INTERRUPTED', 'interrupted'));
    const { code, stderr } = await concludes(healthy, [], stop, { write: full });
    expect(code).toBe(130);
    expect(stderr).toMatch(/\[E_DISK_FULL\][\s\S]*\[E_INTERRUPTED\]/);
  });
});
