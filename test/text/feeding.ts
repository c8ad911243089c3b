import fc from 'fast-check';
import type { Span } from '../../src/speech/span.ts';
import type { SpanOptions } from '../../src/text/spans.ts';
import { cutSpans } from '../../src/text/spans.ts';

/** A source that gives these pieces and counts how many were asked for, and whether it was let go. */
export class Pieces<T> implements AsyncIterable<T> {
  readonly #pieces: Iterator<T>;
  pulled = 0;
  released = false;

  constructor(pieces: Iterable<T>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: async () => {
        this.pulled++;
        return this.#pieces.next();
      },
      return: async () => {
        this.released = true;
        return { done: true, value: undefined };
      },
    };
  }
}

/** A source that is given its pieces one by one, and that waits where it has none: a terminal, a model. */
export class Tap implements AsyncIterable<string> {
  #waiting: ((result: IteratorResult<string>) => void) | undefined;
  #pieces: string[] = [];
  released = false;

  give(piece: string): void {
    if (this.#waiting) this.#waiting({ done: false, value: piece });
    else this.#pieces.push(piece);
    this.#waiting = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: () => {
        const value = this.#pieces.shift();
        if (value !== undefined) return Promise.resolve({ done: false, value });
        return new Promise((resolve) => {
          this.#waiting = resolve;
        });
      },
      return: async () => {
        this.released = true;
        return { done: true, value: undefined };
      },
    };
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The spans of a text that comes in these pieces. */
export function spansOf(pieces: readonly string[], options: Partial<SpanOptions> = {}): Promise<Span[]> {
  return collect(cutSpans(new Pieces(pieces), { eager: false, markdown: false, ...options }));
}

/** Where to divide a text: any places, the middle of a surrogate pair too. */
export const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

/** The text in pieces, divided at these shares of its length. */
export function divided(text: string, shares: readonly number[]): string[] {
  const cuts = [...new Set(shares.map((share) => Math.floor(share * text.length)))].sort((a, b) => a - b);
  const edges = [0, ...cuts, text.length];
  return edges.slice(1).map((edge, index) => text.slice(edges[index], edge));
}

/** The text one UTF-16 unit at a time. */
export function units(text: string): string[] {
  return Array.from({ length: text.length }, (_, at) => text.charAt(at));
}
