import { breakLines } from './lines.ts';
import type { Piece } from './pieces.ts';

/** How much a cue may hold. */
export interface CueLimits {
  readonly wordsPerCue: number;
  readonly charsPerLine: number;
  readonly linesPerCue: number;
  /** Between the times of words; a stretch whose words have no times is as long as it is. */
  readonly maxCueMs: number;
}

/** Silence between two words that parts two cues. */
const gapMs = 700;
/** Silence at which a cue that is too long is rather divided. */
const restMs = 200;
/** An even division looks no further. */
const cuesAhead = 4;

const sentenceEnd = /[.!?…。！？]["'”’»)\]」』]*$/u;
const clauseEnd = /[,;:，、；：–—]["'”’»)\]」』]*$/u;
/** Ends in a dot, and ends no sentence: a title, an initial. */
const abbreviation = /^(?:mr|mrs|ms|dr|st|prof|vs|\p{L})\.$/iu;

/** What is put before the first line of some cues, and takes room there: `Speaker 1:`. */
export type LeadOf = (pieces: readonly Piece[], before: Piece | undefined) => Piece | undefined;

const noLead: LeadOf = () => undefined;

/**
 * Divides a segment into cues. Where its words have times: at a change of the speaker, at a gap, at the end of each
 * sentence, and in what is then too long for one cue, at a clause's end near the even division. Where they have none,
 * the whole is one cue, unless it is too long.
 */
export function cutCues(pieces: readonly Piece[], timed: boolean, limits: CueLimits, leadOf = noLead): Piece[][] {
  const bounds = timed ? limits : { ...limits, maxCueMs: Number.POSITIVE_INFINITY };
  const cues: Piece[][] = [];
  let run: Piece[] = [];
  for (const [i, piece] of pieces.entries()) {
    run.push(piece);
    const next = pieces[i + 1];
    if (next && !parts(piece, next, timed)) continue;
    cues.push(...divide(run, bounds, leadOf(run, cues.at(-1)?.at(-1))));
    run = [];
  }
  return cues;
}

function parts(piece: Piece, next: Piece, timed: boolean): boolean {
  if (piece.speaker !== next.speaker) return true;
  return timed && (next.startMs - piece.endMs >= gapMs || endsSentence(piece, next));
}

function endsSentence({ text }: Piece, next: Piece): boolean {
  return sentenceEnd.test(text) && !abbreviation.test(text) && !/^\p{Ll}/u.test(next.text);
}

function divide(run: readonly Piece[], limits: CueLimits, lead: Piece | undefined): Piece[][] {
  const cues: Piece[][] = [];
  let from = 0;
  let before = lead;
  while (from < run.length) {
    const most = fitting(run, from, limits, before);
    const isLast = from + most === run.length;
    const count = isLast ? most : bestBreak(run, from, most, evenColumns(run, from, limits, before));
    cues.push(run.slice(from, from + count));
    from += count;
    before = undefined;
  }
  return cues;
}

/** How many pieces one cue takes from there, at least one. */
function fitting(run: readonly Piece[], from: number, limits: CueLimits, lead: Piece | undefined): number {
  const fromMs = run[from]?.startMs ?? 0;
  let count = 1;
  for (; count < limits.wordsPerCue; count++) {
    const next = run[from + count];
    if (!next || next.endMs - fromMs > limits.maxCueMs) break;
    const blocks = [...(lead ? [lead] : []), ...run.slice(from, from + count + 1)];
    if (breakLines(blocks, limits.charsPerLine).length > limits.linesPerCue) break;
  }
  return count;
}

/** How long each cue would be if the rest, or the next few cues of it, were divided evenly. */
function evenColumns(run: readonly Piece[], from: number, limits: CueLimits, lead: Piece | undefined): number {
  let end = from;
  let cues = 0;
  for (; cues < cuesAhead && end < run.length; cues++) {
    end += fitting(run, end, limits, cues === 0 ? lead : undefined);
  }
  return columnsOf(run.slice(from, end)) / cues;
}

/** The number of pieces from there, `most` at most, after which a run is best divided. */
function bestBreak(run: readonly Piece[], from: number, most: number, wantedColumns: number): number {
  let best = most;
  let least = Number.POSITIVE_INFINITY;
  for (let count = most; count > 0; count--) {
    const [last, next] = [run[from + count - 1], run[from + count]];
    if (!last || !next) continue;
    const apart = Math.abs(columnsOf(run.slice(from, from + count)) - wantedColumns) / wantedColumns;
    const cost = apart - naturalness(last, next);
    if (cost < least) [best, least] = [count, cost];
  }
  return best;
}

/** How far from the even division a break may be for its sake, as a share of the cue. */
function naturalness(last: Piece, next: Piece): number {
  const rest = next.startMs - last.endMs >= restMs ? 0.2 : 0;
  return rest + (endsSentence(last, next) ? 0.8 : clauseEnd.test(last.text) ? 0.5 : 0);
}

function columnsOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { columns, spaced }) => sum + columns + (spaced ? 1 : 0), 0);
}
