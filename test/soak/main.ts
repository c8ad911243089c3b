// `npm run soak`, `node test/soak/run.mjs --minutes 10 --seed 7 --part sessions|words --faults SPEC`: fifty sessions at
// once on bad connections with a bad server, then four that hear real words. Prints what was seen, and what of it may not
// be.
import { parseArgs } from 'node:util';
import { judge } from './judge.ts';
import { sizes } from './sizes.ts';
import { healedFaults, runSoak, type SoakOptions } from './soak.ts';
import { soakTable } from './table.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    part: { type: 'string' },
    faults: { type: 'string' },
  },
});
const minutes = Number(values.minutes ?? sizes.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const onProgress = (line: string) => console.error(line);
const { faults = healedFaults } = values;
const common = { faults, seed, warmUpSeconds: Math.min(30, minutes * 6), onProgress };

const parts: Record<string, SoakOptions> = {
  sessions: { ...common, minutes, speakers: sizes.speakers, listeners: sizes.listeners, recogniser: 'scripted' },
  words: { ...common, minutes: minutes / 5, speakers: 0, listeners: 4, recogniser: 'local' },
};

console.log(`seed ${seed}`);
for (const [name, options] of Object.entries(parts)) {
  if (values.part !== undefined && values.part !== name) continue;
  const record = await runSoak(options);
  console.log(`\n${name}: ${soakTable(record)}`);
  for (const fault of judge(record)) {
    console.log(`FAILED ${fault}`);
    process.exitCode = 1;
  }
}
