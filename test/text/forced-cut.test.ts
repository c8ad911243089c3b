import { describe, expect, it } from 'vitest';
import { forcedCut, lastBlank } from '../../src/text/forced-cut.ts';

describe('forcedCut', () => {
  const cases: [text: string, limit: number, head: string][] = [
    ['one two three four', 10, 'one two '],
    ['one two three four', 8, 'one two '],
    ['one two three four', 7, 'one '],
    ['one two, three four', 14, 'one two, '],
    ['one, two three four', 14, 'one, two '],
    ['one two (three) four', 18, 'one two (three) '],
    ['one two—three four', 12, 'one '],
    ['一二三，四五六七', 6, '一二三，'],
    ['abcdef', 3, 'abc'],
    ['one\u00a0two three', 9, 'one\u00a0two '],
    ['a\u00a0b\u00a0c d', 4, 'a\u00a0b\u00a0'],
    ['  abcdef', 4, '  ab'],
    ['abe\u0301f', 3, 'ab'],
    ['a😀b', 2, 'a'],
    ['🇩🇪🇫🇷', 6, '🇩🇪'],
  ];

  it.each(cases)('%j within %i is %j', (text, limit, head) => expect(text.slice(0, forcedCut(text, limit))).toBe(head));

  it('always goes forward', () => {
    for (const text of ['😀😀😀', '\u0301\u0301\u0301\u0301', '    ', 'abc', '\ud83d\ud83d\ud83d']) {
      for (let limit = 1; limit <= 3; limit++) expect(forcedCut(text, limit)).toBeGreaterThan(0);
    }
  });
});

describe('lastBlank', () => {
  it('is the end of the last blank that has text before it', () => {
    expect(lastBlank('one two three', 9)).toBe(8);
    expect(lastBlank('one two three', 4)).toBe(4);
    expect(lastBlank('one two three', 3)).toBeUndefined();
    expect(lastBlank('   one', 5)).toBeUndefined();
    expect(lastBlank('', 5)).toBeUndefined();
  });
});
