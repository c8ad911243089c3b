import { describe, expect, it } from 'vitest';
import type { FigureComparison } from '../../../src/bench/document.ts';
import { shortUnit, unitText, valueText, valueWithUnit } from '../../../src/report/bench/shown.ts';
import {
  comparisonText,
  counted,
  countsText,
  loopText,
  planTexts,
  watchText,
} from '../../../src/report/bench/words.ts';
import { madeUpDocument } from './made-up.ts';

const compared = (change: Partial<FigureComparison>): FigureComparison => ({
  ...{ figure: 'ttfaMs', statistic: 'p50', base: 200, other: 188, effect: -12, low: -17, high: -8 },
  ...{ verdict: 'faster', paired: true, ...change },
});

describe('a value in words', () => {
  it.each([
    ['ttfaMs', 214.44, '214', '214 ms'],
    ['ttfaMs', 9.94, '9.9', '9.9 ms'],
    ['ttfaMs', 9.96, '10', '10 ms'],
    ['ttfaMs', -0.04, '0.0', '0.0 ms'],
    ['minPreRollMs', 0, '0', '0 ms'],
    ['wer', 0.0625, '6.3', '6.3 %'],
    ['rtf', 0.0816, '0.082', '0.082'],
    ['rtf', 1.0851, '1.09', '1.09'],
    ['deliveryRate', 4.5, '4.50', '4.50 s/s'],
    ['underruns', 3, '3', '3'],
    ['underruns', 0.25, '0.25', '0.25'],
    ['bytes', 224916.6, '224917', '224917 bytes'],
  ] as const)('%s of %d is %s', (name, value, bare, withUnit) => {
    expect(valueText(name, value)).toBe(bare);
    expect(valueWithUnit(name, value)).toBe(withUnit);
  });

  it('is a dash where there is none', () => {
    expect(valueText('ttfaMs', undefined)).toBe('–');
  });

  it('has a unit that says which way is good, where that is not plain', () => {
    expect(unitText('rtf')).toBe('ratio, lower is faster');
    expect(unitText('deliveryRate')).toBe('ratio, higher is faster');
    expect([unitText('wer'), unitText('ttfaMs'), unitText('underruns'), unitText('revisions')]).toEqual([
      '%',
      'ms',
      'count',
      'ratio',
    ]);
    expect(shortUnit('underruns')).toBe('');
  });
});

describe('a comparison in words', () => {
  it.each([
    [{}, 'faster by 12 ms (8.0 to 17)'],
    [{ effect: 12, low: 8, high: 17, verdict: 'slower' as const }, 'slower by 12 ms (8.0 to 17)'],
    [{ effect: -3, low: -9.4, high: 4, verdict: 'inconclusive' as const }, 'inconclusive: −3.0 ms (−9.4 to +4.0)'],
    [{ effect: 0, low: 0, high: 0, verdict: 'inconclusive' as const }, 'inconclusive: 0 ms (0 to 0)'],
    [
      { figure: 'wer' as const, effect: 0.02, low: 0.01, high: 0.031, verdict: 'worse' as const },
      'worse by 2.0 points (1.0 to 3.1)',
    ],
    [
      { figure: 'deliveryRate' as const, effect: 2, low: 1.5, high: 2.5, verdict: 'better' as const },
      'better by 2.00 s/s (1.50 to 2.50)',
    ],
  ])('%o', (change, text) => {
    expect(comparisonText(compared(change))).toBe(text);
  });
});

describe('facts in words', () => {
  const { plan, machines } = madeUpDocument();

  it('count runs', () => {
    const series = { id: 's', target: 't', set: 'x', cached: false, summary: {} };
    expect(countsText({ ...series, runs: 20, measured: 20, failed: 0, invalid: 0, impossible: 0 })).toBe('20 measured');
    expect(countsText({ ...series, runs: 20, measured: 17, failed: 1, invalid: 2, impossible: 3 })).toBe(
      '17 measured of 20: 1 failed, 2 invalid, 3 with an impossible figure',
    );
    expect([counted(1, 'run'), counted(2000, 'run')]).toEqual(['1 run', '2,000 runs']);
  });

  it('say which loop it was', () => {
    expect(loopText(plan)).toBe('closed loop, 4 at once');
    expect(loopText({ ...plan, loop: 'open', concurrency: 50, ratePerSecond: 5, dropped: 1 })).toBe(
      'open loop, 5 a second, at most 50 at once, 1 start dropped',
    );
  });

  it('tell the plan, and the time that was spent waiting', () => {
    expect(planTexts({ ...plan, thinkMs: 8000, bargeInMs: 1000 })).toEqual([
      ...[
        '100 runs a series',
        '1 warm-up run first, not counted',
        'a fresh connection a run',
        'closed loop, 4 at once',
      ],
      ...['text fed whole', 'socket idle for 8.00 s before a turn', 'interrupted 1.00 s after the first audio'],
      ...['measured for 61.34 s', '1.20 s spent waiting for rate limits, in no figure'],
    ]);
    const { runs: _, ...timed } = plan;
    const other = planTexts({
      ...timed,
      durationMs: 30_000,
      reuse: true,
      warmup: 0,
      waitedMs: 0,
      pace: 'fast',
      end: 'both',
    });
    expect(other).toEqual(
      expect.arrayContaining([
        ...['for 30.00 s', 'no warm-up', 'connections kept from run to run (warm), where the service keeps them'],
        ...['audio sent as fast as it was taken: latencies are no listener’s'],
        ...['an utterance ended by the service and by a finalize, in turns'],
      ]),
    );
  });

  it('say how the client was', () => {
    const watch = machines[0]?.watch ?? { stalls: 0 };
    expect(watchText(watch)).toBe(
      'loop delay p99 2.4 ms, max 73 ms, processor 12 % of a core, garbage collection 21 ms, 1 stall',
    );
    expect(watchText({ stalls: 0 })).toBe('no stalls');
  });
});
