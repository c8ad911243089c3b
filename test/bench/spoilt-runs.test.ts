import { expect, it } from 'vitest';
import type { Outcome, Target } from '../../src/bench/lane.ts';
import type { Prompt } from '../../src/bench/material.ts';
import { planBench } from '../../src/bench/plan.ts';
import { builtInPrompts, varyPrompt } from '../../src/bench/prompts.ts';
import { runBench } from '../../src/bench/runner.ts';
import { systemClock } from '../../src/clock.ts';

/** Three runs of a target whose first runs are spoilt, so many of them; what counts, and how many were made. */
async function measured(spoilt: number, runs = 3) {
  let begun = 0;
  const run = async (): Promise<Outcome> => ({
    ...{ figures: { ttfaMs: 1 }, endMs: systemClock.now(), connection: 'fresh' },
    ...(begun++ < spoilt && { invalid: 'spoilt' }),
  });
  const facts = { id: 'it', provider: 'local', dialect: 'slng', endpoint: '', params: {} };
  const target: Target<Prompt> = {
    facts: { ...facts, sampleRateHz: 24_000, encoding: 'linear16' },
    openLane: () => ({ run, close: async () => {} }),
  };
  const { rows } = await runBench(planBench({ kind: 'tts', runs, warmup: 0, seed: 1 }), {
    ...{ clock: systemClock, targets: [target], materials: builtInPrompts('short'), vary: varyPrompt },
    signal: new AbortController().signal,
  });
  return { made: rows.length, counted: rows.filter(({ invalid }) => invalid === undefined).length };
}

it('makes a run that was spoilt once more, so that as many count as were asked for', async () => {
  expect(await measured(0)).toMatchObject({ counted: 3 });
  const { made, counted } = await measured(2);
  expect(counted).toBeGreaterThanOrEqual(3);
  expect(made).toBeGreaterThanOrEqual(5);
});

it('gives up where as many again were spoilt: this machine is not fit for it', async () => {
  expect(await measured(1000)).toEqual({ made: 6, counted: 0 });
});
