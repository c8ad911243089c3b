import type { WordErrors } from '../../metrics/wer.ts';
import type { Segment } from '../../speech/listen.ts';
import { JsonWriter } from './json-writer.ts';
import { SubtitleWriter } from './subtitles.ts';
import { TextWriter } from './text-writer.ts';

export type TranscriptKind = 'text' | 'srt' | 'vtt' | 'json';

export interface TranscriptOptions {
  /** The most words in a subtitle; left out: as many as have room. */
  readonly wordsPerCue?: number;
  /** In columns, where a Chinese character takes two. A word that is longer has a line of its own. */
  readonly charsPerLine?: number;
  readonly linesPerCue?: number;
  /** The longest subtitle, where words have times. */
  readonly maxCueMs?: number;
  /** In a text: a line a word, with its times. */
  readonly words?: boolean;
  /** Say who speaks. Channels are always said. */
  readonly diarize?: boolean;
}

/** What is known of a recording at its end; all of it goes into the JSON document. */
export interface TranscriptSummary {
  readonly file?: string;
  readonly language?: string;
  /** Of the audio; left out: up to the end of the last segment. */
  readonly durationMs?: number;
  readonly model?: string;
  readonly provider?: string;
  readonly wer?: WordErrors;
}

/**
 * Writes a transcript as it grows. Each call gives the text to append; after any of them a text, SRT or VTT file is
 * whole. A JSON document is there at the end. Segments come in the order of their start.
 */
export interface TranscriptWriter {
  begin(): string;
  push(segment: Segment): string;
  end(summary?: TranscriptSummary): string;
}

export function createTranscriptWriter(kind: TranscriptKind, options: TranscriptOptions = {}): TranscriptWriter {
  const { wordsPerCue = Number.POSITIVE_INFINITY, charsPerLine = 42, linesPerCue = 2, maxCueMs = 7000 } = options;
  const { words = false, diarize = false } = options;
  if (kind === 'text') return new TextWriter(words, diarize);
  if (kind === 'json') return new JsonWriter();
  return new SubtitleWriter(kind, { wordsPerCue, charsPerLine, linesPerCue, maxCueMs }, diarize);
}
