import type { ListenReport } from '../metrics/listen-report.ts';
import type { WordErrors } from '../metrics/wer.ts';
import { connectFigure, counted, figure, milliseconds, ratio, seconds } from './figures.ts';
import { visible } from './visible.ts';

/** What a command knows of a session of speech in beside its figures. All of it goes into the JSON object. */
export interface HeardExtra {
  /** Where the audio came from. */
  readonly input?: string;
  /** Of a recording whose channels were sent apart, from 0. */
  readonly channel?: number;
  /** The files that were written. */
  readonly outputs?: readonly string[];
  readonly provider?: string;
  readonly model?: string;
  /** The recorder's block: so long may audio have waited in it before it could be sent. In no latency. */
  readonly blockMs?: number;
  /** Against a reference. */
  readonly wer?: WordErrors;
  readonly [name: string]: string | number | boolean | null | readonly string[] | WordErrors | undefined;
}

type Part = (report: ListenReport, extra: HeardExtra) => string | undefined;

/** The parts of the one line, in order; one whose figure does not exist is left out. */
const parts: readonly Part[] = [
  ({ audioMs, processingMs }) =>
    `${seconds(audioMs)} of audio${processingMs === undefined ? '' : ` in ${seconds(processingMs)}`}`,
  ({ ended }) => (ended === 'done' ? undefined : ended),
  ({ words }) => counted(words, 'word'),
  (_, { wer }) => wer && errorRate(wer),
  ({ ttfiMs }) => figure('ttfi', ttfiMs, milliseconds),
  ({ wordLatencyMs }) => figure('word', wordLatencyMs, milliseconds),
  ({ ttfsMs }) => figure('ttfs', ttfsMs, milliseconds),
  ({ eotMs }) => figure('eot', eotMs, milliseconds),
  ({ finalizeMs }) => figure('finalize', finalizeMs, milliseconds),
  ({ rttMs }) => figure('rtt', rttMs, milliseconds),
  (_, { blockMs }) => figure('recorder blocks', blockMs, milliseconds),
  ({ connectMs, handshakeMs }) => connectFigure(connectMs, handshakeMs),
  ({ rtf }) => figure('rtf', rtf, ratio),
  ({ reconnects }) => (reconnects ? counted(reconnects, 'reconnect') : undefined),
];

/** One session in one line, as its name (of the audio's source) and the figures. */
export function heardSummary(report: ListenReport, extra: HeardExtra): { name: string | undefined; figures: string[] } {
  return {
    name: nameOf(extra),
    figures: parts.map((part) => part(report, extra)).filter((text) => text !== undefined),
  };
}

function nameOf({ input, channel }: HeardExtra): string | undefined {
  if (input === undefined) return undefined;
  return channel === undefined ? visible(input) : `${visible(input)} (channel ${channel + 1})`;
}

/** `wer 4.5 % (1 sub, 0 del, 1 ins of 44 words, voxwire-en 1)`. */
export function errorRate(errors: WordErrors): string {
  const { substitutions, deletions, insertions, words, wer, normaliser, normaliserVersion } = errors;
  const rate = wer === undefined ? 'wer unknown' : `wer ${(wer * 100).toFixed(1)} %`;
  const kinds = `${substitutions} sub, ${deletions} del, ${insertions} ins`;
  return `${rate} (${kinds} of ${counted(words, 'word')}, ${normaliser} ${normaliserVersion})`;
}
