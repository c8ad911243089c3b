import { describe, expect, it } from 'vitest';
import { speakable, TextIntake } from '../../src/server/text-intake.ts';

describe('the intake of text', () => {
  it('gives sentences as soon as they are certain, the rest at a flush', () => {
    const intake = new TextIntake();
    expect(intake.push('One. Two')).toEqual(['One. ']);
    expect(intake.push('. Three')).toEqual(['Two. ']);
    expect(intake.flush()).toEqual(['Three']);
    expect(intake.flush()).toEqual([]);
  });

  it('puts a space between sentences that a client sent one by one, not into a number', () => {
    const intake = new TextIntake('en');
    expect([...intake.push('It is late.'), ...intake.push('We left.'), ...intake.flush()]).toEqual([
      'It is late. ',
      'We left.',
    ]);
    expect([...intake.push('Pi is 3.'), ...intake.push('14 or so.'), ...intake.flush()]).toEqual(['Pi is 3.14 or so.']);
  });

  it('begins anew after a flush', () => {
    const intake = new TextIntake();
    intake.push('It is late.');
    intake.flush();
    expect([...intake.push('So be it'), ...intake.flush()]).toEqual(['So be it']);
  });
});

describe('what an engine gets', () => {
  it.each([
    ['  One\n two\t three ', 'One two three'],
    ['€', '€'],
    ['...', undefined],
    [' \u00a0 ', undefined],
    ['', undefined],
  ])('of %j is %j', (sentence, wanted) => {
    expect(speakable(sentence)).toBe(wanted);
  });
});
