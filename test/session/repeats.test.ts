import { describe, expect, it } from 'vitest';
import { Repeats } from '../../src/session/repeats.ts';

const final = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });
const word = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });

describe('Repeats, where the service tells places', () => {
  it('takes nothing for a repeat while nothing is sent again', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    expect(repeats.newIn(final('one', 0, 500), true)).toEqual(final('one', 0, 500));
  });

  it('leaves out what ends where the reader was already, and a little behind', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    repeats.begin();
    expect(repeats.newIn(final('one', 0, 515), true)).toBeUndefined();
    expect(repeats.newIn(final('two', 510, 900), true)).toEqual(final('two', 510, 900));
  });

  it('takes nothing for given that had not been sent by the last boundary', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    repeats.settle(300, 300);
    repeats.begin();
    expect(repeats.newIn(final('two', 320, 450), true)).toEqual(final('two', 320, 450));
  });

  it('cuts off the words that were given, of a final that goes on', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    repeats.begin();
    const words = [word('one', 100, 490), word('two', 600, 800)];
    expect(repeats.newIn({ ...final('one two', 100, 800), words }, true)).toEqual({
      ...final('two', 600, 800),
      words: [words[1]],
    });
  });

  it('keeps a word that begins a little before what was given ends', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    repeats.begin();
    const words = [word('one', 100, 470), word('two', 485, 800)];
    expect(repeats.newIn({ ...final('one two', 100, 800), words }, true)?.text).toBe('two');
  });

  it('was at the furthest end of all that was given', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    repeats.gave(final('aside', 100, 300), 300);
    repeats.begin();
    expect(repeats.newIn(final('one', 0, 500), true)).toBeUndefined();
  });

  it('is done with the first that is new: what is behind it is not looked at', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 500), 500);
    repeats.begin();
    repeats.newIn(final('two', 600, 800), true);
    expect(repeats.newIn(final('late', 100, 400), true)).toEqual(final('late', 100, 400));
  });
});

describe('Repeats, where it does not', () => {
  it('leaves out the words that come again in their order, since the last boundary', () => {
    const repeats = new Repeats();
    repeats.gave(final('zero', 0, 1), 1);
    repeats.settle(1, 1);
    repeats.gave(final('one', 0, 2), 2);
    repeats.gave(final('two', 2, 3), 3);
    repeats.begin();
    expect(repeats.newIn(final('one', 9, 9), false)).toBeUndefined();
    expect(repeats.newIn(final('two', 9, 9), false)).toBeUndefined();
    expect(repeats.newIn(final('two', 9, 9), false)).toEqual(final('two', 9, 9));
  });

  it('knows them each time that they are sent again', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 2), 2);
    for (let again = 0; again < 2; again++) {
      repeats.begin();
      expect(repeats.newIn(final('one', 9, 9), false)).toBeUndefined();
    }
  });

  it('knows nothing any more behind what is heard otherwise, but behind silence', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 2), 2);
    repeats.begin();
    repeats.newIn(final('', 9, 9), false);
    expect(repeats.newIn(final('one', 9, 9), false)).toBeUndefined();
    repeats.begin();
    repeats.newIn(final('won', 9, 9), false);
    expect(repeats.newIn(final('one', 9, 9), false)).toEqual(final('one', 9, 9));
  });

  it('gives what is heard otherwise: better twice than lost', () => {
    const repeats = new Repeats();
    repeats.gave(final('one', 0, 2), 2);
    repeats.gave(final('two', 2, 3), 3);
    repeats.begin();
    expect(repeats.newIn(final('won', 9, 9), false)).toEqual(final('won', 9, 9));
    expect(repeats.newIn(final('two', 9, 9), false)).toEqual(final('two', 9, 9));
  });
});
