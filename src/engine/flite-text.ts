/** What compatibility decomposition leaves, in words or marks that flite reads. Matched in this order. */
const spoken: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d) ?[–—‒] ?(?=\d)/gu, ' to '],
  [/ ?[–—―]+ ?/gu, ', '],
  [/[‘’‚‛`ʼ]/gu, "'"],
  [/[“”„‟«»‹›「」『』《》〈〉]/gu, '"'],
  [/[‐‑‒]|(?:−(?=\d))/gu, '-'],
  [/[。｡]/gu, '. '],
  [/[、，・·•‧]/gu, ', '],
  [/[¿¡]/gu, ''],
  [/⁄/gu, '/'],
  [/€/gu, ' euro '],
  [/£/gu, ' pound '],
  [/¥/gu, ' yen '],
  [/¢/gu, ' cent '],
  [/°/gu, ' degree '],
  [/[×✕]/gu, ' times '],
  [/÷/gu, ' divided by '],
  [/±/gu, ' plus or minus '],
  [/−/gu, ' minus '],
  [/[→⇒]/gu, ' to '],
  [/©/gu, ' copyright '],
  [/§/gu, ' section '],
  [/ß/gu, 'ss'],
  [/[æǽ]/gu, 'ae'],
  [/Æ/gu, 'Ae'],
  [/œ/gu, 'oe'],
  [/Œ/gu, 'Oe'],
  [/ø/gu, 'o'],
  [/Ø/gu, 'O'],
  [/[łƚ]/gu, 'l'],
  [/Ł/gu, 'L'],
  [/[đð]/gu, 'd'],
  [/[ĐÐ]/gu, 'D'],
  [/þ/gu, 'th'],
  [/Þ/gu, 'Th'],
  [/ı/gu, 'i'],
];

/** Letters, digits and the signs that flite has a word for; marks alone would only make it breathe. */
const speakable = /[A-Za-z0-9%$&+=#@*/\\^~|_]/;

/**
 * The text in ASCII, on one line: flite reads bytes and knows no other letters. Accents are taken off, punctuation and
 * signs exchanged, and what is left of other scripts is dropped. Empty where nothing is left to be spoken.
 */
export function asciiText(text: string): string {
  const ascii = toAscii(text);
  return speakable.test(ascii) ? ascii : '';
}

/** The words of a text, in order, of which `asciiText` drops a letter or a digit: nobody will hear them, or not whole. */
export function unreadWords(text: string): string[] {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu) ?? [];
  return words.filter((word) => (word.match(foreign) ?? []).some((letter) => toAscii(letter) === ''));
}

const foreign = /(?![\x21-\x7e])[\p{L}\p{N}]/gu;

function toAscii(text: string): string {
  // Decomposed, a prime would come apart from the others, and a lone acute accent become a space.
  let ascii = text.replace(/[´′]/gu, "'").replace(/″/gu, '"').normalize('NFKD');
  ascii = ascii.replace(/[\p{M}\p{Cf}]/gu, '').replace(/\s+/gu, ' ');
  for (const [found, instead] of spoken) ascii = ascii.replace(found, instead);
  return ascii
    .replace(/[^\x21-\x7e]+/g, ' ')
    .replace(/ +(?=[,.;:!?])/g, '')
    .trim();
}
