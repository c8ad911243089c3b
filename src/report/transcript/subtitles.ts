import type { Segment } from '../../speech/listen.ts';
import { textWidth } from '../text-width.ts';
import { CueSchedule, type CueTimes } from './cue-times.ts';
import { type CueLimits, cutCues } from './cues.ts';
import { balanceLines } from './lines.ts';
import { type Piece, placePieces, wordsOf } from './pieces.ts';
import { speakerLabel } from './speakers.ts';
import type { TranscriptWriter } from './writer.ts';

/** What tells one format of subtitles from the other. */
interface SubtitleFormat {
  readonly header: string;
  /** Between seconds and milliseconds. */
  readonly point: string;
  readonly numbered: boolean;
  /** A speaker stands in the text, at each change; else in markup, in each cue. */
  readonly speakerInText: boolean;
  /** Keeps a text from being read as something else. */
  readonly escapes: readonly (readonly [RegExp, string])[];
}

/**
 * Both are written with LF: a file that grows a line at a time is read by line tools, and every reader of subtitles
 * takes it. SRT has no escapes; what a reader would take for markup gets a sign that looks the same.
 */
const formats: Record<'srt' | 'vtt', SubtitleFormat> = {
  srt: {
    header: '',
    point: ',',
    numbered: true,
    speakerInText: true,
    escapes: [
      [/-->/g, '→'],
      [/<(?=[\p{L}/])/gu, '‹'],
      [/\{(?=\\)/g, '('],
    ],
  },
  vtt: {
    header: 'WEBVTT\n\n',
    point: '.',
    numbered: false,
    speakerInText: false,
    escapes: [
      [/&/g, '&amp;'],
      [/</g, '&lt;'],
      [/>/g, '&gt;'],
    ],
  },
};

/** A blank line ends every cue, so that the file is whole after each. */
export class SubtitleWriter implements TranscriptWriter {
  readonly #format: SubtitleFormat;
  readonly #limits: CueLimits;
  readonly #diarize: boolean;
  readonly #schedule = new CueSchedule();
  #count = 0;
  /** Whoever was named last. */
  #speaker: string | undefined;

  constructor(kind: 'srt' | 'vtt', limits: CueLimits, diarize: boolean) {
    this.#format = formats[kind];
    this.#limits = limits;
    this.#diarize = diarize;
  }

  begin(): string {
    return this.#format.header;
  }

  push(segment: Segment): string {
    const pieces = placePieces(segment, this.#diarize);
    const timed = wordsOf(segment).length > 0;
    const label = (piece: Piece | undefined) => piece && speakerLabel(segment.channel, piece.speaker);
    const cues = cutCues(pieces, timed, this.#limits, (run, before) =>
      this.#lead(label(run[0]), before ? label(before) : this.#speaker),
    );
    return cues
      .map((cue, i) => {
        const { startMs, endMs } = stretchOf(cue, timed ? this.#limits.maxCueMs : Number.POSITIVE_INFINITY);
        const times = this.#schedule.place(startMs, endMs, cues[i + 1]?.[0]?.startMs ?? segment.endMs);
        return this.#cue(times, cue, label(cue[0]));
      })
      .join('');
  }

  end(): string {
    return '';
  }

  #cue(times: CueTimes, pieces: readonly Piece[], speaker: string | undefined): string {
    const { numbered, speakerInText, point } = this.#format;
    const lead = this.#lead(speaker, this.#speaker);
    this.#speaker = speaker;
    this.#count++;
    const lines = balanceLines(lead ? [lead, ...pieces] : pieces, this.#limits.charsPerLine).map((line) =>
      this.#escaped(line),
    );
    const voice = speaker !== undefined && !speakerInText ? `<v ${speaker}>` : '';
    const number = numbered ? `${this.#count}\n` : '';
    const arrow = `${timeOf(times.startMs, point)} --> ${timeOf(times.endMs, point)}`;
    return `${number}${arrow}\n${voice}${lines.join('\n')}\n\n`;
  }

  #lead(speaker: string | undefined, before: string | undefined): Piece | undefined {
    if (!this.#format.speakerInText || speaker === undefined || speaker === before) return undefined;
    const text = `${speaker}:`;
    return { text, columns: textWidth(text), spaced: true, startMs: 0, endMs: 0 };
  }

  #escaped(line: string): string {
    return this.#format.escapes.reduce((text, [sign, instead]) => text.replace(sign, instead), line);
  }
}

function stretchOf(cue: readonly Piece[], mostMs: number): CueTimes {
  const startMs = cue[0]?.startMs ?? 0;
  return { startMs, endMs: Math.min(cue.at(-1)?.endMs ?? startMs, startMs + mostMs) };
}

/** `01:02:03,456`; hours have as many digits as they need. */
function timeOf(ms: number, point: string): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const clock = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map(two).join(':');
  return `${clock}${point}${String(ms % 1000).padStart(3, '0')}`;
}
