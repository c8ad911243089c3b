/** The end of a finished sentence in a script that puts a space behind it, closing quotes and brackets included. */
const finished = /[.!?…][\p{Pe}\p{Pf}"']*$/u;
/** The start of a new one. A quote or bracket must be followed by text: alone or before a space it closes what was. */
const fresh = /^(?:[\p{Ps}\p{Pi}"'¿¡]+(?=[\p{L}\p{N}]))?[\p{L}\p{N}]/u;

/**
 * What stands between two `text` messages of one turn: nothing, as token streams want it ("Hel", "lo", "."), but one
 * space after a message that is a phrase of its own (it has a space inside) and ends a sentence, before one that
 * starts with a word: clients that split on ". " send sentences without the space between them. "3." before "14"
 * stays a number.
 * @param before the message before alone, not all that was sent so far
 */
export function gapBetween(before: string, next: string): '' | ' ' {
  const phrase = /\S\s+\S/.test(before);
  if (!phrase || !finished.test(before) || !fresh.test(next)) return '';
  return /\p{N}\.$/u.test(before) && /^\p{N}/u.test(next) ? '' : ' ';
}

/** Two `text` messages of one turn as one text; `gapBetween` says what comes between. */
export function joinPieces(before: string, next: string): string {
  return before + gapBetween(before, next) + next;
}
