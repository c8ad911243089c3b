import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Span } from '../../src/speech/span.ts';
import { createRewriter } from '../../src/text/pronounce.ts';
import type { SpanOptions } from '../../src/text/spans.ts';
import { cutSpans } from '../../src/text/spans.ts';
import { settle } from '../support/manual-clock.ts';
import { divided, Pieces, places, spansOf, Tap, units } from './feeding.ts';

const brief = (spans: readonly Span[]) => spans.map((span) => `${span.ends}: ${span.text}`);

describe('cutSpans', () => {
  it('gives sentences, with their place in the source, and ends the last with end', async () => {
    expect(await spansOf(['One. Two.\n\nThree'])).toEqual([
      { text: 'One. ', fromChar: 0, toChar: 5, ends: 'sentence' },
      { text: 'Two.\n\n', fromChar: 5, toChar: 11, ends: 'paragraph' },
      { text: 'Three', fromChar: 11, toChar: 16, ends: 'end' },
    ]);
  });

  it('ends with an empty span where the last sentence was given before', async () => {
    expect(await spansOf(['One.\n\n'])).toEqual([
      { text: 'One.\n\n', fromChar: 0, toChar: 6, ends: 'paragraph' },
      { text: '', fromChar: 6, toChar: 6, ends: 'end' },
    ]);
    expect((await spansOf(['One.\n'], { eager: true })).at(-1)).toEqual({
      text: '',
      fromChar: 5,
      toChar: 5,
      ends: 'end',
    });
  });

  it.each(['', ' ', '\n \n\n', '...', '***\n\n---\n'])('has only the end for %j', async (text) => {
    for (const markdown of [false, true]) {
      const spans = await spansOf([text], { markdown });
      expect(spans).toEqual([{ text: '', fromChar: text.length, toChar: text.length, ends: 'end' }]);
    }
  });

  it('drops what nobody can speak, and counts it to the next span', async () => {
    expect(await spansOf(['One.\n\n* * *\n\nTwo. ...'])).toEqual([
      { text: 'One.\n\n', fromChar: 0, toChar: 6, ends: 'paragraph' },
      { text: 'Two. ...', fromChar: 6, toChar: 21, ends: 'end' },
    ]);
    expect((await spansOf(['One. Two.   \n'])).at(-1)).toEqual({
      text: 'Two.   \n',
      fromChar: 5,
      toChar: 13,
      ends: 'end',
    });
  });

  it('ends a paragraph late, by an empty span, where its last sentence was given at its line', async () => {
    expect(await spansOf(['One.\n\n\nTwo.\nThree.'], { eager: true })).toEqual([
      { text: 'One.\n', fromChar: 0, toChar: 5, ends: 'sentence' },
      { text: '', fromChar: 5, toChar: 6, ends: 'paragraph' },
      { text: '\nTwo.\n', fromChar: 6, toChar: 12, ends: 'sentence' },
      { text: 'Three.', fromChar: 12, toChar: 18, ends: 'end' },
    ]);
  });

  it('cuts one eager clause a call', async () => {
    const sentence = 'Of all the things I know, this is the one, the best, I like.';
    expect(brief(await spansOf([`${sentence} ${sentence}`], { eager: true }))).toEqual([
      'clause: Of all the things I know, ',
      'sentence: this is the one, the best, I like. ',
      `end: ${sentence}`,
    ]);
    expect(brief(await spansOf([sentence]))).toEqual([`end: ${sentence}`]);
  });

  it('cuts a piece where the greatest length makes it', async () => {
    expect(brief(await spansOf(['one two three four five'], { maxChars: 10 }))).toEqual([
      'piece: one two ',
      'piece: three ',
      'end: four five',
    ]);
  });

  it('minds the language', async () => {
    expect(brief(await spansOf(['Am 5. Mai. Gut.'], { language: 'de' }))).toEqual([
      'sentence: Am 5. Mai. ',
      'end: Gut.',
    ]);
    expect(brief(await spansOf(['Am 5. Mai. Gut.'], { language: 'en' }))).toHaveLength(3);
  });
});

describe('cutSpans with a rewriter', () => {
  const rewrite = createRewriter([
    { match: 'SLNG', replace: 'sling' },
    { match: 'long', replace: 'l-o-n-g '.repeat(6).trim() },
  ]);

  it('rewrites each span, its place in the source as it was', async () => {
    expect(await spansOf(['SLNG is here. So slng.'], { rewrite })).toEqual([
      { text: 'sling is here. ', fromChar: 0, toChar: 14, ends: 'sentence' },
      { text: 'So sling.', fromChar: 14, toChar: 22, ends: 'end' },
    ]);
  });

  it('rewrites what Markdown made', async () => {
    expect(brief(await spansOf(['**SLNG** is [SLNG](http://slng.example).'], { rewrite, markdown: true }))).toEqual([
      'end: sling is sling.',
    ]);
  });

  it('cuts again what it made too long; the source is reached with the last piece', async () => {
    const spans = await spansOf(['A long day. Yes.'], { rewrite, maxChars: 30 });
    expect(spans).toEqual([
      { text: 'A l-o-n-g l-o-n-g l-o-n-g ', fromChar: 0, toChar: 0, ends: 'piece' },
      { text: 'l-o-n-g l-o-n-g l-o-n-g day. ', fromChar: 0, toChar: 12, ends: 'sentence' },
      { text: 'Yes.', fromChar: 12, toChar: 16, ends: 'end' },
    ]);
  });

  it('passes an empty result on', async () => {
    expect(brief(await spansOf(['One. Two.'], { rewrite: () => '' }))).toEqual(['sentence: ', 'end: ']);
  });
});

describe('cutSpans while the source is still writing', () => {
  /** What was given by the time that the source waits again, after each of its pieces. */
  async function givenAfterEach(pieces: readonly string[], options: Partial<SpanOptions> = {}): Promise<string[][]> {
    const tap = new Tap();
    const reader = cutSpans(tap, { eager: true, markdown: true, ...options })[Symbol.asyncIterator]();
    const given: string[] = [];
    const read = async (): Promise<void> => {
      for (let next = await reader.next(); !next.done; next = await reader.next()) given.push(next.value.text);
    };
    const reading = read();
    const after: string[][] = [];
    for (const piece of pieces) {
      tap.give(piece);
      await settle();
      after.push(given.splice(0));
    }
    await reader.return?.();
    await reading;
    return after;
  }

  it('gives sentence N when N+1 begins', async () => {
    const tokens = ['Hello', ' there', '.', ' How', ' are', ' you', '?', ' Fine', '.'];
    for (const markdown of [false, true]) {
      expect(await givenAfterEach(tokens, { markdown })).toEqual([
        ...[[], [], [], ['Hello there. '], [], [], []],
        ...[['How are you? '], []],
      ]);
    }
  });

  it('gives the first clause before the sentence ends', async () => {
    const tokens = ['Of all the things', ' I know', ',', ' this', ' is'];
    expect((await givenAfterEach(tokens)).flat()).toEqual(['Of all the things I know, ']);
    expect((await givenAfterEach(tokens, { eager: false })).flat()).toEqual([]);
  });

  it('gives a line that is a sentence when the line ends', async () => {
    for (const markdown of [false, true]) {
      expect(await givenAfterEach(['The server is up.\n', 'It is *down*.\n'], { markdown })).toEqual([
        ['The server is up.\n'],
        [markdown ? 'It is down.\n' : 'It is *down*.\n'],
      ]);
    }
  });

  it('gives a heading and an item when their end is seen', async () => {
    expect(await givenAfterEach(['# The', ' title\n', '\n- one', '\n', '- two', '\n\n'])).toEqual([
      ...[[], ['The title.\n\n'], [], []],
      ...[['one.\n'], ['two.\n\n']],
    ]);
  });

  it('is not held up by a bracket, a tag, a backtick or a star that nothing closes', async () => {
    for (const start of ['[ ', '< ', '` ', '** ', 'a <b then ', '& ', '| ', '\\']) {
      const tokens = [start, `word `.repeat(70), 'end. ', 'Next '];
      expect((await givenAfterEach(tokens)).flat().length).toBeGreaterThan(0);
    }
  });
});

describe('cutSpans and its source', () => {
  it('reads no further than the spans that were asked for', async () => {
    const source = new Pieces(Array(100).fill('One more sentence. '));
    let spans = 0;
    for await (const _span of cutSpans(source, { eager: false, markdown: false })) if (++spans === 5) break;
    expect(source).toMatchObject({ pulled: 6, released: true });
  });

  it.each([false, true])('takes 20 spans of 10 MB on one line and leaves the rest (markdown: %s)', async (markdown) => {
    const piece = 'word and word or '.repeat(60);
    const source = new Pieces(Array(10_000).fill(piece));
    const spans: Span[] = [];
    for await (const span of cutSpans(source, { eager: true, markdown })) if (spans.push(span) === 20) break;
    expect(spans.every((span) => span.text.length <= 400 && span.text.endsWith(' '))).toBe(true);
    const readChars = source.pulled * piece.length;
    expect(readChars - (spans.at(-1)?.toChar ?? 0)).toBeLessThan(2 * piece.length);
    expect(source.released).toBe(true);
  });

  it.each([false, true])('cuts 10 MB that come at once only as they are asked for (markdown: %s)', async (markdown) => {
    let rewritten = 0;
    const rewrite = (text: string): string => {
      rewritten++;
      return text;
    };
    const text = 'Here is one more sentence. '.repeat(400_000);
    const reader = cutSpans(new Pieces([text]), { eager: false, markdown, rewrite })[Symbol.asyncIterator]();
    for (let spans = 0; spans < 20; spans++) await reader.next();
    expect(rewritten).toBeLessThanOrEqual(21);
  });

  it.each([false, true])('goes through all of it in linear work (markdown: %s)', async (markdown) => {
    let chars = 0;
    let last: Span | undefined;
    const source = new Pieces(Array(2_000).fill('word and word or '.repeat(60)));
    for await (const span of cutSpans(source, { eager: false, markdown })) {
      chars += span.text.length;
      last = span;
    }
    expect(chars).toBe(2_000 * 1020);
    expect(last).toMatchObject({ toChar: chars, ends: 'end' });
  });

  it('lets a source go that is waiting', async () => {
    const tap = new Tap();
    const reader = cutSpans(tap, { eager: false, markdown: true })[Symbol.asyncIterator]();
    const waiting = reader.next();
    await settle();
    await reader.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(tap.released).toBe(true);
  });

  it('passes on that the source failed, after the spans that were whole', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield 'One. Two';
      throw new Error('gone');
    }
    const reader = cutSpans(failing(), { eager: false, markdown: false })[Symbol.asyncIterator]();
    expect((await reader.next()).value).toMatchObject({ text: 'One. ' });
    await expect(reader.next()).rejects.toThrow('gone');
  });
});

const atoms = fc.constantFrom(
  ...[
    'word ',
    'Dr. Who. ',
    'He is. ',
    'so, then, ',
    'x',
    '1',
    '12',
    '你好。',
    '，',
    '😀',
    '\ud83d',
    'e\u0301',
    'h',
    'ht',
    'w',
    'www',
  ],
  ...[
    '# ',
    '## A ##',
    '- ',
    '* ',
    '1. ',
    '3) ',
    '> ',
    '```',
    '~~~',
    '---',
    '===',
    '|',
    ' | ',
    '|---|',
    '- [ ] ',
    '[^1]: ',
  ],
  ...['*', '**', '***', '_', '__', '~', '~~', '`', '``', '![', '[', ']', '](', '(', ')', '[^1]', '[a](b)', '[id]: x'],
  ...['<', '>', '<b>', '</b>', '<br>', '<!--', '-->', '&amp;', '&', ';', '\\', '!', '?', '. ', '.', '"', "'", '='],
  ...['<think>', '</think>', '<thi', '<thinking>', 'https://www.a.example/b_c(d)', 'http://', '<https://x.example>'],
  ...[' ', '  ', '\t', '\n', '\n', '\n\n', '\r\n', '\n   ', ' '.repeat(70), 'y'.repeat(60)],
);

describe('cutSpans, whatever the text', () => {
  it('takes the blanks behind a footnote mark as markup, however they come', async () => {
    const text = '[^1]: |\nword ';
    const chosen = { eager: false, markdown: true, maxChars: 20 };
    expect(await spansOf(units(text), chosen)).toEqual(await spansOf([text], chosen));
  });

  const texts = fc.array(atoms, { maxLength: 45 }).map((parts) => parts.join(''));
  const options = fc.record({ eager: fc.boolean(), markdown: fc.boolean(), maxChars: fc.constantFrom(20, 400) });

  it('gives the same spans however the source is divided', async () => {
    await fc.assert(
      fc.asyncProperty(texts, places, options, async (text, shares, chosen) => {
        const whole = await spansOf([text], chosen);
        expect(await spansOf(divided(text, shares), chosen)).toEqual(whole);
        expect(await spansOf(units(text), chosen)).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps order, limits and one end', async () => {
    await fc.assert(
      fc.asyncProperty(texts, options, async (text, chosen) => {
        const spans = await spansOf([text], chosen);
        let at = 0;
        for (const [index, span] of spans.entries()) {
          expect(span.fromChar).toBeGreaterThanOrEqual(at);
          expect(span.toChar).toBeGreaterThanOrEqual(span.fromChar);
          expect(span.text.length).toBeLessThanOrEqual(chosen.maxChars);
          expect(span.ends === 'end').toBe(index === spans.length - 1);
          at = span.toChar;
        }
        expect(at).toBe(text.length);
      }),
      { numRuns: 400 },
    );
  });
});
