import { visible } from '../visible.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or an attribute in double quotes, without what would turn the text around it. */
export function text(value: string): string {
  return visible(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** Text from outside, which may run from right to left: what stands beside it does not follow it. */
export function foreign(value: string): string {
  return `<bdi>${text(value)}</bdi>`;
}

export interface HtmlCell {
  readonly html: string;
  /** A number, or what is sorted by instead of the text. */
  readonly value?: number | string | undefined;
  readonly kind?: 'number' | 'head' | 'text' | undefined;
}

/** A table row. What a cell holds is HTML already. */
export function row(cells: readonly HtmlCell[], className?: string): string {
  const attributes = className === undefined || className === '' ? '' : ` class="${className}"`;
  return `<tr${attributes}>${cells.map(cellHtml).join('')}</tr>\n`;
}

function cellHtml({ html, value, kind = 'text' }: HtmlCell): string {
  const sorted = value === undefined ? '' : ` data-value="${text(String(value))}"`;
  if (kind === 'head') return `<th scope="row"${sorted}>${html}</th>`;
  return `<td${kind === 'number' ? ' class="number"' : ''}${sorted}>${html}</td>`;
}

export interface HtmlHead {
  readonly html: string;
  readonly number?: boolean;
}

/** A table that scrolls sideways on its own where the page is narrow; reachable by keyboard, as what scrolls must be. */
export function table(caption: string, heads: readonly HtmlHead[], rows: string, className = ''): string {
  const head = heads
    .map(({ html, number }) => `<th scope="col"${number ? ' class="number"' : ''}>${html}</th>`)
    .join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${text(caption)}"><table class="${className}">
<caption>${text(caption)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows}</tbody></table></div>
`;
}

/** `<section>` with its heading. */
export function section(id: string, title: string, body: string): string {
  return `<section id="${id}" aria-labelledby="${id}-title">\n<h2 id="${id}-title">${text(title)}</h2>\n${body}</section>\n`;
}

/** The mark of a series, by its place; its colour and its form are in the style. */
export function swatch(at: number): string {
  return `<span class="swatch s${at % 8}" aria-hidden="true"></span>`;
}
