import { describe, expect, it } from 'vitest';
import { benchTable, comparisonTable } from '../../../src/report/bench/index.ts';
import type { Paint } from '../../../src/report/paint.ts';
import { plainPaint } from '../../../src/report/paint.ts';
import { textWidth } from '../../../src/report/text-width.ts';
import { madeUpDocument } from './made-up.ts';

const marked: Paint = {
  bold: (text) => `<b>${text}</b>`,
  dim: (text) => `<dim>${text}</dim>`,
  red: (text) => `<red>${text}</red>`,
  yellow: (text) => `<yellow>${text}</yellow>`,
  green: (text) => `<green>${text}</green>`,
};

const stats = { count: 120, mean: 215.2, min: 150, max: 400 };

/** A series with hand-made numbers. */
function withSummary() {
  const document = madeUpDocument({ targets: 1, runs: 1 });
  const ttfaMs = { ...stats, p50: 214.4, p90: 270, p95: 301.6, ci: { p50: { low: 204.2, high: 221 } } };
  const rtf = { ...stats, mean: 0.2, max: 0.5, p50: 0.0816 };
  const series = {
    ...{ id: 's', target: 'slng/aura:thalia', set: 'sentence', cached: false },
    ...{ runs: 123, measured: 120, failed: 2, invalid: 1, impossible: 0 },
    summary: { ttfaMs, rtf, underruns: { ...stats, mean: 0.25, max: 3, p50: 0 } },
  };
  return { ...document, series: [series], comparisons: [], advice: [] };
}

describe('benchTable', () => {
  it('has a figure a row, percentiles with the interval of the median, units, and the direction of the rtf', () => {
    expect(benchTable(withSummary(), { columns: 80, paint: plainPaint }).slice(0, 6)).toEqual([
      'slng/aura:thalia, sentence  120 measured of 123: 2 failed, 1 invalid',
      '                          p50  95 % interval  p90  p95   mean    max',
      '  ttfa                    214        204–221  270  302    215    400  ms',
      '  underruns                 0              –    –    –   0.25      3',
      '  rtf, lower is faster  0.082              –    –    –  0.200  0.500',
      '',
    ]);
  });

  it.each([
    ['tts', ['ttfaSumMs', 'underruns', 'underrunsAt100', 'underrunsAt200', 'minPreRollMs']],
    ['stt', ['pauses', 'falseCutoffs']],
    // All that docs/metrics.md gives a round trip, but for the parts of connecting and what the wer is made of.
    [
      'roundtrip',
      ['connectMs', 'handshakeMs', 'coldTtfaMs', 'roundTripMs', 'ttfiMs', 'wordLatencyMs', 'ttfsMs', 'eotMs'],
    ],
    ['roundtrip', ['ttfbMs', 'ttfaMs', 'revisions', 'wer', 'audioMs']],
  ] as const)('shows of %s what a reader is told of: %j', (kind, names) => {
    const made = madeUpDocument({ kind, targets: 1, runs: 1 });
    const [series] = made.series;
    const summary = Object.fromEntries(names.map((name) => [name, stats]));
    const lines = benchTable({ ...made, series: series ? [{ ...series, summary }] : [] }, { paint: plainPaint });
    const shown = lines.map((line) => line.trim().split(/\s/)[0]);
    expect(shown).toEqual(expect.arrayContaining(names.map((name) => name.replace(/Ms$/, ''))));
  });

  it('gives up columns, and the median last, where the terminal is narrow', () => {
    const lines = benchTable(withSummary(), { columns: 48, paint: plainPaint });
    expect(lines.slice(0, 3)).toEqual([
      'slng/aura:thalia, sentence',
      '  120 measured of 123: 2 failed, 1 invalid',
      '                          p50  p95',
    ]);
  });

  it.each(['tts', 'stt', 'roundtrip'] as const)('fits 80 columns, and a pipe gets these too: %s', (kind) => {
    const document = madeUpDocument({ kind, runs: 600 });
    const lines = benchTable(document, { columns: 80, paint: plainPaint });
    expect(lines.filter((line) => textWidth(line) > 80)).toEqual([]);
    expect(benchTable(document, { paint: plainPaint })).toEqual(lines);
    expect(lines.join('\n')).toContain('p99');
  });

  it('names the method, the seed and the loop in a line below', () => {
    const last = benchTable(madeUpDocument(), { columns: 1000, paint: plainPaint }).at(-1);
    for (const part of [
      'percentiles hyndman-fan-7',
      'seed 42',
      'closed loop, 4 at once',
      'word normaliser vox-words-1',
    ]) {
      expect(last).toContain(part);
    }
  });

  it('says verdicts and advice in words, each in its colour', () => {
    const text = benchTable(madeUpDocument(), { columns: 80, paint: marked }).join('\n');
    expect(text).toMatch(/ttfa p50 +<green>faster by \d+ ms \(\d+ to \d+\)<\/green>/);
    expect(text).toMatch(/ttfa p50 +<red>slower by \d+ ms \(\d+ to \d+\)<\/red>/);
    expect(text).toMatch(/handshake p50 +<dim>inconclusive: /);
    expect(text).toContain(
      '<yellow>! deepgram/model-1:thalia, sentence: p99 wants 500 runs a series: it is not</yellow>\n<yellow>  given</yellow>',
    );
    expect(text).toMatch(/<red>94 measured of 100: 3 failed, 3 invalid, 2 with an impossible figure<\/red>/);
  });

  it('has a series without a measured run, and no table for it', () => {
    const document = withSummary();
    const series = document.series.map((one) => ({ ...one, measured: 0, failed: 123, invalid: 0, summary: {} }));
    expect(benchTable({ ...document, series }, { columns: 80, paint: plainPaint }).slice(0, 2)).toEqual([
      'slng/aura:thalia, sentence  0 measured of 123: 123 failed',
      '  nothing was measured',
    ]);
  });

  it('obeys no control character of a stranger', () => {
    const text = benchTable(madeUpDocument({ hostile: 'a\x1b[31m\nb\u202e' }), { paint: plainPaint }).join('');
    expect(['\x1b', '\u202e'].filter((character) => text.includes(character))).toEqual([]);
    expect(text).toContain('a\\x1b[31m b\\u202e');
  });
});

describe('comparisonTable', () => {
  it('has the figures of a comparison in the order of tables', () => {
    const { comparisons } = madeUpDocument({ kind: 'roundtrip', targets: 2 });
    const lines = comparisonTable(comparisons, 'roundtrip', { columns: 80, paint: plainPaint });
    expect(lines[0]).toMatch(/against/);
    expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual([
      'connect',
      'handshake',
      'roundTrip',
      'ttfs',
      'ttfb',
      'ttfa',
      'wer',
    ]);
  });
});
