import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsSentence, FlushPolicy } from '../../src/session/flush-policy.ts';
import type { Boundary } from '../../src/speech/span.ts';

/** After which of the pieces a flush follows, as the session asks. */
function flushes(at: Boundary | undefined, pieces: readonly [chars: number, ends: Boundary][]): number[] {
  const policy = new FlushPolicy(at);
  return pieces.flatMap(([chars, ends], i) => {
    const due = policy.after(chars, ends);
    if (due) policy.flushed();
    return due ? [i] : [];
  });
}

const text: [number, Boundary][] = [
  [10, 'piece'],
  [10, 'clause'],
  [10, 'sentence'],
  [10, 'clause'],
  [10, 'paragraph'],
  [10, 'sentence'],
  [10, 'end'],
];

describe('FlushPolicy', () => {
  it.each([
    ['clause', [1, 2, 3, 4, 5, 6]],
    ['sentence', [2, 4, 5, 6]],
    ['paragraph', [4, 6]],
    ['end', [6]],
    ['piece', [0, 1, 2, 3, 4, 5, 6]],
  ] as const)('at %s flushes after this boundary and every coarser one', (at, expected) => {
    expect(flushes(at, text)).toEqual(expected);
  });

  it('never flushes for a service that cuts sentences itself', () => {
    expect(flushes(undefined, [...text, [100_000, 'end']])).toEqual([]);
  });

  it('does not flush where nothing was sent since the last flush', () => {
    expect(
      flushes('sentence', [
        [0, 'sentence'],
        [5, 'sentence'],
        [0, 'paragraph'],
        [0, 'end'],
      ]),
    ).toEqual([1]);
  });

  it('flushes at a sentence end once 1500 characters wait', () => {
    expect(
      flushes('end', [
        [1499, 'sentence'],
        [1, 'clause'],
        [1, 'sentence'],
        [1, 'sentence'],
      ]),
    ).toEqual([2]);
  });

  it('flushes at any boundary once 3000 characters wait', () => {
    expect(
      flushes('end', [
        [2999, 'piece'],
        [1, 'piece'],
        [2999, 'clause'],
      ]),
    ).toEqual([1]);
  });

  it('counts what waits, and forgets it with the flush', () => {
    const policy = new FlushPolicy('end');
    policy.after(7, 'sentence');
    policy.after(5, 'sentence');
    expect(policy.unflushedChars).toBe(12);
    policy.flushed();
    expect(policy.unflushedChars).toBe(0);
  });

  it('never lets more than 3000 characters and a piece wait', () => {
    const boundary = fc.constantFrom<Boundary>('piece', 'clause', 'sentence', 'paragraph');
    const pieces = fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), boundary), { maxLength: 60 });
    fc.assert(
      fc.property(pieces, fc.constantFrom<Boundary>('clause', 'sentence', 'paragraph', 'end'), (list, at) => {
        const policy = new FlushPolicy(at);
        for (const [chars, ends] of list) {
          if (policy.after(chars, ends)) policy.flushed();
          if (policy.unflushedChars >= 3000) return false;
        }
        return true;
      }),
    );
  });

  it('knows which boundaries end a sentence', () => {
    const all: Boundary[] = ['piece', 'clause', 'sentence', 'paragraph', 'end'];
    expect(all.filter(endsSentence)).toEqual(['sentence', 'paragraph', 'end']);
  });
});
