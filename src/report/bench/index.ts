import type { BenchDocument } from '../../bench/document.ts';
import { csvPieces } from './csv.ts';
import { htmlPieces } from './html.ts';
import { jsonPieces } from './json.ts';
import { markdownPieces } from './markdown.ts';

export { benchTable, comparisonTable, type TableLook } from './table.ts';

export type BenchFileKind = 'json' | 'csv' | 'md' | 'html';

const renderers: Readonly<Record<BenchFileKind, (document: BenchDocument) => Iterable<string>>> = {
  json: jsonPieces,
  csv: csvPieces,
  md: markdownPieces,
  html: htmlPieces,
};

/** A document as a file of that kind, in pieces that together are the file: none is ever whole in memory as text. */
export function renderBench(kind: BenchFileKind, document: BenchDocument): Iterable<string> {
  return renderers[kind](document);
}
