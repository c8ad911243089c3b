import { describe, expect, it } from 'vitest';
import { BadQuery } from '../../../src/dialects/deepgram/endpoint.ts';
import { passedOn, QueryReader } from '../../../src/dialects/deepgram/params.ts';
import { thrownBy } from '../thrown.ts';

describe('--param', () => {
  it('passes any name on, but those of settings', () => {
    expect(passedOn({ tag: 'a', __proto__x: '1' })).toEqual({ tag: 'a', __proto__x: '1' });
    expect(passedOn(undefined)).toEqual({});
    expect(thrownBy(() => passedOn({ a: '1', model: 'x' })).message).toBe('--param model: use -v or --model for this');
    expect(passedOn({ constructor: 'x' })).toEqual({ constructor: 'x' });
  });
});

describe('a query', () => {
  const of = (search: string) => new QueryReader(new URLSearchParams(search));

  it('has nothing where a value is missing or empty', () => {
    const query = of('a=&b');
    expect([query.text('a'), query.text('b'), query.text('c'), query.flag('a'), query.number('a', 0, 1)]).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it.each([
    ['true', true],
    ['false', false],
  ])('reads %s', (word, value) => expect(of(`a=${word}`).flag('a')).toBe(value));

  it('reads numbers in their bounds', () => {
    expect([of('a=0.7').number('a', 0.7, 1.5), of('a=5').whole('a', 1, 5)]).toEqual([0.7, 5]);
  });

  it.each<[string, (query: QueryReader) => unknown]>([
    ['yes', (query) => query.flag('a')],
    ['x', (query) => query.number('a', 0, 1)],
    ['NaN', (query) => query.number('a', 0, 1)],
    ['2', (query) => query.number('a', 0, 1)],
    ['-1', (query) => query.number('a', 0, 1)],
    ['0.5', (query) => query.whole('a', 0, 1)],
  ])('refuses %s', (word, read) => expect(() => read(of(`a=${word}`))).toThrow(BadQuery));
});
