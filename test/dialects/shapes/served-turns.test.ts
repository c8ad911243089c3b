import { beforeEach, describe, expect, it } from 'vitest';
import { ServedTurns } from '../../../src/dialects/shapes/served-turns.ts';

let turns: ServedTurns;
beforeEach(() => {
  turns = new ServedTurns();
});

const types = (requests: readonly { readonly type: string }[] | undefined) => requests?.map(({ type }) => type);

describe('turns that a server names', () => {
  it('begin with a text, count its characters, and end with an interruption', () => {
    expect(turns.text('One.')).toEqual([
      { type: 'begin', turn: 't1' },
      { type: 'text', turn: 't1', text: 'One.', throughChar: 4 },
    ]);
    expect(turns.text('Two.')).toEqual([{ type: 'text', turn: 't1', text: 'Two.', throughChar: 8 }]);
    expect(turns.interrupt()).toEqual([{ type: 'interrupt', turn: 't1' }]);
    expect(turns.text('Three.')).toMatchObject([{ turn: 't2' }, { turn: 't2', throughChar: 6 }]);
  });

  it('begin with a flush as well', () => expect(types(turns.flush())).toEqual(['begin', 'flush']));

  it('are begun anew by settings of a text, and keep their place', () => {
    const settings = { pronunciation: { name: 'x' } };
    turns.text('One.');
    expect(turns.text('Two.', settings, true)).toEqual([
      { type: 'begin', turn: 't1', settings },
      { type: 'text', turn: 't1', text: 'Two.', throughChar: 8 },
    ]);
    expect(types(turns.text('Three.', settings))).toEqual(['text']);
  });

  it('end with a flush of what has none', () => {
    expect(turns.end()).toEqual([]);
    turns.text('One.');
    expect(types(turns.end())).toEqual(['flush', 'end']);
    expect(turns.end()).toEqual([]);
    turns.text('Two.');
    turns.flush();
    expect(types(turns.end())).toEqual(['end']);
  });

  it('are no longer owed a flush once interrupted', () => {
    turns.text('One.');
    turns.interrupt();
    turns.flush();
    expect(types(turns.end())).toEqual(['end']);
  });
});

describe('an interruption', () => {
  it('of nothing is answered at once, but behind one that is open', () => {
    expect(turns.interrupt()).toBeUndefined();
    turns.text('One.');
    turns.interrupt();
    expect([turns.interrupt(), turns.interrupt()]).toEqual([[], []]);
    expect(turns.interrupted('t1')).toBe(3);
    expect(turns.interrupt()).toBeUndefined();
  });

  it('of nothing waits for the last of several', () => {
    turns.text('One.');
    turns.interrupt();
    turns.text('Two.');
    turns.interrupt();
    turns.interrupt();
    expect([turns.interrupted('t1'), turns.interrupted('t2')]).toEqual([1, 2]);
  });

  it('that the handler began itself closes the turn as well', () => {
    turns.text('One.');
    expect(turns.interrupted('t1')).toBe(1);
    expect(turns.text('Two.')).toMatchObject([{ type: 'begin', turn: 't2' }, {}]);
  });
});
