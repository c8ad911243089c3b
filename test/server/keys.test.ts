import { describe, expect, it } from 'vitest';
import { createKeyCheck, shownKey } from '../../src/server/keys.ts';

const at = (target: string) => new URL(`http://localhost${target}`);

describe('the key', () => {
  it('is right, wrong or missing', () => {
    const isRight = createKeyCheck('s3cret');
    expect(isRight('s3cret')).toBe(true);
    expect(isRight('s3cret ')).toBe(false);
    expect(isRight('s3cre')).toBe(false);
    expect(isRight('')).toBe(false);
    expect(isRight(undefined)).toBe(false);
  });

  it('may hold letters beyond ASCII and be of any length', () => {
    const isRight = createKeyCheck('schlüssel'.repeat(100));
    expect(isRight('schlüssel'.repeat(100))).toBe(true);
    expect(isRight('schlussel'.repeat(100))).toBe(false);
  });

  it('is not wanted where the server has none', () => {
    const isRight = createKeyCheck(undefined);
    expect(isRight('anything')).toBe(true);
    expect(isRight(undefined)).toBe(true);
  });
});

describe('where a request shows its key', () => {
  it('in the Authorization header, whatever the case of its scheme', () => {
    expect(shownKey(at('/'), { authorization: 'Bearer K' })).toBe('K');
    expect(shownKey(at('/'), { authorization: 'bearer   K ' })).toBe('K');
  });

  it('in X-API-Key, or in the query for clients without headers', () => {
    expect(shownKey(at('/'), { 'x-api-key': 'K' })).toBe('K');
    expect(shownKey(at('/?token=K%2F1'), {})).toBe('K/1');
  });

  it('first in Authorization, last in the query', () => {
    expect(shownKey(at('/?token=C'), { authorization: 'Bearer A', 'x-api-key': 'B' })).toBe('A');
    expect(shownKey(at('/?token=C'), { 'x-api-key': 'B' })).toBe('B');
  });

  it('nowhere', () => {
    expect(shownKey(at('/'), {})).toBeUndefined();
    expect(shownKey(at('/'), { authorization: 'Basic K' })).toBeUndefined();
  });
});
