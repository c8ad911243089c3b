import type { Boundary } from '../speech/span.ts';
import { forcedCut, lastBlank } from './forced-cut.ts';
import type { Verdict } from './stops.ts';
import { lookChars, StopJudge } from './stops.ts';

/**
 * A piece of the text, its trailing blanks included: the cuts of a text, joined, are the text. [fromChar, toChar)
 * counts UTF-16 units from the start of the first push. `ends` of what a flush gives last is what its last sign says:
 * 'sentence', 'clause', else 'end'.
 */
export interface Cut {
  readonly text: string;
  readonly fromChar: number;
  readonly toChar: number;
  readonly ends: Boundary;
}

export interface CutterOptions {
  /** A language tag; English by default. */
  readonly language?: string;
  /** The longest cut, in UTF-16 units (2 at least: a surrogate pair is never cut). */
  readonly maxChars?: number;
  /**
   * Cut as early as can be: the first sentence at a clause (`eagerChars`), once; and a finished sentence right at its
   * line's end, so that a line that was typed is spoken. A second line end then comes as a cut of its own, of blanks
   * alone, that ends a paragraph.
   */
  readonly eager?: boolean;
}

/** The longest cut where nothing is said; a sentence is seldom longer. */
export const defaultMaxChars = 400;
/** The length of an eager first clause, without leading blanks (vellum-assistant#37369). */
const eagerChars = { least: 24, most: 60 } as const;

const runOfStops = `(?:[\\p{STerm}…]\\p{M}*){1,${lookChars}}`;
const stopMarks = new RegExp(`${runOfStops}|\\n`, 'gu');
const clauseMarks = new RegExp(`${runOfStops}|\\n|[,;:،؛–—-]|[，、；：]`, 'gu');

/**
 * Cuts text into sentences as it comes. `push` gives those that are certainly whole: a sentence is, once the start of
 * the next text is seen, since "3." may become "3.14" and "Dr." goes on; a paragraph is at its second line end. The
 * cuts do not depend on how the text was divided into pushes. Each character is looked at a bounded number of times,
 * and what is kept is at most the open sentence.
 */
export class SentenceCutter {
  readonly #judge: StopJudge;
  readonly #maxChars: number;
  readonly #atLineEnd: boolean;
  /** The first clause is still to be cut. */
  #eager: boolean;
  #tail = '';
  #tailFromChar = 0;
  /** Before this place in the tail no cut is possible. */
  #scanned = 0;
  /** Line ends that would still make a paragraph of the end that was given out; 0 when that is settled. */
  #lineEndsWanted = 0;

  constructor(options: CutterOptions = {}) {
    this.#judge = new StopJudge(options.language);
    this.#maxChars = Math.max(2, options.maxChars ?? defaultMaxChars);
    this.#eager = options.eager ?? false;
    this.#atLineEnd = this.#eager;
  }

  push(text: string): Cut[] {
    this.#tail += text;
    return this.#takeAll(false);
  }

  /** Ends the text here and gives all that is left. More may be pushed after it, as a new start. */
  flush(): Cut[] {
    const cuts = this.#takeAll(true);
    if (this.#tail !== '') cuts.push(this.#take(this.#tail.length, lastSign(this.#tail)));
    this.#lineEndsWanted = 0;
    return cuts;
  }

  #takeAll(final: boolean): Cut[] {
    const cuts: Cut[] = [];
    for (let next = this.#next(final); next; next = this.#next(final)) cuts.push(this.#take(next.end, next.ends));
    return cuts;
  }

  #take(end: number, ends: Boundary): Cut {
    const text = this.#tail.slice(0, end);
    const fromChar = this.#tailFromChar;
    const toChar = fromChar + end;
    this.#tail = this.#tail.slice(end);
    this.#tailFromChar = toChar;
    this.#scanned = 0;
    const blanks = text.slice(text.trimEnd().length);
    if (blanks.length < text.length) this.#eager = false;
    const settled = ends === 'paragraph' || blanks.length === text.length;
    this.#lineEndsWanted = settled ? 0 : Math.max(0, 3 - blanks.split('\n').length);
    return { text, fromChar, toChar, ends };
  }

  #next(final: boolean): { end: number; ends: Boundary } | undefined {
    const late = this.#lateParagraph(final);
    if (late !== undefined) return late === 'wait' ? undefined : late;
    const limit = this.#limit();
    const found = this.#scan(limit, final);
    if (found !== 'no') return found === 'wait' ? undefined : { end: Math.min(found.end, limit), ends: found.ends };
    return this.#eager ? this.#eagerLimit(limit, final) : this.#hardLimit(limit, final);
  }

  /** A paragraph's end that comes after its last sentence was given out. */
  #lateParagraph(final: boolean): { end: number; ends: Boundary } | 'wait' | undefined {
    if (this.#lineEndsWanted === 0) return undefined;
    const look = Math.min(lookChars, this.#maxChars);
    const known = this.#tail.slice(0, look);
    const blanks = known.length - known.trimStart().length;
    let end = 0;
    for (let wanted = this.#lineEndsWanted; wanted > 0; wanted--) {
      end = known.slice(0, blanks).indexOf('\n', end) + 1;
      if (end > 0) continue;
      if (blanks === known.length && blanks < look && !final) return 'wait';
      this.#lineEndsWanted = 0;
      return undefined;
    }
    return { end, ends: 'paragraph' };
  }

  #limit(): number {
    if (!this.#eager) return this.#maxChars;
    const text = this.#tail.search(/\S/);
    return Math.min(this.#maxChars, Math.max(0, text) + eagerChars.most);
  }

  /** Looks for the first edge within the limit, and remembers how far it looked. */
  #scan(limit: number, final: boolean): Verdict {
    const marks = this.#eager ? clauseMarks : stopMarks;
    marks.lastIndex = this.#scanned;
    for (let mark = marks.exec(this.#tail); mark && mark.index < limit; mark = marks.exec(this.#tail)) {
      const next = marks.lastIndex;
      const verdict = this.#judgeMark(mark[0], mark.index, final);
      this.#scanned = mark.index;
      if (verdict === 'wait') return verdict;
      if (verdict !== 'no' && verdict.textEnd <= limit) return verdict;
      this.#scanned = next;
      marks.lastIndex = next;
    }
    const half = /[\uD800-\uDBFF]$/.test(this.#tail) ? 1 : 0;
    this.#scanned = Math.max(this.#scanned, Math.min(limit, this.#tail.length - half));
    return 'no';
  }

  #judgeMark(mark: string, at: number, final: boolean): Verdict {
    const before = this.#tail.slice(0, at);
    const after = this.#tail.slice(at, at + lookChars);
    const whole = after.length === lookChars || final;
    if (mark === '\n') return judgeLineEnd(before, after, whole);
    if (/^[\p{STerm}…]/u.test(mark)) return this.#judge.judge({ before, after, whole, atLineEnd: this.#atLineEnd });
    return judgeClause(before, after, whole);
  }

  /** No clause within the eager limit: at a space then; with none there, the first sentence stays whole. */
  #eagerLimit(limit: number, final: boolean): { end: number; ends: Boundary } | undefined {
    if (this.#tail.length <= limit) return undefined;
    const end = lastBlank(this.#tail, limit);
    if (end !== undefined && this.#tail.slice(0, end).trim().length >= eagerChars.least) return { end, ends: 'clause' };
    this.#eager = false;
    return this.#next(final);
  }

  #hardLimit(limit: number, final: boolean): { end: number; ends: Boundary } | undefined {
    const enough = final ? limit + 1 : limit + lookChars;
    if (this.#tail.length < enough) return undefined;
    return { end: forcedCut(this.#tail.slice(0, limit + lookChars), limit), ends: 'piece' };
  }
}

/** A line end that no stop precedes: a paragraph's, if a second follows. */
function judgeLineEnd(before: string, after: string, whole: boolean): Verdict {
  const [blanks = '', second] = /^\n[^\S\n]*(\n)?/.exec(after) ?? [];
  if (blanks.length === after.length && !second && !whole) return 'wait';
  if (!second || before.trim() === '') return 'no';
  return { textEnd: before.trimEnd().length, end: before.length + blanks.length, ends: 'paragraph' };
}

/** A comma or the like, long enough after the start; a hyphen is a dash only between blanks. */
function judgeClause(before: string, after: string, whole: boolean): Verdict {
  const wide = /^[，、；：]/.test(after);
  if (before.trimStart().length + 1 < eagerChars.least) return 'no';
  if (after.startsWith('-') && !/\s$/.test(before)) return 'no';
  if (!wide && after.length === 1 && !whole) return 'wait';
  if (!wide && !/^.\s/u.test(after)) return 'no';
  const textEnd = before.length + 1;
  return { textEnd, end: wide ? textEnd : textEnd + 1, ends: 'clause' };
}

function lastSign(text: string): Boundary {
  const bare = text.trimEnd().replace(/[\p{Pe}\p{Pf}\p{Pi}"']+$/u, '');
  if (/[\p{STerm}…]\p{M}*$/u.test(bare)) return 'sentence';
  return /[,;:،؛–—，、；：]$/u.test(bare) ? 'clause' : 'end';
}
