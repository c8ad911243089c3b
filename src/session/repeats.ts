import type { Placed } from './segments.ts';

/** Two recognitions of the same sound do not place a word's end at the same sample. */
const slackMs = 20;

/**
 * Knows what a reader was given since the last utterance boundary, so that audio which is sent again gives nothing
 * twice: by places where the service tells them, else by the words.
 */
export class Repeats {
  #givenMs = 0;
  #givenTexts: string[] = [];
  /** Finals up to there, or with these words next, are repeats; undefined where nothing is sent again. */
  #untilMs: number | undefined;
  #expected: string[] = [];

  /** A reader was given this final. */
  gave({ text, endMs }: Placed): void {
    this.#givenMs = Math.max(this.#givenMs, endMs);
    this.#givenTexts.push(text);
  }

  /** What was given before is never sent again; it can reach no further than the audio that was sent, ms. */
  settle(sentMs: number): void {
    this.#givenMs = Math.min(this.#givenMs, sentMs);
    this.#givenTexts = [];
  }

  /** The audio since the last `settle` is sent again. */
  begin(): void {
    this.#untilMs = this.#givenMs;
    this.#expected = [...this.#givenTexts];
  }

  /** What is new in a final, if anything; `told`: whether the service told its place. */
  newIn(final: Placed, told: boolean): Placed | undefined {
    const untilMs = this.#untilMs;
    if (untilMs === undefined) return final;
    if (!told) return this.#isExpected(final.text) ? undefined : final;
    if (final.endMs <= untilMs + slackMs) return undefined;
    this.#untilMs = undefined;
    const words = final.words?.filter(({ startMs }) => startMs >= untilMs - slackMs);
    const [first] = words ?? [];
    if (!words || !first || words.length === final.words?.length) return final;
    return { ...final, startMs: first.startMs, text: words.map(({ text }) => text).join(' '), words };
  }

  #isExpected(text: string): boolean {
    if (this.#expected[0] === text) {
      this.#expected.shift();
      return true;
    }
    // It was heard otherwise this time: from here on nothing can be told to be the same.
    if (text.trim() !== '') this.#expected = [];
    return false;
  }
}
