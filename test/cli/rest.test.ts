import { describe, expect, it } from 'vitest';
import { endLineAtRest } from '../../src/cli/spans.ts';
import { ManualClock, settle } from '../support/manual-clock.ts';

/** A source that gives a piece when the test says so. */
class Tap implements AsyncIterable<string> {
  #given: ((result: IteratorResult<string>) => void)[] = [];
  released = false;

  async give(value: string): Promise<void> {
    await settle();
    this.#given.shift()?.({ value, done: false });
    await settle();
  }

  async end(): Promise<void> {
    await settle();
    this.#given.shift()?.({ value: undefined, done: true });
    await settle();
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: () => new Promise((resolve) => this.#given.push(resolve)),
      return: async () => {
        this.released = true;
        return { value: undefined, done: true };
      },
    };
  }
}

function collect() {
  const clock = new ManualClock();
  const tap = new Tap();
  const got: string[] = [];
  const all = (async () => {
    for await (const piece of endLineAtRest(tap, clock)) got.push(piece);
  })();
  return { clock, tap, got, all };
}

describe('endLineAtRest', () => {
  it('ends the line behind a finished sentence after 300 ms, once', async () => {
    const { clock, tap, got, all } = collect();
    await tap.give('One is here.');
    await clock.advance(299);
    expect(got).toEqual(['One is here.']);
    await clock.advance(1);
    expect(got).toEqual(['One is here.', '\n']);
    await clock.advance(10_000);
    expect(got).toEqual(['One is here.', '\n']);
    await tap.give(' Two');
    await tap.end();
    await all;
    expect(got).toEqual(['One is here.', '\n', ' Two']);
    expect(clock.pending).toBe(0);
    expect(tap.released).toBe(true);
  });

  it.each(['no end', 'point 3.', 'J.', 'e.g.', 'ends its line.\n', 'a comma,'])('waits on behind %j', async (text) => {
    const { clock, tap, got, all } = collect();
    await tap.give(text);
    await clock.advance(5000);
    expect(got).toEqual([text]);
    await tap.end();
    await all;
  });

  it('sees an end that came in pieces, with its quotation mark and its blank', async () => {
    const { clock, tap, got, all } = collect();
    for (const piece of ['She said “y', 'es', '.', '” ']) await tap.give(piece);
    await clock.advance(300);
    expect(got.at(-1)).toBe('\n');
    await tap.end();
    await all;
  });

  it('leaves a stream alone that does not rest', async () => {
    const { clock, tap, got, all } = collect();
    await tap.give('One is here.');
    await clock.advance(200);
    await tap.give(' Two is here.');
    await clock.advance(200);
    await tap.end();
    await all;
    expect(got).toEqual(['One is here.', ' Two is here.']);
  });
});
