/** What a run of marks is: markup that is not spoken, or signs that stand for themselves. */
export type RunRole = 'markup' | 'literal';

const word = /[\p{L}\p{N}]/u;
const asciiWord = /[A-Za-z0-9]/;
const space = /^\s?$/;
const punctuation = /[\p{P}\p{S}]/u;

/**
 * Tells emphasis from arithmetic, by CommonMark's flanking rules with three changes for a listener. A mark that opens
 * is taken as markup at once, since its other half may be a sentence away. Between two letters or digits of ASCII it is
 * markup only where it closes what is open, and between two digits never: "2*3*4" and "2**8" stay. An underscore
 * inside a word always stays. One a block.
 */
export class Emphasis {
  /** The runs that were opened and not closed. */
  #open: string[] = [];

  /** @param before the sign before the run, '' at the block's start; @param after the one behind it, '' at its end */
  role(run: string, before: string, after: string): RunRole {
    if (run === '~' || (/\d/.test(before) && /\d/.test(after))) return 'literal';
    if (word.test(before) && word.test(after)) return this.#insideWord(run, before, after);
    const opens = flanks(before, after);
    const closes = flanks(after, before);
    if (closes && this.#close((open) => open[0] === run[0])) return 'markup';
    if (!opens) return 'literal';
    this.#open.push(run);
    return 'markup';
  }

  #insideWord(run: string, before: string, after: string): RunRole {
    if (run.startsWith('_')) return 'literal';
    if (this.#close((open) => open === run)) return 'markup';
    if (asciiWord.test(before) && asciiWord.test(after)) return 'literal';
    this.#open.push(run);
    return 'markup';
  }

  #close(fits: (open: string) => boolean): boolean {
    const index = this.#open.findLastIndex(fits);
    if (index < 0) return false;
    this.#open.splice(index, 1);
    return true;
  }
}

/** Whether a run leans on the text on its far side: there is some, and no word goes on from the near side into a sign. */
function flanks(near: string, far: string): boolean {
  if (space.test(far)) return false;
  return !punctuation.test(far) || space.test(near) || punctuation.test(near);
}
