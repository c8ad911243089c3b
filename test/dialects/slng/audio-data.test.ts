import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, SequenceCheck, toBase64 } from '../../../src/dialects/slng/audio-data.ts';
import { sortParams } from '../../../src/dialects/slng/params.ts';

describe('base64', () => {
  it('there and back, padded or not, with line breaks or without', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), fc.boolean(), (bytes, padded, broken) => {
        let text = toBase64(bytes);
        if (!padded) text = text.replace(/=+$/, '');
        if (broken) text = text.replace(/(.{7})/g, '$1\r\n');
        const back = fromBase64(text);
        expect(back && [...back]).toEqual([...bytes]);
      }),
    );
  });

  it('of a view is of the view alone', () => {
    expect(toBase64(Uint8Array.of(9, 1, 2, 3, 9).subarray(1, 4))).toBe('AQID');
  });

  it.each(['AQID...', 'AQ!D', '====', 'A', 'AQID=AQID', '{"a":1}'])('%s is none', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });

  it('of nothing is nothing', () => expect(fromBase64('')).toHaveLength(0));
});

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
