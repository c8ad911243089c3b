import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Script } from '../../src/session/script.ts';
import { SentText } from '../../src/session/sent-text.ts';
import type { Boundary, Span } from '../../src/speech/span.ts';
import { spansOf, traits } from '../support/fake-speak.ts';

function sent(spans: readonly Span[], flush: Boundary = 'sentence'): SentText {
  const text = new SentText();
  const script = new Script('t', traits, flush);
  for (const span of spans) text.add(script.line(span));
  return text;
}

const empty = (fromChar: number, toChar: number): Span => ({ text: '', fromChar, toChar, ends: 'paragraph' });

describe('SentText', () => {
  it('keeps what no checkpoint covers, in order', () => {
    const text = sent(spansOf(['One. ', 'Two. ', 'Three.']));
    expect(text).toMatchObject({
      throughChar: 0,
      sentChar: 16,
      pendingChars: 16,
      sentences: 0,
      awaited: true,
      left: true,
    });
    expect(text.checkpoint(10)).toBe(true);
    expect(text.pending.map(({ span }) => span.text)).toEqual(['Three.']);
    expect(text).toMatchObject({ throughChar: 10, pendingChars: 6, sentences: 2, awaited: true, left: true });
    expect(text.checkpoint(16)).toBe(true);
    expect(text).toMatchObject({ throughChar: 16, pendingChars: 0, sentences: 3, owed: false, left: false });
  });

  it('knows how many characters may be heard, where a dictionary makes more of them', () => {
    expect(sent(spansOf(['One. ', 'Two. ', 'Three.'])).mostChars).toBe(16);
    expect(sent([{ text: 'x'.repeat(256), fromChar: 0, toChar: 1, ends: 'end' }]).mostChars).toBe(256);
  });

  it('keeps a span that a checkpoint covers in part', () => {
    const text = sent(spansOf(['One two three.']));
    expect(text.checkpoint(7)).toBe(true);
    expect(text.throughChar).toBe(7);
    expect(text.pending).toHaveLength(1);
  });

  it('never goes back, and says when nothing moved', () => {
    const text = sent(spansOf(['One. ', 'Two.']));
    text.checkpoint(5);
    expect(text.checkpoint(5)).toBe(false);
    expect(text.checkpoint(2)).toBe(false);
    expect(text.throughChar).toBe(5);
  });

  it('does not believe a checkpoint that lies beyond what was sent', () => {
    const text = sent(spansOf(['One.']));
    text.checkpoint(1000);
    expect(text.throughChar).toBe(4);
  });

  it('counts sentences, not the pieces of them', () => {
    const text = sent([...spansOf(['One, ', 'two, '], 'clause'), ...spansOf(['three.'], 'sentence', 10)]);
    text.checkpoint(16);
    expect(text.sentences).toBe(1);
  });

  it('takes a span that says nothing as complete when what stands before it is', () => {
    const text = sent([...spansOf(['One.']), empty(4, 500), ...spansOf(['Two.'], 'sentence', 500)]);
    text.checkpoint(4);
    expect(text.throughChar).toBe(500);
    expect(text.pending.map(({ span }) => span.text)).toEqual(['Two.']);
  });

  it('takes a silent span at once where nothing stands before it, and says nothing is left of it', () => {
    const text = sent([empty(0, 90)]);
    expect(text).toMatchObject({ throughChar: 90, sentChar: 90, left: false, sentences: 0 });
  });

  it('waits for an unflushed text before a silent span', () => {
    const text = sent([...spansOf(['One'], 'piece'), empty(3, 50)], 'end');
    expect(text.throughChar).toBe(0);
    expect(text.left).toBe(true);
  });

  it('owes nothing until a flush goes out, also one out of turn', () => {
    const text = sent(spansOf(['One ', 'two '], 'piece'));
    expect(text.owed).toBe(false);
    text.flushed();
    expect([text.awaited, text.owed]).toEqual([true, false]);
    text.asked();
    expect(text.owed).toBe(true);
    expect(text.pending.map(({ flushed }) => flushed)).toEqual([false, true]);
  });

  it('is owed on another connection only what was asked for on that one', () => {
    const text = sent(spansOf(['One. ', 'Two. ', 'Three.']));
    text.asked();
    text.unasked();
    expect([text.awaited, text.owed]).toEqual([true, false]);
    text.asked(text.pending[0]);
    expect(text.owed).toBe(true);
    text.checkpoint(5);
    expect([text.awaited, text.owed]).toEqual([true, false]);
  });

  it('marks the last spoken span as flushed, not a silent one behind it', () => {
    const text = sent([...spansOf(['One'], 'piece'), empty(3, 9)], 'end');
    text.flushed();
    expect(text.pending.map(({ span, flushed }) => [span.text, flushed])).toEqual([['One', true]]);
  });

  it('does not fill the memory with spans that say nothing', () => {
    const text = new SentText();
    const script = new Script('t', traits, 'end');
    text.add(script.line({ text: 'One', fromChar: 0, toChar: 3, ends: 'piece' }));
    for (let i = 3; i < 10_003; i++) text.add({ span: empty(i, i + 1), commands: [], flushed: false });
    text.add(script.line({ text: 'two', fromChar: 10_003, toChar: 10_006, ends: 'piece' }));
    expect(text.checkpoint(3)).toBe(true);
    expect(text.throughChar).toBe(10_003);
    expect(text.pending).toHaveLength(1);
  });

  it('is complete after any checkpoints that end at the end', () => {
    const list = fc.array(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(list, fc.array(fc.nat(300), { maxLength: 10 }), (words, marks) => {
        const text = sent(spansOf(words));
        let before = 0;
        for (const mark of marks) {
          text.checkpoint(mark);
          expect(text.throughChar).toBeGreaterThanOrEqual(before);
          before = text.throughChar;
          for (const { span } of text.pending) expect(span.toChar).toBeGreaterThan(mark);
        }
        text.checkpoint(text.sentChar);
        expect(text).toMatchObject({ pendingChars: 0, left: false, owed: false });
      }),
    );
  });

  it('keeps a part that reaches no further than it began until what follows it is complete', () => {
    const text = new SentText();
    const script = new Script('t', traits, 'sentence');
    const part = (words: string, fromChar: number, toChar: number, ends: Boundary) =>
      text.add(script.line({ text: words, fromChar, toChar, ends }));
    part('One. ', 0, 5, 'sentence');
    part('A rewritten ', 5, 5, 'piece');
    part('sentence.', 5, 9, 'sentence');
    text.checkpoint(5);
    expect(text.pending.map(({ span }) => span.text)).toEqual(['A rewritten ', 'sentence.']);
    text.checkpoint(9);
    expect(text.pending).toEqual([]);
    part('Rewritten ', 9, 9, 'piece');
    expect(text.pending).toHaveLength(1);
  });
});
