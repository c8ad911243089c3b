import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Assertion,
  parseAssertion,
  refuseTooFewConnections,
  refuseTooFewRuns,
  runsWanted,
} from '../../src/bench/assertion.ts';
import { SpeechError } from '../../src/errors.ts';
import { figureNames } from '../../src/metrics/figures.ts';

/** The refusal's message and advice. */
function refused(work: () => unknown): { message: string; todo: string } {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof SpeechError)) throw thrown;
    expect(thrown.code).toBe('E_USAGE');
    return { message: thrown.message, todo: thrown.todo };
  }
  throw new Error('was taken');
}

const said = (given: string) => {
  const { message, todo } = refused(() => parseAssertion(given));
  return `${message}; ${todo}`;
};

describe('parseAssertion', () => {
  it.each<[string, Assertion]>([
    ['ttfa.p95<400ms', { figure: 'ttfaMs', statistic: 'p95', operator: '<', wanted: 400, name: 'ttfa.p95' }],
    ['ttfa.p95<0.4s', { figure: 'ttfaMs', statistic: 'p95', operator: '<', wanted: 400, name: 'ttfa.p95' }],
    ['ttfaMs.p95 <= 400', { figure: 'ttfaMs', statistic: 'p95', operator: '<=', wanted: 400, name: 'ttfa.p95' }],
    [' wer . mean>=15% ', { figure: 'wer', statistic: 'mean', operator: '>=', wanted: 0.15, name: 'wer.mean' }],
    ['rtf.max>.5', { figure: 'rtf', statistic: 'max', operator: '>', wanted: 0.5, name: 'rtf.max' }],
    ['underruns.max==0', { figure: 'underruns', statistic: 'max', operator: '=', wanted: 0, name: 'underruns.max' }],
    ['bytes.min = 100', { figure: 'bytes', statistic: 'min', operator: '=', wanted: 100, name: 'bytes.min' }],
    ['ttfb.count>=20', { figure: 'ttfbMs', statistic: 'count', operator: '>=', wanted: 20, name: 'ttfb.count' }],
    ['ttfs.p50>-3 ms', { figure: 'ttfsMs', statistic: 'p50', operator: '>', wanted: -3, name: 'ttfs.p50' }],
    ['gapP95.p99<40ms', { figure: 'gapP95Ms', statistic: 'p99', operator: '<', wanted: 40, name: 'gapP95.p99' }],
    ['underrunAt100.p90<1s', expect.objectContaining({ figure: 'underrunAt100Ms', wanted: 1000 })],
  ])('understands %j', (given, expected) => {
    expect(parseAssertion(given)).toEqual(expected);
  });

  it('knows every figure by its short and by its full name', () => {
    const short = figureNames.map((name) => name.replace(/Ms$/, ''));
    expect(new Set(short).size).toBe(figureNames.length);
    for (const name of [...short, ...figureNames]) {
      const { figure } = parseAssertion(`${name}.mean<1`);
      expect([figure, figure.replace(/Ms$/, '')]).toContain(name);
    }
  });

  it('takes a percentage for the double that its decimal is', () => {
    for (let percent = 0; percent <= 100; percent++) {
      expect(parseAssertion(`wer.mean<${percent}%`).wanted).toBe(percent / 100);
    }
  });

  it.each([
    ['ttfq.p95<400', "--assert 'ttfq.p95<400' knows no figure 'ttfq'; did you mean ttfb or ttfa or ttfi?"],
    ['TTFA.p95<400', "--assert 'TTFA.p95<400' knows no figure 'TTFA'; did you mean ttfa or ttfb or ttfi?"],
    [
      'ttfa.p59<400',
      "--assert 'ttfa.p59<400' knows no statistic 'p59'; use one of: p50, p90, p95, p99, mean, min, max, count",
    ],
    ['ttfa.median<400', "knows no statistic 'median'; use one of: p50, p90, p95, p99, mean, min, max, count"],
    ['ttfa<400', "--assert 'ttfa<400' does not say which statistic; use one of: p50, p90"],
    ['ttfa.p95.p95<400', "knows no statistic 'p95.p95'"],
    ['ttfa.p95<', 'has no value; this figure takes a number, with ms or s or none'],
    ['ttfa.p95<fast', "has no value that is a number: 'fast'"],
    ['ttfa.p95<400%', "has a unit that does not fit: '%'; this figure takes a number, with ms or s or none"],
    ['ttfa.p95<400MS', "has a unit that does not fit: 'MS'"],
    ['ttfa.count<4ms', "has a unit that does not fit: 'ms'; this figure takes a number without a unit"],
    ['wer.mean<5ms', 'this figure takes a number, with % or none'],
    ['bytes.max<5k', 'this figure takes a number without a unit'],
    ['ttfa.p95<1e3', "has no value that is a number: '1e3'"],
    ['ttfa.p95<1_000', 'has no value that is a number'],
    ['ttfa.p95<NaN', 'has no value that is a number'],
    ['ttfa.p95<4 0 0', 'has no value that is a number'],
    ['ttfa.p95', "--assert 'ttfa.p95' is no assertion; write NAME.STAT OP VALUE, as in 'ttfa.p95<400ms'"],
    ['ttfa.p95=<400', 'is no assertion'],
    ['ttfa.p95<400<500', 'is no assertion'],
    ['100ms<ttfa.p95', "knows no figure '100ms'"],
    ['', "--assert '' is no assertion"],
    ['.p95<400', "knows no figure ''; use one of: connect, dns"],
    ['constructor.mean<1', "knows no figure 'constructor'"],
    ['ttfa.constructor<1', "knows no statistic 'constructor'"],
    ['ttfa.p95<1constructor', "has a unit that does not fit: 'constructor'"],
    ['ttfa.p95<1toString', 'has a unit that does not fit'],
    ['a\u001b[2J\n.p95<1', "--assert 'a\ufffd[2J\ufffd.p95<1' knows no figure"],
  ])('refuses %j, and says what is allowed', (given, expected) => {
    expect(said(given)).toContain(expected);
  });

  it('refuses what is long, and quotes its beginning alone', () => {
    const { message } = refused(() => parseAssertion(`ttfa.p95<${'9'.repeat(1_000_000)}`));
    expect(message).toMatch(/^--assert 'ttfa\.p95<9{91}…' is no assertion$/);
  });

  it('throws nothing but a SpeechError, whatever it is given', () => {
    const piece = fc.oneof(
      fc.constantFrom('ttfa', 'wer', 'underruns', '.', 'p95', 'mean', 'count', '<', '<=', '=', '==', '>', ' ', '400'),
      fc.constantFrom('ms', 's', '%', '-', '.5', '1e9', '__proto__', 'toString', '\0', '\u2028', '\ud800'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const given = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary', maxLength: 300 }),
    );
    fc.assert(
      fc.property(given, (text) => {
        try {
          const { figure, wanted } = parseAssertion(text);
          expect(figureNames).toContain(figure);
          expect(Number.isFinite(wanted)).toBe(true);
        } catch (thrown) {
          if (!(thrown instanceof SpeechError)) throw thrown;
          expect(thrown.code).toBe('E_USAGE');
          // One line, and safe to print.
          expect(thrown.message + thrown.todo).not.toMatch(/\p{Cc}/u);
          expect(thrown.message.length).toBeLessThan(400);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the runs that assertions want', () => {
  const parsed = (...given: string[]) => given.map(parseAssertion);

  it('is what the highest percentile wants', () => {
    expect(runsWanted([])).toBe(0);
    expect(runsWanted(parsed('ttfa.mean<1', 'ttfa.max<1', 'ttfa.count>=900'))).toBe(0);
    expect(runsWanted(parsed('ttfa.p50<1'))).toBe(10);
    expect(runsWanted(parsed('ttfa.p99<1', 'ttfa.p90<1'))).toBe(500);
  });

  it('refuses fewer, and takes just as many', () => {
    const assertions = parsed('ttfa.p50<1', 'ttfa.p95<400ms');
    expect(refused(() => refuseTooFewRuns(assertions, 99))).toEqual({
      message: 'ttfa.p95 wants at least 100 runs, and --runs is 99',
      todo: 'use --runs 100 or leave it out; a percentile needs five samples above it (docs/statistics.md)',
    });
    expect(() => refuseTooFewRuns(assertions, 100)).not.toThrow();
    expect(() => refuseTooFewRuns(parsed('ttfa.max<1'), 1)).not.toThrow();
  });

  it('is twice as many of what one run in two has, and two that the turns may cost', () => {
    const [both, natural] = [{ end: 'both', pace: 1 } as const, { end: 'natural', pace: 1 } as const];
    for (const name of ['eot', 'ttfs', 'finalize']) expect(runsWanted(parsed(`${name}.p95<1`), both)).toBe(202);
    expect(runsWanted(parsed('ttfi.p95<1', 'eot.mean<1'), both)).toBe(100);
    expect(runsWanted(parsed('eot.p95<1'), natural)).toBe(100);
    expect(refused(() => refuseTooFewRuns(parsed('eot.p95<1'), 199, both)).message).toBe(
      'eot.p95 wants at least 200 runs, of which one in two has it (--end both), and --runs is 199',
    );
    expect(() => refuseTooFewRuns(parsed('eot.p95<1'), 200, both)).not.toThrow();
  });

  it('is not to be had of what only new connections have, where they are kept', () => {
    for (const name of ['connect', 'tls', 'coldTtfa']) {
      expect(refused(() => refuseTooFewConnections(parsed(`${name}.p50<1`), 9))).toEqual({
        message: `${name}.p50 wants 10 new connections, and there are at most 9 connections`,
        todo: 'leave out --reuse and --think, so that each run has a connection of its own',
      });
    }
    expect(() => refuseTooFewConnections(parsed('connect.p50<1'), 10)).not.toThrow();
    expect(() => refuseTooFewConnections(parsed('ttfa.p99<1', 'connect.max<1'), 1)).not.toThrow();
  });
});
