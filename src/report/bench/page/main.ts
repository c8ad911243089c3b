import type { PageData } from '../page-data.ts';
import { distributions } from './distributions.ts';
import { find } from './elements.ts';
import { makeSortable } from './sortable.ts';
import { switchThemes } from './theme.ts';
import { timelines } from './timelines.ts';

/** The script of the page, bundled into it. What it reads was written by the exporter of the same version. */
const data: PageData = JSON.parse(find('data', HTMLElement)?.textContent ?? '{"series":[],"timelines":[]}');
const drawings = [distributions(data), timelines(data)];
for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) makeSortable(table);
switchThemes(() => {
  for (const draw of drawings) draw();
});
