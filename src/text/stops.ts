import type { Abbreviations } from './abbreviations.ts';
import { abbreviationsOf } from './abbreviations.ts';

/**
 * How far past a mark the text is looked at, in characters. Whatever is decided, is decided on these alone, so that it
 * does not matter how much more was there at the time.
 */
export const lookChars = 48;

/** Where a piece of text may end: its last word at `textEnd`, its trailing blanks at `end`, both counted from its start. */
export interface Edge {
  readonly textEnd: number;
  readonly end: number;
  readonly ends: 'clause' | 'sentence' | 'paragraph';
}
export type Verdict = Edge | 'no' | 'wait';

/** A mark in its surroundings: the open text before it, and what follows (the mark itself first), `lookChars` at most. */
export interface Surroundings {
  readonly before: string;
  readonly after: string;
  /** No more will be known: the text ends here, or `after` is full. */
  readonly whole: boolean;
  /** A finished sentence at a line's end is given out at once; a second line end that makes it a paragraph comes late. */
  readonly atLineEnd: boolean;
}

/** Unicode's sentence-ending marks, doubled or not, and the ellipsis, which is not one of them. */
const run = /^(?:[\p{STerm}…]\p{M}*)+/u;
/** The marks behind which a space has to come: "a.b", "x?y=1" and "3.14" go on. CJK, danda and others need none. */
const spaced = /[.!?…‼‽⁇⁈⁉]\p{M}*$/u;
const opening = '[\\p{Ps}\\p{Pi}"\'`*_~¿¡]*';
const nextWord = "(\\p{L}[\\p{L}\\p{M}'’]*|\\S)?";
/** A no-break space joins on purpose ("Dr.\u00a0Smith"), so it is no blank here. */
const blank = '([^\\S\\u00a0\\u202f]*)';
const afterSpaced = new RegExp(`^([\\p{Pe}\\p{Pf}\\p{Pi}"'\`*_~]*)${blank}(${opening})${nextWord}`, 'u');
/** Chinese opens with “ right behind 。 where German closes with it, so it closes only behind spaced marks. */
const afterWide = new RegExp(`^([\\p{Pe}\\p{Pf}]*)${blank}(${opening})${nextWord}`, 'u');
const ellipsis = /^(?:…|\.{2,})/;
const listNumber = /(?:^|\n)[^\S\n]*\d{1,3}$/;
/** An initial (a small letter is more often the end of "plan b"), or letters with dots between: U.S, p.m, Ph.D, J.-P. */
const dotted = /^(?:\p{Lu}\p{M}*|(?:\p{L}{1,2}\.-?)+\p{L}{1,2})$/u;
const loneHighSurrogate = /^[\uD800-\uDBFF]$/;

interface Parts {
  readonly run: string;
  readonly closers: string;
  readonly space: string;
  readonly open: string;
  /** The next word, or its first sign where it starts with no letter; '' where nothing is seen yet. */
  readonly next: string;
  /** The character behind it. */
  readonly behind: string;
  readonly wide: boolean;
  /** How many characters these take. */
  readonly seen: number;
  /** More text may still change these. */
  readonly growing: boolean;
}

/** Judges, for one language, whether a mark ends a sentence. Unicode's own rules, by Intl.Segmenter, have the last word. */
export class StopJudge {
  readonly #language: string | undefined;
  /** Made on first use: the first segmenter of a process takes some 20 ms, and a single sentence needs none. */
  #segmenter: Intl.Segmenter | undefined;
  readonly #abbreviations: Abbreviations;

  constructor(language?: string) {
    this.#language = language;
    this.#abbreviations = abbreviationsOf(language);
  }

  judge(around: Surroundings): Verdict {
    const parts = takeApart(around);
    const textEnd = around.before.length + parts.run.length + parts.closers.length;
    const endingAt = (blanks: number, ends: Edge['ends']): Edge => ({ textEnd, end: textEnd + blanks, ends });
    const sounds = /[\p{L}\p{N}]/u.test(around.before);
    const lineEnd = parts.space.indexOf('\n') + 1;
    if (around.atLineEnd && sounds && lineEnd > 0 && !this.#doubtful(parts, around.before)) {
      return endingAt(lineEnd, 'sentence');
    }
    const pairEnd = secondLineEnd(parts.space);
    if (pairEnd > 0) return endingAt(pairEnd, 'paragraph');
    if (parts.next === '' || loneHighSurrogate.test(parts.next)) {
      if (parts.growing) return 'wait';
      const allBlank = parts.seen === lookChars && parts.space !== '';
      return allBlank && sounds && !this.#doubtful(parts, around.before)
        ? endingAt(parts.space.length, 'sentence')
        : 'no';
    }
    if (!sounds || (parts.space === '' && !parts.wide)) return 'no';
    const joined = this.#joins(parts, around.before);
    if (joined !== undefined) return joined;
    return this.#breaks(parts, around.before) ? endingAt(parts.space.length, 'sentence') : 'no';
  }

  /** The mark may be part of a word or of a thought that goes on: what follows decides. */
  #doubtful(parts: Parts, before: string): boolean {
    if (ellipsis.test(parts.run)) return true;
    if (parts.run !== '.' || parts.closers !== '') return false;
    const written = wordAtEnd(before);
    const word = written.toLowerCase();
    const { joins, beforeNumber, often } = this.#abbreviations;
    if (joins.has(word) || beforeNumber.has(word) || often.has(word)) return true;
    return dotted.test(written) || this.#numbers(word, before);
  }

  /** 'no' where an abbreviation holds on to what follows, 'wait' where the next word must be seen to its end. */
  #joins(parts: Parts, before: string): 'no' | 'wait' | undefined {
    if (parts.closers !== '' && /^\p{Ll}/u.test(parts.next)) return 'no';
    if (parts.run !== '.' || parts.closers !== '') return undefined;
    const written = wordAtEnd(before);
    const word = written.toLowerCase();
    const { joins, beforeNumber, often, openers } = this.#abbreviations;
    if (joins.has(word) || this.#numbers(word, before)) return 'no';
    if (beforeNumber.has(word) && /^\p{N}/u.test(parts.next)) return 'no';
    if (!often.has(word) && !dotted.test(written)) return undefined;
    if (parts.growing) return 'wait';
    const opener = parts.next.toLowerCase().split(/['’]/)[0] ?? '';
    const initial = opener.length === 1 && parts.behind === '.';
    return openers.has(opener) && !initial ? undefined : 'no';
  }

  #numbers(word: string, before: string): boolean {
    return listNumber.test(before) || (this.#abbreviations.ordinals && /^\d{1,2}$/.test(word));
  }

  /** Asks Unicode's rules about these surroundings alone; line ends count as blanks, an ellipsis as full stops. */
  #breaks(parts: Parts, before: string): boolean {
    const sign = [...wordAtEnd(before)].at(-1) ?? 'x';
    const [nextSign = ''] = parts.next;
    const sample = `${sign}${parts.run.replaceAll('…', '.')}${parts.space && ' '}${parts.open}${nextSign}`;
    this.#segmenter ??= sentenceSegmenter(this.#language);
    const last = this.#segmenter.segment(sample).containing(sample.length - 1);
    return (last?.index ?? 0) > sign.length;
  }
}

function takeApart({ after, whole }: Surroundings): Parts {
  const stop = run.exec(after)?.[0] ?? '';
  const wide = !spaced.test(stop);
  const found = (wide ? afterWide : afterSpaced).exec(after.slice(stop.length));
  const [all = '', closers = '', space = '', open = '', next = ''] = found ?? [];
  const seen = stop.length + all.length;
  const growing = seen === after.length && !whole;
  return { run: stop, closers, space, open, next, behind: after[seen] ?? '', wide, seen, growing };
}

/** The end of the second line end in these blanks, or 0. */
function secondLineEnd(space: string): number {
  const first = space.indexOf('\n');
  return first < 0 ? 0 : space.indexOf('\n', first + 1) + 1;
}

/** The word that ends here, all of it but the brackets and quotes before it: of a URL, the URL. */
function wordAtEnd(before: string): string {
  return /[\p{L}\p{N}]\S*$/u.exec(before.slice(-lookChars))?.[0] ?? '';
}

/** A tag that is none ("klingon!") must not stop speech: Unicode's general rules then hold. */
function sentenceSegmenter(language = 'en'): Intl.Segmenter {
  try {
    return new Intl.Segmenter(language, { granularity: 'sentence' });
  } catch {
    return new Intl.Segmenter('en', { granularity: 'sentence' });
  }
}
