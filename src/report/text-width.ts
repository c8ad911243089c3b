const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Scripts and signs that terminals draw over two columns. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;

function columnsOf(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1;
}

/** Columns that a text takes on a terminal: a letter with its accents is one, a Chinese character two. */
export function textWidth(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += columnsOf(segment);
  return columns;
}

/** The text, shortened to so many columns with an ellipsis where it is longer. */
export function shorten(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let left = columns - 1;
  for (const { segment } of graphemes.segment(text)) {
    left -= columnsOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The text, shortened to so many columns from its beginning: what came last stays. */
export function shortenStart(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let kept = '';
  let left = columns - 1;
  for (const { segment } of [...graphemes.segment(text)].reverse()) {
    left -= columnsOf(segment);
    if (left < 0) break;
    kept = segment + kept;
  }
  return `…${kept}`;
}

/** Lines of at most so many columns, cut at spaces; a word that is longer stays whole. */
export function wrap(text: string, columns: number): string[] {
  const [first = '', ...words] = text.split(' ');
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (textWidth(longer) <= columns) {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
