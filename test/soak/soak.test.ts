import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/vox.ts';
import { judge } from './judge.ts';
import { sizes } from './sizes.ts';
import { healedFaults, runSoak } from './soak.ts';
import { soakTable } from './table.ts';

const seed = Number(process.env.VOX_SEED ?? 20261121);
const { speakers, listeners, minutes, minutesInTests } = sizes;

it('fifty sessions at once, for two minutes on bad connections, leave nothing behind', async () => {
  const parts = { speakers, listeners, recogniser: 'scripted' as const };
  const record = await runSoak({ minutes: minutesInTests, seed, faults: healedFaults, warmUpSeconds: 10, ...parts });
  expect(judge(record), soakTable(record)).toEqual([]);
}, 600_000);

it('README says how many, and for how long', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll('\n', ' ');
  const counts = `${speakers + listeners} sessions at once, ${speakers} that speak and ${listeners} that listen,`;
  expect(readme).toContain(counts);
  expect(readme).toContain(`${minutesInTests} minutes in each run of the tests, ${minutes} in \`npm run soak\``);
});
