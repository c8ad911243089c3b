import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../../../src/dialects/shapes/base64.ts';

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
