/** The end of a finished sentence in a script that puts a space behind it, closing quotes and brackets included. */
const finished = /[.!?…][\p{Pe}\p{Pf}"']*$/u;
/**
 * The start of a new one. A small letter is none: it goes on with what a message ended inside of (an address, "e.g.").
 * Scripts without capitals have no such sign (Georgian has them, and does not use them so). A number starts a sentence where words follow: "5 men came.", not "14".
 */
const fresh = /^(?:\p{Lu}|\p{Lt}|\p{Lo}|\p{Script=Georgian}|\p{N}[\p{N}.,:%]*\s+\p{L})/u;
/** A quote or bracket before it opens something: alone, or before a space, it would close what was. */
const opening = /^[\p{Ps}\p{Pi}"'¿¡]+/u;
/** The last word is an address or a path, which may go on with a digit behind its point. */
const addressed = /[/@\\]\S*$/;

/**
 * What stands between two `text` messages of one turn: nothing, as token streams want it ("Hel", "lo", "."), but one
 * space after a message that is a phrase of its own (it has a space inside) and ends a sentence, before one that
 * starts another: clients that split on ". " send sentences without the space between them. "3." before "14" stays a
 * number, "https://a." before "io" an address.
 * @param before the message before alone, not all that was sent so far
 */
export function gapBetween(before: string, next: string): '' | ' ' {
  const phrase = /\S\s+\S/.test(before);
  const start = next.replace(opening, '');
  if (!phrase || !finished.test(before) || !fresh.test(start)) return '';
  const goesOn = /\p{N}\.$/u.test(before) || addressed.test(before);
  return goesOn && /^\p{N}/u.test(next) ? '' : ' ';
}

/** Two `text` messages of one turn as one text; `gapBetween` says what comes between. */
export function joinPieces(before: string, next: string): string {
  return before + gapBetween(before, next) + next;
}
