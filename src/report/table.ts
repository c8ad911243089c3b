import { textWidth, wrap } from './text-width.ts';
import { visible } from './visible.ts';

/** A cell: its text, and how it is painted once its width is known. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

export interface TableOptions {
  /** The width of the terminal: the last column is wrapped to it. Without one (a pipe) nothing is wrapped. */
  readonly columns?: number;
}

const gap = '  ';
/** A last column narrower than this is not worth wrapping to. */
const leastColumns = 20;

/** Rows in columns, each as wide as its widest cell, a line break after each row. Cells are made safe to print. */
export function textTable(rows: readonly (readonly Cell[])[], { columns }: TableOptions = {}): string {
  const cells = rows.map((row) => row.map(readCell));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [i, { text }] of row.slice(0, -1).entries()) widths[i] = Math.max(widths[i] ?? 0, textWidth(text));
  }
  return cells.map((row) => rowText(row, widths, columns)).join('');
}

interface ReadCell {
  readonly text: string;
  readonly paint: (text: string) => string;
}

function readCell(cell: Cell): ReadCell {
  if (typeof cell === 'string') return { text: visible(cell), paint: (text) => text };
  return { text: visible(cell.text), paint: cell.paint };
}

function rowText(row: readonly ReadCell[], widths: readonly number[], columns: number | undefined): string {
  const last = row.at(-1);
  if (!last) return '\n';
  let line = '';
  let indent = 0;
  for (const [i, { text, paint }] of row.slice(0, -1).entries()) {
    const padding = ' '.repeat((widths[i] ?? 0) - textWidth(text));
    line += paint(text) + padding + gap;
    indent += (widths[i] ?? 0) + gap.length;
  }
  const left = (columns ?? 0) - indent;
  const lines = left >= leastColumns ? wrap(last.text, left) : [last.text];
  const hanging = `\n${' '.repeat(indent)}`;
  return `${(line + lines.map(last.paint).join(hanging)).trimEnd()}\n`;
}
