import { connectFigureNames } from '../metrics/connect-figures.ts';
import type { FigureName } from '../metrics/figures.ts';
import type { PlanFacts } from './document.ts';

/** What only an utterance has that the service ended by itself, and what only one that was ended by a `finalize`. */
export const naturalOnly: readonly FigureName[] = ['ttfsMs', 'eotMs'];
export const finalizeOnly: readonly FigureName[] = ['finalizeMs'];

/** Figures that a run over a connection which was used before does not have: they are those of its first run. */
export const cold: ReadonlySet<FigureName> = new Set([...connectFigureNames, 'coldTtfaMs']);

/** Of so many runs one has the figure, where utterances are ended by turns; else each may. */
export function runsForOne(figure: FigureName, { end, pace }: Pick<PlanFacts, 'end' | 'pace'>): number {
  const isByTurns = end === 'both' && pace !== 'fast';
  return isByTurns && [...naturalOnly, ...finalizeOnly].includes(figure) ? 2 : 1;
}
