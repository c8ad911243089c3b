import type { BenchDocument, Comparison, Series } from '../../bench/document.ts';
import { figures } from '../../metrics/figures.ts';
import { visible } from '../visible.ts';
import { inPieces } from './pieces.ts';
import { shownFigures, unitText, valueText } from './shown.ts';
import {
  adviceText,
  comparedText,
  comparisonText,
  countsText,
  definitionTexts,
  kindText,
  planTexts,
  seriesText,
  shownComparisons,
} from './words.ts';

const statistics = ['p50', 'p90', 'p95', 'p99', 'mean', 'max'] as const;

/** Tables for a pull request. */
export function markdownPieces(document: BenchDocument): Generator<string> {
  return inPieces(lines(document));
}

function* lines(document: BenchDocument): Generator<string> {
  const { series, comparisons, advice, machines, plan, startedAt } = document;
  yield `## vox bench: ${kindText(document)}\n\n`;
  yield `${[startedAt, ...machines.map(({ label, vox }) => `${safe(label ?? 'one machine')}, vox ${safe(vox)}`)].join(' · ')}\n\n`;
  for (const one of series) yield seriesTable(one, document);
  for (const one of comparisons) yield comparisonTable(one, document);
  if (advice.length > 0)
    yield `### Advice\n\n${advice.map((one) => `- ${safe(adviceText(one, document))}\n`).join('')}\n`;
  yield `<sub>${safe([...planTexts(plan), ...definitionTexts(document)].join(' · '))}</sub>\n`;
}

function seriesTable(series: Series, { kind }: BenchDocument): string {
  const rows = shownFigures[kind].flatMap((name) => {
    const stats = series.summary[name];
    if (stats === undefined) return [];
    const interval = stats.ci?.p50;
    const ci = interval ? `${valueText(name, interval.low)}–${valueText(name, interval.high)}` : '–';
    const [p50 = '–', ...others] = statistics.map((statistic) => valueText(name, stats[statistic]));
    return [row([`${figures[name].label} (${unitText(name)})`, `**${p50}**`, ci, ...others, String(stats.count)])];
  });
  const heads = ['figure', 'p50', '95 % interval', ...statistics.slice(1), 'runs'];
  const table = rows.length === 0 ? 'Nothing was measured.\n' : [row(heads), rule(heads.length), ...rows].join('');
  return `### ${safe(seriesText(series))}\n\n${countsText(series)}\n\n${table}\n`;
}

function comparisonTable(comparison: Comparison, { kind, series }: BenchDocument): string {
  const named = (id: string) => {
    const found = series.find((one) => one.id === id);
    return safe(found ? seriesText(found) : id);
  };
  const rows = shownComparisons(comparison, kind).map((one) =>
    row([comparedText(one), comparisonText(one), one.paired ? 'paired' : 'unpaired']),
  );
  const title = `### ${named(comparison.other)} against ${named(comparison.base)}\n\n`;
  return `${title}${row(['figure', 'verdict (95 % interval)', 'prompts'])}${row(['---', '---', '---'])}${rows.join('')}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** The first column is text, the others are numbers. */
function rule(columns: number): string {
  return row(['---', ...Array.from({ length: columns - 1 }, () => '--:')]);
}

/** Text from outside as text: no markup of Markdown or HTML, no mention of a person. */
function safe(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]<>#|~&]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('@', '&#64;');
}
