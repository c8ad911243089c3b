import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { judge } from './judge.ts';
import { healedFaults, runSoak } from './soak.ts';
import { soakTable } from './table.ts';

const seed = Number(process.env.VOX_SEED ?? 20261121);

needs(
  'pocketsphinx_continuous',
).it('four at once that hear real words on bad connections leave nothing behind', async () => {
  const parts = { speakers: 0, listeners: 4, recogniser: 'local' as const };
  const record = await runSoak({ minutes: 0.2, rounds: 3, seed, faults: healedFaults, warmUpSeconds: 4, ...parts });
  // So few rounds tell nothing of memory: `npm run soak` does.
  const faults = judge(record).filter((fault) => !/readings of memory/.test(fault));
  expect(faults, soakTable(record)).toEqual([]);
  expect(record.tally.words).toBeGreaterThan(20);
}, 400_000);
