import type { Raw } from '../../src/bench/assemble.ts';
import type { RunRow, TargetFacts } from '../../src/bench/document.ts';
import { seriesId } from '../../src/bench/rows.ts';

export function targetFacts(id: string, more: Partial<TargetFacts> = {}): TargetFacts {
  return {
    id,
    provider: 'local',
    dialect: 'slng',
    endpoint: 'ws://127.0.0.1:1',
    params: {},
    sampleRateHz: 24_000,
    encoding: 'linear16',
    ...more,
  };
}

/** A run of the target `a` with a prompt of its own, unless it is said otherwise. */
export function row(run: number, more: Partial<RunRow> = {}): RunRow {
  const { target = 'a', set = 'sentence', cached } = more;
  return {
    run,
    series: seriesId(target, set, cached === true),
    target,
    prompt: `${set}-${run}`,
    set,
    variation: 0,
    machine: 0,
    startedAtMs: run * 10,
    connection: 'fresh',
    ok: true,
    ...more,
  };
}

/** So many runs with these times to first audio. */
export function rows(ttfaMs: readonly number[], more: Partial<RunRow> = {}, from = 0): RunRow[] {
  return ttfaMs.map((ms, at) => row(from + at, { ttfaMs: ms, ...more }));
}

export function raw(made: readonly RunRow[], more: Partial<Raw> = {}): Raw {
  const targets = [...new Set(made.map(({ target }) => target))].map((id) => targetFacts(id));
  return {
    kind: 'tts',
    startedAt: '2026-11-26T10:00:00.000Z',
    machines: [
      {
        vox: '0.1.0',
        node: 'v20.20.2',
        platform: 'linux x64',
        cpu: 'a cpu',
        cores: 2,
        startedAt: '2026-11-26T10:00:00.000Z',
        watch: { stalls: 0 },
      },
    ],
    plan: {
      runs: 20,
      warmup: 1,
      reuse: false,
      loop: 'closed',
      concurrency: 1,
      seed: 7,
      dropped: 0,
      measuringMs: 3000,
      waitedMs: 0,
    },
    prompts: { hash: 'abc', items: [{ id: 'sentence-0', set: 'sentence', chars: 80, text: 'Something.' }] },
    targets,
    rows: made,
    timelines: [],
    ...more,
  };
}

export function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}
