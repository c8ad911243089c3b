import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Secrets } from '../../src/cli/secrets.ts';
import { openTrace } from '../../src/cli/trace.ts';
import { systemClock } from '../../src/clock.ts';
import { scratch } from '../support/vox.ts';

const { path, remove } = scratch();
afterAll(remove);

it('a trace that comes faster than the disk takes it leaves lines out, and says how many', async () => {
  const file = join(path, 'trace.jsonl');
  const trace = await openTrace(file, systemClock, new Secrets());
  const watcher = trace.watcher({ name: 'slng', direction: 'speak' }, false);
  const format = { encoding: 'linear16', sampleRateHz: 8000, channels: 1 } as const;
  watcher.opened({ url: 'ws://127.0.0.1/', headers: {}, subprotocols: [] }, { baseUrl: 'ws://127.0.0.1', format });
  // In one go: nothing can be written meanwhile.
  const text = 'x'.repeat(2 ** 20);
  for (let i = 0; i < 80; i++) watcher.received({ kind: 'text', text }, systemClock.now());
  await trace.close();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const { kind, lines: leftOut } = JSON.parse(lines.at(-1) ?? '');
  expect(kind).toBe('left out');
  expect(leftOut).toBeGreaterThan(10);
  expect(lines.length - 2 + leftOut).toBe(80);
});
