import { describe, expect, it } from 'vitest';
import { cutText } from '../../src/session/cut-text.ts';

function cut(text: string, maxChars: number): string[] {
  return cutText(text, maxChars).map((piece) => piece.text);
}

describe('cutText', () => {
  it.each<[string, string, number, string[]]>([
    ['the last sentence end that fits', 'One. Two. Three. Four.', 11, ['One. Two. ', 'Three. ', 'Four.']],
    ['a sentence end with quotes', 'He said “Go.” She went.', 16, ['He said “Go.” ', 'She went.']],
    ['no stop inside a number', 'It is 3.14 or so, more or less', 12, ['It is 3.14 ', 'or so, more ', 'or less']],
    ['no stop before a small letter', 'some, e.g. this one', 12, ['some, e.g. ', 'this one']],
    ['a stop at the very limit', 'One. Two.', 5, ['One. ', 'Two.']],
    ['a stop of a script without blanks', '一二三。四五六。七', 5, ['一二三。', '四五六。七']],
    ['a blank where no sentence ends', 'alpha beta gamma', 10, ['alpha ', 'beta gamma']],
    ['between characters where there is no blank', 'abcdefgh', 3, ['abc', 'def', 'gh']],
  ])('cuts at %s', (_name, text, maxChars, expected) => {
    expect(cut(text, maxChars)).toEqual(expected);
  });

  it.each<[string, string, number, string[]]>([
    ['a surrogate pair', 'a🦜b', 2, ['a', '🦜', 'b']],
    ['a letter and its accent', 'abe\u0301c', 3, ['ab', 'e\u0301c']],
    ['a family', '👩\u200d👧x', 5, ['👩\u200d👧', 'x']],
    ['a hand and its colour', 'ab👍🏽', 4, ['ab', '👍🏽']],
  ])('does not part %s', (_name, text, maxChars, expected) => {
    expect(cut(text, maxChars)).toEqual(expected);
  });

  it('parts a character that is longer than a message, but no surrogate pair', () => {
    const pieces = cut('👩\u200d👩\u200d👧\u200d👧', 4);
    expect(pieces.join('')).toBe('👩\u200d👩\u200d👧\u200d👧');
    for (const piece of pieces) expect(piece).not.toMatch(/[\ud800-\udfff]/u);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(4);
  });

  it('tells which pieces end a sentence', () => {
    expect(cutText('One. Two, and three', 10).map(({ endsSentence }) => endsSentence)).toEqual([true, false, false]);
  });

  it('gives nothing for nothing', () => {
    expect(cutText('', 10)).toEqual([]);
  });
});
