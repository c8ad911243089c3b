import { describe, expect, it } from 'vitest';
import { parseAssertion } from '../../src/bench/assertion.ts';
import { checkAssertion } from '../../src/bench/assertion-check.ts';
import type { Series } from '../../src/bench/document.ts';

function series(summary: Series['summary'], more: Partial<Series> = {}): Series {
  const counts = { runs: 100, measured: 100, failed: 0, invalid: 0, impossible: 0 };
  return { id: 'local/sentence', target: 'local', set: 'sentence', cached: false, ...counts, summary, ...more };
}

const ttfa = (p95: number) =>
  series({ ttfaMs: { count: 100, mean: 250, min: 100, max: 500, p50: 240, p90: 300, p95 } });
const check = (given: string, ...all: Series[]) => checkAssertion(parseAssertion(given), all);
const failures = (given: string, ...all: Series[]) => check(given, ...all).failures;

describe('checkAssertion', () => {
  it('says what is wrong in one line', () => {
    expect(check('ttfa.p95<400ms', ttfa(412))).toEqual({
      assertion: parseAssertion('ttfa.p95<400ms'),
      ok: false,
      failures: ['ttfa.p95 is 412 ms, wanted < 400 ms (local, sentence)'],
    });
    expect(check('ttfa.p95<400ms', ttfa(399))).toMatchObject({ ok: true, failures: [] });
  });

  it.each([
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
    ['=', [false, true, false]],
    ['==', [false, true, false]],
  ])('%s holds for below, at and above: %j', (operator, expected) => {
    expect([399, 400, 401].map((p95) => check(`ttfa.p95${operator}400`, ttfa(p95)).ok)).toEqual(expected);
  });

  it('looks at every statistic', () => {
    const one = series({ wer: { count: 20, mean: 0.25, min: 0, max: 1, p50: 0.125 } });
    expect(failures('wer.mean<=20%', one)).toEqual(['wer.mean is 0.25, wanted <= 0.2 (local, sentence)']);
    expect(failures('wer.min>0', one)).toEqual(['wer.min is 0, wanted > 0 (local, sentence)']);
    expect(failures('wer.max<1', one)).toEqual(['wer.max is 1, wanted < 1 (local, sentence)']);
    expect(failures('wer.p50=0', one)).toEqual(['wer.p50 is 0.125, wanted = 0 (local, sentence)']);
    expect(failures('wer.count>=21', one)).toEqual(['wer.count is 20, wanted >= 21 (local, sentence)']);
  });

  it('says as many digits as tell the two apart', () => {
    expect(failures('ttfa.p95<400ms', ttfa(412.3456))[0]).toContain('is 412.3 ms');
    expect(failures('ttfa.p95<400ms', ttfa(400.001))[0]).toContain('is 400.001 ms, wanted < 400 ms');
    expect(failures('ttfa.p95<1s', ttfa(123456.7))[0]).toContain('is 123457 ms, wanted < 1000 ms');
  });

  it('must hold for each series that has the figure', () => {
    const slow = { ...ttfa(500), target: 'slng/a:b', set: 'short' };
    const cached = { ...ttfa(600), cached: true };
    const without = series({ rtf: { count: 100, mean: 1, min: 1, max: 1 } }, { set: 'paragraph' });
    expect(failures('ttfa.p95<400ms', ttfa(300), slow, cached, without)).toEqual([
      'ttfa.p95 is 500 ms, wanted < 400 ms (slng/a:b, short)',
      'ttfa.p95 is 600 ms, wanted < 400 ms (local, sentence, cached)',
    ]);
    expect(check('ttfa.p95<400ms', ttfa(300), without).ok).toBe(true);
  });

  it('fails where nobody has the figure', () => {
    expect(failures('wer.mean<1', ttfa(300))).toEqual(['wer.mean does not exist: no run has it']);
    expect(failures('wer.mean<1')).toEqual(['wer.mean does not exist: no run has it']);
  });

  it('fails where too few samples support a percentile', () => {
    const few = series({ ttfaMs: { count: 60, mean: 250, min: 100, max: 500, p50: 240, p90: 300 } });
    expect(failures('ttfa.p95<400ms', few)).toEqual([
      'ttfa.p95 is not known: it wants 100 samples, and there are 60 (local, sentence)',
    ]);
  });

  it('fails for a target of which no run counted, though another holds', () => {
    const dead = series({}, { target: 'slng', runs: 20, measured: 0, failed: 20 });
    expect(failures('ttfa.p95<400ms', ttfa(300), dead)).toEqual([
      'ttfa.p95 is not known: none of 20 runs counted (slng, sentence)',
    ]);
    // Nor does another prompt length of the same target speak for it.
    const deadSet = series({}, { set: 'short', runs: 3, measured: 0 });
    expect(check('ttfa.p95<400ms', ttfa(300), deadSet).ok).toBe(false);
    // Answers from a cache are a series of their own; one that is empty beside one that counted is no dead target.
    const empty = series({}, { cached: true, runs: 1, measured: 0, invalid: 1 });
    expect(check('ttfa.p95<400ms', ttfa(300), empty).ok).toBe(true);
  });
});
