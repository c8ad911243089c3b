import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortParams } from '../../../src/dialects/slng/params.ts';

describe('sortParams', () => {
  it('puts each name where it belongs', () => {
    const params = { region: 'r', 'world-part': 'eu', segment: 'never', 'init.top_p': '0.9', 'query.x': '1' };
    expect(sortParams(params)).toEqual({
      query: { region: 'r', 'world-part': 'eu', x: '1' },
      init: { top_p: 0.9 },
      config: { segment: 'never' },
    });
    expect(sortParams(undefined)).toEqual({ query: {}, init: {}, config: {} });
  });

  it('passes any other name and value, whatever it is', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/^(query|init)\.|^__proto__$/.test(text));
    const own = new Set(['encoding', 'sample_rate', 'type', 'token', 'region', 'world-part']);
    fc.assert(
      fc.property(name, fc.string(), (key, value) => {
        fc.pre(!own.has(key));
        expect(Object.keys(sortParams({ [key]: value }).config)).toEqual([key]);
      }),
    );
  });
});
