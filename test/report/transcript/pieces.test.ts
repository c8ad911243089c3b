import { describe, expect, it } from 'vitest';
import { joinPieces, placePieces, spoken } from '../../../src/report/transcript/pieces.ts';
import type { TranscriptWord } from '../../../src/speech/listen.ts';
import { untimed } from './subtitle-reader.ts';

function word(text: string, startMs: number, endMs: number, speaker?: number): TranscriptWord {
  return { text, startMs, endMs, ...(speaker !== undefined && { speaker }) };
}

/** `text@start-end`. */
function placed(text: string, words?: TranscriptWord[], stretch: [number, number] = [0, 1000]): string[] {
  return placePieces(untimed(text, ...stretch, words && { words })).map(
    (piece) => `${piece.text}@${Math.round(piece.startMs)}-${Math.round(piece.endMs)}`,
  );
}

describe('spoken', () => {
  it.each([
    [' a\n\nb\t c ', 'a b c'],
    ['a\x1b[2J\x00b', 'a[2Jb'],
    ['a\u2028b\u202ec', 'a bc'],
    ['\n', ''],
  ])('makes %j the line %j', (text, line) => {
    expect(spoken(text)).toBe(line);
  });
});

describe('placePieces', () => {
  it('gives each word of the text its time, and keeps its punctuation', () => {
    expect(placed('Hello, world.', [word('hello', 100, 400), word('world', 600, 900)])).toEqual([
      'Hello,@100-400',
      'world.@600-900',
    ]);
  });

  it('counts letters where the text has other words than the times', () => {
    const words = [word('twenty', 0, 300), word('five', 300, 500), word('men', 900, 1000)];
    expect(placed('Twenty-five men.', words)).toEqual(['Twenty-five@0-500', 'men.@900-1000']);
    expect(placed('25 — men', words)).toHaveLength(2);
  });

  it('divides the stretch by letters where there are no words', () => {
    expect(placed('aaa b aaaa', undefined, [1000, 1800])).toEqual(['aaa@1000-1300', 'b@1300-1400', 'aaaa@1400-1800']);
  });

  it('writes the words where there is no text', () => {
    expect(placed('', [word('one', 0, 1), word('two', 2, 3)])).toEqual(['one@0-1', 'two@2-3']);
    expect(placed('')).toEqual([]);
  });

  it('has no piece without letters, unless there is nothing else', () => {
    expect(placed('— one – two …', [word('one', 0, 1), word('–', 1, 1), word('two', 2, 3)])).toEqual([
      '— one –@0-1',
      'two …@2-3',
    ]);
    expect(placed('♪ ♪')).toEqual(['♪ ♪@0-1000']);
  });

  it('cuts where a script has no spaces, and keeps brackets with what they hold', () => {
    const pieces = placePieces(untimed('我们「今天」去。 ok', 0, 1000));
    expect(pieces.length).toBeGreaterThan(3);
    expect(joinPieces(pieces)).toBe('我们「今天」去。 ok');
    expect(pieces.map(({ text }) => text)).toContain('「今天」');
    expect(pieces.map(({ spaced }) => spaced)).toEqual([true, false, false, true]);
  });

  it('mends times that go back, overlap, or are none', () => {
    const odd = [word('a', 500, 900), word('b', 300, 200), word('c', Number.NaN, -5), word('d', 700, 1e9)];
    expect(placed('a b c d', odd)).toEqual(['a@500-500', 'b@500-500', 'c@500-500', 'd@700-1000000000']);
    expect(placed('a', [word('a', -100, 50)])).toEqual(['a@0-50']);
  });

  it('tells speakers only where they are asked for', () => {
    const segment = untimed('Hi. Ho.', 0, 9, { words: [word('hi', 0, 1, 0), word('ho', 2, 3, 1)] });
    expect(placePieces(segment, true).map(({ speaker }) => speaker)).toEqual([0, 1]);
    expect(placePieces(segment).map(({ speaker }) => speaker)).toEqual([undefined, undefined]);
  });

  it('counts columns', () => {
    expect(placePieces(untimed('ok 你', 0, 1)).map(({ columns }) => columns)).toEqual([2, 2]);
  });
});
