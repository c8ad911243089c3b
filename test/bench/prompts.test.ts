import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInPrompts, isPromptSet, promptSets, promptsOfLines, varyPrompt } from '../../src/bench/prompts.ts';

const lengths = { short: [10, 30], sentence: [70, 90], paragraph: [330, 430] } as const;
const least = { short: 24, sentence: 30, paragraph: 8 } as const;

describe('built-in prompts', () => {
  it.each(promptSets)('%s have the length that is promised, and are many', (set) => {
    const prompts = builtInPrompts(set);
    const [shortest, longest] = lengths[set];
    expect(prompts.length).toBeGreaterThanOrEqual(least[set]);
    const off = prompts.filter(({ text }) => text.length < shortest || text.length > longest);
    expect(off.map(({ text }) => `${text.length} ${text}`)).toEqual([]);
  });

  it('are distinct over all sets, in ids and texts, and plain ASCII', () => {
    const all = promptSets.flatMap(builtInPrompts);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    expect(all.filter(({ text }) => !/^[ -~]+$/.test(text))).toEqual([]);
  });

  it('are known by the names of their sets', () => {
    expect([isPromptSet('short'), isPromptSet('toString'), isPromptSet('all')]).toEqual([true, false, false]);
  });
});

describe('prompts of a file', () => {
  it('are its lines, without blank ones, and a line that comes twice is one', () => {
    const prompts = promptsOfLines('One.\r\n\r\n  Two. \nOne.\nThree.', 'mine');
    expect(prompts).toEqual([
      { id: 'mine-1', set: 'mine', text: 'One.' },
      { id: 'mine-2', set: 'mine', text: 'Two.' },
      { id: 'mine-3', set: 'mine', text: 'Three.' },
    ]);
    expect(promptsOfLines('\n \n', 'mine')).toEqual([]);
  });
});

describe('a variation', () => {
  it('is numbered in front, and the first is the prompt as it stands', () => {
    const prompt = { id: 'a-1', set: 'a', text: 'One.' };
    expect([0, 1, 9].map((n) => varyPrompt(prompt, n).text)).toEqual(['One.', 'Take 2: One.', 'Take 10: One.']);
  });

  it('is never another one’s text', () => {
    const prompts = promptSets.flatMap(builtInPrompts);
    const pick = fc.record({ at: fc.nat(prompts.length - 1), n: fc.nat(300) });
    fc.assert(
      fc.property(pick, pick, (one, other) => {
        const text = ({ at, n }: { at: number; n: number }) => {
          const prompt = prompts[at];
          return prompt && varyPrompt(prompt, n).text;
        };
        const same = one.at === other.at && one.n === other.n;
        expect(text(one) === text(other)).toBe(same);
      }),
    );
  });
});
