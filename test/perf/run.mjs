// `npm run perf`: every figure is a ratio, or a difference, against a bare program in the same run.
import { engineRows } from './engine.mjs';
import { hearRows } from './hear.mjs';
import { processRows } from './process.mjs';
import { receiveRows } from './receive.mjs';

let late = 0;
for (const section of [processRows, receiveRows, engineRows, hearRows]) {
  for (const { name, value, bar } of await section()) {
    const within = value <= bar;
    if (!within) late++;
    console.log(`${within ? 'ok  ' : 'OVER'} ${value.toFixed(2).padStart(8)}  (at most ${bar})  ${name}`);
  }
}
process.exitCode = late === 0 ? 0 : 1;
