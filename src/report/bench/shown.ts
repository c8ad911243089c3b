import type { BenchKind } from '../../bench/document.ts';
import { type FigureName, figures } from '../../metrics/figures.ts';

/** The figures that a table shows, in its order; those that no series has are left out of it. */
export const shownFigures: Readonly<Record<BenchKind, readonly FigureName[]>> = {
  tts: [
    ...(['connectMs', 'handshakeMs', 'rttMs', 'ttfbMs', 'ttfbFirstTextMs'] as const),
    ...(['leadingSilenceMs', 'ttfaMs', 'ttfaSumMs', 'coldTtfaMs'] as const),
    ...([
      'ttfbFromIntendedMs',
      'ttfaFromIntendedMs',
      'lateMs',
      'gapP95Ms',
      'gapMaxMs',
      'underruns',
      'underrunsAt100',
      'underrunsAt200',
      'minPreRollMs',
    ] as const),
    ...(['bargeInMs', 'bargeInTtfaMs', 'vendorFirstAudioMs', 'rtf', 'deliveryRate', 'audioMs', 'bytes'] as const),
  ],
  stt: [
    ...(['connectMs', 'handshakeMs', 'rttMs', 'ttfiMs', 'wordLatencyMs', 'ttfsMs', 'eotMs', 'finalizeMs'] as const),
    ...(['lateMs', 'pauses', 'falseCutoffs', 'revisions', 'wer', 'rtf', 'audioMs'] as const),
  ],
  roundtrip: [
    ...(['connectMs', 'handshakeMs', 'coldTtfaMs', 'roundTripMs', 'ttfiMs', 'wordLatencyMs', 'ttfsMs'] as const),
    ...(['eotMs', 'ttfbMs', 'ttfaMs', 'lateMs', 'revisions', 'wer', 'audioMs'] as const),
  ],
};

/** The figure that a reader looks for first. */
export const leadFigures: Readonly<Record<BenchKind, readonly FigureName[]>> = {
  tts: ['ttfaMs', 'ttfbMs', 'connectMs'],
  stt: ['ttfsMs', 'finalizeMs', 'eotMs', 'wordLatencyMs', 'ttfiMs'],
  roundtrip: ['roundTripMs', 'ttfaMs'],
};

/** Short names, as people say them beside the label. */
export function shortName(name: FigureName): string {
  return name.replace(/Ms$/, '');
}

/** What stands behind a label: the unit, and for a ratio which way is good. `ms`, `lower is faster`. */
export function unitText(name: FigureName): string {
  const { unit } = figures[name];
  if (name === 'rtf') return 'ratio, lower is faster';
  if (name === 'deliveryRate') return 'ratio, higher is faster';
  if (isShare(name)) return '%';
  return unit === 'ratio' ? 'ratio' : unit;
}

/** The unit in a narrow column; a bare number has none. */
export function shortUnit(name: FigureName): string {
  if (name === 'deliveryRate') return 's/s';
  if (isShare(name)) return '%';
  const { unit } = figures[name];
  return unit === 'ms' || unit === 'bytes' ? unit : '';
}

/** Shares of a whole are read as percents. */
function isShare(name: FigureName): boolean {
  return name === 'wer';
}

/** A value for a person, without its unit. No value becomes a dash. */
export function valueText(name: FigureName, value: number | undefined): string {
  if (value === undefined) return '–';
  if (isShare(name)) return `${decimals(value * 100, 1)}`;
  const { unit } = figures[name];
  if (value === 0) return '0';
  if (unit === 'ms') return decimals(value, Math.abs(value) < 9.95 ? 1 : 0);
  if (unit === 'ratio') return Math.abs(value) < 0.995 ? decimals(value, 3) : decimals(value, 2);
  return decimals(value, unit === 'bytes' || Number.isInteger(value) ? 0 : 2);
}

/** `214 ms`, `3.1 %`, `0.082`, `3`. */
export function valueWithUnit(name: FigureName, value: number): string {
  return `${valueText(name, value)} ${shortUnit(name)}`.trimEnd();
}

/** `-0.0` is 0. */
function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}
