import { describe, expect, it } from 'vitest';
import { abbreviationsOf } from '../../src/text/abbreviations.ts';
import { SentenceCutter } from '../../src/text/sentences.ts';

const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'];

describe('abbreviationsOf', () => {
  it.each(languages)('%s has words without their dot, in small letters, each in one list', (language) => {
    const { joins, beforeNumber, often, openers } = abbreviationsOf(language);
    const words = [...joins, ...beforeNumber, ...often].filter((word) => word !== '');
    expect(words.length).toBeGreaterThan(10);
    expect(openers.size).toBeGreaterThan(10);
    for (const word of [...words, ...openers]) {
      expect(word).toBe(word.toLowerCase());
      expect(word).not.toMatch(/\.$|\s/);
    }
    expect(words).toHaveLength(new Set(words).size);
  });

  it('goes by the language of a tag, English by default', () => {
    expect(abbreviationsOf('de-AT')).toEqual(abbreviationsOf('de'));
    expect(abbreviationsOf('EN_gb')).toEqual(abbreviationsOf('en'));
    expect(abbreviationsOf()).toEqual(abbreviationsOf('en'));
  });

  it('has none where none are known', () => {
    expect(abbreviationsOf('tlh').joins.has('dr')).toBe(false);
    expect(abbreviationsOf('').joins.has('dr')).toBe(false);
    expect(abbreviationsOf('constructor').joins.has('dr')).toBe(false);
  });

  it('knows the languages with ordinals', () => {
    expect(['de', 'de-CH', 'cs', 'fi'].map((tag) => abbreviationsOf(tag).ordinals)).toEqual(Array(4).fill(true));
    expect(['en', 'fr', 'zh'].map((tag) => abbreviationsOf(tag).ordinals)).toEqual(Array(3).fill(false));
  });
});

describe('each abbreviation in its sentence', () => {
  function sentences(language: string, text: string): number {
    const cutter = new SentenceCutter({ language });
    return [...cutter.push(text), ...cutter.flush()].length;
  }
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

  it.each(languages)('%s: titles and the like hold on to what follows', (language) => {
    for (const word of abbreviationsOf(language).joins) {
      if (word === '') continue;
      const written = [`Xx ${word}. Zz ends.`, `Xx ${capital(word)}. Zz ends.`, `Xx (${word}. 5 ends).`];
      expect([word, ...written.map((text) => sentences(language, text))]).toEqual([word, 1, 1, 1]);
    }
  });

  it.each(languages)('%s: those before numbers hold on to a number alone', (language) => {
    for (const word of abbreviationsOf(language).beforeNumber) {
      if (word.length < 2) continue;
      const found = [sentences(language, `Xx ${word}. 5 ends.`), sentences(language, `Xx ${word}. Zz ends.`)];
      expect([word, ...found]).toEqual([word, 1, 2]);
    }
  });

  it.each(languages)('%s: the others end a sentence before a word that opens one', (language) => {
    const { often, openers } = abbreviationsOf(language);
    const [opener = ''] = [...openers].filter((word) => word.length > 1);
    for (const word of often) {
      if (word === '') continue;
      const found = [`Xx ${word}. Zz ends.`, `Xx ${word}. ${capital(opener)} zz ends.`, `Xx ${word}. zz ends.`];
      expect([word, ...found.map((text) => sentences(language, text))]).toEqual([word, 1, 2, 1]);
    }
  });
});
