import type { BenchDocument, RunRow } from '../../bench/document.ts';
import { figures } from '../../metrics/figures.ts';
import { foreign, type HtmlCell, row, section, swatch, table, text } from './html-text.ts';
import { counts } from './page-data.ts';
import { shortName, shownFigures, unitText, valueText } from './shown.ts';
import { counted, seriesText } from './words.ts';

/** Rows that a browser still sorts at once; of these so many at most are kept for runs that do not count. */
const mostRows = 2000;
const mostBad = 500;

/** The runs, as far as a page holds them; what failed or is invalid comes before the rest. */
export function runsTable(document: BenchDocument): string {
  const { kind, runs, series } = document;
  const shown = chosen(runs);
  const names = shownFigures[kind].filter((name) => shown.some((run) => run[name] !== undefined));
  const places = new Map(series.map((one, at) => [one.id, { name: seriesText(one), at }]));
  const rows = shown.map((run) => {
    const place = places.get(run.series);
    const cells: HtmlCell[] = [
      { html: String(run.run), value: run.run, kind: 'number' },
      { html: place ? swatch(place.at) + foreign(place.name) : foreign(run.series), value: place?.name ?? run.series },
      { html: `<span class="outcome">${foreign(outcomeText(run))}</span>`, value: outcomeText(run) },
      { html: foreign(promptText(run)), value: promptText(run) },
      { html: run.connection },
      ...names.map((name): HtmlCell => ({ html: valueText(name, run[name]), value: run[name], kind: 'number' })),
      { html: run.requestId === undefined ? '' : foreign(run.requestId) },
    ];
    return row(cells, rowClass(run));
  });
  const heads = [
    { html: button('run'), number: true },
    ...['series', 'outcome', 'prompt', 'connection'].map((name) => ({ html: button(name) })),
    ...names.map((name) => ({
      html: button(shortName(name), unitText(name), figures[name].label),
      number: true,
    })),
    { html: button('request id') },
  ];
  const body = `<p class="note" id="runs-note">${noteText(runs, shown)}</p>\n${table('Runs', heads, rows.join(''), 'runs sortable')}`;
  return section('runs', 'Runs', body);
}

function noteText(runs: readonly RunRow[], shown: readonly RunRow[]): string {
  const bad = runs.filter((run) => !counts(run)).length;
  const all = `${counted(runs.length, 'run')}, ${bad === 0 ? 'all of which count' : `${whole(bad)} of which failed or are invalid and are in no summary`}.`;
  const part = `The table holds ${whole(shown.length)} of them: the first ones, and of the failed and invalid ones up to ${mostBad}. All are in the JSON and the CSV.`;
  return shown.length < runs.length ? `${all} ${part}` : `${all} Choose a heading to sort by it.`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}

function chosen(runs: readonly RunRow[]): readonly RunRow[] {
  if (runs.length <= mostRows) return runs;
  const bad = runs.filter((run) => !counts(run)).slice(0, mostBad);
  const good = runs.filter(counts).slice(0, mostRows - bad.length);
  return [...bad, ...good].sort((a, b) => a.run - b.run);
}

function promptText({ prompt, variation }: RunRow): string {
  return variation === 0 ? prompt : `${prompt} (${variation})`;
}

function rowClass({ ok, invalid }: RunRow): string {
  if (!ok) return 'failed';
  return invalid === undefined ? '' : 'invalid';
}

function outcomeText({ ok, error, invalid, impossible, cached }: RunRow): string {
  if (!ok) return `failed: ${error ? `${error.code}, ${error.message}` : 'without an error'}`;
  if (invalid !== undefined) return `invalid: ${invalid}`;
  if (impossible && impossible.length > 0) return `impossible: ${impossible.map(shortName).join(', ')}`;
  return cached ? 'ok, from a cache' : 'ok';
}

/** A heading that sorts; the script makes it do so, and says which way. */
function button(name: string, unit?: string, label?: string): string {
  const behind = unit === undefined || unit === 'count' ? '' : ` <small>${unit.replace(/, .*/, '')}</small>`;
  const title = label === undefined ? '' : ` title="${text(label)}"`;
  return `<button type="button"${title}>${text(name)}${behind}</button>`;
}
