import { gapBetween } from '../text/join.ts';
import { SentenceCutter } from '../text/sentences.ts';
import { isSpeakable } from '../text/speakable.ts';

/** Makes sentences of a client's text messages, however it divided its text. */
export class TextIntake {
  readonly #cutter: SentenceCutter;
  /** The last message, for what stands between it and the next. */
  #before = '';

  constructor(language?: string) {
    this.#cutter = new SentenceCutter({ ...(language !== undefined && { language }) });
  }

  /** The sentences that are whole for certain: what follows can no longer change them. */
  push(message: string): string[] {
    const gap = gapBetween(this.#before, message);
    this.#before = message;
    return this.#cutter.push(gap + message).map(({ text }) => text);
  }

  /** All that is left. What comes after it is a new text. */
  flush(): string[] {
    this.#before = '';
    return this.#cutter.flush().map(({ text }) => text);
  }
}

/** A sentence as an engine gets it: on one line, without needless blanks. Undefined where nothing would be heard. */
export function speakable(sentence: string): string | undefined {
  const text = sentence.trim().replace(/\s+/g, ' ');
  return isSpeakable(text) ? text : undefined;
}
