import { gapBetween } from '../text/join.ts';
import { SentenceCutter } from '../text/sentences.ts';
import { SpanStage } from '../text/spans.ts';
import { isSpeakable } from '../text/speakable.ts';

export interface TextIntakeOptions {
  readonly language?: string;
  /** Markdown is markup, and not spoken. */
  readonly markdown?: boolean;
}

/** What cuts a text into sentences; it may be used again after `flush`. */
interface Cutting {
  push(text: string): string[];
  flush(): string[];
}

function plainCutting(language: string | undefined): Cutting {
  const cutter = new SentenceCutter({ ...(language !== undefined && { language }) });
  const texts = (cuts: readonly { readonly text: string }[]) => cuts.map(({ text }) => text);
  return { push: (text) => texts(cutter.push(text)), flush: () => texts(cutter.flush()) };
}

function markdownCutting(language: string | undefined): Cutting {
  const fresh = () => new SpanStage({ ...(language !== undefined && { language }), eager: false, markdown: true });
  let stage = fresh();
  return {
    push: (text) => Array.from(stage.push(text), (span) => span.text),
    flush() {
      const rest = Array.from(stage.end(), (span) => span.text);
      stage = fresh();
      return rest;
    },
  };
}

/** A mark that ends sentences, and perhaps what closes behind it: a quotation, a bracket, a sign of markdown. */
const sentenceEnd = /[\p{STerm}…][^\p{L}\p{N}]*$/u;
const tailChars = 16;

/** Makes sentences of a client's text messages, however it divided its text. */
export class TextIntake {
  readonly #cutting: Cutting;
  /** The last message, for what stands between it and the next. */
  #before = '';
  /** The end of what came since the last flush. */
  #tail = '';

  constructor({ language, markdown }: TextIntakeOptions = {}) {
    this.#cutting = markdown ? markdownCutting(language) : plainCutting(language);
  }

  /** The sentences that are whole for certain: what follows can no longer change them. */
  push(message: string): string[] {
    const gap = gapBetween(this.#before, message);
    this.#before = message;
    this.#tail = (this.#tail + gap + message).slice(-tailChars);
    return this.#cutting.push(gap + message);
  }

  /** A message may be pushed in slices: the second and all after it. */
  pushOn(slice: string): string[] {
    this.#before = slice;
    this.#tail = (this.#tail + slice).slice(-tailChars);
    return this.#cutting.push(slice);
  }

  /** What came last may be the end of a sentence. Only what follows, or that nothing does, can say so for certain. */
  get endsLikeSentence(): boolean {
    return sentenceEnd.test(this.#tail);
  }

  /** All that is left. What comes after it is a new text. */
  flush(): string[] {
    this.#before = '';
    this.#tail = '';
    return this.#cutting.flush();
  }
}

/** A sentence as an engine gets it: on one line, without needless blanks. Undefined where nothing would be heard. */
export function speakable(sentence: string): string | undefined {
  const text = sentence.trim().replace(/\s+/g, ' ');
  return isSpeakable(text) ? text : undefined;
}
