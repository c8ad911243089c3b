import { describe, expect, it } from 'vitest';
import { fedSpans, feedName } from '../../src/bench/feed.ts';
import type { Span } from '../../src/speech/span.ts';
import { EarlyClock, ManualClock, settle } from '../support/manual-clock.ts';

const text = 'Once  upon a\ntime, there. ';

/** Takes all spans, as fast as they come or with pauses of its own, and says when each came. */
async function taken(perSecond: number, slowMs: readonly number[] = [], clock = new ManualClock()) {
  const spans: (Span & { atMs: number })[] = [];
  const take = async () => {
    for await (const span of fedSpans(text, { kind: 'tokens', perSecond }, clock)) {
      spans.push({ ...span, atMs: clock.now() });
      const slow = slowMs[spans.length - 1];
      if (slow !== undefined) await new Promise<void>((resolve) => clock.after(slow, resolve));
    }
  };
  const done = take();
  await clock.advance(10_000);
  await done;
  expect(clock.pending).toBe(0);
  return spans;
}

describe('a prompt', () => {
  it('goes out whole, with one end', async () => {
    const spans: Span[] = [];
    for await (const span of fedSpans(text, { kind: 'whole' }, new ManualClock())) spans.push(span);
    expect(spans).toEqual([{ text, fromChar: 0, toChar: text.length, ends: 'end' }]);
  });

  it('goes out as words with their blanks, that make up the text again, and ends once', async () => {
    const spans = await taken(40);
    expect(spans.map((span) => span.text)).toEqual(['Once  ', 'upon ', 'a\n', 'time, ', 'there. ']);
    expect(spans.map(({ ends }) => ends)).toEqual(['piece', 'piece', 'piece', 'piece', 'end']);
    expect(spans.map(({ fromChar, toChar }) => text.slice(fromChar, toChar)).join('')).toBe(text);
  });

  it('goes out so many a second, the first at once', async () => {
    expect((await taken(40)).map(({ atMs }) => atMs)).toEqual([0, 25, 50, 75, 100]);
    const slow = await taken(3);
    expect(slow.map(({ atMs }) => Math.round(atMs))).toEqual([0, 333, 667, 1000, 1333]);
  });

  it('goes out no sooner, though timers ring early', async () => {
    const atMs = (await taken(40, [], new EarlyClock())).map((span) => span.atMs);
    expect(atMs.map((ms) => Math.floor(ms / 25))).toEqual([0, 1, 2, 3, 4]);
  });

  it('keeps its deadlines where one word was late: nothing is shifted, and nothing is left out', async () => {
    // The second, out at 25, keeps its taker until 95: the third is late, the fourth as well, the fifth on time.
    expect((await taken(40, [0, 70])).map(({ atMs }) => atMs)).toEqual([0, 25, 95, 95, 100]);
  });

  it('keeps blanks that stand before its first word', async () => {
    const clock = new ManualClock();
    const spans: Span[] = [];
    const take = async () => {
      for await (const span of fedSpans('  Hi there', { kind: 'tokens', perSecond: 1000 }, clock)) spans.push(span);
    };
    const done = take();
    await settle();
    await clock.advance(100);
    await done;
    expect(spans.map((span) => span.text)).toEqual(['  Hi ', 'there']);
    expect(spans.at(-1)).toMatchObject({ toChar: '  Hi there'.length, ends: 'end' });
  });

  it('is named as it is typed', () => {
    expect(feedName({ kind: 'whole' })).toBe('whole');
    expect(feedName({ kind: 'tokens', perSecond: 40 })).toBe('tokens:40/s');
  });
});
