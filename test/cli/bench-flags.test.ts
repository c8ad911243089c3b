import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { feed, perSecond } from '../../src/cli/bench-flags.ts';
import { duration } from '../../src/cli/duration.ts';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['8s', 8000],
    ['1.5s', 1500],
    ['.5s', 500],
    ['2m', 120_000],
    ['24h', 86_400_000],
  ])('%s', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each(['8', '0s', '-1s', '8 s', '8S', '', 's', '25h', '1e3s', 'Infinitys', '8s8s', '0x8s'])(
    'refuses %j',
    (text) => {
      expect(() => duration(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('perSecond', () => {
  it.each([
    ['5', 5],
    ['5/s', 5],
    ['0.5', 0.5],
    ['1000', 1000],
  ])('%s', (text, rate) => {
    expect(perSecond(text)).toBe(rate);
  });

  it.each(['0', '-1', '1001', '5/m', '', '/s', 'NaN', '1e2'])('refuses %j', (text) => {
    expect(() => perSecond(text)).toThrow(InvalidArgumentError);
  });
});

describe('feed', () => {
  it('is whole, or so many tokens a second', () => {
    expect(feed('whole')).toEqual({ kind: 'whole' });
    expect(feed('tokens:40/s')).toEqual({ kind: 'tokens', perSecond: 40 });
    expect(feed('tokens:2.5/s')).toEqual({ kind: 'tokens', perSecond: 2.5 });
  });

  it.each(['tokens', 'tokens:', 'tokens:0/s', 'tokens:40', 'tokens:1001/s', 'words:4/s', '', 'Whole'])(
    'refuses %j',
    (text) => {
      expect(() => feed(text)).toThrow(InvalidArgumentError);
    },
  );
});
