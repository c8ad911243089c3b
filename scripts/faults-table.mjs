// Prints the table of faults of docs/serving.md from src/server/faults/table.ts. A test holds the page to it.
import { build } from 'esbuild';

const entry = 'src/server/faults/table.ts';
const built = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
const source = built.outputFiles[0]?.text ?? '';
const { faultTable } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const rows = Object.entries(faultTable).map(
  ([name, { value, words }]) => `| \`${value === undefined ? name : `${name}=${value.toUpperCase()}`}\` | ${words} |`,
);
console.log(`| fault | what happens |\n| --- | --- |\n${rows.join('\n')}`);
