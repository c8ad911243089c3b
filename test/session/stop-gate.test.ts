import { describe, expect, it } from 'vitest';
import { StopGate } from '../../src/session/stop-gate.ts';
import { settle } from '../support/manual-clock.ts';

/** A source of numbers that says how it was let go of. */
class Numbers implements AsyncIterable<number> {
  left = 0;
  readonly #items: (number | Error)[];
  readonly #blocks: boolean;

  constructor(items: (number | Error)[], blocks = false) {
    this.#items = items;
    this.#blocks = blocks;
  }

  [Symbol.asyncIterator](): AsyncIterator<number> {
    return {
      next: () => {
        const item = this.#items.shift();
        if (item instanceof Error) return Promise.reject(item);
        if (item !== undefined) return Promise.resolve({ value: item, done: false });
        return this.#blocks ? new Promise(() => {}) : Promise.resolve({ value: undefined, done: true });
      },
      return: () => {
        this.left++;
        return Promise.reject(new Error('cannot be let go of'));
      },
    };
  }
}

describe('StopGate', () => {
  it('hands on what a source gives, one after another', async () => {
    const taken: number[] = [];
    const source = new Numbers([1, 2, 3]);
    let busy = false;
    await new StopGate().feed(source, async (item) => {
      expect(busy).toBe(false);
      busy = true;
      await Promise.resolve();
      taken.push(item);
      busy = false;
    });
    expect(taken).toEqual([1, 2, 3]);
    expect(source.left).toBe(0);
  });

  it('lets go of a source that waits for ever, once it is stopped', async () => {
    const gate = new StopGate();
    const source = new Numbers([1], true);
    const taken: number[] = [];
    const fed = gate.feed(source, async (item) => void taken.push(item));
    await settle();
    gate.stop();
    await fed;
    expect(taken).toEqual([1]);
    expect(source.left).toBe(1);
    expect(gate.stopped).toBe(true);
  });

  it('takes nothing from a source where it was stopped before, but lets go of it', async () => {
    const gate = new StopGate();
    gate.stop();
    const source = new Numbers([1]);
    const taken: number[] = [];
    await gate.feed(source, async (item) => void taken.push(item));
    expect(taken).toEqual([]);
    expect(source.left).toBe(1);
  });

  it('fails with the source, and with what takes', async () => {
    await expect(new StopGate().feed(new Numbers([new Error('torn')]), async () => {})).rejects.toThrow('torn');
    const source = new Numbers([1, 2]);
    const taking = new StopGate().feed(source, () => Promise.reject(new Error('full')));
    await expect(taking).rejects.toThrow('full');
    expect(source.left).toBe(1);
  });

  it('lets what was taken be finished before it ends', async () => {
    const gate = new StopGate();
    const log: string[] = [];
    const fed = gate
      .feed([1, 2], async (item) => {
        gate.stop();
        await Promise.resolve();
        log.push(`took ${item}`);
      })
      .then(() => log.push('over'));
    await fed;
    expect(log).toEqual(['took 1', 'over']);
  });

  it('swallows what a source that it has left throws afterwards', async () => {
    const gate = new StopGate();
    let fail = (_: Error) => {};
    const work = new Promise<number>((_, reject) => {
      fail = reject;
    });
    const waited = gate.unlessStopped(work);
    gate.stop();
    expect(await waited).toBeUndefined();
    fail(new Error('too late'));
    await settle();
  });
});
