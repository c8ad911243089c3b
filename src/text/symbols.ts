/**
 * A text as phrases are compared with it: a symbol is a code point whose case is folded, or a run of blanks, which is
 * one space however long it is.
 */
export interface Symbols {
  readonly codes: readonly number[];
  /** Where each symbol begins in the text, in UTF-16 units; behind them, where the text ends. */
  readonly starts: readonly number[];
  readonly length: number;
  /** Whether a word or phrase may begin or end in front of this symbol: a word goes on across any other place. */
  edgeBefore(symbol: number): boolean;
}

const blank = 0x20;
const anyBlank = /\s/;
const wordSign = /[\p{L}\p{N}\p{M}_]/u;

export function symbolsOf(text: string): Symbols {
  const codes: number[] = [];
  const starts: number[] = [];
  const inWord: boolean[] = [];
  let at = 0;
  for (const sign of text) {
    const isBlank = anyBlank.test(sign);
    if (!isBlank || codes.at(-1) !== blank) {
      codes.push(isBlank ? blank : foldCase(sign));
      starts.push(at);
      inWord.push(wordSign.test(sign));
    }
    at += sign.length;
  }
  starts.push(at);
  const edgeBefore = (symbol: number) => !(inWord[symbol - 1] && inWord[symbol]);
  return { codes, starts, length: codes.length, edgeBefore };
}

/**
 * Signs that differ in their case alone have the same number. It is Unicode's simple case folding, one sign to one,
 * as regular expressions compare: "ß" is not "SS".
 */
export function foldCase(sign: string): number {
  const code = codeOf(sign);
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  const upper = one(sign.toUpperCase(), sign);
  return foldedElsewhere.get(code) ?? codeOf(one(upper.toLowerCase(), upper));
}

/**
 * What a way to the capital and back does not find: the dotless i shares the capital of "i" and is another letter; the
 * others are written in two ways and have no capital.
 */
const foldedElsewhere = new Map([
  [0x0131, 0x0131],
  [0x1fd3, 0x0390],
  [0x1fe3, 0x03b0],
  [0xfb05, 0xfb06],
]);

/** What a change of case makes of one sign, where that is one sign again. */
function one(changed: string, sign: string): string {
  return changed.length === String.fromCodePoint(codeOf(changed)).length ? changed : sign;
}

function codeOf(sign: string): number {
  return sign.codePointAt(0) ?? 0;
}
