import { type Clock, pauseUntil } from '../clock.ts';
import type { Span } from '../speech/span.ts';

/** How a prompt's text goes out: at once, or as a model makes it, so many tokens a second. */
export type Feed = { readonly kind: 'whole' } | { readonly kind: 'tokens'; readonly perSecond: number };

/** `whole`, `tokens:40/s`: as it is written on the command line and in a report. */
export function feedName(feed: Feed): string {
  return feed.kind === 'whole' ? feed.kind : `tokens:${feed.perSecond}/s`;
}

/** A prompt as the session takes it: one text, or its words one after another at absolute deadlines; one end. */
export function fedSpans(text: string, feed: Feed, clock: Clock): AsyncIterable<Span> | Iterable<Span> {
  return feed.kind === 'tokens' ? tokensOf(text, feed.perSecond, clock) : spansOf(text);
}

export function spansOf(text: string): Span[] {
  return [{ text, fromChar: 0, toChar: text.length, ends: 'end' }];
}

/** A token is a word with the blanks behind it, about what models make of everyday English. */
async function* tokensOf(text: string, perSecond: number, clock: Clock): AsyncGenerator<Span> {
  const startMs = clock.now();
  let fromChar = 0;
  let count = 0;
  for (const [token] of text.matchAll(/\s*\S+\s*/g)) {
    await pauseUntil(clock, startMs + (count++ * 1000) / perSecond);
    const toChar = fromChar + token.length;
    yield { text: token, fromChar, toChar, ends: toChar === text.length ? 'end' : 'piece' };
    fromChar = toChar;
  }
}
