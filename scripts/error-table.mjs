// Prints docs/errors.md from the error table in src/errors.ts. A test holds the file to it.
import { build } from 'esbuild';

const built = await build({ entryPoints: ['src/errors.ts'], bundle: true, format: 'esm', write: false });
const source = built.outputFiles[0]?.text ?? '';
const { errorTable } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const rows = Object.entries(errorTable)
  .sort(([, a], [, b]) => a.exit - b.exit)
  .map(([code, row]) => `| \`${code}\` | ${row.exit} | ${row.retryable ? 'yes' : 'no'} | ${row.means} | ${row.todo} |`);
console.log(`# Errors

Every error has a code. Match on codes, never on text. \`retryable\` says whether the same command may succeed later.
This table is made from \`src/errors.ts\` by \`node scripts/error-table.mjs\`.

| code | exit code | retryable | means | what to do |
| --- | --- | --- | --- | --- |
${rows.join('\n')}`);
