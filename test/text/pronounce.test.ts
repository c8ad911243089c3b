import { describe, expect, it } from 'vitest';
import { SpeechError } from '../../src/errors.ts';
import { createRewriter, parseRules } from '../../src/text/pronounce.ts';

const rule = (match: string, replace: string) => ({ match, replace });

describe('parseRules', () => {
  const rules = [rule('SLNG', 'sling'), rule('nginx', 'engine x')];

  it.each([
    ['a dictionary', { rules }],
    ['the service form', { name: 'x', modes: { rewrite: { rules }, ipa: {} } }],
    ['the list alone', rules],
  ])('reads %s', (_name, json) => expect(parseRules(json)).toEqual(rules));

  it('keeps match and replace alone, and trims the match', () => {
    expect(parseRules([{ match: ' a b ', replace: ' c ', note: 'x' }])).toEqual([rule('a b', ' c ')]);
    expect(parseRules([])).toEqual([]);
    expect(parseRules([rule('a', '')])).toEqual([rule('a', '')]);
  });

  it('takes what the limits allow, counted in characters, not in UTF-16 units', () => {
    const full = [rule('m'.repeat(128), 'r'.repeat(256)), rule('😀'.repeat(128), '😀'.repeat(256))];
    expect(parseRules(full)).toEqual(full);
    expect(parseRules(Array.from({ length: 256 }, (_, at) => rule(`w${at}`, 'x')))).toHaveLength(256);
  });

  const wrong: [name: string, json: unknown, says: string][] = [
    ['null', null, 'no list of rules'],
    ['a text', 'rules', 'no list of rules'],
    ['an object without rules', { modes: {} }, 'no list of rules'],
    ['rules that are no list', { rules: { match: 'a', replace: 'b' } }, 'no list of rules'],
    ['a modes list', { modes: [] }, 'no list of rules'],
    ['a rule that is a text', [rule('a', 'b'), 'c'], 'rule 2 is not an object'],
    ['a rule that is a list', [['a', 'b']], 'rule 1 is not an object'],
    ['a rule that is null', [null], 'rule 1 is not an object'],
    ['no match', [{ replace: 'b' }], 'rule 1: match is not a text'],
    ['a match that is a number', [{ match: 5, replace: 'b' }], 'rule 1: match is not a text'],
    ['no replace', [rule('a', 'b'), rule('a', 'b'), { match: 'c' }], 'rule 3: replace is not a text'],
    ['an empty match', [rule('', 'b')], 'rule 1: match is empty'],
    ['a blank match', [rule('  ', 'b')], 'rule 1: match is empty'],
    ['a long match', [rule('m'.repeat(129), 'b')], 'rule 1: match has 129 characters; 128 is the most'],
    ['a long replace', [rule('a', 'r'.repeat(257))], 'rule 1: replace has 257 characters; 256 is the most'],
    ['many rules', Array.from({ length: 257 }, () => rule('a', 'b')), '257 rules; 256 is the most'],
  ];

  it.each(wrong)('refuses %s', (_name, json, says) => {
    try {
      parseRules(json);
      expect.unreachable('it was taken');
    } catch (error) {
      if (!(error instanceof SpeechError)) throw error;
      expect(error.code).toBe('E_PRONUNCIATION');
      expect(error.message).toContain(says);
    }
  });
});

describe('createRewriter', () => {
  const cases: [name: string, rules: [match: string, replace: string][], text: string, spoken: string][] = [
    ['nothing without rules', [], 'as it is', 'as it is'],
    ['a word, in any case', [['slng', 'sling']], 'SLNG, slng and Slng.', 'sling, sling and sling.'],
    ['whole words alone', [['art', 'X']], 'art part arts start-art art', 'X part arts start-X X'],
    ['not beside a digit or an underscore', [['k8', 'kates']], 'k8s k8 my_k8 k8_', 'k8s kates my_k8 k8_'],
    ['letters beyond ASCII as letters', [['caf', 'X']], 'café caf', 'café X'],
    ['combining marks as part of a word', [['cafe', 'X']], 'cafe\u0301 cafe', 'cafe\u0301 X'],
    ['words beyond ASCII', [['Łódź', 'wootch']], 'ŁÓDŹ, łódź', 'wootch, wootch'],
    ['a possessive', [['SLNG', 'sling']], "SLNG's", "sling's"],
    ['a phrase over any blanks', [['new york', 'NYC']], 'New York, new\n  york, newyork', 'NYC, NYC, newyork'],
    [
      'the longest first',
      [
        ['New York', 'A'],
        ['New York City', 'B'],
        ['York', 'C'],
      ],
      'New York City York',
      'B C',
    ],
    [
      'the longest as it is written, not the one that covers most',
      [
        ['a b c', 'A'],
        ['a    b', 'B'],
      ],
      'a b c, a  b c',
      'B c, B c',
    ],
    ['a match without the blanks at its ends', [[' x\n', 'y']], 'ax x-x, x', 'ax y-y, y'],
    [
      'nothing for a match of blanks, or none',
      [
        [' ', 'y'],
        ['', 'z'],
      ],
      'x  x',
      'x  x',
    ],
    [
      'of equals the first',
      [
        ['a', '1'],
        ['A', '2'],
      ],
      'a A',
      '1 1',
    ],
    [
      'nothing twice',
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      'a b',
      'b c',
    ],
    [
      'nothing in what was put in',
      [
        ['ape', 'an ape'],
        ['an', 'X'],
      ],
      'ape an',
      'an ape X',
    ],
    [
      'signs as they stand',
      [
        ['C++', 'see plus plus'],
        ['.NET', 'dot net'],
      ],
      'C++ and .NET, C+',
      'see plus plus and dot net, C+',
    ],
    ['signs at their own boundary', [['C++', 'X']], 'C++11 OC++ C++.', 'X11 OC++ X.'],
    [
      'regex signs',
      [
        ['a.c', 'X'],
        ['(x)', 'Y'],
        ['[z]', 'Z'],
        ['a|b', 'W'],
        ['5$', 'V'],
      ],
      'abc a.c (x) [z] a|b 5$',
      'abc X Y Z W V',
    ],
    [
      'backslashes, slashes, hyphens',
      [
        ['a\\b', 'X'],
        ['and/or', 'Y'],
        ['e-mail', 'Z'],
      ],
      'a\\b and/or e-mail',
      'X Y Z',
    ],
    ['a replacement as it stands', [['a', '$1 $& $$']], 'a', '$1 $& $$'],
    ['by nothing at all', [['um', '']], 'so um, yes', 'so , yes'],
    ['a text that is the match', [['x', 'y']], 'x', 'y'],
    ['CJK only between other letters', [['東京', 'Tokyo']], '東京 東京都', 'Tokyo 東京都'],
  ];

  it.each(cases)('replaces %s', (_name, rules, text, spoken) => {
    const rewrite = createRewriter(rules.map(([match, replace]) => rule(match, replace)));
    expect(rewrite(text)).toBe(spoken);
    expect(rewrite(text)).toBe(spoken);
  });

  it('takes a full dictionary', () => {
    const rules = Array.from({ length: 256 }, (_, at) => rule(`word${at}`, `w-${at}`));
    expect(createRewriter(rules)('Word255 word0 word256 word25')).toBe('w-255 w-0 word256 w-25');
  });
});
