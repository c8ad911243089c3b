import { describe, expect, it } from 'vitest';
import type { SpeakOutput } from '../../src/index.ts';
import { nearlySameWords, sameWords } from './comparing.ts';
import { Comparison, forgetting, holding } from './sound.ts';
import { formatOf } from './speaking.ts';

const sound = Uint8Array.of(1, 2, 3, 4, 5, 6);
const chunk = (...bytes: number[]): SpeakOutput => {
  return { type: 'audio', chunk: { format: formatOf(24_000), bytes: Uint8Array.from(bytes), firstSample: undefined } };
};
const checkpoint: SpeakOutput = { type: 'checkpoint' };
const takeBack: SpeakOutput = { type: 'takeBack' };

describe.each([['one who forgets', forgetting] as const, ['one who holds', holding] as const])('%s', (_, takerOf) => {
  const take = async (...outputs: SpeakOutput[]) => {
    const taker = takerOf(new Comparison(sound, (same) => same));
    for (const output of outputs) await taker.take(output);
    await taker.end();
  };

  it('is content with the very bytes, however they came', async () => {
    await take(chunk(1, 2, 3, 4, 5, 6));
    await take(chunk(1, 2), checkpoint, chunk(3, 4), takeBack, chunk(3), chunk(4, 5), checkpoint, chunk(6));
  });

  it.each([
    ['one byte of another value', [chunk(1, 2, 3, 4, 5, 7)]],
    ['one byte less', [chunk(1, 2, 3, 4, 5)]],
    ['one byte more', [chunk(1, 2, 3, 4, 5, 6), chunk(7)]],
    ['a part that comes twice', [chunk(1, 2, 3), chunk(1, 2, 3), chunk(4, 5, 6)]],
    ['a part taken back behind its checkpoint', [chunk(1, 2, 3), checkpoint, takeBack, chunk(1, 2, 3, 4, 5, 6)]],
  ])('rejects %s', async (_what, outputs) => {
    await expect(take(...outputs)).rejects.toThrow(/sound/);
  });
});

describe('what was heard', () => {
  const expected = [
    { text: 'Line 1 ends.', timesMs: [0, 40, 50, 70] },
    { text: 'Line 2 ends.', timesMs: [700, 740, 750, 770] },
  ];
  const [first, second] = expected;
  if (!first || !second) throw new Error('nothing is expected');

  it('may be a frame off, and in a beginning lack what was not sent', () => {
    sameWords(expected, expected, false);
    sameWords([first, { ...second, timesMs: [720, 740, 750, 750] }], expected, false);
    sameWords([first], expected, true);
    sameWords([first, { text: 'Line 2', timesMs: [] }], expected, true);
    sameWords([], expected, true);
  });

  it.each([
    ['a line less', [first], false],
    ['a line twice', [first, first, second], false],
    ['a line more', [first, second, second], true],
    ['another word', [{ ...first, text: 'Line 7 ends.' }, second], false],
    ['half a line in the middle', [{ ...first, text: 'Line 1' }, second], true],
    ['a time that is two frames off', [{ ...first, timesMs: [0, 40, 50, 110] }, second], false],
  ])('must not be %s', (_, got, begun) => {
    expect(() => sameWords(got, expected, begun)).toThrow();
  });

  it('of real words, must be so but for two of them', () => {
    const said = (text: string) => [{ text, timesMs: [] }];
    nearlySameWords(said('a b c d e f'), said('a b x d e'), false);
    nearlySameWords(said('a b'), said('a b c d e f'), true);
    nearlySameWords(said('a b c d x y z'), said('a b c d e f'), true);
    expect(() => nearlySameWords(said('x y z d e f'), said('a b c d e f'), true)).toThrow(/3 word errors/);
    expect(() => nearlySameWords(said('a b x y z'), said('a b c d e'), false)).toThrow(/3 word errors/);
    expect(() => nearlySameWords(said('a b'), said('a b c d e'), false)).toThrow(/3 word errors/);
  });
});
