import { describe, expect, it } from 'vitest';
import { SequenceCheck } from '../../../src/dialects/shapes/sequence.ts';

describe('SequenceCheck', () => {
  function run(...steps: (number | 'boundary')[]): number[] {
    const check = new SequenceCheck();
    return steps.flatMap((step) => {
      if (step !== 'boundary') return [check.missing(step)];
      check.boundary();
      return [];
    });
  }

  it.each([
    [
      [0, 1, 2],
      [0, 0, 0],
    ],
    [
      [1, 2, 3],
      [0, 0, 0],
    ],
    [
      [7, 8],
      [0, 0],
    ],
    [
      [1, 3, 4, 9],
      [0, 1, 0, 4],
    ],
    [
      [1, 1, 2],
      [0, -1, 0],
    ],
    [
      [1, 2, 'boundary', 1, 2],
      [0, 0, 0, 0],
    ],
    [
      [1, 2, 'boundary', 0, 1],
      [0, 0, 0, 0],
    ],
    [
      [1, 2, 'boundary', 3, 4],
      [0, 0, 0, 0],
    ],
    [
      [1, 2, 'boundary', 5],
      [0, 0, 2],
    ],
    [
      [1, 2, 1],
      [0, 0, -1],
    ],
  ] as const)('%o gives %o', (steps, missing) => expect(run(...steps)).toEqual(missing));
});
