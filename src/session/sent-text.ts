import type { Span } from '../speech/span.ts';
import { endsSentence } from './flush-policy.ts';
import type { ScriptLine } from './script.ts';

interface Sent {
  readonly span: Span;
  /** A flush has gone out behind it, or waits for the connection that it will be sent on. */
  flushed: boolean;
  /** That flush has gone out on the connection in use. */
  asked: boolean;
  /** Nothing of it went out: it is complete with what stands before it. */
  readonly silent: boolean;
}

/**
 * What of a turn's text went out, and how far its sound is known to be complete. It keeps what no checkpoint has
 * covered, which is what a new connection would be sent again.
 */
export class SentText {
  #pending: Sent[] = [];
  /** Covered, but since the last clean checkpoint: after a loss they are said again. */
  #behind: Sent[] = [];
  #throughChar = 0;
  #sentChar = 0;
  #saidChars = 0;
  #sentences = 0;
  /** As they were at the last clean checkpoint. */
  #clean = { throughChar: 0, sentences: 0 };

  get throughChar(): number {
    return this.#throughChar;
  }

  get sentChar(): number {
    return this.#sentChar;
  }

  /** Characters that may be heard: of the text, or of what a dictionary has made of it, whichever are more. */
  get mostChars(): number {
    return Math.max(this.#sentChar, this.#saidChars);
  }

  /** Spans that end a sentence, and whose sound is complete. */
  get sentences(): number {
    return this.#sentences;
  }

  /** In order; spans that say nothing are left out. */
  get pending(): readonly Sent[] {
    return this.#pending.filter((sent) => !sent.silent);
  }

  get pendingChars(): number {
    return this.#sentChar - this.#throughChar;
  }

  /** A flush has gone out, or will as soon as there is a connection for it, that no checkpoint has reached. */
  get awaited(): boolean {
    return this.#pending.some((sent) => sent.flushed);
  }

  /** A flush has gone out on the connection in use that no checkpoint has reached: only that does the service owe. */
  get owed(): boolean {
    return this.#pending.some((sent) => sent.asked);
  }

  /** All flushes went out that there are, or those up to one that is sent again. */
  asked(through = this.#pending.at(-1)): void {
    for (const sent of this.#pending) {
      sent.asked = sent.flushed;
      if (sent === through) return;
    }
  }

  /** Another connection knows of none. */
  unasked(): void {
    for (const sent of [...this.#behind, ...this.#pending]) sent.asked = false;
  }

  /** There is something to be heard that no checkpoint covers. */
  get left(): boolean {
    return this.#pending.some(({ span }) => span.text.trim() !== '');
  }

  add({ span, flushed, commands }: ScriptLine): void {
    this.#sentChar = Math.max(this.#sentChar, span.toChar);
    this.#saidChars += span.text.length;
    const silent = commands.length === 0;
    // A run of spans that say nothing is one: a document of pictures must not fill the memory.
    if (silent && this.#pending.at(-1)?.silent) this.#pending.pop();
    this.#pending.push({ span, flushed, asked: false, silent });
    if (this.#pending.length === 1) this.#settle(this.#throughChar);
  }

  /** A flush followed the last text out of turn. */
  flushed(): void {
    const last = this.#pending.findLast((sent) => !sent.silent);
    if (last) last.flushed = true;
  }

  /** The sound is complete up to here. Says whether that is further than before. */
  checkpoint(throughChar: number): boolean {
    const before = this.#throughChar;
    this.#settle(Math.min(throughChar, this.#sentChar));
    return this.#throughChar > before;
  }

  /** No span is complete in part: what comes from here on belongs to the spans that wait. */
  get isClean(): boolean {
    const next = this.#pending.find((sent) => !sent.silent);
    return next === undefined || next.span.fromChar >= this.#throughChar;
  }

  /** What is covered will not be asked for again. */
  settle(): void {
    this.#behind = [];
    this.#clean = { throughChar: this.#throughChar, sentences: this.#sentences };
  }

  /** All since the last `settle` is to be said again. */
  takeBack(): void {
    this.#pending = [...this.#behind, ...this.#pending];
    this.#behind = [];
    this.#throughChar = this.#clean.throughChar;
    this.#sentences = this.#clean.sentences;
  }

  #settle(throughChar: number): void {
    let covered = 0;
    let through = throughChar;
    for (const { span, silent } of this.#pending) {
      // A part of a rewritten sentence may reach no further than it began: it is complete with what follows it.
      const most = span.text !== '' && span.fromChar === span.toChar ? throughChar - 1 : throughChar;
      if (!silent && span.toChar > most) break;
      covered++;
      if (!silent && endsSentence(span.ends)) this.#sentences++;
      through = Math.max(through, span.toChar);
    }
    this.#behind.push(...this.#pending.splice(0, covered));
    this.#throughChar = Math.max(this.#throughChar, through);
  }
}
