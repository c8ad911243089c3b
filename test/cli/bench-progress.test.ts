import { describe, expect, it } from 'vitest';
import type { RunRow } from '../../src/bench/document.ts';
import { BenchProgressLine } from '../../src/cli/bench-progress.ts';
import { type Progress, progressText } from '../../src/report/progress-text.ts';

const row = (figures: Partial<RunRow>): RunRow => ({
  ...{ run: 0, series: 'a · sentence', target: 'a', prompt: 'p', set: 'sentence', variation: 0, machine: 0 },
  ...{ startedAtMs: 0, connection: 'fresh', ok: true },
  ...figures,
});

function lines(kind: 'tts' | 'stt' | 'roundtrip') {
  const shown: string[] = [];
  const line = new BenchProgressLine(kind, {
    progress: (progress: Progress) => shown.push(progressText(progress, 200).replace(/^[█░]* /, '')),
  });
  return { line, shown };
}

describe('the moving line of a bench', () => {
  it('has how far it is, the latest figure and the median of its target so far', () => {
    const { line, shown } = lines('tts');
    const done = { of: 20, failed: 0 };
    line.show(row({ ttfaMs: 40 }), { ...done, done: 1 });
    line.show(row({ ttfaMs: 140.4 }), { ...done, done: 2 });
    line.show(row({ ttfaMs: 7, target: 'b' }), { ...done, done: 3 });
    expect(shown).toEqual([
      '1/20 runs · a · ttfa 40.0 ms · p50 40.0 ms',
      '2/20 runs · a · ttfa 140 ms · p50 90.2 ms',
      '3/20 runs · b · ttfa 7.0 ms · p50 7.0 ms',
    ]);
  });

  it('counts failures, and says the code of the latest', () => {
    const { line, shown } = lines('tts');
    const error = { code: 'E_TIMEOUT', message: 'nothing came' } as const;
    line.show(row({ ok: false, error }), { done: 4, of: undefined, failed: 2 });
    expect(shown).toEqual(['4 runs · a · E_TIMEOUT · 2 failed']);
  });

  it('is never past its end', () => {
    const { line, shown } = lines('tts');
    line.show(row({ ttfaMs: 1 }), { done: 21, of: 20, failed: 0 });
    expect(shown[0]).toContain('21/21 runs');
  });

  it.each([
    ['stt', { ttfiMs: 300 }, 'interim 300 ms'],
    ['stt', { ttfiMs: 300, finalizeMs: 12 }, 'finalize 12.0 ms'],
    ['stt', { ttfiMs: 300, finalizeMs: 12, ttfsMs: 500 }, 'final 500 ms'],
    ['tts', { ttfbMs: 5 }, 'ttfb 5.0 ms'],
    ['roundtrip', { roundTripMs: 800, ttfaMs: 3 }, 'round trip 800 ms'],
  ] as const)('of %s with %j has %s', (kind, figures, words) => {
    const { line, shown } = lines(kind);
    line.show(row(figures), { done: 1, of: 1, failed: 0 });
    expect(shown[0]).toContain(words);
  });
});
