import type { Span } from '../speech/span.ts';
import type { WordTime } from '../speech/speak.ts';

interface Checkpoint {
  readonly atMs: number;
  readonly throughChar: number;
}

/** How far behind the newest checkpoint heard text is still looked up, in ms and in characters: longer than any playback buffer. */
const keptMs = 120_000;
const keptChars = 8000;

/** An English voice at its own pace: 150 words a minute of six characters, in characters a ms. */
const usualPace = 0.015;

/** Remembers what was said when, so that an interruption can answer what was heard. Bounded, however long the turn. */
export class HeardLedger {
  readonly #soundedMs: () => number | undefined;
  #spans: Span[] = [];
  #words: WordTime[] = [];
  #checkpoints: Checkpoint[] = [{ atMs: 0, throughChar: 0 }];

  /** `soundedMs`: how long all that came lasts; undefined for compressed audio, whose bytes have no length in time. */
  constructor(soundedMs: () => number | undefined) {
    this.#soundedMs = soundedMs;
  }

  get audioMs(): number | undefined {
    return this.#soundedMs();
  }

  /** How many things are remembered: a test holds this to a bound. */
  get kept(): number {
    return this.#spans.length + this.#words.length + this.#checkpoints.length;
  }

  sent(span: Span): void {
    const last = this.#spans.at(-1);
    const blank = span.text.trim() === '';
    if (span.text === '' || (blank && last?.text.trim() === '')) return;
    this.#spans.push(span);
  }

  /** Only so much is left of the sound as lasts now; what came behind it is said again. */
  takeBack(): void {
    const { audioMs } = this;
    if (audioMs !== undefined) this.#words = this.#words.filter((word) => word.endMs <= audioMs);
    // The oldest is where the first stretch begins.
    this.#checkpoints = this.#checkpoints.filter((point, at) => at === 0 || point.atMs <= (audioMs ?? 0));
  }

  words(items: readonly WordTime[]): void {
    this.#words.push(...items);
    const oldestMs = (items.at(-1)?.endMs ?? 0) - keptMs;
    if ((this.#words[0]?.endMs ?? oldestMs) < oldestMs) {
      this.#words = this.#words.filter((word) => word.endMs >= oldestMs);
    }
  }

  progress(throughChar: number): void {
    const atMs = this.audioMs ?? 0;
    if (this.#checkpoints.at(-1)?.throughChar === throughChar) return;
    this.#checkpoints.push({ atMs, throughChar });
    // Of those that are too old one is kept: it is where the stretch of the first that is not begins.
    const young = this.#checkpoints.findIndex(
      (point) => point.atMs >= atMs - keptMs && point.throughChar >= throughChar - keptChars,
    );
    if (young > 1) this.#checkpoints.splice(0, young - 1);
    const fromChar = this.#checkpoints[0]?.throughChar ?? 0;
    const kept = this.#spans.findIndex((span) => span.toChar > fromChar);
    this.#spans.splice(0, kept < 0 ? this.#spans.length : kept);
  }

  /** The text of the kept part of the turn up to what sounded at `heardMs`, cut at a word. */
  textAt(heardMs: number): string {
    if (this.#words.length > 0) {
      return this.#words
        .filter((word) => word.endMs <= heardMs)
        .map((word) => word.text)
        .join(' ');
    }
    return this.#textThrough(this.#charAt(heardMs));
  }

  /** By proportion between two checkpoints; past the last one by the pace of what came before it. */
  #charAt(heardMs: number): number {
    if (this.audioMs === undefined) return heardMs * usualPace;
    const after = this.#checkpoints.findIndex((point) => point.atMs >= heardMs);
    const next = this.#checkpoints[after];
    const before = this.#checkpoints.at(next ? after - 1 : -1) ?? { atMs: 0, throughChar: 0 };
    if (!next) {
      const pace = before.atMs > 0 ? before.throughChar / before.atMs : usualPace;
      return before.throughChar + (heardMs - before.atMs) * pace;
    }
    if (after === 0) return next.throughChar;
    const share = (heardMs - before.atMs) / (next.atMs - before.atMs);
    return before.throughChar + (next.throughChar - before.throughChar) * share;
  }

  #textThrough(char: number): string {
    let text = '';
    for (const span of this.#spans) {
      if (span.toChar <= char) {
        text += span.text;
        continue;
      }
      const share = (char - span.fromChar) / (span.toChar - span.fromChar);
      if (share > 0) text += wholeWords(span.text, Math.floor(span.text.length * share));
      break;
    }
    return text.trim();
  }
}

function wholeWords(text: string, chars: number): string {
  if (chars >= text.length) return text;
  const end = text.lastIndexOf(' ', chars);
  return end < 0 ? '' : text.slice(0, end);
}
