import { describe, expect, it } from 'vitest';
import { balanceLines, breakLines } from '../../../src/report/transcript/lines.ts';
import { joinPieces, placePieces } from '../../../src/report/transcript/pieces.ts';
import { untimed } from './subtitle-reader.ts';

const pieces = (text: string) => placePieces(untimed(text, 0, 1000));

describe('breakLines', () => {
  it('fills a line to its last column', () => {
    expect(breakLines(pieces('one two three'), 7).map(joinPieces)).toEqual(['one two', 'three']);
  });

  it('leaves a longer word whole, alone', () => {
    expect(breakLines(pieces('a extraordinarily b'), 5).map(joinPieces)).toEqual(['a', 'extraordinarily', 'b']);
  });

  it('counts wide characters as two', () => {
    expect(breakLines(pieces('你好 世界'), 8).map(joinPieces)).toEqual(['你好', '世界']);
    expect(breakLines(pieces('你好 世界'), 9).map(joinPieces)).toEqual(['你好 世界']);
  });
});

describe('balanceLines', () => {
  it.each([
    ['short enough', ['short enough']],
    ['the quick brown fox jumped over a dog', ['the quick brown fox', 'jumped over a dog']],
    ['a bb incomprehensibilities-of-all-kinds c', ['a bb', 'incomprehensibilities-of-all-kinds', 'c']],
  ])('makes the lines of %j even', (text, lines) => {
    expect(balanceLines(pieces(text), 30)).toEqual(lines);
  });
});
