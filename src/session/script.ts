import type { SpeakTraits } from '../speech/service.ts';
import type { Boundary, Span } from '../speech/span.ts';
import type { SpeakCommand, TurnSettings } from '../speech/speak.ts';
import { FlushPolicy } from './flush-policy.ts';

/** What one span makes of itself on the wire. */
export interface ScriptLine {
  readonly span: Span;
  /** None for a span that says nothing: it is complete as soon as what stands before it is. */
  readonly commands: readonly SpeakCommand[];
  readonly flushed: boolean;
}

/**
 * The words of one turn in neutral commands: its texts, cut to what a message may hold, and the flushes between them.
 * The session sends them, a dry run prints them.
 */
export class Script {
  readonly #turn: string;
  readonly #policy: FlushPolicy;
  readonly #flushesAtEnd: boolean;
  readonly #maxChars: number;

  constructor(turn: string, traits: SpeakTraits, flush: Boundary) {
    this.#turn = turn;
    this.#policy = new FlushPolicy(traits.startsWithoutFlush ? undefined : flush);
    this.#flushesAtEnd = !traits.startsWithoutFlush;
    this.#maxChars = traits.limits.textChars ?? Number.POSITIVE_INFINITY;
  }

  begin(settings: TurnSettings | undefined): SpeakCommand {
    return { type: 'begin', turn: this.#turn, ...(settings && { settings }) };
  }

  line(span: Span): ScriptLine {
    // White space parts words; where there are none before it, it is nothing to speak, and no cause for a flush.
    const silent = this.#policy.unflushedChars === 0 && span.text.trim() === '';
    const text = silent ? '' : span.text;
    const flushed = this.#policy.after(text.length, span.ends);
    if (flushed) this.#policy.flushed();
    return { span, commands: this.#commands(text, span, flushed), flushed };
  }

  /** The same line once more, for a connection that has not heard it. */
  again({ span, flushed }: { readonly span: Span; readonly flushed: boolean }): readonly SpeakCommand[] {
    return this.#commands(span.text, span, flushed);
  }

  #commands(text: string, span: Span, flushed: boolean): SpeakCommand[] {
    const pieces = cut(text, this.#maxChars);
    const commands = pieces.map((piece, i): SpeakCommand => {
      const throughChar = i === pieces.length - 1 ? span.toChar : span.fromChar;
      return { type: 'text', turn: this.#turn, text: piece, throughChar };
    });
    if (flushed) commands.push({ type: 'flush', turn: this.#turn });
    return commands;
  }

  /** A flush out of turn; none where nothing waits for one. */
  flush(): readonly SpeakCommand[] {
    if (this.#policy.unflushedChars === 0) return [];
    this.#policy.flushed();
    return [{ type: 'flush', turn: this.#turn }];
  }

  /** No more text: what waits is flushed first, unless the service needs no flush to start. */
  end(): readonly SpeakCommand[] {
    return [...(this.#flushesAtEnd ? this.flush() : []), { type: 'end', turn: this.#turn }];
  }
}

/** Cuts a text that is longer than a message may be, at the last space that fits, never inside a character. */
function cut(text: string, maxChars: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > maxChars) {
    const space = rest.lastIndexOf(' ', maxChars - 1);
    let end = space > 0 ? space + 1 : maxChars;
    const last = rest.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff && end > 1) end--;
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  if (rest.length > 0) pieces.push(rest);
  return pieces;
}
