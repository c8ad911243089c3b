import { describe, expect, it } from 'vitest';
import { AsyncQueue } from '../../src/session/queue.ts';

async function drain<T extends NonNullable<unknown>>(queue: AsyncQueue<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of queue) all.push(item);
  return all;
}

/** Each letter weighs ten. */
const tens = (text: string) => text.length * 10;

describe('AsyncQueue', () => {
  it('gives what was pushed in order, and then ends', async () => {
    const queue = new AsyncQueue<number>(() => 0);
    for (let i = 0; i < 500; i++) queue.push(i);
    queue.end();
    expect(await drain(queue)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(await queue.next()).toEqual({ value: undefined, done: true });
  });

  it('wakes a consumer that waits', async () => {
    const queue = new AsyncQueue<string>(tens);
    const next = queue.next();
    queue.push('a');
    expect(await next).toEqual({ value: 'a', done: false });
    const last = queue.next();
    queue.end();
    expect((await last).done).toBe(true);
  });

  it('answers several who wait at once, each its own', async () => {
    const queue = new AsyncQueue<string>(tens);
    const waiting = [queue.next(), queue.next(), queue.next()];
    queue.push('a');
    queue.push('b');
    queue.end();
    expect((await Promise.all(waiting)).map(({ value }) => value)).toEqual(['a', 'b', undefined]);
  });

  it('gives what came before a failure first, and fails once', async () => {
    const queue = new AsyncQueue<string>(tens);
    queue.push('a');
    queue.end(new Error('broken'));
    expect(await queue.next()).toEqual({ value: 'a', done: false });
    await expect(queue.next()).rejects.toThrow('broken');
    expect((await queue.next()).done).toBe(true);
  });

  it('fails a consumer that waits', async () => {
    const queue = new AsyncQueue<string>(tens);
    const next = queue.next();
    queue.end(new Error('broken'));
    await expect(next).rejects.toThrow('broken');
  });

  it('takes nothing after its end', async () => {
    const queue = new AsyncQueue<string>(tens);
    queue.end();
    queue.push('late');
    queue.end(new Error('later'));
    expect(await drain(queue)).toEqual([]);
  });

  it('tells every change of what it holds, and holds nothing that somebody waits for', async () => {
    const changes: number[] = [];
    const queue = new AsyncQueue<string>(tens, (change) => changes.push(change));
    const waiting = queue.next();
    queue.push('a');
    await waiting;
    expect(changes).toEqual([]);
    queue.push('bb');
    queue.push('ccc');
    expect(queue.weight).toBe(50);
    await queue.next();
    expect(changes).toEqual([20, 30, -20]);
    expect(queue.weight).toBe(30);
  });

  it('throws away what waits when it is cleared', async () => {
    const changes: number[] = [];
    const queue = new AsyncQueue<string>(tens, (change) => changes.push(change));
    queue.push('a');
    queue.clear();
    expect(changes).toEqual([10, -10]);
    expect((await queue.next()).done).toBe(true);
    queue.clear();
    expect(queue.weight).toBe(0);
  });

  it('clears what waits also after its end', async () => {
    const queue = new AsyncQueue<string>(tens);
    queue.push('a');
    queue.end();
    queue.clear();
    expect(await drain(queue)).toEqual([]);
  });

  it('says when its consumer leaves the loop', async () => {
    let left = 0;
    const queue = new AsyncQueue<string>(tens, undefined, () => left++);
    queue.push('a');
    queue.push('b');
    for await (const _ of queue) break;
    expect(left).toBe(1);
    expect(queue.weight).toBe(0);
  });

  it('does not keep what was read', async () => {
    const queue = new AsyncQueue<number>(() => 0);
    let sum = 0;
    for (let i = 0; i < 10_000; i++) {
      queue.push(i);
      if (i >= 100) sum += (await queue.next()).value ?? 0;
    }
    expect(sum).toBe((9899 * 9900) / 2);
    queue.end();
    expect(await drain(queue)).toHaveLength(100);
  });
});
