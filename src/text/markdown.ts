import type { Line, LineKind } from './blocks.ts';
import { closesFence, readLine } from './blocks.ts';
import { InlineReader } from './inline.ts';
import type { BlockEnd, SpeechReader, Spoke } from './reader.ts';

type BlockKind = 'heading' | 'item' | 'row' | 'note' | 'text';

interface KindRow {
  /** What the block before it ends with; text goes on with an open paragraph or item instead. */
  readonly before?: BlockEnd['ends'];
  /** The block it opens; none where the line is not spoken. */
  readonly opens?: BlockKind;
}

const kinds: Record<LineKind, KindRow> = {
  heading: { before: 'paragraph', opens: 'heading' },
  item: { before: 'sentence', opens: 'item' },
  row: { before: 'sentence', opens: 'row' },
  note: { before: 'paragraph', opens: 'note' },
  text: { opens: 'text' },
  blank: { before: 'paragraph' },
  rule: { before: 'paragraph' },
  separator: { before: 'sentence' },
  fence: { before: 'paragraph' },
  link: { before: 'paragraph' },
};

/** Blocks that end with their line. */
const oneLine: Partial<Record<BlockKind, BlockEnd['ends']>> = { heading: 'paragraph', row: 'sentence' };
/** Blocks that are a sentence by their form. */
const sentences: ReadonlySet<BlockKind> = new Set(['heading', 'item', 'row']);

/** What a model thinks is not for the listener. In quotes or code the tag is a word among others. */
const hiddenOpening = /(?<!["'`])<think(?:ing)?>/gi;
const hiddenClosing = /<\/think(?:ing)?>/gi;
const longestOpening = '<thinking>';
const longestClosing = '</thinking>';

/**
 * Markdown to speech, line by line and inside the line, as it comes; the result does not depend on how the text was
 * divided.
 *
 * - Headings, list items and table rows are sentences; a heading is a paragraph too. Numbers of lists are kept, cells
 *   are parted by commas, a table's separator row, rules, code blocks and definitions of links are not spoken.
 * - Marks of emphasis, strike and inline code are dropped; arithmetic and names_like_this stay (`Emphasis`).
 * - Links are their text, images their alternative text, URLs their host; references to footnotes are dropped, their
 *   texts are spoken where they stand. HTML tags and comments are dropped, entities decoded.
 * - <think>…</think> is not spoken, closed or not.
 * - Indented code is taken as text: models indent the texts of lists so.
 */
export class MarkdownReader implements SpeechReader {
  readonly #inline = new InlineReader();
  #text = '';
  #textFromChar = 0;
  #at = 0;
  #mode: 'lineStart' | 'inLine' | 'skipLine' | 'hidden' = 'lineStart';
  /** The marks of the code block that is open. */
  #fence = '';
  #table = false;
  #quoted = false;
  #lineBegun = false;
  #block: BlockKind | undefined;
  #spoke: Spoke[] = [];

  push(text: string): Spoke[] {
    // One sign before the next is kept: it may be the quote before a tag.
    const drop = Math.max(0, this.#at - 1);
    this.#text = this.#text.slice(drop) + text;
    this.#textFromChar += drop;
    this.#at -= drop;
    return this.#read(false);
  }

  end(): Spoke[] {
    const spoke = this.#read(true);
    if (this.#block && sentences.has(this.#block)) this.#endBlock('sentence');
    else spoke.push(...this.#inline.end());
    return spoke;
  }

  #read(final: boolean): Spoke[] {
    this.#spoke = [];
    while (this.#at < this.#text.length && this.#step(final));
    return this.#spoke;
  }

  /** Reads on by one thing; false where it takes more text. */
  #step(final: boolean): boolean {
    switch (this.#mode) {
      case 'lineStart':
        return this.#fence ? this.#codeLine(final) : this.#lineStart(final);
      case 'inLine':
        return this.#inLine(final);
      case 'skipLine':
        return this.#skipLine();
      case 'hidden':
        return this.#hidden();
    }
  }

  #codeLine(final: boolean): boolean {
    const closes = closesFence(this.#text.slice(this.#at), final, this.#fence);
    if (closes === 'more') return false;
    if (closes) this.#fence = '';
    this.#mode = 'skipLine';
    return true;
  }

  #lineStart(final: boolean): boolean {
    const within = { paragraph: this.#block === 'text', table: this.#table };
    const line = readLine(this.#text.slice(this.#at), final, within);
    if (line === 'more') return false;
    if (line.quoted && !this.#quoted) this.#endBlock('paragraph');
    this.#quoted = line.quoted;
    this.#open(line);
    return true;
  }

  #open(line: Line): void {
    const { before, opens } = kinds[line.kind];
    // Text above a table's separator was its head, above a rule a heading, whatever it looked like then.
    if ((line.kind === 'separator' || line.kind === 'rule') && this.#block === 'text') this.#block = 'heading';
    if (before) this.#endBlock(before);
    if (line.kind === 'separator') this.#table = true;
    if (line.kind === 'blank') this.#table = false;
    this.#fence = line.fence;
    this.#at += line.markupChars;
    this.#mode = opens ? 'inLine' : 'skipLine';
    if (opens && (before || !this.#block)) {
      this.#block = opens;
      this.#inline.begin(opens === 'row');
    }
    if (line.textChars !== undefined) {
      this.#speakTo(this.#at + line.textChars);
      this.#mode = 'skipLine';
    }
  }

  #inLine(final: boolean): boolean {
    const lineEnd = this.#text.indexOf('\n', this.#at) + 1;
    const end = lineEnd || this.#text.length;
    hiddenOpening.lastIndex = this.#at;
    const opening = hiddenOpening.exec(this.#text);
    if (opening && opening.index < end) {
      this.#speakTo(opening.index);
      this.#at = hiddenOpening.lastIndex;
      this.#mode = 'hidden';
      return true;
    }
    const held = lineEnd || final ? 0 : unfinishedOpening(this.#text.slice(this.#at));
    this.#speakTo(end - held);
    if (lineEnd) this.#lineEnd();
    return held === 0;
  }

  #skipLine(): boolean {
    const lineEnd = this.#text.indexOf('\n', this.#at) + 1;
    this.#at = lineEnd || this.#text.length;
    if (lineEnd) this.#lineEnd();
    return true;
  }

  #hidden(): boolean {
    hiddenClosing.lastIndex = this.#at;
    if (!hiddenClosing.exec(this.#text)) {
      this.#at = Math.max(this.#at, this.#text.length - longestClosing.length);
      return false;
    }
    this.#at = hiddenClosing.lastIndex;
    this.#mode = this.#lineBegun ? 'inLine' : 'lineStart';
    return true;
  }

  #lineEnd(): void {
    this.#mode = 'lineStart';
    this.#lineBegun = false;
    const ends = this.#block && oneLine[this.#block];
    if (ends) this.#endBlock(ends);
  }

  #speakTo(end: number): void {
    const text = this.#text.slice(this.#at, end);
    if (text === '') return;
    if (text.trim() !== '') this.#lineBegun = true;
    this.#spoke.push(...this.#inline.push(text, this.#textFromChar + this.#at));
    this.#at = end;
  }

  #endBlock(ends: BlockEnd['ends']): void {
    this.#spoke.push(...this.#inline.end());
    this.#spoke.push({ ends, stop: this.#block !== undefined && sentences.has(this.#block) });
    this.#block = undefined;
  }
}

/** How many characters at the end may be the start of a tag that hides. */
function unfinishedOpening(text: string): number {
  const start = text.lastIndexOf('<');
  const tail = text.slice(start).toLowerCase();
  return start >= 0 && longestOpening.startsWith(tail) ? tail.length : 0;
}
