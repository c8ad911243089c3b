import { expect, it } from 'vitest';
import { WaitingLine } from '../../src/engine/waiting-line.ts';

function lineOf(...wanted: readonly [name: string, wantedAtMs: number][]) {
  const line = new WaitingLine<{ name: string; wantedAtMs: number }>();
  const items = wanted.map(([name, wantedAtMs]) => ({ name, wantedAtMs }));
  for (const item of items) line.add(item);
  return { line, items };
}

it('gives what is wanted first, and of those that are wanted at once the one that came first', () => {
  const { line } = lineOf(['book', 9000], ['a', 100], ['later', 9001], ['b', 100], ['now', 50]);
  expect(line.length).toBe(5);
  const names = [1, 2, 3, 4, 5].map(() => line.take()?.name);
  expect(names).toEqual(['now', 'a', 'b', 'book', 'later']);
  expect(line.take()).toBeUndefined();
});

it('lets nothing wait for what is wanted after it, however much of that comes', () => {
  const { line } = lineOf(['book', 1000]);
  const taken: unknown[] = [];
  for (let atMs = 0; atMs <= 2000; atMs += 100) {
    line.add({ name: `short ${atMs}`, wantedAtMs: atMs });
    taken.push(line.take()?.name);
  }
  expect(taken.slice(8, 12)).toEqual(['short 800', 'short 900', 'book', 'short 1000']);
});

it('forgets one that is called off, and all at the end', () => {
  const { line, items } = lineOf(['a', 1], ['b', 2], ['c', 3]);
  const [, second] = items;
  if (second) line.remove(second);
  expect(line.takeAll().map(({ name }) => name)).toEqual(['a', 'c']);
  expect(line.length).toBe(0);
});
