import { type Direction, type SortKey, sortedIndexes } from './sort.ts';

/** Makes the headings of a table sort it: the first press upwards, the next one downwards. They are buttons already. */
export function makeSortable(table: HTMLTableElement): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [column, head] of heads.entries()) {
    head.querySelector('button')?.addEventListener('click', () => {
      const direction: Direction = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', direction);
      sortBy(table, column, direction);
    });
  }
}

function sortBy(table: HTMLTableElement, column: number, direction: Direction): void {
  const body = table.tBodies[0];
  if (!body) return;
  const rows = [...body.rows];
  const keys = rows.map((row) => keyOf(row.cells[column]));
  body.append(...sortedIndexes(keys, direction).flatMap((at) => rows[at] ?? []));
}

function keyOf(cell: HTMLTableCellElement | undefined): SortKey {
  const value = cell?.dataset.value;
  if (!cell?.classList.contains('number')) return value ?? cell?.textContent ?? undefined;
  return value === undefined ? undefined : Number(value);
}
