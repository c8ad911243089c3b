import type { PromptedFigures } from '../../src/metrics/columns.ts';
import { Random } from '../../src/metrics/random.ts';

/** A standard normal number, by Box and Muller. */
export function normal(random: Random): number {
  const [radius, angle] = [1 - random.next() / 2 ** 32, random.next() / 2 ** 32];
  return Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * angle);
}

export interface World {
  readonly prompts: number;
  readonly runsEach: number;
  /** Standard deviations: of what a prompt adds to all of its runs, and of a run. */
  readonly promptSd: number;
  readonly runSd: number;
  readonly shift?: number;
}

/**
 * Runs of a made-up world with a median and mean ttfa of 200 ms (and the shift). The prompts' own part comes from
 * `promptSeed`, so that two sets can be of the same prompts.
 */
export function drawRuns(world: World, seed: number, promptSeed = seed): PromptedFigures[] {
  const [ofPrompts, ofRuns] = [Random.seeded(promptSeed, 100), Random.seeded(seed, 101)];
  return Array.from({ length: world.prompts }, (_, prompt) => {
    const level = 200 + (world.shift ?? 0) + world.promptSd * normal(ofPrompts);
    return Array.from({ length: world.runsEach }, () => {
      return { prompt: `p${prompt}`, ttfaMs: level + world.runSd * normal(ofRuns) };
    });
  }).flat();
}

/** The share of data sets 1 to `count` for which something is so. */
export function shareOf(count: number, isSo: (seed: number) => boolean): number {
  let found = 0;
  for (let seed = 1; seed <= count; seed++) if (isSo(seed)) found++;
  return found / count;
}
