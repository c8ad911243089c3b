import type { Segment } from '../../speech/listen.ts';
import { tidy } from './fields.ts';
import { joinPieces, type Piece, placePieces, spoken, wordsOf } from './pieces.ts';
import { speakerLabel } from './speakers.ts';
import type { TranscriptWriter } from './writer.ts';

/**
 * A line a segment; where several people speak in it, a line each. With `words`, a line a word below it: start and
 * end in seconds, the word, and its confidence where there is one, set apart by tabs.
 */
export class TextWriter implements TranscriptWriter {
  readonly #words: boolean;
  readonly #diarize: boolean;

  constructor(words: boolean, diarize: boolean) {
    this.#words = words;
    this.#diarize = diarize;
  }

  begin(): string {
    return '';
  }

  push(segment: Segment): string {
    const runs = bySpeaker(placePieces(segment, this.#diarize));
    const lines = runs.map((run) => {
      const label = speakerLabel(segment.channel, run[0]?.speaker);
      return `${label === undefined ? '' : `${label}: `}${joinPieces(run)}\n`;
    });
    return lines.join('') + (this.#words ? wordLines(segment) : '');
  }

  end(): string {
    return '';
  }
}

function bySpeaker(pieces: readonly Piece[]): Piece[][] {
  const runs: Piece[][] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run && run[0]?.speaker === piece.speaker) run.push(piece);
    else runs.push([piece]);
  }
  return runs;
}

function wordLines(segment: Segment): string {
  return wordsOf(segment)
    .map(({ startMs, endMs, text, confidence }) => {
      const fields = [
        seconds(startMs),
        seconds(endMs),
        spoken(text),
        ...(confidence === undefined ? [] : [tidy(confidence)]),
      ];
      return `\t${fields.join('\t')}\n`;
    })
    .join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
