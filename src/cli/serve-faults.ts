import { randomInt } from 'node:crypto';
import { readFaults } from '../server/faults/read.ts';
import type { FaultPlan } from '../server/faults/table.ts';

export { type FaultPlan, faultList } from '../server/faults/table.ts';

const seeds = 1_000_000;

/** What `--faults` asks for; without a seed, one is drawn. */
export function faultsOf(specs: readonly string[]): FaultPlan | undefined {
  return specs.length === 0 ? undefined : readFaults(specs, randomInt(seeds));
}
