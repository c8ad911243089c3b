import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapBetween, joinPieces } from '../../src/text/join.ts';

describe('joinPieces', () => {
  const spaced: [before: string, next: string][] = [
    ['The sun rose over the mountains.', 'Birds began to sing in the trees.'],
    ['Is it so?', 'Yes.'],
    ['Stop it!', 'Now'],
    ['Well then…', 'We go'],
    ['He said "no."', 'She left.'],
    ['(It was late.)', 'They slept.'],
    ['It is late.', '"Go home," she said.'],
    ['It is late.', '“Go home”'],
    ['Es ist spät.', '„Geh heim.“'],
    ['Es tarde.', '¿Vamos?'],
    ['It is late.', '(So it was.)'],
    ['It is late.', '5 men came.'],
    ['There were 5.', 'Then 6.'],
    ['two words.', 'Été'],
    ['See https://a.io.', 'Then go.'],
    ['It cost 5.', '"Then 6."'],
    ['It is late.', '90% of them left.'],
    ['Something else.', 'ǅep'],
    ['هذا جيد.', 'ثم ذهب.'],
    ['यह अच्छा.', 'फिर'],
    ['კარგია ეს.', 'მერე'],
  ];
  const plain: [before: string, next: string][] = [
    ['Hel', 'lo'],
    ['Hello', ' world'],
    ['Hello', '.'],
    ['.', 'Next'],
    ['3.', '14'],
    ['Pi is 3.', '14 and more'],
    ['See https://a.', 'io/b'],
    ['See https://a.io/b?', 'c=d'],
    ['Write to me@host.', '5g as it is'],
    ['See C:\\a.', '7 and so on'],
    ['It is late.', '14'],
    ['It is late.', '14/7 and so on'],
    ['It is on page v.', '2b'],
    ['That is, e.', 'g. here'],
    ['two words.', 'été'],
    ['Stop it!', 'now'],
    ['Well then…', 'we go'],
    ['He said "go.', '"and left'],
    ['Hello there. ', 'Next'],
    ['Hello there.', ' Next'],
    ['Hello there', 'Next'],
    ['Hello there,', 'next'],
    ['Hello.', 'Next'],
    [' word.', 'Next'],
    ['Hello there.', '...'],
    ['Hello there.', '\nNext'],
    ['He said "go.', '" and left'],
    ['He said (go.', ') and left'],
    ['Hello there.', '"'],
    ['Hello there.', ''],
    ['', 'Hello there.'],
    ['你 好。', '再见'],
  ];

  it.each(spaced)('%j and %j have one space between', (before, next) => {
    expect(joinPieces(before, next)).toBe(`${before} ${next}`);
    expect(gapBetween(before, next)).toBe(' ');
  });

  it.each(plain)('%j and %j have none', (before, next) => {
    expect(joinPieces(before, next)).toBe(before + next);
    expect(gapBetween(before, next)).toBe('');
  });

  it('makes the batch example whole again: a text split on ". ", its full stops put back', () => {
    const text = 'The sun rose over the hills. Birds began to sing. A breeze carried the scent of flowers.';
    const sent = text.split('. ').map((piece) => (piece.endsWith('.') ? piece : `${piece}.`));
    const joined = sent.map((piece, index) => gapBetween(sent[index - 1] ?? '', piece) + piece).join('');
    expect(joined).toBe(text);
  });

  it('leaves a token stream as it was', () => {
    const tokens = ['The', ' value', ' is', ' 3', '.', '14', '.', ' "', 'Good', '."', ' Next', ' one', '?', '!'];
    const joined = tokens.map((token, index) => gapBetween(tokens[index - 1] ?? '', token) + token).join('');
    expect(joined).toBe('The value is 3.14. "Good." Next one?!');
  });

  it('puts nothing into what it did not end, wherever a text is divided', () => {
    const atoms = fc.constantFrom(
      ...['https://a.io/b?c=d.e', 'www.example.com', 'me@host.2go.org', 'node.js', 'v1.2.3', '3.14', '$1.50', 'e.g.'],
      ...['a.m.', '12.', 'No.', 'Dr.', 'well...', 'so!', '“No?”', '(why?)', 'word', 'Word', '北京。你好', '5', '7 men'],
    );
    const texts = fc.array(atoms, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(texts, fc.array(fc.nat()), (text, cuts) => {
        const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((from, i) => text.slice(from, places[i] ?? text.length));
        expect(pieces.map((piece, i) => gapBetween(pieces[i - 1] ?? '', piece) + piece).join('')).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
