import { joinPieces, type Piece } from './pieces.ts';

/** A piece as far as a line is concerned with it. */
export type Block = Pick<Piece, 'text' | 'columns' | 'spaced'>;

/** So many columns a line at most: a piece that is longer has a line of its own. */
export function breakLines(blocks: readonly Block[], columns: number): Block[][] {
  const lines: Block[][] = [];
  let taken = 0;
  for (const block of blocks) {
    const line = lines.at(-1);
    const wanted = block.columns + (block.spaced ? 1 : 0);
    if (line && taken + wanted <= columns) {
      line.push(block);
      taken += wanted;
    } else {
      lines.push([block]);
      taken = block.columns;
    }
  }
  return lines;
}

/** As few lines as there can be, and those as even as they can be. */
export function balanceLines(blocks: readonly Block[], columns: number): string[] {
  let best = breakLines(blocks, columns);
  const count = best.length;
  for (let narrower = columns - 1; count > 1 && narrower > 0; narrower--) {
    const lines = breakLines(blocks, narrower);
    if (lines.length > count) break;
    best = lines;
  }
  return best.map(joinPieces);
}
