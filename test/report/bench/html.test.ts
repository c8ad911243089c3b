import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BenchDocument } from '../../../src/bench/document.ts';
import { renderBench } from '../../../src/report/bench/index.ts';
import { madeUpDocument } from './made-up.ts';

const page = (document: BenchDocument) => [...renderBench('html', document)].join('');
const count = (text: string, part: string | RegExp) => text.split(part).length - 1;

describe('the page as it is written', () => {
  it('allows its own style and script by their hashes, and no address', () => {
    const text = page(madeUpDocument());
    const hash = (content = '') => `sha256-${createHash('sha256').update(content).digest('base64')}`;
    const style = text.match(/<style>([\s\S]*?)<\/style>/)?.[1];
    const script = text.match(/<script>([\s\S]*?)<\/script>/)?.[1];
    expect(style?.length).toBeGreaterThan(1000);
    expect(script?.length).toBeGreaterThan(10_000);
    expect(text).toContain(
      `content="default-src 'none'; script-src '${hash(script)}'; style-src '${hash(style)}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(text).not.toMatch(/<(?:link|img|iframe|object|embed)\b|\ssrc=|@import|url\(/);
  });

  it.each(['tts', 'stt', 'roundtrip'] as const)('has every series, comparison and run in it as text: %s', (kind) => {
    const document = madeUpDocument({ kind });
    const text = page(document);
    expect(count(text, 'class="percentiles')).toBe(document.series.length);
    expect(count(text, 'class="comparison"')).toBe(document.comparisons.length);
    expect(count(text.split('id="runs"')[1]?.split('</table>')[0] ?? '', '<tr')).toBe(document.runs.length + 1);
    expect(count(text, 'class="failed"')).toBe(document.runs.filter(({ ok }) => !ok).length);
    expect(count(text, 'class="invalid"')).toBe(document.runs.filter(({ invalid }) => invalid).length);
    for (const part of [
      'seed 42',
      'closed loop, 4 at once',
      'hyndman-fan-7',
      'eu-west',
      'wss://api.deepgram.example',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('has no section for what is not there', () => {
    const document = madeUpDocument({ kind: 'stt', targets: 1 });
    const text = page({ ...document, advice: [], comparisons: [] });
    expect(text).not.toMatch(/id="(?:timelines|comparisons|advice)"/);
    expect([...text.matchAll(/<a href="#(\w+)">/g)].map(([, id]) => id)).toEqual([
      'glance',
      'distributions',
      'percentiles',
      'runs',
      'method',
    ]);
  });

  it('says so where no run counted', () => {
    const document = madeUpDocument({ targets: 1, runs: 5 });
    const runs = document.runs.map((run) => ({ ...run, invalid: 'the client stalled' }));
    const series = document.series.map((one) => ({ ...one, measured: 0, invalid: 5, summary: {} }));
    const text = page({ ...document, runs, series });
    expect(count(text, 'No run counted: there is nothing to draw.')).toBe(1);
    expect(count(text, 'Nothing was measured.')).toBe(1);
    expect(text).not.toMatch(/id="(?:cdf|glance)"/);
  });

  it('holds 2000 runs at most, what failed among them, and says so', () => {
    const document = madeUpDocument({ targets: 1, runs: 2500 });
    const text = page(document);
    const rows = text.split('id="runs"')[1]?.split('</table>')[0] ?? '';
    expect(count(rows, '<tr')).toBe(2001);
    expect(count(rows, 'class="failed"')).toBe(document.runs.filter(({ ok }) => !ok).length);
    expect(text).toContain('2,500 runs, ');
    expect(text).toContain('The table holds 2,000 of them');
  });

  it('takes what strangers wrote as text', () => {
    const hostile = `</script><script>alert(1)</script>" onclick='x' <u>\u202e\u2028`;
    const text = page(madeUpDocument({ hostile }));
    expect(count(text, '<script')).toBe(2);
    expect(count(text, '</script>')).toBe(2);
    expect(text.match(/<u>|[\u202e\u2028]/)?.[0]).toBeUndefined();
    expect(count(text, '&lt;/script&gt;&lt;script&gt;alert(1)')).toBeGreaterThan(300);
  });
});
