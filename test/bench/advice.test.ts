import { describe, expect, it } from 'vitest';
import { summedUp } from '../../src/bench/assemble.ts';
import type { RunRow } from '../../src/bench/document.ts';
import { raw, row, rows } from './made.ts';

const calm = Array.from({ length: 20 }, (_, n) => 100 + n);

function adviceOn(made: readonly RunRow[], plan: Partial<ReturnType<typeof raw>['plan']> = {}) {
  const base = raw(made);
  return summedUp({ ...base, plan: { ...base.plan, ...plan } }).advice;
}

const codes = (made: readonly RunRow[], plan = {}) => adviceOn(made, plan).map(({ code }) => code);

describe('advice', () => {
  it('on runs with nothing odd is only what they are too few for', () => {
    expect(adviceOn(rows(calm))).toEqual([
      {
        code: 'too_few_runs',
        series: 'a · sentence',
        message: 'too few runs (20) for p90, p95, p99: p90 wants 50, p95 wants 100, p99 wants 500',
      },
    ]);
    expect(codes(rows(Array.from({ length: 500 }, (_, n) => 100 + (n % 7))))).toEqual([]);
  });

  it.each<[string, RunRow[], string]>([
    [
      'failures',
      [...rows(calm), row(20, { ok: false, error: { code: 'E_TIMEOUT', message: '' } })],
      '1 of 21 runs failed (E_TIMEOUT 1×)',
    ],
    ['invalid', [...rows(calm), row(20, { invalid: 'the client stalled for 30 ms' })], '1 of 21 runs do not count'],
    ['impossible', [...rows(calm), row(20, { ttfaMs: 110, impossible: ['ttfbMs'] })], 'faster than the link'],
    [
      'padded_silence',
      rows(
        calm.map((ms) => ms + 200),
        { leadingSilenceMs: 180 },
      ),
      'begins with 180 ms of silence, 58 % of',
    ],
    ['slow_first_run', [row(0, { ttfaMs: 400 }), ...rows(calm, {}, 1)], 'took 400 ms, the others about'],
    ['underruns', rows(calm, { minPreRollMs: 42.1 }), 'up to 43 ms of pre-roll'],
    ['outliers', [...rows(calm), row(20, { ttfaMs: 900 })], '1 of 21 runs is far from the others'],
    ['few_prompts', rows(calm, { prompt: 'only' }), 'only 1 prompt, in variations'],
    ['cached', [...rows(calm), row(20, { ttfaMs: 1, cached: true })], 'out of a cache'.slice(7)],
  ])('%s', (code, made, says) => {
    const given = adviceOn(made).find((advice) => advice.code === code);
    expect(given?.message).toContain(says);
    expect(codes(rows(calm))).not.toContain(code);
  });

  it.each(['roundTripMs', 'ttfsMs', 'finalizeMs', 'ttfbMs'] as const)(
    'looks at %s where there is no first audio',
    (name) => {
      const made = [1000, ...calm].map((ms, at) => row(at, { [name]: ms }));
      expect(codes(made)).toEqual(expect.arrayContaining(['slow_first_run', 'outliers']));
    },
  );

  it('tells of waits and of starts that were never made', () => {
    const plan = { waitedMs: 61_234, dropped: 3 };
    expect(adviceOn(rows(calm), plan).map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        '61.2 s were spent waiting for rate limits, in no figure',
        '3 starts of the open loop were never made: no session was free in time',
      ]),
    );
    expect(codes(rows(calm), { waitedMs: 49 })).not.toContain('rate_wait');
    expect(codes(rows(calm), { waitedMs: 50 })).toContain('rate_wait');
  });

  it('says which target was given up', () => {
    const { advice } = summedUp(raw(rows(calm)), { givenUp: new Map([['b', 'E_AUTH']]) });
    expect(advice[0]).toEqual({ code: 'given_up', message: 'b was given up: its first runs all failed with E_AUTH' });
  });
});
