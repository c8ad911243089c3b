import type { BenchDocument, RunRow } from '../../bench/document.ts';
import { figureNames } from '../../metrics/figures.ts';
import { inPieces } from './pieces.ts';

/** The order in which a document's parts are written, whoever put it together: facts first, the long lists last. */
const order = [
  ...(['schema', 'schemaVersion', 'kind', 'definitions', 'startedAt', 'machines', 'plan', 'prompts'] as const),
  ...(['targets', 'summary', 'series', 'comparisons', 'advice', 'timelines', 'runs'] as const),
] as const satisfies readonly (keyof BenchDocument)[];

/** The same of a run: what it was, how it ended, its figures in the order of tables. */
const runOrder = [
  ...(['run', 'series', 'target', 'prompt', 'set', 'variation', 'machine', 'startedAtMs', 'intendedAtMs'] as const),
  ...(['connection', 'ok', 'error', 'invalid', 'impossible', 'cached', 'requestId', 'address', 'tls'] as const),
  ...figureNames,
  ...(['audioFile', 'transcript'] as const),
] as const satisfies readonly (keyof RunRow)[];

/** The document as JSON, an element of a list a line: such files are diffed and grepped. */
export function jsonPieces(document: BenchDocument): Generator<string> {
  return inPieces(texts(document));
}

function* texts(document: BenchDocument): Generator<string> {
  let before = '{\n';
  for (const name of order) {
    const value = document[name];
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}: `;
    if (name === 'runs') yield* listTexts(document.runs, ordered);
    else if (Array.isArray(value)) yield* listTexts(value, (element) => element);
    else yield JSON.stringify(value);
    before = ',\n';
  }
  yield '\n}\n';
}

function* listTexts<Element>(elements: readonly Element[], made: (element: Element) => unknown): Generator<string> {
  let before = '[\n';
  for (const element of elements) {
    yield before + JSON.stringify(made(element));
    before = ',\n';
  }
  yield elements.length === 0 ? '[]' : '\n]';
}

function ordered(run: RunRow): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const name of runOrder) if (run[name] !== undefined) row[name] = run[name];
  return row;
}
