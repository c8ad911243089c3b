import { describe, expect, it } from 'vitest';
import { InOrder } from '../../src/cli/in-order.ts';

function ordered() {
  const written: string[] = [];
  return { written, order: new InOrder((text) => written.push(text)) };
}

describe('InOrder', () => {
  it('lets out what is done first only behind what was begun before it', () => {
    const { written, order } = ordered();
    order.add(1, 'second');
    order.done(1);
    expect(written).toEqual([]);
    order.add(0, 'fir');
    order.add(0, 'st');
    expect(written).toEqual([]);
    order.done(0);
    expect(written).toEqual(['first', 'second']);
    order.add(2, 'third');
    order.done(2);
    expect(written).toEqual(['first', 'second', 'third']);
  });

  it('waits for nothing from one that has no text', () => {
    const { written, order } = ordered();
    order.add(2, 'third');
    order.done(2);
    order.done(1);
    order.done(0);
    expect(written).toEqual(['third']);
  });

  it('gives each once, in every order of their ends', () => {
    const ends = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const numbers of ends) {
      const { written, order } = ordered();
      for (const number of numbers) {
        order.add(number, String(number));
        order.done(number);
      }
      expect(written.join('')).toBe('012');
    }
  });
});
