import { describe, expect, it } from 'vitest';
import type { Stage } from '../../src/text/through.ts';
import { through } from '../../src/text/through.ts';
import { settle } from '../support/manual-clock.ts';
import { collect, Pieces, Tap } from './feeding.ts';

/** Gives each item twice, and "end" last; counts what was made. */
class Doubling implements Stage<string, string> {
  made = 0;
  *push(item: string): Iterable<string> {
    for (let copy = 1; copy <= 2; copy++) {
      this.made++;
      yield `${item}${copy}`;
    }
  }
  *end(): Iterable<string> {
    yield 'end';
  }
}

describe('through', () => {
  it('gives what the stage makes, in order, and ends', async () => {
    expect(await collect(through(new Pieces(['a', 'b']), () => new Doubling()))).toEqual([
      'a1',
      'a2',
      'b1',
      'b2',
      'end',
    ]);
    const reader = through(new Pieces<string>([]), () => new Doubling())[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: 'end' });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('reads and makes nothing ahead of what is asked for', async () => {
    const source = new Pieces(['a', 'b', 'c']);
    const stage = new Doubling();
    const reader = through(source, () => stage)[Symbol.asyncIterator]();
    expect(source.pulled).toBe(0);
    await reader.next();
    expect([source.pulled, stage.made]).toEqual([1, 1]);
    await reader.next();
    expect([source.pulled, stage.made]).toEqual([1, 2]);
    await reader.next();
    expect([source.pulled, stage.made]).toEqual([2, 3]);
  });

  it('reads on where the stage makes nothing of an item', async () => {
    const source = new Pieces(['', '', 'x']);
    const stage = { push: (item: string) => (item ? [item] : []), end: () => [] };
    expect(await collect(through(source, () => stage))).toEqual(['x']);
    expect(source.pulled).toBe(4);
  });

  it('lets the source go when its reader leaves', async () => {
    const source = new Pieces(['a', 'b']);
    const reader = through(source, () => new Doubling())[Symbol.asyncIterator]();
    await reader.next();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(source.released).toBe(true);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(source.pulled).toBe(1);
  });

  it('ends a read that waits, and lets the source go, at once', async () => {
    const tap = new Tap();
    const reader = through(tap, () => new Doubling())[Symbol.asyncIterator]();
    const waiting = reader.next();
    await settle();
    await reader.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(tap.released).toBe(true);
    tap.give('too late');
    await settle();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('does not wait for a source that never lets go while it is read', async () => {
    const stuck: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: () => new Promise(() => {}) }),
    };
    const reader = through(stuck, () => new Doubling())[Symbol.asyncIterator]();
    const waiting = reader.next();
    await reader.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('passes a failure of the source on, once', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('the disk is gone');
    }
    const reader = through(failing(), () => new Doubling())[Symbol.asyncIterator]();
    await reader.next();
    await reader.next();
    await expect(reader.next()).rejects.toThrow('the disk is gone');
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('lets the source go when the stage fails, and tells why', async () => {
    const source = new Pieces(['a', 'b']);
    const refusing: Stage<string, string> = {
      push: () => {
        throw new Error('not this one');
      },
      end: () => [],
    };
    await expect(collect(through(source, () => refusing))).rejects.toThrow('not this one');
    expect(source).toMatchObject({ released: true, pulled: 1 });
  });

  it('starts a new stage for each reader', async () => {
    let stages = 0;
    const stage = () => {
      stages++;
      return new Doubling();
    };
    const items = through(new Pieces(['a']), stage);
    expect(stages).toBe(0);
    await collect(items);
    await collect(items);
    expect(stages).toBe(2);
  });
});
