/** The ends at which a service may be asked to flush, from the finest to the coarsest. */
export type Boundary = 'piece' | 'clause' | 'sentence' | 'paragraph' | 'end';

/**
 * A speakable piece of a turn's text. `text` is what is sent (markdown already turned into speech); the spans of a
 * turn, joined, are its whole speech. `fromChar` and `toChar` count UTF-16 units of the source text it was made
 * from: [fromChar, toChar). `ends` is the kind of boundary that the span's end is.
 */
export interface Span {
  readonly text: string;
  readonly fromChar: number;
  readonly toChar: number;
  readonly ends: Boundary;
}
