import { describe, expect, it } from 'vitest';
import { RepeatedWords } from '../../src/session/repeated-words.ts';

/** Behind these finals, each `[text, endMs, mostMs]`, the audio from that place on is sent again. */
function repeated(given: readonly [string, number, number][], boundaryMs: number): RepeatedWords {
  const words = new RepeatedWords();
  for (const [text, endMs, mostMs] of given) words.gave(text, endMs, mostMs);
  words.settle(boundaryMs);
  words.begin();
  return words;
}

describe('RepeatedWords', () => {
  it('knows a final whatever its marks and capitals are, and however it is cut', () => {
    const words = repeated([['Good morning, all.', 900, 900]], 0);
    expect(words.newIn('good morning')).toBeUndefined();
    expect(words.newIn('All')).toBeUndefined();
    expect(words.newIn('of you')).toBe('of you');
  });

  it('gives what goes on behind what was given', () => {
    const words = repeated([['good', 900, 900]], 0);
    expect(words.newIn('Good morning, all.')).toBe('morning, all.');
    expect(words.newIn('good')).toBe('good');
  });

  it('takes nothing for the same in which another word is', () => {
    expect(repeated([['line 5 ends here', 900, 900]], 0).newIn('line 6 ends here')).toBe('line 6 ends here');
    expect(repeated([['line 5 ends here', 900, 5000]], 1000).newIn('line 6 ends here')).toBe('line 6 ends here');
  });

  it('takes each character for a word where a script has no blanks', () => {
    const words = repeated([['今天天气很好我们去公园', 900, 900]], 0);
    expect(words.newIn('今天天气很好')).toBeUndefined();
    expect(words.newIn('我们去公园吧')).toBe('吧');
  });

  it('expects nothing any more that was heard again and not told', () => {
    const words = repeated([['yes', 900, 900]], 0);
    words.heardAgain(899);
    expect(repeated([['yes', 900, 900]], 0).newIn('yes')).toBeUndefined();
    words.heardAgain(900);
    expect(words.newIn('yes')).toBe('yes');
  });

  it('expects nothing that cannot lie behind the place from which the audio is sent again', () => {
    expect(repeated([['good morning', 900, 1000]], 1000).newIn('good morning')).toBe('good morning');
  });

  it('knows what may lie there only where it says much', () => {
    const given: [string, number, number][] = [
      ['yes', 900, 5000],
      ['good morning', 1900, 5000],
    ];
    expect(repeated(given, 2000).newIn('good morning')).toBeUndefined();
    expect(repeated(given, 2000).newIn('yes')).toBe('yes');
    expect(repeated(given, 1000).newIn('good')).toBeUndefined();
  });

  it('finds the rest of one whose beginning is not sent again', () => {
    const words = repeated([['one two three four', 900, 5000]], 1000);
    expect(words.newIn('three four')).toBeUndefined();
    expect(words.newIn('three four')).toBe('three four');
  });

  it('knows nothing any more behind words that are new, but behind silence', () => {
    const words = repeated(
      [
        ['one', 900, 900],
        ['two', 1900, 1900],
      ],
      0,
    );
    expect(words.newIn('')).toBeUndefined();
    expect(words.newIn('one')).toBeUndefined();
    expect(words.newIn('tree')).toBe('tree');
    expect(words.newIn('two')).toBe('two');
    expect(words.newIn('')).toBe('');
  });

  it('remembers no more than a thousand', () => {
    const given = Array.from({ length: 1001 }, (_, n): [string, number, number] => [`sentence ${n}`, n + 1, n + 1]);
    expect(repeated(given, 0).newIn('sentence 0')).toBe('sentence 0');
    expect(repeated(given, 0).newIn('sentence 1')).toBeUndefined();
  });

  it('expects the same each time that it is sent again', () => {
    const words = repeated([['one', 900, 900]], 0);
    for (let again = 0; again < 2; again++) {
      words.begin();
      expect(words.newIn('one')).toBeUndefined();
    }
  });
});
