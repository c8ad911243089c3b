import type { TurnReport } from '../metrics/turn-report.ts';
import { connectFigure, counted, figure, milliseconds, ratio, seconds, sizesOf } from './figures.ts';
import { visible } from './visible.ts';

/** What a command knows of a turn beside its figures. All of it goes into the JSON object as it stands. */
export interface TurnExtra {
  /** Where the text came from. */
  readonly input?: string;
  /** Where the sound went. */
  readonly output?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly voice?: string;
  /** What was heard of an interrupted turn. */
  readonly heardMs?: number;
  readonly heardText?: string;
  readonly underruns?: number;
  readonly underrunMs?: number;
  readonly [name: string]: string | number | boolean | null | readonly string[] | undefined;
}

type Part = (report: TurnReport, extra: TurnExtra) => string | undefined;

/** The parts of the one line, in order; one whose figure does not exist is left out. */
const parts: readonly Part[] = [
  (report) => `${amount(report)}${report.processingMs === undefined ? '' : ` in ${seconds(report.processingMs)}`}`,
  ({ ended }) => (ended === 'done' ? undefined : ended),
  (_, { heardMs }) => figure('heard', heardMs, seconds),
  ({ ttfbMs }) => figure('ttfb', ttfbMs, milliseconds),
  ({ leadingSilenceMs }) => figure('silence', leadingSilenceMs, milliseconds),
  ({ ttfaMs }) => figure('ttfa', ttfaMs, milliseconds),
  ({ connectMs, handshakeMs }) => connectFigure(connectMs, handshakeMs),
  ({ rtf }) => figure('rtf', rtf, ratio),
  ({ gapMaxMs }) => figure('gaps up to', gapMaxMs, milliseconds),
  ({ connections }) => (connections > 1 ? `${connections} connections` : undefined),
  ({ reconnects }) => (reconnects ? counted(reconnects, 'reconnect') : undefined),
  (_, { underruns, underrunMs }) => {
    if (!underruns) return undefined;
    const lasting = underrunMs === undefined ? '' : ` (${milliseconds(underrunMs)})`;
    return `${counted(underruns, 'underrun')}${lasting}`;
  },
];

/** One turn in one line, as its name (of the file written, else of the text's source) and the figures. */
export function turnSummary(report: TurnReport, extra: TurnExtra): { name: string | undefined; figures: string[] } {
  const name = extra.output ?? extra.input;
  return {
    name: name === undefined ? undefined : visible(name),
    figures: parts.map((part) => part(report, extra)).filter((text) => text !== undefined),
  };
}

function amount({ audioMs, bytes }: TurnReport): string {
  return audioMs === undefined ? sizesOf(bytes) : `${seconds(audioMs)} of audio, ${sizesOf(bytes)},`;
}
