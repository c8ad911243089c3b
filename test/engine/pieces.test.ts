import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pieces } from '../../src/engine/pieces.ts';

describe('cutting a text that is too long', () => {
  it('leaves what fits', () => {
    expect(pieces('one two', 7)).toEqual(['one two']);
    expect(pieces('', 7)).toEqual([]);
  });

  it('cuts behind the last mark that fits', () => {
    expect(pieces('one, two three four', 12)).toEqual(['one,', 'two three', 'four']);
  });

  it('else at the last space, else where it is', () => {
    expect(pieces('alpha beta gamma', 11)).toEqual(['alpha beta', 'gamma']);
    expect(pieces('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  });

  it('does not take a mark inside a word for one', () => {
    expect(pieces('see 3.14159 now', 9)).toEqual(['see', '3.14159', 'now']);
  });

  it('loses nothing but spaces, and keeps to the limit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', ',', '.', '7'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), fc.integer({ min: 5, max: 80 }), (words, maxChars) => {
        const text = words.join(' ');
        const cut = pieces(text, maxChars);
        expect(cut.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const piece of cut) {
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(maxChars);
          expect(piece).toBe(piece.trim());
        }
      }),
    );
  });
});
