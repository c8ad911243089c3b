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
  return texts(spans.flatMap((span) => script.line(span).commands));
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

  it('repeats a line as it was, for another connection', () => {
    const script = new Script('t', traits, 'sentence');
    const [span] = spansOf(['One.']);
    if (!span) throw new Error('a span');
    const { commands } = script.line(span);
    expect(script.again({ span, flushed: true })).toEqual(commands);
    expect(texts(script.again({ span, flushed: false }))).toEqual(['One.']);
    expect(script.flush()).toEqual([]);
  });

  it('cuts what is longer than a message at spaces; only the last piece reaches the end of the span', () => {
    const script = new Script('t', { ...traits, limits: { textChars: 10 } }, 'end');
    const [span] = spansOf(['alpha beta gamma delta'], 'sentence', 100);
    if (!span) throw new Error('a span');
    expect(script.line(span).commands).toEqual([
      { type: 'text', turn: 't', text: 'alpha ', throughChar: 100 },
      { type: 'text', turn: 't', text: 'beta ', throughChar: 100 },
      { type: 'text', turn: 't', text: 'gamma ', throughChar: 100 },
      { type: 'text', turn: 't', text: 'delta', throughChar: 122 },
    ]);
  });

  it('loses and adds nothing when it cuts, keeps to the limit, and never cuts a character in two', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '🦜', 'z'), maxLength: 80 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 20 }), (text, textChars) => {
        const script = new Script('t', { ...traits, limits: { textChars } }, 'end');
        const [span] = spansOf([`x${text}`]);
        if (!span) return false;
        const pieces = texts(script.line(span).commands);
        expect(pieces.join('')).toBe(span.text);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(textChars);
          expect(piece).not.toMatch(/[\ud800-\udfff]/u);
        }
        return true;
      }),
    );
  });
});
