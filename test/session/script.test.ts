import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Script } from '../../src/session/script.ts';
import type { Span } from '../../src/speech/span.ts';
import type { SpeakCommand } from '../../src/speech/speak.ts';
import { spansOf, traits } from '../support/fake-speak.ts';

function texts(commands: readonly SpeakCommand[]): string[] {
  return commands.flatMap((command) => (command.type === 'text' ? [command.text] : [`<${command.type}>`]));
}

function lines(script: Script, spans: readonly Span[]): string[] {
  return texts(spans.flatMap((span) => script.pieces(span)).flatMap((piece) => script.line(piece).commands));
}

describe('Script', () => {
  it('sends each text with how far it reaches, and a flush after each sentence', () => {
    const script = new Script('t', traits, 'sentence');
    const [first, second] = spansOf(['One. ', 'Two.']);
    if (!first || !second) throw new Error('two spans');
    expect(script.line(first).commands).toEqual([
      { type: 'text', turn: 't', text: 'One. ', throughChar: 5 },
      { type: 'flush', turn: 't' },
    ]);
    expect(script.line(second)).toEqual({
      span: second,
      flushed: true,
      commands: [
        { type: 'text', turn: 't', text: 'Two.', throughChar: 9 },
        { type: 'flush', turn: 't' },
      ],
    });
    expect(texts(script.end())).toEqual(['<end>']);
  });

  it('begins a turn with its settings, where there are any', () => {
    const script = new Script('t', traits, 'sentence');
    expect(script.begin(undefined)).toEqual({ type: 'begin', turn: 't' });
    expect(script.begin({ pronunciation: { name: 'x' } })).toEqual({
      type: 'begin',
      turn: 't',
      settings: { pronunciation: { name: 'x' } },
    });
  });

  it('flushes at the end what no boundary has flushed', () => {
    const script = new Script('t', traits, 'paragraph');
    expect(lines(script, spansOf(['One. ', 'Two.']))).toEqual(['One. ', 'Two.']);
    expect(texts(script.end())).toEqual(['<flush>', '<end>']);
  });

  it('sends no flush at all where the service starts without, but one that is asked for', () => {
    const own = { ...traits, startsWithoutFlush: true };
    const script = new Script('t', own, 'clause');
    expect(lines(script, spansOf(['One. ', 'Two.'], 'paragraph'))).toEqual(['One. ', 'Two.']);
    expect(texts(script.end())).toEqual(['<end>']);
    expect(texts(script.flush())).toEqual(['<flush>']);
    expect(texts(script.flush())).toEqual([]);
  });

  it('flushes out of turn only what waits, and then not again', () => {
    const script = new Script('t', traits, 'sentence');
    expect(script.flush()).toEqual([]);
    lines(script, spansOf(['One, '], 'clause'));
    expect(texts(script.flush())).toEqual(['<flush>']);
    expect(script.flush()).toEqual([]);
    expect(texts(script.end())).toEqual(['<end>']);
  });

  it('says nothing for white space that parts no words, and does not flush for it', () => {
    const script = new Script('t', traits, 'sentence');
    expect(lines(script, spansOf([' \n', 'One.', '\n\n', ' ']))).toEqual(['One.', '<flush>']);
    expect(texts(script.end())).toEqual(['<end>']);
  });

  it('sends white space between words', () => {
    const script = new Script('t', traits, 'sentence');
    expect(lines(script, spansOf(['One', ' ', 'two'], 'piece'))).toEqual(['One', ' ', 'two']);
  });

  it('flushes at the boundary of an empty span what stands before it', () => {
    const script = new Script('t', traits, 'paragraph');
    const spans = [...spansOf(['One'], 'clause'), { text: '', fromChar: 3, toChar: 40, ends: 'paragraph' } as const];
    expect(lines(script, spans)).toEqual(['One', '<flush>']);
  });

  it('repeats the text of a line, for another connection, and leaves what waits for a flush as it is', () => {
    const script = new Script('t', traits, 'sentence');
    const [span] = spansOf(['One.']);
    if (!span) throw new Error('a span');
    const { commands } = script.line(span);
    expect([...script.again(span), script.flushCommand]).toEqual(commands);
    expect(script.again({ ...span, text: '' })).toEqual([]);
    expect(script.flush()).toEqual([]);
  });

  it('says whether a span has anything to send', () => {
    const script = new Script('t', traits, 'paragraph');
    const [blank, word] = spansOf([' ', 'One'], 'piece');
    if (!blank || !word) throw new Error('two spans');
    expect(script.says(blank)).toBe(false);
    expect(script.says(word)).toBe(true);
    script.line(word);
    expect(script.says(blank)).toBe(true);
  });

  it('flushes less often where each flush should cover more, but at the first boundary of a turn', () => {
    const script = new Script('t', traits, 'sentence');
    const spans = spansOf(['One. ', 'Two. ', 'Three three. ', 'Four. ']);
    const flushed = spans.map((span) => script.line(span, 18).flushed);
    expect(flushed).toEqual([true, false, true, false]);
    expect(texts(script.end())).toEqual(['<flush>', '<end>']);
  });

  it('cuts what is longer than a message at spaces; each piece has its share of the source', () => {
    const script = new Script('t', { ...traits, limits: { textChars: 10 } }, 'end');
    const [span] = spansOf(['alpha beta gamma delta'], 'sentence', 100);
    if (!span) throw new Error('a span');
    expect(script.pieces(span).flatMap((piece) => script.line(piece).commands)).toEqual([
      { type: 'text', turn: 't', text: 'alpha ', throughChar: 106 },
      { type: 'text', turn: 't', text: 'beta ', throughChar: 111 },
      { type: 'text', turn: 't', text: 'gamma ', throughChar: 117 },
      { type: 'text', turn: 't', text: 'delta', throughChar: 122 },
    ]);
  });

  it('cuts at the ends of sentences, and what is cut there ends as one', () => {
    const script = new Script('t', { ...traits, limits: { textChars: 30 } }, 'end');
    const [span] = spansOf(['One is short. Two is as short. Three, the last, is longer than that'], 'clause');
    if (!span) throw new Error('a span');
    expect(script.pieces(span).map(({ text, ends }) => [text, ends])).toEqual([
      ['One is short. ', 'sentence'],
      ['Two is as short. ', 'sentence'],
      ['Three, the last, is longer ', 'piece'],
      ['than that', 'clause'],
    ]);
  });

  it('cuts to what may be sent in a minute where a message may be longer', () => {
    const script = new Script('t', { ...traits, limits: { charsPerMinute: 6 } }, 'end');
    expect(lines(script, spansOf(['one two three']))).toEqual(['one ', 'two ', 'three']);
  });

  it('leaves a span whole that fits', () => {
    const script = new Script('t', { ...traits, limits: { textChars: 13 } }, 'end');
    const [span] = spansOf(['one two three']);
    if (!span) throw new Error('a span');
    expect(script.pieces(span)).toEqual([span]);
  });

  it('loses and adds nothing when it cuts, keeps to the limit, goes on through the source, and parts no character', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '🦜', 'z', '. '), maxLength: 80 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 20 }), (text, textChars) => {
        const script = new Script('t', { ...traits, limits: { textChars } }, 'end');
        const [span] = spansOf([`x${text}`]);
        if (!span) return false;
        const pieces = script.pieces(span);
        expect(pieces.map((piece) => piece.text).join('')).toBe(span.text);
        let char = span.fromChar;
        for (const piece of pieces) {
          expect(piece.fromChar).toBe(char);
          char = piece.toChar;
          expect(piece.text.length).toBeLessThanOrEqual(textChars);
          expect(piece.text).not.toMatch(/[\ud800-\udfff]/u);
        }
        return char === span.toChar;
      }),
    );
  });
});
