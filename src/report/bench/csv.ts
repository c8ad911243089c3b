import type { BenchDocument, RunRow } from '../../bench/document.ts';
import { figureNames } from '../../metrics/figures.ts';
import { inPieces } from './pieces.ts';

/** The columns before the figures. Their order is kept: files of several days are put one under the other. */
const columns: readonly (readonly [name: string, of: (run: RunRow) => string | number | boolean | undefined])[] = [
  ['run', ({ run }) => run],
  ['series', ({ series }) => series],
  ['target', ({ target }) => target],
  ['set', ({ set }) => set],
  ['prompt', ({ prompt }) => prompt],
  ['variation', ({ variation }) => variation],
  ['machine', ({ machine }) => machine],
  ['startedAtMs', ({ startedAtMs }) => startedAtMs],
  ['intendedAtMs', ({ intendedAtMs }) => intendedAtMs],
  ['connection', ({ connection }) => connection],
  ['ok', ({ ok }) => ok],
  ['errorCode', ({ error }) => error?.code],
  ['errorMessage', ({ error }) => error?.message],
  ['invalid', ({ invalid }) => invalid],
  ['impossible', ({ impossible }) => impossible?.join(' ')],
  ['cached', ({ cached }) => cached],
  ['requestId', ({ requestId }) => requestId],
  ['address', ({ address }) => address],
  ['tls', ({ tls }) => tls],
  ['audioFile', ({ audioFile }) => audioFile],
  ['transcript', ({ transcript }) => transcript],
];

/** A row a run, and a column for each figure that occurs. RFC 4180: CRLF, quotes where they are needed. */
export function csvPieces(document: BenchDocument): Generator<string> {
  return inPieces(lines(document));
}

function* lines({ runs }: BenchDocument): Generator<string> {
  const names = figureNames.filter((name) => runs.some((run) => run[name] !== undefined));
  yield `${[...columns.map(([name]) => name), ...names].join(',')}\r\n`;
  for (const run of runs) {
    const cells = [...columns.map(([, of]) => of(run)), ...names.map((name) => run[name])];
    yield `${cells.map(cellText).join(',')}\r\n`;
  }
}

/** What a spreadsheet would take for a formula. A tab or a line break before it does not stop one. */
const formula = /^[\s]*[=+\-@]|^[\t\r]/;

function cellText(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
