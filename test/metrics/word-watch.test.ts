import { describe, expect, it } from 'vitest';
import { WordWatch } from '../../src/metrics/word-watch.ts';

/** All audio was sent as it was spoken, from 1000 on. */
const sentBy = (ms: number) => 1000 + ms;

const words = (text: string, ...endsMs: number[]) =>
  text.split(' ').map((word, i) => ({ text: word, startMs: (endsMs[i] ?? 0) - 100, endMs: endsMs[i] ?? 0 }));

describe('WordWatch', () => {
  it('counts the words of finals', () => {
    const watch = new WordWatch();
    watch.final({ text: ' one  two ' }, 1500, sentBy);
    watch.final({ text: '' }, 1600, sentBy);
    watch.final({ text: 'three' }, 1700, sentBy);
    expect(watch.figures()).toEqual({ words: 3, wordLatencyMs: undefined, revisions: undefined });
  });

  it('measures from the end of a word’s audio to when it was first shown', () => {
    const watch = new WordWatch();
    watch.interim({ text: 'the' }, 1500);
    watch.interim({ text: 'the cat' }, 1800);
    watch.interim({ text: 'the cat sat' }, 2000);
    // 1500 - 1200, 1800 - 1500, 2000 - 1900, and 2300 - 2100 for the one that came with the final.
    watch.final({ text: 'the cat sat down', words: words('the cat sat down', 200, 500, 900, 1100) }, 2300, sentBy);
    expect(watch.figures()).toMatchObject({ words: 4, wordLatencyMs: 250, revisions: 0 });
  });

  it('takes a word that was replaced for shown when its replacement was', () => {
    const watch = new WordWatch();
    watch.interim({ text: 'hat' }, 1300);
    watch.interim({ text: 'cat' }, 1400);
    watch.final({ text: 'cat', words: words('cat', 200) }, 1600, sentBy);
    expect(watch.figures()).toEqual({ words: 1, wordLatencyMs: 200, revisions: 1 });
  });

  it('counts what was shown and is not there any more, once each time', () => {
    const watch = new WordWatch();
    watch.interim({ text: 'a b c' }, 1);
    watch.interim({ text: 'a x c' }, 2);
    watch.interim({ text: 'a x' }, 3);
    watch.interim({ text: 'a x' }, 4);
    watch.final({ text: 'a x d e' }, 5, sentBy);
    expect(watch.figures().revisions).toBe(2 / 4);
  });

  it('takes case and punctuation for no other word', () => {
    const watch = new WordWatch();
    watch.interim({ text: "it's so hello world" }, 1);
    watch.final({ text: 'It’s so. Hello, world!' }, 2, sentBy);
    expect(watch.figures()).toMatchObject({ words: 4, revisions: 0 });
  });

  it('begins anew behind each final', () => {
    const watch = new WordWatch();
    watch.interim({ text: 'one' }, 1100);
    watch.final({ text: 'one', words: words('one', 50) }, 1200, sentBy);
    watch.interim({ text: 'two' }, 1300);
    watch.final({ text: 'two', words: words('two', 250) }, 1400, sentBy);
    expect(watch.figures()).toEqual({ words: 2, wordLatencyMs: 50, revisions: 0 });
  });

  it('has no latency for a word whose audio was not sent, or is forgotten', () => {
    const watch = new WordWatch();
    watch.final({ text: 'ghost', words: words('ghost', 900) }, 1200, () => undefined);
    expect(watch.figures()).toMatchObject({ words: 1, wordLatencyMs: undefined });
  });

  it('has no figure of revisions where there were no interims, or no words', () => {
    const silent = new WordWatch();
    silent.interim({ text: 'hm' }, 1);
    silent.final({ text: '' }, 2, sentBy);
    expect(silent.figures().revisions).toBeUndefined();
  });

  it('keeps the newest words of a long stream', () => {
    const watch = new WordWatch();
    for (let i = 0; i < 40_000; i++) {
      watch.final({ text: 'w', words: words('w', 0) }, i < 20_000 ? 1999 : 1010, sentBy);
    }
    expect(watch.figures()).toMatchObject({ words: 40_000, wordLatencyMs: 10 });
  });
});
