import { clockTime, seconds, sizesOf } from './figures.ts';
import { shorten } from './text-width.ts';
import { visible } from './visible.ts';

/** How far a piece of work has come. `total` is left out where nobody knows it yet. */
export interface Progress {
  readonly label?: string;
  readonly done: number;
  readonly total?: number | undefined;
  /** How much of the whole is done, 0 to 1, for the bar: where that is known and `total` is not. */
  readonly share?: number | undefined;
  readonly unit: 'sentences' | 'bytes' | 'files' | 'checks' | 'seconds' | 'runs';
  /** Audio made so far. */
  readonly audioMs?: number | undefined;
  /** Time that the rest will take, as far as it can be told. */
  readonly leftMs?: number | undefined;
  /** What else there is to say of it, each shown as it is. */
  readonly notes?: readonly string[] | undefined;
}

const barColumns = 20;

/** `book.txt  ████████░░░░░░░░░░░░ 12/30 sentences · 34.20 s of audio`, cut to so many columns. */
export function progressText(progress: Progress, columns: number): string {
  const { label, done, total, share = total ? done / total : undefined, unit } = progress;
  const { audioMs, leftMs, notes = [] } = progress;
  const parts = [`${bar(share)}${amount(done, total, unit)}`];
  if (audioMs !== undefined) parts.push(`${seconds(audioMs)} of audio`);
  if (leftMs !== undefined) parts.push(`${clockTime(leftMs)} left`);
  parts.push(...notes.map(visible));
  const text = parts.join(' · ');
  return shorten(label ? `${visible(label)}  ${text}` : text, columns);
}

function bar(share: number | undefined): string {
  if (share === undefined) return '';
  const filled = Math.round(Math.min(Math.max(share, 0), 1) * barColumns);
  return `${'█'.repeat(filled)}${'░'.repeat(barColumns - filled)} `;
}

function amount(done: number, total: number | undefined, unit: Progress['unit']): string {
  const counts = total === undefined ? [done] : [done, total];
  if (unit === 'bytes') return sizesOf(...counts);
  return `${counts.map(Math.round).join('/')} ${counts.at(-1) === 1 ? unit.slice(0, -1) : unit}`;
}
