import type { Clock } from '../clock.ts';
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

/** A sentence that has ended is let go when nothing follows it for so long: a model may think for seconds. */
const restMs = 300;

/** A word of two letters or more and its full stop, not the number or the initial that more will follow. */
const sentenceEnd = /\p{L}{2,}["'”’)\]]*[.!?…。！？]["'”’)\]]* *$/u;
const keptChars = 80;

/**
 * Ends the line behind a finished sentence when the source rests: only what follows shows where a sentence ends, and
 * what follows may be long in coming. Within a paragraph a line's end is a space.
 */
export async function* endLineAtRest(text: AsyncIterable<string>, clock: Clock): AsyncIterable<string> {
  const source = text[Symbol.asyncIterator]();
  let tail = '';
  try {
    let coming = source.next();
    for (;;) {
      const next = await (sentenceEnd.test(tail) ? unlessResting(coming, clock) : coming);
      if (next === undefined) {
        tail = '';
        yield '\n';
        continue;
      }
      if (next.done) return;
      tail = (tail + next.value).slice(-keptChars);
      yield next.value;
      coming = source.next();
    }
  } finally {
    await source.return?.();
  }
}

/** What comes, or undefined when nothing has come for `restMs`. */
async function unlessResting<T>(coming: Promise<T>, clock: Clock): Promise<T | undefined> {
  let wake: () => void = () => {};
  const rest = new Promise<undefined>((resolve) => {
    wake = () => resolve(undefined);
  });
  const timer = clock.after(restMs, () => wake(), { background: true });
  try {
    return await Promise.race([coming, rest]);
  } finally {
    timer.cancel();
  }
}
