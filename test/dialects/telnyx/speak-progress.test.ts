import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpokenText } from '../../../src/dialects/telnyx/speak-progress.ts';

/** What was sent, piece by piece; a piece's place in the source is its place here. */
function sent(...pieces: string[]): SpokenText {
  const text = new SpokenText();
  let chars = 0;
  for (const piece of pieces) {
    chars += piece.length;
    text.add(piece, chars);
  }
  return text;
}

describe('how much of the text is spoken', () => {
  it('goes on sentence by sentence', () => {
    const text = sent('One is here. ', 'Two is there. ', 'Three.');
    expect(text.spoken('One is here.')).toBe(13);
    expect(text.spoken('Two is there.')).toBe(27);
    expect(text.covered).toBe(false);
    expect(text.spoken('Three.')).toBe(33);
    expect(text.covered).toBe(true);
    expect(text.sentChar).toBe(33);
  });

  it('counts a piece when all of it is spoken, not before', () => {
    const text = sent('One. Two. ', 'Three.');
    expect(text.spoken('One.')).toBeUndefined();
    expect(text.spoken('Two.')).toBe(10);
  });

  it('counts the blanks and signs behind a sentence with it, and not the next word', () => {
    const text = sent('Hel', 'lo', '.', ' ', '\n', 'How');
    expect(text.spoken('Hello.')).toBe(8);
    expect(text.covered).toBe(false);
  });

  it.each([
    ['markdown', '**Hello**, _dear_ [world](#)!', 'Hello, dear world!'],
    ['blanks', 'Hello,\n\n  dear\tworld!', 'Hello, dear world!'],
    ['quotes and dashes', '“Hello” — dear world…', '"Hello" - dear world...'],
    ['capitals', 'HELLO dear World', 'Hello dear world'],
    ['accents, composed or not', 'Le caf\u00e9 est ferm\u00e9', 'Le cafe\u0301 est ferme\u0301'],
    ['another script', 'こんにちは。世界', 'こんにちは 世界'],
  ])('does not mind %s', (_, source, told) => {
    const text = sent(source);
    expect(text.spoken(told)).toBe(source.length);
  });

  it('finds a text of which the beginning was said otherwise, by its last letters', () => {
    const text = sent('It costs $5 to come into this house. ', 'Next.');
    expect(text.spoken('It costs five dollars to come into this house.')).toBe(37);
  });

  it('finds what stands behind something that is not spoken', () => {
    const code = `\`\`\`js\n${'const x = 1;\n'.repeat(40)}\`\`\`\n`;
    const text = sent('Look at this. ', code, 'That was it, my friends. ', 'Bye.');
    expect(text.spoken('Look at this.')).toBe(14);
    expect(text.spoken('That was it, my friends.')).toBe(14 + code.length + 25);
  });

  it('does not take a short text for one far away', () => {
    const between = 'something else that is long enough to be far away from the start of it. '.repeat(2);
    const text = sent('Yep. ', between, 'Yes.');
    expect(text.spoken('Yes.')).toBeUndefined();
    expect(text.spoken(between)).toBe(5 + between.length);
    expect(text.spoken('Yes.')).toBe(5 + between.length + 4);
  });

  it('lets a text that is not found wait for the next that is', () => {
    const text = sent('1 + 1 = 2. ', 'That is so.');
    expect(text.spoken('one plus one equals two')).toBeUndefined();
    expect(text.spoken('That is so.')).toBe(22);
  });

  it('takes equal sentences one after another', () => {
    const text = sent('No. ', 'No. ', 'No.');
    expect([text.spoken('No.'), text.spoken('No.'), text.spoken('No.'), text.spoken('No.')]).toEqual([
      ...[4, 8, 11],
      undefined,
    ]);
  });

  it('is nowhere by a text without letters, or before anything was sent', () => {
    const text = new SpokenText();
    expect(text.spoken('Hello')).toBeUndefined();
    expect(sent('Hello').spoken('…')).toBeUndefined();
    expect(sent('Hello').spoken('')).toBeUndefined();
  });

  it('knows whether anything was said, and whether the service tells', () => {
    const text = sent(' ', '\n');
    expect([text.said, text.told, text.covered]).toEqual([false, false, true]);
    text.add('!', 3);
    expect([text.said, text.told, text.covered]).toEqual([true, false, true]);
    text.add('a', 4);
    expect(text.covered).toBe(false);
    text.spoken('b');
    expect(text.told).toBe(true);
  });

  it('never goes back, and never past what was sent', () => {
    const words = fc.array(fc.constantFrom('One. ', 'Two is it. ', '**x** ', ' ', 'A much longer sentence here. '));
    fc.assert(
      fc.property(words, words, (pieces, told) => {
        const text = sent(...pieces);
        const length = pieces.join('').length;
        let last = 0;
        for (const sentence of told) {
          const through = text.spoken(sentence);
          if (through === undefined) continue;
          expect(through).toBeGreaterThan(last);
          expect(through).toBeLessThanOrEqual(length);
          last = through;
        }
      }),
    );
  });
});
