import { describe, expect, it } from 'vitest';
import { gapBetween, joinPieces } from '../../src/text/join.ts';

describe('joinPieces', () => {
  const spaced: [before: string, next: string][] = [
    ['The sun rose over the mountains.', 'Birds began to sing in the trees.'],
    ['Is it so?', 'Yes.'],
    ['Stop it!', 'now'],
    ['Well then…', 'we go'],
    ['He said "no."', 'She left.'],
    ['(It was late.)', 'They slept.'],
    ['It is late.', '"Go home," she said.'],
    ['It is late.', '“Go home”'],
    ['Es ist spät.', '„Geh heim.“'],
    ['Es tarde.', '¿Vamos?'],
    ['It is late.', '(So it was.)'],
    ['It is late.', '5 men came.'],
    ['There were 5.', 'Then 6.'],
    ['two words.', 'été'],
  ];
  const plain: [before: string, next: string][] = [
    ['Hel', 'lo'],
    ['Hello', ' world'],
    ['Hello', '.'],
    ['.', 'Next'],
    ['3.', '14'],
    ['Pi is 3.', '14 and more'],
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
});
