import { expect, it } from 'vitest';
import { judge } from './judge.ts';
import { healedFaults, runSoak } from './soak.ts';

const seed = Number(process.env.VOX_SEED ?? 20261121);

it('a leak, a kept descriptor and one wrong byte are seen', async () => {
  const sabotage = { leakBytes: 1_000_000, keepsDescriptor: true, flipsByte: true };
  const few = { speakers: 6, listeners: 2, recogniser: 'scripted' as const };
  const record = await runSoak({
    minutes: 0.2,
    seed,
    faults: healedFaults,
    warmUpSeconds: 1,
    restSeconds: 2,
    ...few,
    sabotage,
  });
  const faults = judge(record);
  const words = [
    /^1 sessions went wrong: .*differs between/s,
    /^client at rest: heapAnd.* grew/,
    /^client: 1 more desc/,
  ];
  for (const expected of words) expect(faults).toContainEqual(expect.stringMatching(expected));
}, 240_000);
