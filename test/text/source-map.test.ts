import { describe, expect, it } from 'vitest';
import { SourceMap } from '../../src/text/source-map.ts';

const piece = (text: string, fromChar: number, toChar: number) => ({ text, fromChar, toChar });

describe('SourceMap', () => {
  it('is exact where text is spoken as it stands', () => {
    const map = new SourceMap();
    map.add(piece('hello', 10, 15));
    expect([0, 1, 3, 5].map((at) => map.sourceAt(at))).toEqual([10, 11, 13, 15]);
  });

  it('keeps a place at a seam with the piece before it', () => {
    const map = new SourceMap();
    map.add(piece('one ', 2, 6));
    map.add(piece('two', 8, 11));
    expect([4, 5, 7].map((at) => map.sourceAt(at))).toEqual([6, 9, 11]);
  });

  it('goes in proportion through what was changed', () => {
    const map = new SourceMap();
    map.add(piece('link', 0, 40));
    expect([1, 2, 4].map((at) => map.sourceAt(at))).toEqual([10, 20, 40]);
  });

  it('takes what was put in as having no length, and passes over what is empty', () => {
    const map = new SourceMap();
    map.add(piece('a', 0, 1));
    map.add(piece(', ', 3, 3));
    map.add(piece('', 3, 9));
    map.add(piece('b', 3, 4));
    expect([1, 2, 3, 4].map((at) => map.sourceAt(at))).toEqual([1, 3, 3, 4]);
  });

  it('never goes back, and stays at its end', () => {
    const map = new SourceMap();
    expect(map.sourceAt(0)).toBe(0);
    map.add(piece('abc', 5, 8));
    expect(map.sourceAt(3)).toBe(8);
    expect(map.sourceAt(1)).toBe(8);
    expect(map.sourceAt(99)).toBe(8);
  });
});
