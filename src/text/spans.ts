import type { Boundary, Span } from '../speech/span.ts';
import { forcedCut } from './forced-cut.ts';
import { MarkdownReader } from './markdown.ts';
import type { BlockEnd, SpeechReader, Spoke } from './reader.ts';
import { PlainReader } from './reader.ts';
import type { Cut } from './sentences.ts';
import { defaultMaxChars, SentenceCutter } from './sentences.ts';
import { SourceMap } from './source-map.ts';
import { isSpeakable } from './speakable.ts';
import type { Stage } from './through.ts';
import { through } from './through.ts';

export interface SpanOptions {
  /** A language tag; English by default. */
  readonly language?: string;
  /** Give out as early as can be: the first sentence at a clause, and a finished sentence at its line's end. */
  readonly eager: boolean;
  /** The source is Markdown: its speech is given, as `MarkdownReader` describes. */
  readonly markdown: boolean;
  /** The longest span; 400 by default. */
  readonly maxChars?: number;
  /** Applied to each span before it is given, a pronunciation dictionary say. What it makes too long is cut again. */
  readonly rewrite?: (text: string) => string;
}

/** So much of a source's piece is cut at a time: a source may give a book at once, and its reader want one span. */
const sliceChars = 1024;

/**
 * A text, cut into the spans to be sent, while it comes. The spans are the same however the source is divided.
 *
 * - A sentence is given once the start of the next text is seen, or, with `eager`, at the line end behind it.
 * - `fromChar` is where the span before ended. Text that has nothing to speak ("***", blanks) makes no span.
 * - The last span ends 'end', always and only that one. Where the last sentence was given before it was known to be the last,
 *   a span with empty text follows; so does one that ends 'paragraph', where a paragraph's end came to be known late.
 * - The eager cut ends 'clause', at a space too; cuts that only the greatest length made end 'piece'.
 *
 * Nothing is read ahead; `return()` releases the source at once.
 */
export function cutSpans(source: AsyncIterable<string> | Iterable<string>, options: SpanOptions): AsyncIterable<Span> {
  const pieces = Symbol.asyncIterator in source ? source : asComing(source);
  return through(pieces, () => new SpanStage(options));
}

async function* asComing(pieces: Iterable<string>): AsyncIterable<string> {
  yield* pieces;
}

/** What `cutSpans` does, for text that is pushed. After `end` it is of no more use. */
export class SpanStage implements Stage<string, Span> {
  readonly #reader: SpeechReader;
  readonly #cutter: SentenceCutter;
  readonly #map = new SourceMap();
  readonly #rewrite: ((text: string) => string) | undefined;
  readonly #maxChars: number;
  #readChars = 0;
  #givenChars = 0;
  /** A paragraph's end is news: something was spoken since the last. */
  #inParagraph = false;

  constructor(options: SpanOptions) {
    const maxChars = Math.max(2, options.maxChars ?? defaultMaxChars);
    this.#reader = options.markdown ? new MarkdownReader() : new PlainReader();
    this.#cutter = new SentenceCutter({ language: options.language, maxChars, eager: options.eager });
    this.#rewrite = options.rewrite;
    this.#maxChars = maxChars;
  }

  *push(text: string): Iterable<Span> {
    for (let at = 0; at < text.length; at += sliceChars) {
      const slice = text.slice(at, at + sliceChars);
      this.#readChars += slice.length;
      yield* this.#spans(this.#reader.push(slice));
    }
  }

  *end(): Iterable<Span> {
    const spans = [...this.#spans(this.#reader.end())];
    for (const cut of this.#cutter.flush()) spans.push(...this.#give(cut, cut.ends));
    while (spans.at(-1)?.text === '') spans.pop();
    const last = spans.pop();
    yield* spans;
    const toChar = this.#readChars;
    yield { text: last?.text ?? '', fromChar: last?.fromChar ?? toChar, toChar, ends: 'end' };
  }

  *#spans(spoken: readonly Spoke[]): Iterable<Span> {
    for (const piece of spoken) {
      if ('ends' in piece) {
        yield* this.#endBlock(piece);
        continue;
      }
      this.#map.add(piece);
      for (const cut of this.#cutter.push(piece.text)) yield* this.#give(cut, cut.ends);
    }
  }

  *#endBlock(block: BlockEnd): Iterable<Span> {
    const cuts = this.#cutter.flush();
    const lastSpeakable = cuts.findLastIndex((cut) => isSpeakable(cut.text));
    for (const [index, cut] of cuts.entries()) {
      if (index !== lastSpeakable) yield* this.#give(cut, cut.ends);
      else yield* this.#give({ ...cut, text: closed(cut.text, block, this.#maxChars) }, block.ends);
    }
    if (lastSpeakable < 0 && block.ends === 'paragraph') yield* this.#endParagraph(this.#givenChars);
  }

  *#give(cut: Cut, ends: Boundary): Iterable<Span> {
    const toChar = this.#map.sourceAt(cut.toChar);
    if (isSpeakable(cut.text)) {
      yield* this.#fit(this.#rewrite ? this.#rewrite(cut.text) : cut.text, toChar, ends);
      this.#inParagraph = ends !== 'paragraph';
    } else if (ends === 'paragraph') {
      yield* this.#endParagraph(toChar);
    }
  }

  /** A span, or several where rewriting made it too long: all but the last are pieces that end where they began. */
  *#fit(text: string, toChar: number, ends: Boundary): Iterable<Span> {
    const fromChar = this.#givenChars;
    let rest = text;
    while (rest.length > this.#maxChars) {
      const end = forcedCut(rest, this.#maxChars);
      yield { text: rest.slice(0, end), fromChar, toChar: fromChar, ends: 'piece' };
      rest = rest.slice(end);
    }
    this.#givenChars = toChar;
    yield { text: rest, fromChar, toChar, ends };
  }

  *#endParagraph(toChar: number): Iterable<Span> {
    if (!this.#inParagraph) return;
    this.#inParagraph = false;
    const fromChar = this.#givenChars;
    this.#givenChars = toChar;
    yield { text: '', fromChar, toChar, ends: 'paragraph' };
  }
}

/** A block's last text: with a full stop behind its last word, if it wants one and has none, and its line ends. */
function closed(text: string, { ends, stop }: BlockEnd, maxChars: number): string {
  const bare = text.trimEnd();
  const blanks = ends === 'paragraph' ? '\n\n' : text.slice(bare.length) || '\n';
  const ended = !stop || /[\p{STerm}…:;,،，、；：]["'\p{Pe}\p{Pf}]*$/u.test(bare);
  const sign = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]$/u.test(bare) ? '。' : '.';
  const whole = bare + (ended ? '' : sign) + blanks;
  return whole.length > maxChars ? text : whole;
}
