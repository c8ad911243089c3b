/** A place inside a sentence that bears a pause, in the scripts that put a space behind it, and in those that do not. */
const pause = /[,;:.!?…–—)\]][^\S\u00a0\u202f]|[，、；：]/gu;
const blank = /[^\S\u00a0\u202f]/;

/**
 * Where to cut a text that has no end within `limit` characters: behind the last comma or the like in the second
 * half, else behind the last blank, else between characters as a reader sees them (never inside a surrogate pair or a
 * combining sequence).
 * @param text the text from its start to some way past the limit
 */
export function forcedCut(text: string, limit: number): number {
  return lastPause(text.slice(0, limit)) ?? lastBlank(text, limit) ?? betweenCharacters(text, limit);
}

/** The end of the last blank within the limit that has text before it. */
export function lastBlank(text: string, limit: number): number | undefined {
  for (let at = limit - 1; at > 0; at--) {
    if (blank.test(text.charAt(at))) return text.slice(0, at).trim() === '' ? undefined : at + 1;
  }
  return undefined;
}

function lastPause(head: string): number | undefined {
  let end: number | undefined;
  pause.lastIndex = Math.floor(head.length / 2);
  for (let found = pause.exec(head); found; found = pause.exec(head)) end = pause.lastIndex;
  return end;
}

/** Made on first use: the first segmenter of a process takes some 20 ms. */
let graphemes: Intl.Segmenter | undefined;

function betweenCharacters(text: string, limit: number): number {
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  const start = graphemes.segment(text).containing(limit)?.index ?? limit;
  if (start > 0) return start;
  // One character longer than the limit: its code points may be parted, its surrogate pairs may not.
  const insidePair = /^[\uDC00-\uDFFF]/.test(text.slice(limit)) && /[\uD800-\uDBFF]$/.test(text.slice(0, limit));
  return insidePair ? Math.max(limit - 1, 2) : limit;
}
