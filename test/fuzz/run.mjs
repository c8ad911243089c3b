// `npm run fuzz`: 100,000 hostile inputs for each reader, or `npm run fuzz -- READER [CASES] [--seed N]`. Exits with 1
// where one did what a reader must not; the case is then in test-results/fuzz.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1_000_000)) } },
  allowPositionals: true,
});
const [only, cases = '100000'] = positionals;
const seed = Number(values.seed);

const folder = resolve('node_modules/.cache');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `vox-fuzz-driver-${process.pid}.mjs`);
const stdin = {
  contents: "export * from './test/fuzz/driver.ts'; export { readers } from './test/fuzz/readers.ts';",
  resolveDir: resolve('.'),
  loader: 'ts',
};
await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
const { bundledWorker, fuzz, readers } = await import(pathToFileURL(outfile));
const worker = await bundledWorker();
let failed = false;
try {
  for (const reader of only ? [only] : Object.keys(readers)) {
    const startMs = performance.now();
    const { fault, ...told } = await fuzz(reader, worker.path, { cases: Number(cases), seed });
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const of = `${told.cases} inputs, ${told.refused} refused, slowest ${told.slowestMs.toFixed(0)} ms, ${seconds} s`;
    console.log(`${fault ? 'FAULT' : 'ok   '} ${reader.padEnd(24)} seed ${seed}: ${of}`);
    if (fault) console.log(`      case ${fault.index}${fault.path ? ` in ${fault.path}` : ''}: ${fault.why}`);
    failed ||= fault !== undefined;
  }
} finally {
  worker.remove();
  rmSync(outfile, { force: true });
}
process.exitCode = failed ? 1 : 0;
