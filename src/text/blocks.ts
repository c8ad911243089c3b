/** What stands at the start of a line of Markdown. */
export type LineKind =
  /** Spoken: a heading, a list's item, a table's row, a footnote's text, or text that may go on a paragraph. */
  | 'heading'
  | 'item'
  | 'row'
  | 'note'
  | 'text'
  /** Not spoken. `rule` is also the underline of a heading; `link` defines the target of links. */
  | 'blank'
  | 'rule'
  | 'separator'
  | 'fence'
  | 'link';

export interface Line {
  readonly kind: LineKind;
  /** How many characters before the text are markup. */
  readonly markupChars: number;
  readonly quoted: boolean;
  /** For a fence: its marks, which a line must repeat to close it. */
  readonly fence: string;
  /** For a heading whose end was seen: how many characters after the markup are its text ("## Title ##"). */
  readonly textChars?: number;
}

/** The block in which the line stands, as far as it changes what the line may be. */
export interface Within {
  /** A paragraph is open: of numbers only 1 starts a list there ("… in\n42. And then"). */
  readonly paragraph: boolean;
  /** A table's separator was seen and no blank line since: lines are rows, with a first | or without. */
  readonly table: boolean;
}

/** A line's kind is decided on so many characters at most. */
export const headChars = 200;

/** Signs that markup is made of: a line of these alone may still become anything. */
const onlyMarks = /^[\s>#*+\-_=|:~`\d.)]*$/;
const quote = /^(?:[ \t]*>[ \t]?)+/;
const fence = /^[ \t]*(`{3,}|~{3,})/;
const definition = /^[ \t]{0,3}\[(\^?)[^\]\n]+\]:[ \t]*/;
/** Kinds told by the whole line, and by its start; the first that fits. */
const wholeLine: readonly (readonly [LineKind, RegExp])[] = [
  ['blank', /^\s*$/],
  ['rule', /^[ \t]*(?:([-*_])(?:[ \t]*\1){2,}|=+|-{1,2})\s*$/],
  ['separator', /^(?=[^-]*-)(?=[^|]*\|)[\s|:-]+$/],
];
const heading = /^[ \t]{0,3}#{1,6}(?:[ \t]+|$)/;
const lineStart: readonly (readonly [LineKind, RegExp])[] = [
  ['item', /^[ \t]*[-*+][ \t]+(?=\S)/],
  ['row', /^[ \t]*(?=\|)/],
];
const numbered = /^[ \t]*(?=(\d{1,3})[.)][ \t]+\S)/;

/**
 * Reads the start of a line. 'more' while it is too little to tell: until a sign that is no markup, at most
 * `headChars`, for fences and headings until the line's end.
 * @param rest the text from the line's start, following lines perhaps included
 * @param final no more will come
 */
export function readLine(rest: string, final: boolean, within: Within): Line | 'more' {
  const window = rest.slice(0, headChars);
  const end = window.indexOf('\n');
  const head = end < 0 ? window : window.slice(0, end);
  const whole = end >= 0 || final || window.length === headChars;
  const quoteMark = quote.exec(head)?.[0] ?? '';
  const inner = head.slice(quoteMark.length);
  const line = (kind: LineKind, markup = '', marks = ''): Line => ({
    kind,
    markupChars: quoteMark.length + markup.length,
    quoted: quoteMark !== '',
    fence: marks,
  });
  if (!whole && (onlyMarks.test(head) || wantsWholeLine(inner))) return 'more';
  const marks = fence.exec(inner)?.[1];
  if (marks && !(marks.startsWith('`') && inner.slice(inner.indexOf(marks) + marks.length).includes('`'))) {
    return line('fence', '', marks);
  }
  for (const [kind, pattern] of wholeLine) if (pattern.test(inner)) return line(kind);
  const defined = definition.exec(inner);
  if (defined) return defined[1] ? line('note', defined[0]) : line('link');
  const hashes = heading.exec(inner)?.[0];
  if (hashes !== undefined) {
    const found = line('heading', hashes);
    const text = inner.slice(hashes.length).replace(/(?:^|[ \t]+)#*\s*$/, '');
    return end >= 0 || final ? { ...found, textChars: text.length } : found;
  }
  for (const [kind, pattern] of lineStart) {
    const markup = pattern.exec(inner)?.[0];
    if (markup !== undefined) return line(kind, markup);
  }
  if (within.table) return line('row');
  const number = numbered.exec(inner);
  if (number && (!within.paragraph || number[1] === '1')) return line('item', number[0]);
  return line('text', /^[ \t]*/.exec(inner)?.[0]);
}

/** Starts whose kind, or text, hangs on what comes later in the line. */
function wantsWholeLine(inner: string): boolean {
  return fence.test(inner) || heading.test(inner) || /^[ \t]{0,3}\[(?:[^\]]*\]?|\^[^\]\n]+\]:[ \t]*)$/.test(inner);
}

/** Whether a line closes the fence that these marks opened. 'more' while that cannot be told. */
export function closesFence(rest: string, final: boolean, marks: string): boolean | 'more' {
  const window = rest.slice(0, headChars);
  const end = window.indexOf('\n');
  const head = end < 0 ? window : window.slice(0, end);
  const [, found = ''] = /^[\s>]*(`+|~+)?\s*$/.exec(head) ?? [undefined, 'x'];
  if (found === 'x') return false;
  if (end < 0 && !final && window.length < headChars) return 'more';
  return found.startsWith(marks);
}
