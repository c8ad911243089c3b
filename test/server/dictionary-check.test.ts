import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDictionary } from '../../src/server/dictionary-check.ts';

const rule = fc.record({
  match: fc
    .string({ minLength: 1, maxLength: 128 })
    .map((match) => match.trim())
    .filter((match) => match !== ''),
  replace: fc.string({ maxLength: 256 }),
});
const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/);

function errorsOf(body: unknown): readonly string[] {
  const checked = checkDictionary(body);
  return 'fieldErrors' in checked ? Object.keys(checked.fieldErrors) : [];
}

describe('the check of a dictionary', () => {
  it('takes every valid one as it is', () => {
    fc.assert(
      fc.property(name, fc.array(rule, { maxLength: 256 }), (given, rules) => {
        const body = { name: given, modes: { rewrite: { rules } } };
        expect(checkDictionary(JSON.parse(JSON.stringify(body)))).toEqual({ input: { ...body, metadata: {} } });
      }),
      { numRuns: 50 },
    );
  });

  it('takes a match without the blanks at its ends', () => {
    const rules = [{ match: ' \u00a0new  york\n', replace: ' NYC ' }];
    expect(checkDictionary({ name: 'n', modes: { rewrite: { rules } } })).toEqual({
      input: { name: 'n', metadata: {}, modes: { rewrite: { rules: [{ match: 'new  york', replace: ' NYC ' }] } } },
    });
  });

  it('never throws, and says of anything else what is wrong', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(errorsOf(body).length).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['a', true],
    ['A.b-c_9', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
    ['', false],
    ['ä', false],
    ['a/b', false],
    ['a\n', false],
    [7, false],
  ])('of the name %j: %s', (given, fits) => {
    expect(errorsOf({ name: given, modes: { rewrite: { rules: [] } } })).toEqual(fits ? [] : ['name']);
  });

  it('holds rules to their bounds', () => {
    const of = (...rules: unknown[]) => errorsOf({ name: 'x', modes: { rewrite: { rules } } });
    expect(of({ match: 'm'.repeat(128), replace: 'r'.repeat(256) })).toEqual([]);
    expect(of({ match: 'm'.repeat(129), replace: '' })).toEqual(['modes.rewrite.rules[0].match']);
    expect(of({ match: 'm', replace: 'r'.repeat(257) })).toEqual(['modes.rewrite.rules[0].replace']);
    expect(of(...Array(256).fill({ match: 'm', replace: '' }))).toEqual([]);
    expect(of(...Array(257).fill({ match: 'm', replace: '' }))).toEqual(['modes.rewrite.rules']);
  });

  it.each([undefined, null, [], {}, { rewrite: [] }, { rewrite: { rules: {} } }, { ipa: {} }])(
    'wants rules, not %j',
    (modes) => {
      expect(errorsOf({ name: 'x', modes })).toHaveLength(1);
    },
  );

  it('stops complaining at some point', () => {
    const rules = Array(200).fill({});
    expect(errorsOf({ name: 'x', modes: { rewrite: { rules } } })).toHaveLength(20);
  });
});
