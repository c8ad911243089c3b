import type { BenchDocument, ChunkTimeline, RunRow } from '../../bench/document.ts';
import { type FigureName, figureNames } from '../../metrics/figures.ts';
import { visible } from '../visible.ts';
import { leadFigures } from './shown.ts';
import { seriesText } from './words.ts';

/** What the page's script draws; all else is in the page as text. */
export interface PageData {
  /** The figure whose distribution is shown first. */
  readonly lead: FigureName | undefined;
  readonly series: readonly PageSeries[];
  readonly timelines: readonly ChunkTimeline[];
}

export interface PageSeries {
  readonly id: string;
  readonly name: string;
  readonly curves: { readonly [Name in FigureName]?: Curve };
}

/** The distribution of a figure: its values in ascending order, of `count` as many as stand for all. */
export interface Curve {
  readonly count: number;
  readonly values: readonly number[];
}

/** Points of a curve; and of all curves of a page, which is then some megabytes at most. */
const mostPoints = 2000;
const mostPointsOfAll = 400_000;
const fewestPoints = 50;

export function pageData(document: BenchDocument): PageData {
  const columns = columnsOf(document.runs);
  const curves = [...columns.values()].reduce((sum, figures) => sum + figures.size, 0);
  const points = Math.max(fewestPoints, Math.min(mostPoints, Math.floor(mostPointsOfAll / Math.max(curves, 1))));
  const series = document.series.map((one): PageSeries => {
    const figures = [...(columns.get(one.id) ?? [])].map(([name, values]) => [name, curveOf(values, points)]);
    return { id: one.id, name: visible(seriesText(one)), curves: Object.fromEntries(figures) };
  });
  const drawn = figureNames.filter((name) => series.some(({ curves }) => curves[name] !== undefined));
  const lead = leadFigures[document.kind].find((name) => drawn.includes(name)) ?? drawn[0];
  return { lead, series, timelines: document.timelines };
}

/** The values of the runs that count, by series and figure, the figures in their order. */
function columnsOf(runs: readonly RunRow[]): Map<string, Map<FigureName, number[]>> {
  const all = new Map<string, Map<FigureName, number[]>>();
  for (const run of runs) {
    if (!counts(run)) continue;
    const columns = all.get(run.series) ?? new Map<FigureName, number[]>();
    all.set(run.series, columns);
    for (const name of figureNames) {
      const value = run[name];
      if (value === undefined) continue;
      const column = columns.get(name);
      if (column) column.push(value);
      else columns.set(name, [value]);
    }
  }
  return all;
}

export function counts({ ok, invalid }: RunRow): boolean {
  return ok && invalid === undefined;
}

/** Values at ranks that are equally far apart, the least and the greatest among them. */
function curveOf(values: readonly number[], points: number): Curve {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  if (count <= points) return { count, values: Array.from(sorted, rounded) };
  const thinned = Array.from({ length: points }, (_, at) => rounded(sorted[rankOf(at, points, count)] ?? 0));
  return { count, values: thinned };
}

/** The rank, from 0, of a curve's point. */
export function rankOf(at: number, points: number, count: number): number {
  return points < 2 ? count - 1 : Math.round((at * (count - 1)) / (points - 1));
}

function rounded(value: number): number {
  return Number(value.toPrecision(7));
}

/** JSON that cannot end the script element it stands in, nor a line, nor turn the text of the file around it. */
export function embeddedJson(data: object): string {
  return JSON.stringify(data).replace(/[<\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
