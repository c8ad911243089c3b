import { describe, expect, it } from 'vitest';
import { type Raw, summedUp } from '../../src/bench/assemble.ts';
import { mergeDocuments } from '../../src/bench/merge.ts';
import { raw as rawOf, rows, targetFacts, thrownBy } from './made.ts';

const low = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const high = [200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100];

let measurements = 0;

/** Of a measurement of its own. */
function raw(...made: Parameters<typeof rawOf>): Raw {
  const document = rawOf(...made);
  const watch = { stalls: 0, gcCount: measurements++ };
  return { ...document, machines: document.machines.map((machine) => ({ ...machine, watch })) };
}

describe('mergeDocuments', () => {
  it('sums up all raw samples anew: the median of two machines is no mean of two medians', () => {
    const merged = mergeDocuments([raw(rows(low)), raw(rows([...high, 1200, 1300]))]);
    const together = summedUp(raw([...rows(low), ...rows([...high, 1200, 1300], {}, 10)]));
    expect(merged.series[0]?.summary.ttfaMs?.p50).toBe(together.series[0]?.summary.ttfaMs?.p50);
    expect(merged.series[0]?.summary.ttfaMs).toMatchObject({ count: 22, min: 10, max: 1300 });
    expect(merged.runs.map(({ machine }) => machine)).toEqual([...Array(10).fill(0), ...Array(12).fill(1)]);
    expect(new Set(merged.runs.map(({ run }) => run)).size).toBe(22);
    expect(merged.machines).toHaveLength(2);
    expect(merged.plan.measuringMs).toBe(6000);
  });

  it('tells targets apart that are called the same and are not', () => {
    const other = raw(rows(high), { targets: [targetFacts('a', { voice: 'another' })] });
    const merged = mergeDocuments([raw(rows(low)), other]);
    expect(merged.series.map(({ id }) => id)).toEqual(['a (2) · sentence', 'a · sentence']);
    expect(merged.targets.map(({ id }) => id)).toEqual(['a', 'a (2)']);
  });

  it('begins when the first of them did, and keeps their pictures', () => {
    const timeline = {
      run: 3,
      series: 'a · sentence',
      role: 'typical' as const,
      atMs: [0],
      throughMs: [20],
      underruns: [],
    };
    const early = raw(rows(low), { startedAt: '2026-11-26T09:00:00.000Z', timelines: [timeline] });
    const merged = mergeDocuments([raw(rows(low)), early]);
    expect(merged.startedAt).toBe('2026-11-26T09:00:00.000Z');
    expect(merged.timelines).toMatchObject([{ run: 13 }]);
  });

  it('counts every row from the earliest beginning', () => {
    const late = raw(rows(low), { startedAt: '2026-11-26T10:00:00.000Z' });
    const early = raw(rows(low, { intendedAtMs: 5 }), { startedAt: '2026-11-26T09:59:58.500Z' });
    for (const documents of [
      [late, early],
      [early, late],
    ]) {
      const { runs } = mergeDocuments(documents);
      // Ten ms apart, as `rows` makes them: those that began later are 1.5 s further on.
      const begun = (isEarly: boolean) => runs.filter((run) => (run.intendedAtMs === 5) === isEarly);
      expect(begun(true).map(({ startedAtMs }) => startedAtMs)).toEqual(low.map((ms) => ms - 10));
      expect(begun(false).map(({ startedAtMs }) => startedAtMs)).toEqual(low.map((ms) => ms + 1490));
    }
    const open = mergeDocuments([early, raw(rows(low, { intendedAtMs: 7 }))]);
    expect(open.runs.map(({ intendedAtMs }) => intendedAtMs)).toEqual([...Array(10).fill(5), ...Array(10).fill(1507)]);
  });

  it('tells prompts apart that are called the same and say something else', () => {
    const prompts = (text: string, hash: string) => ({
      prompts: { hash, items: ['mine-1', 'mine-2'].map((id, at) => ({ id, set: 'mine', text: at ? 'Both.' : text })) },
    });
    const made = (id: string) => rows(low, { set: 'mine', prompt: id });
    const [one, two] = [raw(made('mine-1'), prompts('One.', 'a')), raw(made('mine-1'), prompts('Two.', 'b'))];
    const merged = mergeDocuments([one, two]);
    expect(merged.prompts.items.map(({ id, text }) => [id, text])).toEqual([
      ['mine-1', 'One.'],
      ['mine-2', 'Both.'],
      ['mine-1 (2)', 'Two.'],
    ]);
    expect(new Set(merged.runs.slice(10).map(({ prompt }) => prompt))).toEqual(new Set(['mine-1 (2)']));
    expect(merged.series.map(({ id, measured }) => [id, measured])).toEqual([['a · mine', 20]]);
  });

  it('has one hash for its prompts, whatever the order in which the same came again', () => {
    const of = (...hashes: string[]) =>
      mergeDocuments(hashes.map((hash) => raw(rows(low), { prompts: { hash, items: [] } }))).prompts.hash;
    expect(of('a', 'a')).toBe('a');
    // printf 'a\nb' | sha256sum
    const both = '7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78';
    expect([of('a', 'b'), of('a', 'b', 'b'), of('a', 'b', 'a')]).toEqual([both, both, both]);
  });

  it.each([
    ['feed', { feed: 'tokens:40/s' }, 'feed none and tokens:40/s'],
    ['connections', { reuse: true }, 'reuse false and true'],
    ['number at once', { concurrency: 4 }, 'concurrency 1 and 4'],
  ])('refuses to add up runs of another %s: they are compared', (_, change, says) => {
    const base = raw(rows(low));
    const thrown = thrownBy(() => mergeDocuments([base, raw(rows(low), { plan: { ...base.plan, ...change } })]));
    expect(thrown).toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(says) });
    const other = raw(rows(low), { plan: { ...base.plan, seed: 8, warmup: 0, runs: 5 } });
    expect(mergeDocuments([base, other]).runs).toHaveLength(20);
  });

  it('refuses a measurement that is there already, be it alone or in a result that was merged before', () => {
    const [one, two] = [raw(rows(low)), raw(rows(high))];
    const { runs, ...both } = mergeDocuments([one, two]);
    const merged: Raw = { ...both, rows: runs };
    for (const documents of [
      [one, one],
      [one, { ...one }, two],
      [merged, two],
      [one, merged],
    ]) {
      const thrown = thrownBy(() => mergeDocuments(structuredClone(documents)));
      expect(thrown).toMatchObject({
        code: 'E_USAGE',
        message: 'the same measurement is given twice (begun 2026-11-26T10:00:00.000Z)',
      });
    }
    expect(mergeDocuments([merged]).runs).toHaveLength(20);
  });

  it('refuses what cannot be added up', () => {
    const stt = raw(rows(low), { kind: 'stt' });
    expect(thrownBy(() => mergeDocuments([raw(rows(low)), stt]))).toMatchObject({ code: 'E_USAGE' });
    expect(thrownBy(() => mergeDocuments([]))).toMatchObject({ code: 'E_USAGE' });
  });
});
