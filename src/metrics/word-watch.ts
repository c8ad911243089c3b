import type { Transcript } from '../speech/listen.ts';
import { median, sinceMs } from './latency.ts';

/** Of the latencies of words, so many of the newest count. */
const keptWords = 10_000;

/** When the audio up to a place (ms) had been sent, clock ms. */
type SentBy = (ms: number) => number | undefined;

interface Shown {
  readonly word: string;
  /** Since when it has stood there. */
  readonly atMs: number;
}

/**
 * Follows the words from their first sight in an interim to the final: how late they came, and how often they changed.
 * A word is known by its place among those behind the last final; case and punctuation make no other word of it.
 */
export class WordWatch {
  #shown: readonly Shown[] = [];
  #latenciesMs: number[] = [];
  #words = 0;
  #revised = 0;
  #interims = 0;

  interim(transcript: Transcript, atMs: number): void {
    this.#interims++;
    this.#show(transcript, atMs);
  }

  final(transcript: Transcript, atMs: number, sentBy: SentBy): void {
    this.#show(transcript, atMs);
    this.#words += this.#shown.length;
    for (const [i, { endMs }] of (transcript.words ?? []).entries()) {
      const latencyMs = sinceMs(sentBy(endMs), this.#shown[i]?.atMs);
      if (latencyMs !== undefined) this.#latenciesMs.push(latencyMs);
    }
    if (this.#latenciesMs.length > 2 * keptWords) this.#latenciesMs = this.#latenciesMs.slice(-keptWords);
    this.#shown = [];
  }

  #show(transcript: Transcript, atMs: number): void {
    const before = this.#shown;
    this.#shown = wordsOf(transcript).map((word, i) => {
      const shown = before[i];
      return shown?.word === word ? shown : { word, atMs };
    });
    this.#revised += before.filter(({ word }, i) => this.#shown[i]?.word !== word).length;
  }

  /** `revisions` exists only where there were interims to change. */
  figures(): { words: number; wordLatencyMs: number | undefined; revisions: number | undefined } {
    return {
      words: this.#words,
      wordLatencyMs: median(this.#latenciesMs),
      revisions: this.#interims > 0 && this.#words > 0 ? this.#revised / this.#words : undefined,
    };
  }
}

function wordsOf({ text, words }: Transcript): string[] {
  const written = words?.map((word) => word.text) ?? text.split(/\s+/).filter((word) => word !== '');
  return written.map((word) => word.toLowerCase().replace(/[^\p{L}\p{N}\p{M}]/gu, '') || word);
}
