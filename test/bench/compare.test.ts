import { describe, expect, it } from 'vitest';
import { compareDocuments } from '../../src/bench/compare.ts';
import { raw, row, rows, thrownBy } from './made.ts';

const low = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const high = [200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100];

describe('compareDocuments', () => {
  const named = (name: string, document = raw(rows(low))) => ({ name, document });

  it('says faster, slower, or that it cannot tell', () => {
    const verdict = (document = raw(rows(low))) =>
      compareDocuments(named('one'), named('two', document))[0]?.figures[0]?.verdict;
    expect(verdict(raw(rows(high)))).toBe('slower');
    expect(compareDocuments(named('one', raw(rows(high))), named('two'))[0]?.figures[0]?.verdict).toBe('faster');
    expect(verdict(raw(rows([...low].reverse())))).toBe('inconclusive');
  });

  it('pairs by prompt only where both were given the same texts', () => {
    const paired = (hash: string) => {
      const other = raw(rows(high), { prompts: { hash, items: [] } });
      return compareDocuments(named('one'), named('two', other))[0]?.figures[0]?.paired;
    };
    expect([paired('abc'), paired('def')]).toEqual([true, false]);
  });

  it('takes the only series of each, or those of the same name', () => {
    const other = raw(rows(high, { target: 'b' }));
    expect(compareDocuments(named('one'), named('two', other))).toMatchObject([
      { base: 'a · sentence (one)', other: 'b · sentence (two)' },
    ]);
    const several = raw([...rows(low), ...rows(high, { target: 'b' }, 10)]);
    expect(compareDocuments(named('one', several), named('two', other))).toMatchObject([
      { base: 'b · sentence (one)' },
    ]);
    expect(
      thrownBy(() => compareDocuments(named('one', several), named('two', raw(rows(high, { target: 'c' }))))),
    ).toMatchObject({
      code: 'E_USAGE',
    });
  });

  it('leaves out what does not count, and refuses another kind', () => {
    const spoilt = raw([...rows(low), row(10, { ttfaMs: 1e6, invalid: 'stalled' }), row(11, { ok: false })]);
    const [figure] = compareDocuments(named('one', spoilt), named('two'))[0]?.figures ?? [];
    expect(figure?.effect).toBe(0);
    expect(thrownBy(() => compareDocuments(named('one'), named('two', raw(rows(low), { kind: 'stt' }))))).toMatchObject(
      {
        code: 'E_USAGE',
      },
    );
  });
});
