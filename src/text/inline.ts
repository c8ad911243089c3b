import { Emphasis } from './emphasis.ts';
import type { Reading } from './inline-tokens.ts';
import { tokenReaders } from './inline-tokens.ts';
import type { Spoken } from './reader.ts';

/** Where a token may start: a sign of markup, a URL at a word's start, a cell's end with the blanks before it. */
const special = /[\\`*_~<&[]|!\[|[ \t]{0,64}\||(?<![A-Za-z0-9])(?:https?:\/\/|www\.)/giu;
/** The text's end that may yet become one. */
const unfinished = /(?:[ \t]{1,64}|!|(?<![A-Za-z0-9])(?:h(?:t(?:t(?:p(?:s?(?::\/?)?)?)?)?)?|w{1,3}))$/iu;
/** The longest of those, with the sign before it. */
const unfinishedChars = 66;
const emphasisRun = /^(?:\*{1,16}|_{1,16}|~{1,16})/;
const loneHighSurrogate = /^[\uD800-\uDBFF]$/;

/** The source's place of some character of the open text; what follows it lies in one stretch up to the next origin. */
interface Origin {
  readonly at: number;
  readonly fromChar: number;
}

/** Speaks the inside of a block, as it comes: marks are dropped, links and entities become text. */
export class InlineReader {
  #text = '';
  #at = 0;
  #origins: Origin[] = [];
  #emphasis = new Emphasis();
  #row = false;
  /** Something of the block was spoken. */
  #begun = false;
  /** A cell ended; a comma is due if another one has text. */
  #cellEnded = false;
  #spoken: Spoken[] = [];

  /** Starts a block. In a table's row each | parts cells; elsewhere one between blanks does. */
  begin(row: boolean): void {
    this.#row = row;
  }

  push(text: string, fromChar: number): Spoken[] {
    this.#forget();
    this.#origins.push({ at: this.#text.length, fromChar });
    this.#text += text;
    return this.#read(false);
  }

  /** Ends the block: what could have become something is what it is. */
  end(): Spoken[] {
    const spoken = this.#read(true);
    this.#text = '';
    this.#at = 0;
    this.#origins = [];
    this.#emphasis = new Emphasis();
    this.#row = false;
    this.#begun = false;
    this.#cellEnded = false;
    return spoken;
  }

  /** Drops what was read, but for the sign before the next, which may be a surrogate pair. */
  #forget(): void {
    const drop = Math.max(0, this.#at - 2);
    this.#text = this.#text.slice(drop);
    this.#at -= drop;
    const moved = this.#origins.map((origin) => ({ at: origin.at - drop, fromChar: origin.fromChar }));
    this.#origins = moved.filter((_, index) => (moved[index + 1]?.at ?? 1) > 0);
  }

  #read(final: boolean): Spoken[] {
    this.#spoken = [];
    for (;;) {
      special.lastIndex = this.#at;
      const found = special.exec(this.#text);
      if (!found) break;
      this.#sayTo(found.index);
      const reading = this.#token(found[0], final);
      if (reading === 'more') return this.#spoken;
      this.#take(reading ?? { chars: 1, spoken: this.#text.charAt(this.#at) });
    }
    const held = final ? 0 : (unfinished.exec(this.#text.slice(this.#at).slice(-unfinishedChars))?.[0].length ?? 0);
    this.#sayTo(this.#text.length - held);
    return this.#spoken;
  }

  #token(mark: string, final: boolean): Reading {
    const before = [...this.#text.slice(Math.max(0, this.#at - 2), this.#at)].at(-1) ?? '';
    if (mark.endsWith('|')) return this.#cell(mark, final);
    if (emphasisRun.test(mark)) return this.#marks(before, final);
    const reader = tokenReaders[mark.charAt(0).toLowerCase()];
    if (!reader) return undefined;
    const rest = this.#text.slice(this.#at, this.#at + reader.windowChars);
    return reader.read(rest, final || rest.length === reader.windowChars, before);
  }

  #marks(before: string, final: boolean): Reading {
    const [run = ''] = emphasisRun.exec(this.#text.slice(this.#at, this.#at + 16)) ?? [];
    const [after = ''] = this.#text.slice(this.#at + run.length, this.#at + run.length + 2);
    if (!final && (after === '' || loneHighSurrogate.test(after))) return 'more';
    const literal = this.#emphasis.role(run, before, after) === 'literal';
    return { chars: run.length, spoken: literal ? run : '' };
  }

  #cell(mark: string, final: boolean): Reading {
    const behind = this.#text.charAt(this.#at + mark.length);
    if (!this.#row) {
      if (behind === '' && !final) return 'more';
      if (mark === '|' || !/^\s?$/.test(behind)) return { chars: mark.length, spoken: mark };
    }
    this.#cellEnded = this.#begun;
    return { chars: mark.length, spoken: '' };
  }

  #take(token: Exclude<Reading, 'more' | undefined>): void {
    const text = token.markdown ? speakInline(token.spoken) : token.spoken;
    this.#say(text, Math.min(this.#at + token.chars, this.#text.length));
  }

  /** Speaks the text up to `to` as it stands, each stretch of the source by itself. */
  #sayTo(to: number): void {
    while (this.#at < to) {
      const next = this.#origins.find((origin) => origin.at > this.#at)?.at ?? to;
      this.#say(this.#text.slice(this.#at, Math.min(next, to)), Math.min(next, to));
    }
  }

  /** Speaks for the text up to `to`. Blanks at the start of a block or a cell are not spoken. */
  #say(text: string, to: number): void {
    const bare = this.#begun && !this.#cellEnded ? text : text.trimStart();
    if (bare !== '') {
      const toChar = this.#sourceAt(to - 1) + 1;
      const fromChar = Math.min(this.#sourceAt(this.#at) + text.length - bare.length, toChar);
      if (this.#cellEnded) this.#spoken.push({ text: ', ', fromChar, toChar: fromChar });
      this.#spoken.push({ text: bare, fromChar, toChar });
      this.#begun = true;
      this.#cellEnded = false;
    }
    this.#at = to;
  }

  /** The source's place of a character of the open text. */
  #sourceAt(at: number): number {
    const origin = this.#origins.findLast((candidate) => candidate.at <= at);
    return origin ? origin.fromChar + at - origin.at : 0;
  }
}

/** A link's text, which is all there. */
function speakInline(markdown: string): string {
  const reader = new InlineReader();
  return [...reader.push(markdown, 0), ...reader.end()].map((piece) => piece.text).join('');
}
