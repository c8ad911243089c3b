import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise, normaliser } from '../../src/metrics/normaliser.ts';

describe('normalise', () => {
  it.each([
    ['', ''],
    ['  Hello,  WORLD! ', 'hello world'],
    ["Don't — it’s 10 o'clock", "don't it's ten o'clock"],
    ["'Tis the dogs' day, 'she' said", 'tis the dogs day she said'],
    ["rock 'n' roll", 'rock n roll'],
    ['re-entry/exit', 're entry exit'],
    ['R&D & 5%', 'r and d and five percent'],
    ['Mr. Lee, Mrs Lee and Dr. No of St. Ives', 'mister lee missus lee and doctor no of st ives'],
    ['ｆｕｌｌ ﬁne', 'full fine'],
    ['naïve Café', 'naïve café'],
    ['cafe\u0301', 'café'],
    ['U.S. $20', 'u s twenty'],
    ['<sil> [noise]', 'sil noise'],
    ['colour 4k 1st', 'colour 4k 1st'],
  ])('makes %j the words %j', (text, words) => {
    expect(normalise(text).join(' ')).toBe(words);
  });

  it.each([
    ['0', 'zero'],
    ['13', 'thirteen'],
    ['20', 'twenty'],
    ['42', 'forty two'],
    ['100', 'one hundred'],
    ['105', 'one hundred five'],
    ['1000', 'one thousand'],
    ['1995', 'one thousand nine hundred ninety five'],
    ['12,345', 'twelve thousand three hundred forty five'],
    ['999999', 'nine hundred ninety nine thousand nine hundred ninety nine'],
    ['1,000,000', '1000000'],
    ['1,2', 'one two'],
    ['3.14', 'three point one four'],
    ['3.14.15', 'three point one four point one five'],
    ['3.', 'three'],
    ['at this point 14 left', 'at this point fourteen left'],
    ['007', 'zero zero seven'],
    ['٣', '٣'],
  ])('says the number %s as %j', (text, words) => {
    expect(normalise(text).join(' ')).toBe(words);
  });

  it('finds nothing more to do in its own words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const words = normalise(text);
        expect(normalise(words.join(' '))).toEqual(words);
      }),
    );
  });
});

describe('docs/metrics.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');

  it('describes this version of the normaliser', () => {
    expect(page).toContain(`\`${normaliser.name}\`, version ${normaliser.version}.`);
  });

  it('defines every figure of speech in', () => {
    const source = readFileSync(join(import.meta.dirname, '../../src/metrics/listen-report.ts'), 'utf8');
    const names = [...source.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1] ?? '');
    const figures = [...names, 'latencyMs', 'blockMs'].filter((name) => !['ended', 'requestId'].includes(name));
    expect(figures.length).toBeGreaterThan(15);
    expect(figures.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
