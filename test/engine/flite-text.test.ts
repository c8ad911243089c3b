import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiText, unreadWords } from '../../src/engine/flite-text.ts';

describe('text for flite', () => {
  it.each([
    ['plain text, as it is.', 'plain text, as it is.'],
    ['don’t', "don't"],
    ['“Quoted,” she said', '"Quoted," she said'],
    ['wait — what', 'wait, what'],
    ['wait—what', 'wait, what'],
    ['pages 5–7', 'pages 5 to 7'],
    ['café, naïve, Zoë, Dvořák', 'cafe, naive, Zoe, Dvorak'],
    ['Straße, Łódź, Ærø, œuvre', 'Strasse, Lodz, Aero, oeuvre'],
    ['and so on…', 'and so on...'],
    ['½ of it', '1/2 of it'],
    ['−5 °C', '-5 degree C'],
    ['€5', 'euro 5'],
    ['x² × y', 'x2 times y'],
    ['ﬁne', 'fine'],
    ['Ｆｕｌｌ ｗｉｄｔｈ', 'Full width'],
    ['one\ttwo\r\nthree', 'one two three'],
    ['nul\u0000l', 'nul l'],
    ['¿Qué? ¡Sí!', 'Que? Si!'],
    ['emoji 🎉 in between', 'emoji in between'],
    ['日本 and more', 'and more'],
    ['-t is an option, --help another', '-t is an option, --help another'],
    ['5′ 6″', '5\' 6"'],
    ['soft\u00adhyphen, zero\u200bwidth', 'softhyphen, zerowidth'],
  ])('%j becomes %j', (text, ascii) => {
    expect(asciiText(text)).toBe(ascii);
  });

  it.each(['', ' ', '日本語', '🎉🎊', '...', '—', '“”', '()', '。！？', '\u0000', '- -', ';:'])(
    '%j has nothing to speak',
    (text) => {
      expect(asciiText(text)).toBe('');
    },
  );

  it.each(['%', '$', '&', '7', 'a', '@', '#'])('%j can be spoken', (text) => {
    expect(asciiText(text)).toBe(text);
  });

  const codePoint = fc.oneof(
    fc.nat({ max: 0x2fff }),
    fc.nat({ max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  );
  const anyText = fc.array(codePoint, { maxLength: 60 }).map((codes) => String.fromCodePoint(...codes));

  it('is printable ASCII on one line, whatever came in', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ascii = asciiText(text);
        expect(ascii).toMatch(/^[\x20-\x7e]*$/);
        expect(ascii).toBe(ascii.trim());
        expect(asciiText(ascii)).toBe(ascii);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the words that flite cannot read', () => {
  it.each([
    ['plain text, as it is.', []],
    ['I said привет to her', ['привет']],
    ['日本 and “Ωmega”, twice: 日本', ['日本', 'Ωmega', '日本']],
    ['café, Łódź, Straße, ½ x² ﬁne Ｆｕｌｌ', []],
    ['don’t ʼtis 5′ 6″ −5 °C €5', []],
    ['emoji 🎉 and marks → … « »', []],
    ['Arabic ٣ digits, and ʕ', ['٣', 'ʕ']],
    ['', []],
  ])('of %j are %j', (text, words) => {
    expect(unreadWords(text)).toEqual(words);
  });

  it('are some wherever nothing is left of a text of words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        if (/[\p{L}\p{N}]/u.test(text) && asciiText(text) === '') expect(unreadWords(text)).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
