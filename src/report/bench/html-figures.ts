import type { BenchDocument, Comparison, FigureComparison, Series } from '../../bench/document.ts';
import type { FigureStats, Interval } from '../../metrics/figure-stats.ts';
import { type FigureName, figures } from '../../metrics/figures.ts';
import { foreign, type HtmlCell, row, section, swatch, table, text } from './html-text.ts';
import { leadFigures, shortName, shownFigures, unitText, valueText } from './shown.ts';
import { comparisonText, countsText, seriesText, shownComparisons } from './words.ts';

const statistics = ['p90', 'p95', 'p99', 'mean', 'min', 'max'] as const;
const number = true;

/** The first figure of each series, beside each other: what most readers came for. */
export function glance({ series, kind }: BenchDocument): string {
  const lead = leadFigures[kind].find((name) => series.some(({ summary }) => summary[name]));
  if (lead === undefined) return '';
  const heads = ['p50', '95 % interval of p50', 'p90', 'p95', 'p99'].map((html) => ({ html, number }));
  const rows = series.map((one, at) => {
    const stats = one.summary[lead];
    const cells = [
      { html: `${swatch(at)}${foreign(seriesText(one))}`, kind: 'head' as const },
      numberCell(lead, stats?.p50, 'lead'),
      intervalCell(lead, stats?.ci?.p50),
      numberCell(lead, stats?.p90),
      numberCell(lead, stats?.p95),
      numberCell(lead, stats?.p99),
      { html: countsHtml(one) },
    ];
    return row(cells);
  });
  const caption = `${figures[lead].label} (${shortName(lead)}), ${unitText(lead)}`;
  const all = [{ html: 'series' }, ...heads, { html: 'runs' }];
  return section('glance', 'At a glance', table(caption, all, rows.join(''), 'glance'));
}

function countsHtml(series: Series): string {
  const whole = series.measured === series.runs && series.impossible === 0;
  return whole ? countsText(series) : `<span class="bad">${countsText(series)}</span>`;
}

function numberCell(name: FigureName, value: number | undefined, className?: string): HtmlCell {
  const shown = valueText(name, value);
  const html = className === undefined ? shown : `<span class="${className}">${shown}</span>`;
  return { html, value, kind: 'number' };
}

function intervalCell(name: FigureName, interval: Interval | undefined): HtmlCell {
  const html = interval ? `${valueText(name, interval.low)}–${valueText(name, interval.high)}` : '–';
  return { html, kind: 'number' };
}

/** A table of percentiles for each target and set of prompts. */
export function percentileTables({ series, kind }: BenchDocument): string {
  const tables = series.map((one, at) => {
    const heads = ['p50', '95 % interval of p50', ...statistics, 'runs'].map((html) => ({ html, number }));
    const rows = shownFigures[kind].flatMap((name) => {
      const stats = one.summary[name];
      return stats === undefined ? [] : [statsRow(name, stats)];
    });
    const title = `<h3>${swatch(at)}${foreign(seriesText(one))} <span class="counts">${countsHtml(one)}</span></h3>\n`;
    if (rows.length === 0) return `${title}<p>Nothing was measured.</p>\n`;
    const all = [{ html: 'figure' }, { html: 'unit' }, ...heads];
    return title + table(`Percentiles of ${seriesText(one)}`, all, rows.join(''), `percentiles p${at}`);
  });
  const note = `<p class="note">A percentile is given only where five samples lie above it: p50 wants 10 runs, p90 50,
p95 100, p99 500. A dash is one that these runs do not support.</p>\n`;
  return section('percentiles', 'Percentiles', note + tables.join(''));
}

function statsRow(name: FigureName, stats: FigureStats): string {
  return row([
    { html: labelHtml(name), kind: 'head' },
    { html: unitText(name) },
    numberCell(name, stats.p50, 'median'),
    intervalCell(name, stats.ci?.p50),
    ...statistics.map((statistic) => numberCell(name, stats[statistic])),
    { html: String(stats.count), value: stats.count, kind: 'number' },
  ]);
}

/** The label, and beside it the name that files and assertions use, where that is another. */
function labelHtml(name: FigureName): string {
  const { label } = figures[name];
  return label === shortName(name) ? text(label) : `${text(label)} <code>${shortName(name)}</code>`;
}

export function comparisonTables({ comparisons, series, kind }: BenchDocument): string {
  if (comparisons.length === 0) return '';
  const named = (id: string) => {
    const at = series.findIndex((one) => one.id === id);
    const found = series[at];
    return found ? swatch(at) + foreign(seriesText(found)) : foreign(id);
  };
  const tables = comparisons.map((one, at) => {
    const title = `<h3>${named(one.other)} <span class="against">against</span> ${named(one.base)}</h3>\n`;
    return title + comparisonTable(shownComparisons(one, kind), `Comparison ${at + 1}`);
  });
  const note = `<p class="note">Intervals are 95 % bootstrap intervals of the difference. “Inconclusive” is not “equal”:
these runs cannot tell, and the interval says how large a difference might still be. The bars are in percent of the
base, on one scale a table.</p>\n`;
  return section('comparisons', 'Comparisons', note + tables.join(''));
}

function comparisonTable(compared: Comparison['figures'], caption: string): string {
  const reach = Math.max(0.01, ...compared.flatMap(relative).map(Math.abs));
  const scale = Math.min(reach, 1);
  const rows = compared.map((one) =>
    row(
      [
        { html: labelHtml(one.figure), kind: 'head' },
        { html: one.statistic },
        numberCell(one.figure, one.base),
        numberCell(one.figure, one.other),
        { html: `<span class="verdict">${text(comparisonText(one))}</span>` },
        { html: bar(one, scale) },
      ],
      one.verdict,
    ),
  );
  const percent = `${scale < 0.1 ? (scale * 100).toFixed(1) : Math.round(scale * 100)} %`;
  const heads = [
    ...[{ html: 'figure' }, { html: 'of' }, { html: 'base', number }, { html: 'other', number }],
    ...[
      { html: 'verdict (95 % interval)' },
      { html: `<span class="ends"><span>−${percent}</span><span>0</span><span>+${percent}</span></span>` },
    ],
  ];
  return table(caption, heads, rows.join(''), 'comparison');
}

/** The interval's ends and the effect, as shares of the base; none where the base is 0. */
function relative({ base, low, effect, high }: FigureComparison): number[] {
  return base === 0 ? [] : [low / Math.abs(base), effect / Math.abs(base), high / Math.abs(base)];
}

const halfWidth = 100;

/** The interval as a line, the effect as a dot, no difference as the middle; what is beyond the scale is cut off. */
function bar(one: FigureComparison, scale: number): string {
  const [low, effect, high] = relative(one).map((share) =>
    Math.round(Math.max(-1, Math.min(1, share / scale)) * halfWidth),
  );
  if (low === undefined || effect === undefined || high === undefined) return '';
  return `<svg class="bar" viewBox="-104 -12 208 24" width="208" height="24" role="img" aria-label="${text(comparisonText(one))}"><line class="zero" x1="0" x2="0" y1="-12" y2="12"/><line class="interval" x1="${low}" x2="${high}" y1="0" y2="0"/><circle class="effect" cx="${effect}" cy="0" r="3.5"/></svg>`;
}
