import type { RecognisedWord } from './recogniser.ts';

/** The library analyses 100 frames a second; a segment covers the frames `first` to `last`. */
export const frameMs = 10;

export interface Segment {
  readonly word: string;
  readonly first: number;
  readonly last: number;
  /** 0 to 1. */
  readonly probability: number;
}

/** `<s>`, `<sil>`, `[NOISE]`, `++BREATH++`: what is in a hypothesis and is no word. */
const filler = /^(<.*>|\[.*\]|\+\+.*\+\+)$/;

/** The number of a pronunciation, `to(3)`. */
const alternative = /\(\d+\)$/;

export function wordsOf(segments: readonly Segment[]): RecognisedWord[] {
  return segments
    .filter(({ word }) => !filler.test(word))
    .map(({ word, first, last, probability }) => ({
      text: word.replace(alternative, ''),
      startMs: first * frameMs,
      endMs: (last + 1) * frameMs,
      confidence: Math.min(1, Math.max(0, probability)),
    }));
}
