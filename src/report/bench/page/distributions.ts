import { type FigureName, figureNames, figures, isFigureName } from '../../../metrics/figures.ts';
import type { PageData } from '../page-data.ts';
import { unitText, valueText, valueWithUnit } from '../shown.ts';
import { curveTable } from './curve-table.ts';
import { addOption, find, setText } from './elements.ts';
import { drawPlot } from './plots.ts';

/** Forms of lines, so that not only the colour tells them apart. */
const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];
export const colors = 8;

/** The cumulative distributions, of a figure and of series that the reader chooses. Returned is what draws them. */
export function distributions({ series, lead }: PageData): () => void {
  const [place, select, legend] = [
    find('cdf', HTMLElement),
    find('figure', HTMLSelectElement),
    find('series', HTMLFieldSetElement),
  ];
  if (!place || !select || !legend) return () => {};
  for (const name of figureNames) {
    if (!series.some(({ curves }) => curves[name])) continue;
    addOption(select, name, `${figures[name].label} (${unitText(name)})`);
  }
  if (lead !== undefined) select.value = lead;
  const boxes = series.map(({ name }, at) => addBox(legend, name, at));
  let remove = () => {};
  const draw = () => {
    remove();
    const name = isFigureName(select.value) ? select.value : undefined;
    remove = name === undefined ? () => {} : drawFigure(place, name, series, boxes);
  };
  for (const input of [select, ...boxes]) input.addEventListener('change', draw);
  return draw;
}

function addBox(legend: HTMLFieldSetElement, name: string, at: number): HTMLInputElement {
  const box = document.createElement('input');
  box.type = 'checkbox';
  box.checked = true;
  const swatch = document.createElement('span');
  swatch.className = `swatch s${at % colors}`;
  const text = document.createElement('bdi');
  text.textContent = name;
  const label = document.createElement('label');
  label.append(box, swatch, text);
  legend.append(label);
  return box;
}

function drawFigure(
  place: HTMLElement,
  name: FigureName,
  series: PageData['series'],
  boxes: readonly HTMLInputElement[],
): () => void {
  const { x, shares } = curveTable(series.map(({ curves }) => curves[name]));
  setText('cdf-x', `${figures[name].label} (${unitText(name)})`);
  setText('cdf-y', 'share of runs (%)');
  const shown = series.flatMap((one, at) => (boxes[at]?.checked && one.curves[name] ? [{ one, at }] : []));
  place.setAttribute('role', 'img');
  place.setAttribute(
    'aria-label',
    `Cumulative distribution of ${figures[name].label}, ${shown.length} series; the numbers are in the tables below`,
  );
  const lines = series.map((_, at) => ({
    y: shares[at] ?? [],
    color: `--series-${at % colors}`,
    dash: dashes[Math.floor(at / 2) % dashes.length] ?? [],
    stepped: true,
    show: boxes[at]?.checked ?? true,
  }));
  const onPoint = (index: number | undefined) => {
    const value = index === undefined ? undefined : x[index];
    const at = index ?? 0;
    const parts = shown.map((each) => `${each.one.name} ${Math.round(shares[each.at]?.[at] ?? 0)} %`);
    setText('cdf-readout', value === undefined ? '' : `At most ${valueWithUnit(name, value)}: ${parts.join(' · ')}`);
  };
  return drawPlot(place, { x, lines, yRange: [0, 100], tickOf: tickText(name), onPoint });
}

/** A number without its unit; a share is told in percent. */
function tickText(name: FigureName): (value: number) => string {
  return (value) => (name === 'wer' ? valueText(name, value) : String(Number(value.toPrecision(6))));
}
