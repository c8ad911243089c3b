import { describe, expect, it } from 'vitest';
import { type CueLimits, cutCues } from '../../../src/report/transcript/cues.ts';
import { joinPieces, placePieces } from '../../../src/report/transcript/pieces.ts';
import type { Segment } from '../../../src/speech/listen.ts';
import { timed, untimed } from './subtitle-reader.ts';

const usual: CueLimits = { wordsPerCue: Number.POSITIVE_INFINITY, charsPerLine: 42, linesPerCue: 2, maxCueMs: 7000 };

function cuesOf(segment: Segment, limits: Partial<CueLimits> = {}): string[] {
  const cues = cutCues(placePieces(segment, true), segment.words !== undefined, { ...usual, ...limits });
  return cues.map(joinPieces);
}

describe('cutCues, with times of words', () => {
  it('ends a cue with each sentence', () => {
    expect(cuesOf(timed('It rains. Does it? Yes! well then'))).toEqual(['It rains.', 'Does it?', 'Yes! well then']);
  });

  it.each(['Mr. Lee is here', 'J. Doe is here', 'Dr. No', 'it costs 3.14 now', 'etc. and so on'])(
    'does not take the dot of %j for an end',
    (text) => {
      expect(cuesOf(timed(text))).toEqual([text]);
    },
  );

  it('ends a sentence behind a closing quote', () => {
    expect(cuesOf(timed('He said “no.” Then he went'))).toEqual(['He said “no.”', 'Then he went']);
  });

  it('ends a cue where nobody speaks for a while', () => {
    expect(cuesOf(timed('one two (700) three'))).toEqual(['one two', 'three']);
    expect(cuesOf(timed('one two (699) three'))).toEqual(['one two three']);
  });

  it('ends a cue where another speaks', () => {
    const [a, b] = [timed('one two', 0, { speaker: 0 }), timed('three', 600, { speaker: 1 })];
    const both = { ...a, text: 'one two three', words: [...(a.words ?? []), ...(b.words ?? [])] };
    expect(cuesOf(both)).toEqual(['one two', 'three']);
  });

  it('divides a long sentence at a clause, near the even division', () => {
    const text = 'when the rain had stopped at last, the children ran out to play in the garden, and so did we';
    expect(cuesOf(timed(text), { maxCueMs: 1e6 })).toEqual([
      'when the rain had stopped at last,',
      'the children ran out to play in the garden, and so did we',
    ]);
  });

  it('divides evenly where there is nothing to divide at, and leaves no word alone', () => {
    const cues = cuesOf(timed('aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii'), { charsPerLine: 19 });
    expect(cues).toEqual(['aaaa bbbb cccc dddd eeee', 'ffff gggg hhhh iiii']);
  });

  it('rather divides at a rest', () => {
    const cues = cuesOf(timed('aaaa bbbb cccc dddd (250) eeee ffff gggg hhhh iiii'), { charsPerLine: 19 });
    expect(cues[0]).toBe('aaaa bbbb cccc dddd');
  });

  it('holds to words, time, and lines', () => {
    expect(cuesOf(timed('a b c d e'), { wordsPerCue: 2 })).toEqual(['a b', 'c d', 'e']);
    expect(cuesOf(timed('a b c d'), { maxCueMs: 550 })).toEqual(['a b', 'c d']);
    expect(cuesOf(timed('aaaa bbbb cccc dddd'), { charsPerLine: 9, linesPerCue: 1 })).toEqual([
      'aaaa bbbb',
      'cccc dddd',
    ]);
    expect(cuesOf(timed('aaaa bbbb'), { charsPerLine: 3, linesPerCue: 1 })).toEqual(['aaaa', 'bbbb']);
    expect(cuesOf(timed('a b'), { wordsPerCue: 1, maxCueMs: 1 })).toEqual(['a', 'b']);
  });
});

describe('cutCues, without times of words', () => {
  it('makes one cue of a segment, however long it lasts', () => {
    expect(cuesOf(untimed('It rains. Does it?', 0, 60_000))).toEqual(['It rains. Does it?']);
  });

  it('divides one that is too long, best between sentences', () => {
    const text = 'It was raining all the long afternoon. We stayed where we were, and nobody had anything to say.';
    expect(cuesOf(untimed(text, 0, 9000))).toEqual([
      'It was raining all the long afternoon.',
      'We stayed where we were, and nobody had anything to say.',
    ]);
  });

  it('takes little time for very much text', () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `word${i}`).join(' ');
    const cues = cuesOf(untimed(text, 0, 3_600_000));
    expect(cues.join(' ')).toBe(text);
    expect(cues.length).toBeLessThan(20_000 / 6);
  });
});
