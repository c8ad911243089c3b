import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SampleQueue } from '../../src/audio/sample-queue.ts';

const read = (queue: SampleQueue, most: number) => {
  const into = new Int16Array(most);
  return [...into.subarray(0, queue.read(into))];
};

it('gives what was put in, over the borders of the pieces', () => {
  const queue = new SampleQueue();
  queue.push(Int16Array.of(1, 2, 3));
  queue.push(new Int16Array());
  queue.push(Int16Array.of(4, 5));
  expect(queue.length).toBe(5);
  expect(read(queue, 4)).toEqual([1, 2, 3, 4]);
  expect(queue.length).toBe(1);
  expect(read(queue, 4)).toEqual([5]);
  expect(read(queue, 4)).toEqual([]);
});

it('is empty when it was cleared in the middle of a piece', () => {
  const queue = new SampleQueue();
  queue.push(Int16Array.of(1, 2, 3));
  read(queue, 1);
  queue.clear();
  expect(queue.length).toBe(0);
  queue.push(Int16Array.of(7));
  expect(read(queue, 9)).toEqual([7]);
});

it('is first in, first out', () => {
  const step = fc.oneof(fc.record({ push: fc.nat(20) }), fc.record({ read: fc.nat(50) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new SampleQueue();
      const got: number[] = [];
      let put = 0;
      for (const move of steps) {
        if ('push' in move) {
          queue.push(Int16Array.from({ length: move.push }, () => put++));
        } else {
          const part = read(queue, move.read);
          expect(part.length).toBe(Math.min(move.read, put - got.length));
          got.push(...part);
        }
        expect(queue.length).toBe(put - got.length);
      }
      expect(got).toEqual(got.map((_, index) => index));
    }),
  );
});
