import { RepeatedWords } from './repeated-words.ts';
import type { Placed } from './segments.ts';

/** Two recognitions of the same sound do not place a word's end at the same sample. */
const slackMs = 20;

/**
 * Knows what a reader was given since the last utterance boundary, so that audio which is sent again gives nothing
 * twice: by places where the service tells them, else by the words.
 */
export class Repeats {
  readonly #words = new RepeatedWords();
  #givenMs = 0;
  /** Finals up to there are repeats; undefined where nothing is sent again. */
  #untilMs: number | undefined;

  /** A reader was given this final; it can end at `mostMs` at the latest, whatever it is taken to be about. */
  gave({ text, endMs }: Placed, mostMs: number): void {
    this.#givenMs = Math.max(this.#givenMs, endMs);
    this.#words.gave(text, endMs, mostMs);
  }

  /** What lies before that place, ms, is never sent again; what was given reaches no further than what was sent, ms. */
  settle(boundaryMs: number, sentMs: number): void {
    this.#givenMs = Math.min(this.#givenMs, sentMs);
    this.#words.settle(boundaryMs);
  }

  /** The audio since the last `settle` is sent again. */
  begin(): void {
    this.#untilMs = this.#givenMs;
    this.#words.begin();
  }

  /** The service has heard all up to there, ms: what it has not told again it does not tell. */
  heardAgain(ms: number): void {
    this.#words.heardAgain(ms);
  }

  /** What is new in a final, if anything; `told`: whether the service told its place. */
  newIn(final: Placed, told: boolean): Placed | undefined {
    const untilMs = this.#untilMs;
    if (untilMs === undefined) return final;
    if (!told) return this.#newWordsIn(final);
    if (final.endMs <= untilMs + slackMs) return undefined;
    this.#untilMs = undefined;
    const words = final.words?.filter(({ startMs }) => startMs >= untilMs - slackMs);
    const [first] = words ?? [];
    if (!words || !first || words.length === final.words?.length) return final;
    return { ...final, startMs: first.startMs, text: words.map(({ text }) => text).join(' '), words };
  }

  #newWordsIn(final: Placed): Placed | undefined {
    const text = this.#words.newIn(final.text);
    if (text === undefined) return undefined;
    return text === final.text ? final : { ...final, text };
  }
}
