import type { Segment, TranscriptWord } from '../../speech/listen.ts';
import { textWidth } from '../text-width.ts';

/** What a line of a transcript may be broken between: a word with its punctuation, and when it is said. */
export interface Piece {
  readonly text: string;
  /** On a terminal or a screen: a Chinese character takes two. */
  readonly columns: number;
  /** A space stands before it, unless it begins a line. */
  readonly spaced: boolean;
  /** In order, and never negative: what a service says is mended. */
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker?: number;
}

type Cut = Pick<Piece, 'text' | 'spaced'>;
type Place = Pick<Piece, 'startMs' | 'endMs' | 'speaker'>;

/** Neither can be heard, and on a terminal they would be obeyed. */
const unspoken = /[\p{Cc}\p{Bidi_Control}]/gu;
/** Written without spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const opening = /^[\p{Ps}\p{Pi}]+$/u;
const dictionary = new Intl.Segmenter(undefined, { granularity: 'word' });

/** A text as one line, its spaces single: no line break, no control character. */
export function spoken(text: string): string {
  return text.replace(/\s+/g, ' ').replace(unspoken, '').trim();
}

/**
 * The segment's text in pieces. Times and speakers are those of its words, found by counting letters, so that a text
 * with punctuation, or with `20` for `twenty`, keeps its own writing. Without words the segment's stretch is divided
 * in proportion to the letters. Speakers are left out unless they are asked for.
 */
export function placePieces(segment: Segment, diarize = false): Piece[] {
  const { text, startMs, endMs } = segment;
  const words = wordsOf(segment).map(({ speaker, ...word }) => ({ ...word, ...(diarize && { speaker }) }));
  const cuts = cutText(spoken(text) || spoken(words.map((word) => word.text).join(' ')));
  const given = words.length > 0 ? words : [{ text, startMs, endMs }];
  return inOrder(cuts, given.length === cuts.length ? given : spread(cuts, given));
}

/** The words that can be told from punctuation. */
export function wordsOf({ words = [] }: Segment): readonly TranscriptWord[] {
  return words.filter(({ text }) => letters(text) > 0);
}

/** The text that the pieces make, as one line. */
export function joinPieces(pieces: readonly Pick<Piece, 'text' | 'spaced'>[]): string {
  return pieces.map(({ text, spaced }, i) => (spaced && i > 0 ? ` ${text}` : text)).join('');
}

function letters(text: string): number {
  return text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '').length;
}

/** A piece without letters is there only where nothing else is: a dash between two words stays with the first. */
function cutText(text: string): Cut[] {
  const cuts: Cut[] = [];
  let before = '';
  for (const cut of text.split(' ').flatMap(cutWord)) {
    const last = cuts.at(-1);
    const joint = cut.spaced ? ' ' : '';
    if (letters(cut.text) > 0) cuts.push(last ? cut : { text: joined(before, joint, cut.text), spaced: true });
    else if (last) cuts[cuts.length - 1] = { ...last, text: last.text + joint + cut.text };
    else before = joined(before, joint, cut.text);
  }
  return cuts.length > 0 || before === '' ? cuts : [{ text: before, spaced: true }];
}

function joined(before: string, joint: string, text: string): string {
  return before === '' ? text : before + joint + text;
}

/** A word between spaces, at whose inner borders a line may break where its script has no spaces. */
function cutWord(word: string): Cut[] {
  if (!unspaced.test(word)) return word === '' ? [] : [{ text: word, spaced: true }];
  const texts: string[] = [];
  let open = '';
  for (const { segment } of dictionary.segment(word)) {
    if (opening.test(segment)) open += segment;
    else if (letters(segment) > 0 || open !== '' || texts.length === 0) {
      texts.push(open + segment);
      open = '';
    } else texts[texts.length - 1] += segment;
  }
  if (open !== '') texts.push(open);
  return texts.map((text, i) => ({ text, spaced: i === 0 }));
}

/** Each piece gets the stretch of words that holds the same share of all letters. */
function spread(cuts: readonly Cut[], words: readonly TranscriptWord[]): Place[] {
  const wordEnds = runningTotals(words.map(({ text }) => letters(text) || 1));
  const cutEnds = runningTotals(cuts.map(({ text }) => letters(text) || 1));
  const scale = (wordEnds.at(-1) ?? 1) / (cutEnds.at(-1) ?? 1);
  let first = 0;
  return cuts.map((_, i) => {
    const from = (cutEnds[i - 1] ?? 0) * scale;
    const to = (cutEnds[i] ?? 0) * scale;
    while (first < words.length - 1 && (wordEnds[first] ?? 0) <= from) first++;
    let last = first;
    while (last < words.length - 1 && (wordEnds[last] ?? 0) < to) last++;
    const speaker = words[first]?.speaker;
    return {
      startMs: momentIn(words, wordEnds, first, from),
      endMs: momentIn(words, wordEnds, last, to),
      ...(speaker !== undefined && { speaker }),
    };
  });
}

function momentIn(words: readonly TranscriptWord[], ends: readonly number[], index: number, letter: number): number {
  const { startMs = 0, endMs = 0 } = words[index] ?? {};
  const from = ends[index - 1] ?? 0;
  const share = (letter - from) / ((ends[index] ?? from + 1) - from);
  return startMs + Math.min(Math.max(share, 0), 1) * (endMs - startMs);
}

function runningTotals(counts: readonly number[]): number[] {
  let total = 0;
  return counts.map((count) => {
    total += count;
    return total;
  });
}

/** Mends times that go back, overlap, or are no numbers. */
function inOrder(cuts: readonly Cut[], places: readonly Place[]): Piece[] {
  let atMs = 0;
  const starts = places.map(({ startMs }) => {
    if (Number.isFinite(startMs)) atMs = Math.max(atMs, startMs);
    return atMs;
  });
  return cuts.map((cut, i) => {
    const startMs = starts[i] ?? atMs;
    const { endMs = startMs, speaker } = places[i] ?? {};
    const ends = Number.isFinite(endMs) ? Math.max(startMs, endMs) : startMs;
    return {
      ...cut,
      columns: textWidth(cut.text),
      startMs,
      endMs: Math.min(ends, starts[i + 1] ?? ends),
      ...(speaker !== undefined && { speaker }),
    };
  });
}
