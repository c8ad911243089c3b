import type { SpeakTraits } from '../speech/service.ts';
import type { Boundary, Span } from '../speech/span.ts';
import type { SpeakCommand, TurnSettings } from '../speech/speak.ts';
import { cutText } from './cut-text.ts';
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
  readonly flushCommand: SpeakCommand;
  readonly #turn: string;
  readonly #policy: FlushPolicy;
  readonly #flushesAtEnd: boolean;
  readonly #maxChars: number;

  constructor(turn: string, traits: SpeakTraits, flush: Boundary) {
    const { textChars = Number.POSITIVE_INFINITY, charsPerMinute = textChars } = traits.limits;
    this.#turn = turn;
    this.flushCommand = { type: 'flush', turn };
    this.#policy = new FlushPolicy(traits.startsWithoutFlush ? undefined : flush);
    this.#flushesAtEnd = !traits.startsWithoutFlush;
    this.#maxChars = Math.max(1, Math.min(textChars, charsPerMinute));
  }

  begin(settings: TurnSettings | undefined): SpeakCommand {
    return { type: 'begin', turn: this.#turn, ...(settings && { settings }) };
  }

  /** The span, or the parts of one that is too long for a message. Each part has its share of the source. */
  pieces(span: Span): readonly Span[] {
    const { text, fromChar, toChar } = span;
    if (text.length <= this.#maxChars) return [span];
    const charAt = (chars: number) => fromChar + Math.floor(((toChar - fromChar) * chars) / text.length);
    let chars = 0;
    return cutText(text, this.#maxChars).map((piece): Span => {
      const from = charAt(chars);
      chars += piece.text.length;
      const ends = chars === text.length ? span.ends : piece.endsSentence ? 'sentence' : 'piece';
      return { text: piece.text, fromChar: from, toChar: charAt(chars), ends };
    });
  }

  /** White space parts words; where there are none before it, it is nothing to speak, and no cause for a flush. */
  says({ text }: Span): boolean {
    return this.#policy.unflushedChars > 0 || text.trim() !== '';
  }

  /** Of a span that fits in a message. `thinChars`: flushes are scarce, and each should cover so much text. */
  line(span: Span, thinChars?: number): ScriptLine {
    const text = this.says(span) ? span.text : '';
    const flushed = this.#policy.after(text.length, span.ends, thinChars);
    if (flushed) this.#policy.flushed();
    const commands = [...this.#texts(text, span), ...(flushed ? [this.flushCommand] : [])];
    return { span, commands, flushed };
  }

  /** The text of a line once more, for a connection that has not heard it. */
  again(span: Span): readonly SpeakCommand[] {
    return this.#texts(span.text, span);
  }

  #texts(text: string, { toChar }: Span): SpeakCommand[] {
    return text === '' ? [] : [{ type: 'text', turn: this.#turn, text, throughChar: toChar }];
  }

  /** A flush out of turn; none where nothing waits for one. */
  flush(): readonly SpeakCommand[] {
    if (this.#policy.unflushedChars === 0) return [];
    this.#policy.flushed();
    return [this.flushCommand];
  }

  /** No more text: what waits is flushed first, unless the service needs no flush to start. */
  end(): readonly SpeakCommand[] {
    return [...(this.#flushesAtEnd ? this.flush() : []), { type: 'end', turn: this.#turn }];
  }
}
