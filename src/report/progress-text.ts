import { seconds, sizesOf } from './figures.ts';
import { shorten } from './text-width.ts';
import { visible } from './visible.ts';

/** How far a piece of work has come. `total` is left out where nobody knows it yet. */
export interface Progress {
  readonly label?: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: 'sentences' | 'bytes' | 'files' | 'checks';
  /** Audio made so far. */
  readonly audioMs?: number;
}

const barColumns = 20;

/** `book.txt  ████████░░░░░░░░░░░░ 12/30 sentences · 34.20 s of audio`, cut to so many columns. */
export function progressText(progress: Progress, columns: number): string {
  const { label, done, total, unit, audioMs } = progress;
  const parts = [`${bar(done, total)}${amount(done, total, unit)}`];
  if (audioMs !== undefined) parts.push(`${seconds(audioMs)} of audio`);
  const text = parts.join(' · ');
  return shorten(label ? `${visible(label)}  ${text}` : text, columns);
}

function bar(done: number, total: number | undefined): string {
  if (!total) return '';
  const filled = Math.round(Math.min(Math.max(done / total, 0), 1) * barColumns);
  return `${'█'.repeat(filled)}${'░'.repeat(barColumns - filled)} `;
}

function amount(done: number, total: number | undefined, unit: Progress['unit']): string {
  const counts = total === undefined ? [done] : [done, total];
  if (unit === 'bytes') return sizesOf(...counts);
  return `${counts.join('/')} ${counts.at(-1) === 1 ? unit.slice(0, -1) : unit}`;
}
