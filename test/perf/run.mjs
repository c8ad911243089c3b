// `npm run perf`: every figure is a ratio, or a difference, against a bare program in the same run, or has a bar that
// any machine should meet. `node test/perf/run.mjs bench` runs one section alone.
import { benchRows } from './bench.mjs';
import { engineRows } from './engine.mjs';
import { hearRows } from './hear.mjs';
import { processRows } from './process.mjs';
import { receiveRows } from './receive.mjs';

const sections = { process: processRows, receive: receiveRows, engine: engineRows, hear: hearRows, bench: benchRows };
const wanted = process.argv.slice(2);
let late = 0;
for (const [title, section] of Object.entries(sections)) {
  if (wanted.length > 0 && !wanted.includes(title)) continue;
  for (const { name, value, bar } of await section()) {
    const within = value <= bar;
    if (!within) late++;
    console.log(`${within ? 'ok  ' : 'OVER'} ${value.toFixed(2).padStart(8)}  (at most ${bar})  ${name}`);
  }
}
process.exitCode = late === 0 ? 0 : 1;
