import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shorten, shortenStart, textWidth, wrap } from '../../src/report/text-width.ts';

describe('textWidth', () => {
  it.each([
    ['', 0],
    ['hello', 5],
    ['Grüße', 5],
    ['e\u0301', 1],
    ['你好', 4],
    ['「好」。', 8],
    ['한국어', 6],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['→ …·', 4],
  ])('counts %j as %d', (text, columns) => {
    expect(textWidth(text)).toBe(columns);
  });
});

describe('shorten', () => {
  it.each([
    ['hello', 5, 'hello'],
    ['hello', 10, 'hello'],
    ['hello', 4, 'hel…'],
    ['你好吗', 5, '你好…'],
    ['你好吗', 4, '你…'],
    ['cafe\u0301 noir', 5, 'cafe\u0301…'],
  ])('makes %j fit %d columns as %j', (text, columns, short) => {
    expect(shorten(text, columns)).toBe(short);
  });

  it('never takes more columns than there are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(textWidth(shorten(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('shortenStart', () => {
  it.each([
    ['hello', 5, 'hello'],
    ['hello', 4, '…llo'],
    ['你好吗', 5, '…好吗'],
    ['你好吗', 4, '…吗'],
    ['noir cafe\u0301', 5, '…cafe\u0301'],
  ])('makes %j fit %d columns as %j', (text, columns, short) => {
    expect(shortenStart(text, columns)).toBe(short);
  });

  it('never takes more columns than there are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(textWidth(shortenStart(text, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('wrap', () => {
  it('cuts at spaces', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  });

  it('fills a line to its last column', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  });

  it('leaves a long word whole', () => {
    expect(wrap('see https://example.com/a/long/path there', 10)).toEqual([
      'see',
      'https://example.com/a/long/path',
      'there',
    ]);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        expect(wrap(text, columns).join(' ')).toBe(text);
      }),
    );
  });
});
