/** A sentence's end with a blank behind it, or one in a script that needs none. A small letter goes on. */
const sentenceEnd = /[.!?…]["'”’)\]]*\s+(?!\p{Ll})|[。！？]["'”’」』）]*/gu;
/** What belongs to the character before it, in the eyes of a reader. */
const joins = /^(?:\p{M}|\p{Emoji_Modifier}|\u200d)/u;

export interface TextPiece {
  readonly text: string;
  /** It ends where a sentence does; the last one ends where the text does. */
  readonly endsSentence: boolean;
}

/**
 * Cuts a text that is longer than a message may be: at the last sentence end that fits, else at the last blank, and
 * never inside a character, unless one is longer than a message.
 */
export function cutText(text: string, maxChars: number): TextPiece[] {
  const pieces: TextPiece[] = [];
  let rest = text;
  while (rest.length > maxChars) {
    const sentence = lastSentenceEnd(rest, maxChars);
    const end = sentence ?? blankEnd(rest, maxChars) ?? betweenCharacters(rest, maxChars);
    pieces.push({ text: rest.slice(0, end), endsSentence: sentence !== undefined });
    rest = rest.slice(end);
  }
  if (rest.length > 0) pieces.push({ text: rest, endsSentence: false });
  return pieces;
}

function lastSentenceEnd(text: string, maxChars: number): number | undefined {
  let end: number | undefined;
  // So much past the limit that a small letter behind a blank shows.
  for (const found of text.slice(0, maxChars + 2).matchAll(sentenceEnd)) {
    const at = found.index + found[0].length;
    if (at <= maxChars) end = at;
  }
  return end;
}

function blankEnd(text: string, maxChars: number): number | undefined {
  const space = text.lastIndexOf(' ', maxChars - 1);
  return space > 0 ? space + 1 : undefined;
}

function betweenCharacters(text: string, maxChars: number): number {
  for (let end = maxChars; end > 0; end--) {
    if (!insidePair(text, end) && !joins.test(text.slice(end, end + 2)) && text[end - 1] !== '\u200d') return end;
  }
  return insidePair(text, maxChars) && maxChars > 1 ? maxChars - 1 : maxChars;
}

function insidePair(text: string, at: number): boolean {
  const next = text.charCodeAt(at);
  const last = text.charCodeAt(at - 1);
  return next >= 0xdc00 && next <= 0xdfff && last >= 0xd800 && last <= 0xdbff;
}
