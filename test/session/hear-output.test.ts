import { expect, it } from 'vitest';
import { createHearOutput } from '../../src/session/hear-output.ts';
import type { ListenOutput } from '../../src/session/listen-options.ts';

const kib = 1024;

function heldBack() {
  const news: boolean[] = [];
  const queue = createHearOutput(
    (full) => news.push(full),
    () => {},
  );
  return { queue, news };
}

/** What says nothing by its length. */
const bare: ListenOutput = { type: 'speechStarted', atMs: 0 };
const said = (text: string, words: number): ListenOutput => ({
  type: 'final',
  ...{ text, startMs: 0, endMs: 1, endOfUtterance: false, forced: false },
  words: Array.from({ length: words }, () => ({ text: 'a', startMs: 0, endMs: 1 })),
});

it.each([
  { what: 'its words, 64 bytes each', heavy: said('', kib * 16 - 1) },
  { what: 'its text, 2 bytes a character', heavy: said('x'.repeat(kib * 512 - 32), 0) },
  { what: 'both', heavy: said('x'.repeat(kib * 256 - 32), kib * 8) },
])('weighs what was heard by $what: full is above 1 MiB', ({ heavy }) => {
  const { queue, news } = heldBack();
  queue.push(heavy);
  expect(queue.weight).toBe(kib * kib);
  expect(news).toEqual([]);
  queue.push(bare);
  expect(news).toEqual([true]);
});

it('has room again once words of less than 256 KiB are left', async () => {
  const { queue, news } = heldBack();
  const [quarter, half] = [said('', kib * 4 - 1), said('', kib * 8)];
  for (const output of [half, half, bare, quarter]) queue.push(output);
  const full = news.length;
  expect(news.at(-1)).toBe(true);
  expect(news).not.toContain(false);
  for (let i = 0; i < 3; i++) await queue.next();
  expect(queue.weight).toBe(kib * 256);
  expect(news.slice(full)).not.toContain(false);
  await queue.next();
  expect(news.at(-1)).toBe(false);
});
