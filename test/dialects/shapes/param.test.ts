import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { typedParam } from '../../../src/dialects/shapes/param.ts';

describe('the value of a --param', () => {
  it.each([
    ['0.7', 0.7],
    ['-3', -3],
    ['true', true],
    ['{"a":1}', { a: 1 }],
    ['[1,"x"]', [1, 'x']],
    ['"7"', '7'],
    ['calm', 'calm'],
    ['True', 'True'],
    ['null', 'null'],
    ['1e999', '1e999'],
    ['-1e999', '-1e999'],
    ['', ''],
  ])('%j is sent as %j', (value, wanted) => expect(typedParam(value)).toEqual(wanted));

  it('is always something that JSON can carry', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (value) => {
        expect([undefined, 'null']).not.toContain(JSON.stringify(typedParam(value)));
      }),
    );
  });
});
