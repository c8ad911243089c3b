import { describe, expect, it } from 'vitest';
import type { RunRow } from '../../../src/bench/document.ts';
import { embeddedJson, pageData, rankOf } from '../../../src/report/bench/page-data.ts';
import { madeUpDocument } from './made-up.ts';

/** A document whose only series has runs of these values. */
function ofValues(values: readonly number[], change: (at: number) => Partial<RunRow> = () => ({})) {
  const document = madeUpDocument({ targets: 1, runs: 1 });
  const [run] = document.runs;
  if (!run) throw new Error('no run');
  const { ttfbMs: _, ...bare } = run;
  const runs = values.map((ttfaMs, at): RunRow => ({ ...bare, run: at, ttfaMs, ...change(at) }));
  return { ...document, runs };
}

describe('pageData', () => {
  it('has the values of a curve in ascending order, all of them where they are few', () => {
    const { series, lead } = pageData(ofValues([30, 10, 20]));
    expect(series[0]?.curves.ttfaMs).toEqual({ count: 3, values: [10, 20, 30] });
    expect(lead).toBe('ttfaMs');
  });

  it('leaves out what does not count', () => {
    const document = ofValues([1, 2, 3, 4], (at) =>
      at === 1 ? { ok: false } : at === 2 ? { invalid: 'stalled' } : {},
    );
    expect(pageData(document).series[0]?.curves.ttfaMs).toEqual({ count: 2, values: [1, 4] });
  });

  it('thins a long curve to 2000 points, its ends among them', () => {
    const values = Array.from({ length: 30_001 }, (_, at) => at);
    const curve = pageData(ofValues(values)).series[0]?.curves.ttfaMs;
    expect(curve?.count).toBe(30_001);
    expect(curve?.values).toHaveLength(2000);
    expect([curve?.values[0], curve?.values.at(-1)]).toEqual([0, 30_000]);
    expect(curve?.values.every((value, at) => value === rankOf(at, 2000, 30_001))).toBe(true);
  });

  it('agrees with the summaries about how many counted', () => {
    const document = madeUpDocument();
    for (const [at, { curves }] of pageData(document).series.entries()) {
      expect(curves.ttfaMs?.count).toBe(document.series[at]?.summary.ttfaMs?.count);
    }
  });

  it.each([
    ['stt', 'ttfsMs'],
    ['roundtrip', 'roundTripMs'],
  ] as const)('shows first what a reader looks for first: %s', (kind, lead) => {
    expect(pageData(madeUpDocument({ kind })).lead).toBe(lead);
  });
});

describe('embeddedJson', () => {
  it('ends no script element and no line, and is the same JSON', () => {
    const data = { text: '</script><!--<script>\u2028\u2029\u202e&' };
    const text = embeddedJson(data);
    expect(text).toBe('{"text":"\\u003c/script>\\u003c!--\\u003cscript>\\u2028\\u2029\\u202e&"}');
    expect(JSON.parse(text)).toEqual(data);
  });
});
