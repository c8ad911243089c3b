import type { RecognisedWord, RecogniserSettings, Recognition } from './recogniser.ts';

/** Audio after which the reader is told how far the engine is, ms. */
const progressMs = 1000;

export type ResultSettings = Pick<RecogniserSettings, 'interim' | 'utteranceEndMs'>;

/** Why a stretch ends; neither: because it is long, or the audio ends. */
export interface Ending {
  readonly endOfUtterance?: boolean;
  readonly fromFinalize?: boolean;
}

/** Turns what a decoder finds into results: stretches of audio, each beginning where the one before it ended. */
export class Results {
  readonly #settings: ResultSettings;
  readonly #emit: (result: Recognition) => void;
  /** Where the last final ended. */
  #fromMs = 0;
  /** Of the last interim or final. */
  #toldText = '';
  #toldMs = 0;
  /** Of the last word whose utterance was not yet said to have ended. */
  #lastWordEndMs: number | undefined;

  constructor(settings: ResultSettings, emit: (result: Recognition) => void) {
    this.#settings = settings;
    this.#emit = emit;
  }

  speechStarted(atMs: number): void {
    this.#lastWordEndMs = undefined;
    this.#emit({ type: 'speechStarted', atMs });
  }

  /** What is known of the open stretch by now: told where its text is new, else once a second. */
  soFar(words: readonly RecognisedWord[], nowMs: number): void {
    this.#note(words);
    const text = textOf(words);
    if (!this.#settings.interim || (text === this.#toldText && nowMs - this.#toldMs < progressMs)) return;
    this.#emit({ type: 'interim', ...this.#stretch(words, nowMs) });
    this.#toldText = text;
    this.#toldMs = nowMs;
  }

  /** Ends the stretch. */
  final(
    words: readonly RecognisedWord[],
    nowMs: number,
    { endOfUtterance = false, fromFinalize = false }: Ending,
  ): void {
    this.#note(words);
    this.#emit({ type: 'final', endOfUtterance, fromFinalize, ...this.#stretch(words, nowMs) });
    this.#fromMs = nowMs;
    this.#toldText = '';
    this.#toldMs = nowMs;
  }

  /** There has been no speech since `sinceMs`. */
  quiet(sinceMs: number, nowMs: number): void {
    const lastWordEndMs = this.#lastWordEndMs;
    const { utteranceEndMs } = this.#settings;
    if (lastWordEndMs === undefined || utteranceEndMs === undefined) return;
    if (nowMs - Math.max(sinceMs, lastWordEndMs) < utteranceEndMs) return;
    this.#emit({ type: 'utteranceEnd', lastWordEndMs });
    this.#lastWordEndMs = undefined;
  }

  #note(words: readonly RecognisedWord[]): void {
    this.#lastWordEndMs = words.at(-1)?.endMs ?? this.#lastWordEndMs;
  }

  #stretch(words: readonly RecognisedWord[], nowMs: number) {
    const sum = words.reduce((total, word) => total + word.confidence, 0);
    return {
      startMs: this.#fromMs,
      endMs: nowMs,
      text: textOf(words),
      words,
      confidence: words.length === 0 ? 0 : sum / words.length,
    };
  }
}

function textOf(words: readonly RecognisedWord[]): string {
  return words.map(({ text }) => text).join(' ');
}
