import { SpeechError } from '../errors.ts';
import type { Span } from '../speech/span.ts';
import { isSpeakable } from '../text/speakable.ts';

/** Spans of nothing but marks that are held back while waiting for something to say. */
const heldSpans = 1000;

/**
 * Passes the spans on from the first that can be spoken: a text with none of them is E_NO_TEXT, and no connection
 * is made for it.
 */
export async function firstSpoken(spans: AsyncIterable<Span>, name: string): Promise<AsyncIterable<Span>> {
  const source = spans[Symbol.asyncIterator]();
  const held: Span[] = [];
  for (;;) {
    const next = await source.next();
    if (next.done) throw new SpeechError('E_NO_TEXT', `no text to speak in ${name}`);
    held.push(next.value);
    if (held.length > heldSpans) held.shift();
    if (isSpeakable(next.value.text)) return replay(held, source);
  }
}

async function* replay(held: readonly Span[], source: AsyncIterator<Span>): AsyncIterable<Span> {
  try {
    yield* held;
    for (;;) {
      const next = await source.next();
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await source.return?.();
  }
}

/** Calls `onFirst` when the first piece with anything but white space has been seen. */
export async function* noticeFirst(text: AsyncIterable<string>, onFirst: () => void): AsyncIterable<string> {
  let seen = false;
  for await (const piece of text) {
    if (!seen && piece.trim() !== '') {
      seen = true;
      onFirst();
    }
    yield piece;
  }
}
