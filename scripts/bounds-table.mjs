// Prints the table of bounds of docs/serving.md from src/server/bounds.ts. A test holds the page to it.
import { build } from 'esbuild';

const built = await build({ entryPoints: ['src/server/bounds.ts'], bundle: true, format: 'esm', write: false });
const source = built.outputFiles[0]?.text ?? '';
const { bounds } = await import(`data:text/javascript,${encodeURIComponent(source)}`);

const kib = 1024;
const units = {
  n: String,
  chars: String,
  bytes: (bytes) => (bytes >= kib * kib ? `${bytes / kib / kib} MiB` : `${bytes / kib} KiB`),
  seconds: (ms) =>
    ms % 3600_000 === 0 ? `${ms / 3600_000} h` : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`,
};
const rows = Object.values(bounds).map(
  ({ flag, unit, usual, words }) => `| \`${flag} <${unit}>\` | ${units[unit](usual)} | ${words} |`,
);
console.log(`| flag | unless said | what it bounds |\n| --- | --- | --- |\n${rows.join('\n')}`);
