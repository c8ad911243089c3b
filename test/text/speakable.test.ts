import { describe, expect, it } from 'vitest';
import { isSpeakable } from '../../src/text/speakable.ts';

describe('isSpeakable', () => {
  const speakable = [
    'a',
    'Hello.',
    '5',
    '½',
    '你好',
    'あ',
    'ท',
    'я',
    'ع',
    '१',
    '%',
    '€',
    '&',
    '@',
    '20°',
    '(a)',
    ' x ',
    '½',
    'ⅷ',
  ];
  const silent = [
    '',
    ' ',
    '\n\t',
    '...',
    '…',
    '—',
    '***',
    '---',
    '?!',
    '"',
    '()',
    '。',
    '👍',
    '|',
    '=',
    '`',
    '\u00a0',
    '\u200b',
    '_',
  ];

  it.each(speakable)('%j is', (text) => expect(isSpeakable(text)).toBe(true));
  it.each(silent)('%j is not', (text) => expect(isSpeakable(text)).toBe(false));
});
