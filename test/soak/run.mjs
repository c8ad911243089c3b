// Bundles main.ts, for Node 20 runs no TypeScript, and runs it.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = import.meta.dirname;
const outfile = join(here, '../../node_modules/.cache/soak/main.mjs');
await build({
  ...{ entryPoints: [join(here, 'main.ts')], outfile, bundle: true, platform: 'node', format: 'esm' },
  external: ['esbuild'],
  // Where the sources lie is where they are run from.
  define: { 'import.meta.dirname': JSON.stringify(join(here, '../support')) },
  logLevel: 'error',
});
await import(pathToFileURL(outfile).href);
