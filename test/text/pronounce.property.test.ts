import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PronunciationRule } from '../../src/speech/speak.ts';
import { PhraseTable } from '../../src/text/phrase-table.ts';
import { createRewriter } from '../../src/text/pronounce.ts';
import { foldCase } from '../../src/text/symbols.ts';

/** The definition, as a regular expression says it: each rule an alternative, tried at each place. Slow, and plain. */
function plainly(rules: readonly PronunciationRule[], text: string): string {
  const trimmed = rules.map(({ match, replace }) => ({ match: match.trim(), replace }));
  const longestFirst = trimmed.filter(({ match }) => match !== '').sort((a, b) => b.match.length - a.match.length);
  if (longestFirst.length === 0) return text;
  const edge = '(?:(?<![\\p{L}\\p{N}\\p{M}_])|(?![\\p{L}\\p{N}\\p{M}_]))';
  const alternatives = longestFirst.map(({ match }) => `(${literally(match)})`).join('|');
  return text.replace(new RegExp(`${edge}(?:${alternatives})${edge}`, 'giu'), (found: string, ...groups: unknown[]) => {
    return longestFirst[groups.indexOf(found)]?.replace ?? found;
  });
}

function literally(match: string): string {
  return match.replace(/[\\^$.*+?()[\]{}|/]/g, (sign) => `\\${sign}`).replace(/\s+/g, '\\s+');
}

/** Few signs, so that phrases meet texts often: letters whose case is odd, marks, what is in no word, blanks, halves. */
const signs = [
  ...['a', 'A', 'b', 'B', '1', '_', '+', '.', '$', '\\', '(', '-', "'", 'ß', 'ẞ', 's', 'ſ', 'k', 'K', 'i', 'I', 'ı'],
  ...['İ', 'σ', 'ς', 'Σ', 'ΐ', 'ΐ', 'ﬅ', 'ﬆ', 'é', 'e\u0301', '\u0301', '東', '𐐀', '𐐨', '😀', '\ud83d', '\ude00'],
  ...[' ', '  ', '\n', '\t ', '\u00a0', '\ufeff', '\u3000'],
] as const;
const of = (some: readonly string[], maxLength: number) =>
  fc.array(fc.constantFrom(...some), { maxLength }).map((parts) => parts.join(''));
const rulesOf = (match: fc.Arbitrary<string>) =>
  fc.array(match, { maxLength: 12 }).map((all) => all.map((one, at) => ({ match: one, replace: `<${at}>` })));

describe('a rewriter does what the definition says', () => {
  it.each([
    ['of any signs', signs, 4, 30],
    ['of words that begin alike', ['a', 'A', 'b', ' ', '     ', '\n'], 8, 40],
    ['of signs and blanks', ['a', '+', ' ', '_', '. '], 6, 40],
  ] as const)('%s', (_name, some, matchSigns, textSigns) => {
    fc.assert(
      fc.property(rulesOf(of(some, matchSigns)), of(some, textSigns), (rules, text) => {
        expect(createRewriter(rules)(text)).toBe(plainly(rules, text));
      }),
      { numRuns: 500 },
    );
  });

  it('with any text at all', () => {
    const any = fc.string({ unit: 'binary', maxLength: 5 });
    fc.assert(
      fc.property(rulesOf(any), fc.array(any, { maxLength: 8 }), (rules, parts) => {
        const text = rules.flatMap(({ match }, at) => [match, parts[at] ?? '-']).join('');
        expect(createRewriter(rules)(text)).toBe(plainly(rules, text));
      }),
    );
  });

  it('also of the case of every sign that has one', () => {
    const all = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code));
    const cased = all.filter((sign) => sign.toLowerCase() !== sign || sign.toUpperCase() !== sign);
    const joined = cased.join('');
    const byFold = grouped(cased);
    for (const sign of cased) {
      const alike = joined.match(new RegExp(sign, 'giu')) ?? [];
      expect(byFold.get(foldCase(sign)), sign).toEqual(alike);
    }
    expect(all.filter((sign) => foldCase(sign) !== sign.codePointAt(0) && !cased.includes(sign))).toEqual([]);
  });
});

function grouped(cased: readonly string[]): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const sign of cased) groups.set(foldCase(sign), [...(groups.get(foldCase(sign)) ?? []), sign]);
  return groups;
}

describe('what a text costs is bounded, whoever wrote the rules', () => {
  afterEach(() => vi.restoreAllMocks());

  const many = (match: (at: number) => string) =>
    Array.from({ length: 256 }, (_, at) => ({ match: match(at).slice(0, 128), replace: 'y' }));
  const hostile: [name: string, rules: PronunciationRule[], text: string, mostSteps: number][] = [
    ['blanks before words, and blanks', many((at) => ` x${at}`), `${' '.repeat(5000)}z`, 0],
    ['blanks in phrases, and blanks', many((at) => `a ${at}`), `a${' '.repeat(5000)}z`, 2],
    ['phrases that go on alike', many((at) => `${'a '.repeat(60)}b${at}`), `${'a '.repeat(1000)}z`, 1000 * 120],
    ['phrases in phrases', many((at) => `${'a '.repeat((at % 60) + 1)}b`), `${'a '.repeat(1000)}z`, 1000 * 120],
    ['signs that are in no word', many((at) => `${'+'.repeat(120)}${at}`), '+'.repeat(1000), 1000 * 121],
    ['a word that is no match', many((at) => `${'a'.repeat(120)}${at}`), 'a'.repeat(5000), 121],
  ];

  it.each(hostile)('%s', (_name, rules, text, mostSteps) => {
    const step = vi.spyOn(PhraseTable.prototype, 'narrowed');
    expect(createRewriter(rules)(text)).toBe(text);
    expect(step.mock.calls.length).toBeLessThanOrEqual(mostSteps);
  });
});
