import { beforeEach, describe, expect, it } from 'vitest';
import { PcmStream } from '../../../src/audio/pcm-stream.ts';
import { type OpenTurn, TurnQueue } from '../../../src/dialects/shapes/turns.ts';

let turns: TurnQueue;
beforeEach(() => {
  turns = new TurnQueue();
  turns.neverCancel();
});

function begin(id: string, sentChar: number): OpenTurn {
  const turn = turns.begin(id, new PcmStream({ encoding: 'linear16', sampleRateHz: 8000, channels: 1 }));
  Object.assign(turn, { sentChar, sentText: true, unflushed: true });
  return turn;
}

function flushed(turn: OpenTurn, closing = false): void {
  turns.flushed(turn);
  turn.closing = closing;
}

describe('acknowledgements without an id', () => {
  it('answer flushes in their order', () => {
    const [a, b] = [begin('a', 3), begin('b', 5)];
    flushed(a, true);
    flushed(b, true);
    expect(turns.sounding).toBe(a);
    expect(turns.acknowledged('flushed')).toEqual({ turn: a, throughChar: 3, done: true });
    expect(turns.find('a')).toBeUndefined();
    expect(turns.sounding).toBe(b);
    expect(turns.acknowledged('flushed')).toMatchObject({ turn: b, done: true });
    expect(turns.acknowledged('flushed')).toBeUndefined();
  });

  it('of another kind repeat the last answer, until there is sound', () => {
    const a = begin('a', 3);
    flushed(a);
    flushed(a);
    expect(turns.acknowledged('audio_end')).toBeDefined();
    expect(turns.acknowledged('flushed')).toBeUndefined();
    turns.heard();
    expect(turns.acknowledged('flushed')).toBeDefined();
  });

  it('of another kind are new ones behind sound', () => {
    const a = begin('a', 3);
    flushed(a);
    flushed(a);
    expect(turns.acknowledged('audio_end')).toBeDefined();
    turns.heard();
    expect(turns.acknowledged('flushed')).toBeDefined();
  });

  it('may be a normal close, behind sound', () => {
    const a = begin('a', 3);
    flushed(a, true);
    expect(turns.closedAfterAudio()).toBeUndefined();
    turns.heard();
    expect(turns.closedAfterAudio()).toMatchObject({ turn: a, done: true });
  });
});

describe('a refused flush', () => {
  it('is the last one, and its text waits for another', () => {
    const a = begin('a', 3);
    flushed(a);
    a.sentChar = 7;
    flushed(a);
    expect(turns.refuseFlush()).toBe(a);
    expect(a).toMatchObject({ owed: 1, unflushed: true });
    expect(turns.acknowledged('flushed')).toMatchObject({ throughChar: 3, done: false });
    flushed(a, true);
    expect(turns.acknowledged('flushed')).toMatchObject({ throughChar: 7, done: true });
  });

  it('is nobody’s where none is open', () => {
    begin('a', 3);
    expect(turns.refuseFlush()).toBeUndefined();
  });
});

describe('an interruption', () => {
  it('takes all turns that have said something, and their flushes', () => {
    const [a, b] = [begin('a', 3), begin('b', 5)];
    b.sentText = false;
    flushed(a);
    turns.interrupt();
    expect([turns.find('a'), turns.find('b')]).toEqual([undefined, b]);
    expect(turns.clearing).toEqual([a]);
    expect(turns.acknowledged('flushed')).toBeUndefined();
    expect(turns.cleared()).toEqual({ is: 'over', turns: [a] });
    expect(turns.clearing).toBeUndefined();
  });

  it.each([
    ['answered', () => turns.cleared()],
    ['given up', () => turns.abandoned()],
  ])('leaves nothing of its sound and its answers to the next turn, once it is %s', (_how, over) => {
    const a = begin('a', 3);
    flushed(a);
    flushed(a);
    turns.acknowledged('audio_end');
    turns.interrupt();
    over();
    const b = begin('b', 5);
    flushed(b);
    expect(turns.acknowledged('flushed')).toMatchObject({ turn: b });
    turns.heard();
    turns.interrupt();
    over();
    flushed(begin('c', 7), true);
    expect(turns.closedAfterAudio()).toBeUndefined();
  });

  it('is over when the connection is', () => {
    const a = begin('a', 3);
    turns.interrupt();
    expect(turns.abandoned()).toEqual([a]);
    expect(turns.abandoned()).toEqual([]);
  });
});
