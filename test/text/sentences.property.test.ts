import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cut, CutterOptions } from '../../src/text/sentences.ts';
import { SentenceCutter } from '../../src/text/sentences.ts';
import { divided, places, units } from './feeding.ts';

/** What the rules turn on, in any order: marks, abbreviations, blanks, wide signs, halves of pairs, long runs. */
const atoms = fc.constantFrom(
  ...['a', 'B', 'Dr', 'U.S', 'No', 'p.m', 'J', '1', '12', 'hello world ', ' The ', ' A ', 'https://a.b/c?d=e'],
  ...['.', '..', '…', '?', '!', '?!', '。', '？', ',', ', ', '; ', ' - ', '—', '，', ':', '*', '_'],
  ...['「', '」', '"', '”', '“', ')', '(', '«', "'"],
  ...[' ', '  ', '\n', '\n\n', '\r\n', '\t', '\u00a0', ' '.repeat(60), '\n'.repeat(5)],
  ...['e\u0301', '\u0301', '😀', '\ud83d', '\ude00', '\u200d', 'x'.repeat(70), '.'.repeat(60)],
);
const texts = fc.array(atoms, { maxLength: 50 }).map((parts) => parts.join(''));
const options: fc.Arbitrary<CutterOptions> = fc.record({
  eager: fc.boolean(),
  language: fc.constantFrom('en', 'de', 'zh'),
  maxChars: fc.constantFrom(2, 7, 40, 400),
});

function cutsOf(pieces: readonly string[], chosen: CutterOptions): Cut[] {
  const cutter = new SentenceCutter(chosen);
  return [...pieces.flatMap((piece) => cutter.push(piece)), ...cutter.flush()];
}

describe('SentenceCutter, whatever the text', () => {
  it('cuts the same however the text was divided', () => {
    fc.assert(
      fc.property(texts, places, options, (text, shares, chosen) => {
        const whole = cutsOf([text], chosen);
        expect(cutsOf(divided(text, shares), chosen)).toEqual(whole);
        expect(cutsOf(units(text), chosen)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the text back, each cut in its place and within the limit', () => {
    fc.assert(
      fc.property(texts, options, (text, chosen) => {
        const cuts = cutsOf([text], chosen);
        expect(cuts.map((cut) => cut.text).join('')).toBe(text);
        let at = 0;
        for (const cut of cuts) {
          expect(cut).toMatchObject({ fromChar: at, toChar: at + cut.text.length });
          expect(cut.text.length).toBeGreaterThan(0);
          expect(cut.text.length).toBeLessThanOrEqual(chosen.maxChars ?? 400);
          at = cut.toChar;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never cuts inside a surrogate pair', () => {
    fc.assert(
      fc.property(texts, options, (text, chosen) => {
        for (const cut of cutsOf([text], chosen)) {
          const pair = text.slice(cut.toChar - 1, cut.toChar + 1);
          expect(/^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(pair)).toBe(false);
        }
      }),
    );
  });

  it('goes through 10 MB of one line piece by piece, holding no more than a sentence', () => {
    const cutter = new SentenceCutter();
    const piece = 'word and word, or '.repeat(57);
    let pushed = 0;
    let given = 0;
    let longest = 0;
    while (pushed < 10_000_000) {
      pushed += piece.length;
      for (const cut of cutter.push(piece)) {
        given = cut.toChar;
        longest = Math.max(longest, cut.text.length);
      }
      if (pushed - given > 460) expect.fail(`${pushed - given} characters are held`);
    }
    expect(longest).toBeGreaterThan(200);
    expect(longest).toBeLessThanOrEqual(400);
  });
});
