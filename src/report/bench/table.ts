import type { BenchDocument, Comparison, Series } from '../../bench/document.ts';
import type { FigureStats } from '../../metrics/figure-stats.ts';
import type { FigureName } from '../../metrics/figures.ts';
import type { Paint } from '../paint.ts';
import { type Cell, textTable } from '../table.ts';
import { textWidth, wrap } from '../text-width.ts';
import { visible } from '../visible.ts';
import { shortName, shortUnit, shownFigures, valueText } from './shown.ts';
import {
  adviceText,
  comparedText,
  comparisonText,
  countsText,
  definitionTexts,
  planTexts,
  seriesText,
  shownComparisons,
} from './words.ts';

export interface TableLook {
  /** The width of the terminal; a pipe has none, and gets 80. */
  readonly columns?: number | undefined;
  readonly paint: Paint;
}

const usualColumns = 80;
const indent = '  ';

/** What a person sees at the end of a bench: a table a series, comparisons and advice in words, how it was counted. */
export function benchTable(document: BenchDocument, { columns = usualColumns, paint }: TableLook): string[] {
  const { series, comparisons, advice, plan, kind } = document;
  const width = Math.max(columns, 40);
  const counted = [...planTexts(plan), ...definitionTexts(document)].join(' · ');
  return [
    ...series.flatMap((one) => [...seriesLines(one, shownFigures[kind], width, paint), '']),
    ...comparisons.flatMap((one) => [...comparisonLines(one, document, width, paint), '']),
    ...advice.flatMap((one) => hanging('! ', adviceText(one, document), width).map((line) => paint.yellow(line))),
    ...(advice.length > 0 ? [''] : []),
    ...wrap(visible(counted), width).map((line) => paint.dim(line)),
  ];
}

function seriesLines(series: Series, names: readonly FigureName[], width: number, paint: Paint): string[] {
  const counts = countsText(series);
  const whole = series.measured === series.runs && series.impossible === 0;
  const head = visible(seriesText(series));
  const room = width - textWidth(head) - textWidth(counts) - indent.length;
  const title = room >= 0 ? [`${paint.bold(head)}${indent}${paintCounts(counts, whole, paint)}`] : undefined;
  const lines = title ?? [
    ...wrap(head, width).map((line) => paint.bold(line)),
    `${indent}${paintCounts(counts, whole, paint)}`,
  ];
  return [...lines, ...figureLines(series.summary, names, width - indent.length, paint).map((line) => indent + line)];
}

function paintCounts(counts: string, whole: boolean, paint: Paint): string {
  return whole ? paint.dim(counts) : paint.red(counts);
}

interface StatColumn {
  readonly head: string;
  readonly of: (name: FigureName, stats: FigureStats) => string;
}

/** In their order. Where a terminal is too narrow for all, those named in `givenUp` go, the first of them first. */
const statColumns: readonly StatColumn[] = [
  { head: 'p50', of: (name, { p50 }) => valueText(name, p50) },
  { head: '95 % interval', of: (name, { ci }) => (ci?.p50 ? intervalText(name, ci.p50.low, ci.p50.high) : '–') },
  { head: 'p90', of: (name, { p90 }) => valueText(name, p90) },
  { head: 'p95', of: (name, { p95 }) => valueText(name, p95) },
  { head: 'p99', of: (name, { p99 }) => valueText(name, p99) },
  { head: 'mean', of: (name, { mean }) => valueText(name, mean) },
  { head: 'max', of: (name, { max }) => valueText(name, max) },
];
const givenUp = ['max', 'p90', 'mean', '95 % interval', 'p95'];

function intervalText(name: FigureName, low: number, high: number): string {
  return `${valueText(name, low)}–${valueText(name, high)}`;
}

function figureLines(summary: Series['summary'], names: readonly FigureName[], width: number, paint: Paint): string[] {
  const rows = names.flatMap((name) => {
    const stats = summary[name];
    return stats === undefined ? [] : [{ name, stats }];
  });
  if (rows.length === 0) return ['nothing was measured'];
  const columns = statColumns
    .map(({ head, of }) => ({ head, cells: rows.map(({ name, stats }) => of(name, stats)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== '–'));
  const labels = rows.map(({ name }) => (name === 'rtf' ? 'rtf, lower is faster' : shortName(name)));
  const units = rows.map(({ name }) => shortUnit(name));
  const fitting = narrowed(columns, width - widest(labels) - widest(units) - 2 * indent.length);
  const cellsAt = (at: number): Cell[] =>
    fitting.map(({ head, cells }) => (cells[at] ?? '').padStart(widest([head, ...cells])));
  const heads = fitting.map(({ head, cells }): Cell => {
    return { text: head.padStart(widest([head, ...cells])), paint: paint.dim };
  });
  const table = [['', ...heads, ''], ...labels.map((label, at): Cell[] => [label, ...cellsAt(at), units[at] ?? ''])];
  return textTable(table).trimEnd().split('\n');
}

interface FilledColumn {
  readonly head: string;
  readonly cells: readonly string[];
}

function narrowed(columns: readonly FilledColumn[], width: number): readonly FilledColumn[] {
  let kept = columns;
  const taken = () => kept.reduce((sum, { head, cells }) => sum + widest([head, ...cells]) + indent.length, 0);
  for (const head of givenUp) {
    if (taken() <= width) break;
    kept = kept.filter((column) => column.head !== head);
  }
  return kept;
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(textWidth));
}

/** What `vox bench compare` found: how a figure of the other is, against the base. */
export function comparisonTable(
  comparisons: readonly Comparison[],
  kind: BenchDocument['kind'],
  { columns = usualColumns, paint }: TableLook,
): string[] {
  const width = Math.max(columns, 40);
  return comparisons.flatMap((one, at) => [
    ...(at > 0 ? [''] : []),
    ...comparisonLines(one, { series: [], kind }, width, paint),
  ]);
}

function comparisonLines(
  compared: Comparison,
  document: Pick<BenchDocument, 'series' | 'kind'>,
  width: number,
  paint: Paint,
): string[] {
  const { base, other } = compared;
  const named = (id: string) => {
    const series = document.series.find((one) => one.id === id);
    return visible(series ? seriesText(series) : id);
  };
  const brushes = { faster: paint.green, better: paint.green, slower: paint.red, worse: paint.red };
  const rows = shownComparisons(compared, document.kind).map((one): Cell[] => {
    const brush = one.verdict === 'inconclusive' ? paint.dim : brushes[one.verdict];
    return [`${indent}${comparedText(one)}`, { text: comparisonText(one), paint: brush }];
  });
  const title = wrap(`${named(other)} against ${named(base)}`, width).map((line) => paint.bold(line));
  return [...title, ...textTable(rows, { columns: width }).trimEnd().split('\n')];
}

function hanging(mark: string, text: string, width: number): string[] {
  return wrap(visible(text), width - mark.length).map(
    (line, at) => `${at === 0 ? mark : ' '.repeat(mark.length)}${line}`,
  );
}
