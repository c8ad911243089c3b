import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countErrors, pooledErrors, wordErrors } from '../../src/metrics/wer.ts';

const version = { normaliser: 'voxwire-en', normaliserVersion: 1 };

describe('wordErrors', () => {
  it.each([
    ['the same', 'The same.', 0, 0, 0, 2],
    ['one two three', 'one too three', 1, 0, 0, 3],
    ['one two three', 'one three', 0, 1, 0, 3],
    ['one three', 'one two three', 0, 0, 1, 2],
    ['one two', '', 0, 2, 0, 2],
    ['go forward ten meters', 'go forward and years', 2, 0, 0, 4],
    ['I have 3 dogs', 'i have three dogs', 0, 0, 0, 4],
  ])('of %j heard as %j', (reference, heard, substitutions, deletions, insertions, words) => {
    const wer = (substitutions + deletions + insertions) / words;
    expect(wordErrors(reference, heard)).toEqual({ substitutions, deletions, insertions, words, wer, ...version });
  });

  it('may be above 1, and does not exist without a reference', () => {
    expect(wordErrors('no', 'oh no it is not').wer).toBe(4);
    expect(wordErrors('—', 'what')).toEqual({ substitutions: 0, deletions: 0, insertions: 1, words: 0, ...version });
  });
});

describe('pooledErrors', () => {
  it('adds errors and words, and averages nothing', () => {
    const short = wordErrors('no', 'yes');
    const long = wordErrors(
      'one two three four five six seven eight nine',
      'one two three four five six seven eight nine',
    );
    expect(pooledErrors([short, long])).toEqual({
      substitutions: 1,
      deletions: 0,
      insertions: 0,
      words: 10,
      wer: 0.1,
      ...version,
    });
    expect(pooledErrors([]).wer).toBeUndefined();
  });
});

/** The least [errors, substitutions], by trying everything, and the deletions and insertions on the way. */
function slowly(reference: readonly string[], heard: readonly string[]): number[] {
  const known = new Map<string, number[]>();
  const best = (i: number, j: number): number[] => {
    const key = `${i},${j}`;
    const done = known.get(key);
    if (done) return done;
    const ways: number[][] = [];
    const step = (from: number[], s: number, d: number, n: number) =>
      ways.push([(from[0] ?? 0) + s + d + n, (from[1] ?? 0) + s, (from[2] ?? 0) + d, (from[3] ?? 0) + n]);
    if (i === 0 && j === 0) ways.push([0, 0, 0, 0]);
    if (i > 0) step(best(i - 1, j), 0, 1, 0);
    if (j > 0) step(best(i, j - 1), 0, 0, 1);
    if (i > 0 && j > 0) step(best(i - 1, j - 1), reference[i - 1] === heard[j - 1] ? 0 : 1, 0, 0);
    const least = ways.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0))[0] ?? [];
    known.set(key, least);
    return least;
  };
  return best(reference.length, heard.length).slice(1);
}

describe('countErrors', () => {
  it('takes, of as few errors, the fewest substitutions: the most words right', () => {
    // Two substitutions would do as well, with no word right.
    expect(countErrors(['a', 'b'], ['b', 'c'])).toEqual({ substitutions: 0, deletions: 1, insertions: 1 });
  });

  it('finds what trying everything finds', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(words, words, (reference, heard) => {
        const { substitutions, deletions, insertions } = countErrors(reference, heard);
        expect([substitutions, deletions, insertions]).toEqual(slowly(reference, heard));
      }),
    );
  });

  it('turns deletions into insertions when the sides are changed', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 });
    fc.assert(
      fc.property(words, words, (reference, heard) => {
        const there = countErrors(reference, heard);
        const back = countErrors(heard, reference);
        expect(back).toEqual({ ...there, deletions: there.insertions, insertions: there.deletions });
        expect(there.deletions + there.substitutions).toBeLessThanOrEqual(reference.length);
      }),
    );
  });

  it('compares two transcripts of an hour', () => {
    const reference = Array.from({ length: 10_000 }, (_, i) => `w${i}`);
    const heard = reference.flatMap((word, i) =>
      i % 100 === 7 ? [] : i % 100 === 50 ? ['x', word] : i % 50 ? [word] : ['y'],
    );
    expect(countErrors(reference, heard)).toEqual({ substitutions: 200 - 100, deletions: 100, insertions: 100 });
  });
});
