import type { BenchKind, RunRow } from '../bench/document.ts';
import type { BenchProgress } from '../bench/runner.ts';
import { median } from '../metrics/latency.ts';
import type { Progress } from '../report/progress-text.ts';

/** What each kind of bench is about first; the next where the first does not exist. */
const headlines = {
  tts: [
    ['ttfa', 'ttfaMs'],
    ['ttfb', 'ttfbMs'],
  ],
  stt: [
    ['final', 'ttfsMs'],
    ['finalize', 'finalizeMs'],
    ['interim', 'ttfiMs'],
  ],
  roundtrip: [['round trip', 'roundTripMs']],
} as const satisfies Record<BenchKind, readonly (readonly [string, keyof RunRow])[]>;

/** The median on the line is that of so many runs at most, the latest: it is looked at, not kept. */
const keptRuns = 500;

/** Feeds the moving line: how far the bench is, what the last run gave, how its target does. */
export class BenchProgressLine {
  readonly #kind: BenchKind;
  readonly #out: { progress(progress: Progress): void };
  readonly #values = new Map<string, number[]>();

  constructor(kind: BenchKind, out: { progress(progress: Progress): void }) {
    this.#kind = kind;
    this.#out = out;
  }

  show(row: RunRow, { done, of, failed }: BenchProgress): void {
    const notes = [row.target, ...this.#figures(row), ...(failed > 0 ? [`${failed} failed`] : [])];
    // More are made where the time asks for it.
    const total = of === undefined ? undefined : Math.max(of, done);
    this.#out.progress({ done, total, unit: 'runs', notes });
  }

  #figures(row: RunRow): string[] {
    const [name, value] = headlineOf(this.#kind, row) ?? [];
    if (name === undefined || value === undefined) return row.error ? [row.error.code] : [];
    const values = this.#values.get(row.target) ?? [];
    this.#values.set(row.target, values);
    values.push(value);
    if (values.length > keptRuns) values.shift();
    return [`${name} ${rounded(value)} ms`, `p50 ${rounded(median(values) ?? value)} ms`];
  }
}

function headlineOf(kind: BenchKind, row: RunRow): [string, number] | undefined {
  for (const [name, figure] of headlines[kind]) {
    const value = row[figure];
    if (value !== undefined) return [name, value];
  }
  return undefined;
}

function rounded(ms: number): string {
  return ms < 100 ? ms.toFixed(1) : String(Math.round(ms));
}
