import { describe, expect, it } from 'vitest';
import { isEnglish, primaryLanguage } from '../../src/engine/language.ts';

describe('a language tag', () => {
  it.each([
    ['en', 'en'],
    ['en-GB', 'en'],
    ['pt_BR', 'pt'],
    ['ZH-Hant-TW', 'zh'],
    ['yue', 'yue'],
    ['', ''],
  ])('%j is of the language %j', (tag, language) => {
    expect(primaryLanguage(tag)).toBe(language);
  });

  it('is English by its first part alone', () => {
    expect(['en', 'EN-us', 'en_029'].map(isEnglish)).toEqual([true, true, true]);
    expect(['', 'de-en', 'eng', 'enm'].map(isEnglish)).toEqual([false, false, false, false]);
  });
});
