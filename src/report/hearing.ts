import type { ListenReport } from '../metrics/listen-report.ts';
import type { WordErrors } from '../metrics/wer.ts';
import type { Segment, Transcript } from '../speech/listen.ts';
import { errorRate, type HeardExtra, heardSummary } from './heard-summary.ts';
import type { PaintedLine } from './painted-lines.ts';
import { segmentFields, transcriptFields } from './transcript/fields.ts';
import type { LiveTranscript } from './transcript/live-line.ts';

/** Which of several recordings, or of a recording's channels, it is about. */
export interface HeardFrom {
  readonly input?: string;
  readonly channel?: number;
}

/** What is said of recognition while it goes on. Finals are data: for people, the caller writes them. */
export interface Hearing {
  /** As JSON an event; at a terminal, in the live line. */
  interim(transcript: Transcript, from?: HeardFrom): void;
  /** As JSON an event; at a terminal it empties the live line, and makes room for the text that the caller writes. */
  final(segment: Segment, from?: Pick<HeardFrom, 'input'>): void;
  speechStarted(event: { readonly atMs?: number }, from?: HeardFrom): void;
  utteranceEnd(event: { readonly lastWordEndMs?: number }, from?: HeardFrom): void;
  /** How loud the last chunk was, dBFS: for the live line alone. */
  level(levelDb: number): void;
  /** To be called before anything is written past the reporter to what may be the same terminal. */
  makeRoom(): void;
  /** A session's figures: a line, or an event. */
  heard(report: ListenReport, extra?: HeardExtra): void;
  /** The word errors of several recordings together. */
  pooled(errors: WordErrors): void;
}

export type Say = (event: { event: string; [name: string]: unknown }, line?: PaintedLine) => void;

/** What the reporter lends. */
export interface HearingTools {
  readonly say: Say;
  /** Asked when there is something to show: the live line, where a person looks. */
  readonly openLive: () => LiveTranscript | undefined;
  readonly makeRoom: () => void;
  readonly hide?: ((text: string) => string) | undefined;
}

export class HearingReports implements Hearing {
  readonly #say: Say;
  readonly #tools: HearingTools;
  #live: LiveTranscript | undefined;

  constructor(tools: HearingTools) {
    this.#say = tools.say;
    this.#tools = tools;
  }

  interim(transcript: Transcript, from: HeardFrom = {}): void {
    this.#say({ event: 'interim', ...from, ...transcriptFields(transcript) });
    this.#live ??= this.#tools.openLive();
    this.#live?.interim(this.#tools.hide?.(transcript.text) ?? transcript.text);
  }

  final(segment: Segment, { input }: Pick<HeardFrom, 'input'> = {}): void {
    this.#say({ event: 'final', input, ...segmentFields(segment) });
    this.#live?.interim('');
    this.makeRoom();
  }

  speechStarted({ atMs }: { atMs?: number }, from: HeardFrom = {}): void {
    this.#say({ event: 'speechStarted', ...from, atMs });
  }

  utteranceEnd({ lastWordEndMs }: { lastWordEndMs?: number }, from: HeardFrom = {}): void {
    this.#say({ event: 'utteranceEnd', ...from, lastWordEndMs });
  }

  level(levelDb: number): void {
    this.#live ??= this.#tools.openLive();
    this.#live?.level(levelDb);
  }

  makeRoom(): void {
    this.#tools.makeRoom();
  }

  heard(report: ListenReport, extra: HeardExtra = {}): void {
    this.#say({ event: 'heard', ...report, ...extra }, (paint) => {
      const { name, figures } = heardSummary(report, extra);
      const text = figures.join(paint.dim(' · '));
      return name === undefined ? `${text}\n` : `${paint.bold(name)}  ${text}\n`;
    });
  }
  pooled(errors: WordErrors): void {
    this.#say({ event: 'pooled', wer: errors }, (paint) => `${paint.bold('together')}  ${errorRate(errors)}\n`);
  }
}
