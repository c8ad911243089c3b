/** What a figure is counted in. A ratio has no unit. */
export type Unit = 'ms' | 'ratio' | 'count' | 'bytes';

export interface Figure {
  /** For a table's head and a plot's axis, without the unit. */
  readonly label: string;
  readonly unit: Unit;
  /** Which way is good; undefined for what is neither. */
  readonly better?: 'lower' | 'higher';
}

/**
 * Every figure that one measured run can have, by the name under which `--json`, CSV and `runs` carry it. What each
 * means is in docs/metrics.md. The order is that of tables.
 */
export const figures = {
  connectMs: { label: 'connect', unit: 'ms', better: 'lower' },
  dnsMs: { label: 'DNS', unit: 'ms', better: 'lower' },
  tcpMs: { label: 'TCP', unit: 'ms', better: 'lower' },
  tlsMs: { label: 'TLS', unit: 'ms', better: 'lower' },
  upgradeMs: { label: 'upgrade', unit: 'ms', better: 'lower' },
  handshakeMs: { label: 'handshake', unit: 'ms', better: 'lower' },
  rttMs: { label: 'round trip of a ping', unit: 'ms', better: 'lower' },
  ttfbMs: { label: 'time to first byte', unit: 'ms', better: 'lower' },
  ttfbFlushMs: { label: 'first byte after the flush', unit: 'ms', better: 'lower' },
  ttfbFirstTextMs: { label: 'first byte after the first text', unit: 'ms', better: 'lower' },
  leadingSilenceMs: { label: 'leading silence', unit: 'ms', better: 'lower' },
  leadingSilencePeakMs: { label: 'leading silence, relative to the peak', unit: 'ms', better: 'lower' },
  ttfaMs: { label: 'time to first audio', unit: 'ms', better: 'lower' },
  ttfaSumMs: { label: 'first byte + leading silence', unit: 'ms', better: 'lower' },
  coldTtfaMs: { label: 'first audio, cold', unit: 'ms', better: 'lower' },
  lateMs: { label: 'late against the intended start', unit: 'ms', better: 'lower' },
  ttfbFromIntendedMs: { label: 'first byte after the intended start', unit: 'ms', better: 'lower' },
  ttfaFromIntendedMs: { label: 'first audio after the intended start', unit: 'ms', better: 'lower' },
  gapP95Ms: { label: 'gap between frames, p95', unit: 'ms', better: 'lower' },
  gapMaxMs: { label: 'longest gap', unit: 'ms', better: 'lower' },
  underruns: { label: 'underruns', unit: 'count', better: 'lower' },
  underrunMs: { label: 'underrun', unit: 'ms', better: 'lower' },
  underrunsAt100: { label: 'underruns at 100 ms of pre-roll', unit: 'count', better: 'lower' },
  underrunAt100Ms: { label: 'underrun at 100 ms of pre-roll', unit: 'ms', better: 'lower' },
  underrunsAt200: { label: 'underruns at 200 ms of pre-roll', unit: 'count', better: 'lower' },
  underrunAt200Ms: { label: 'underrun at 200 ms of pre-roll', unit: 'ms', better: 'lower' },
  minPreRollMs: { label: 'least pre-roll', unit: 'ms', better: 'lower' },
  bargeInMs: { label: 'barge-in', unit: 'ms', better: 'lower' },
  bargeInTtfaMs: { label: 'first audio after a barge-in', unit: 'ms', better: 'lower' },
  ttfiMs: { label: 'time to first interim', unit: 'ms', better: 'lower' },
  wordLatencyMs: { label: 'word latency', unit: 'ms', better: 'lower' },
  ttfsMs: { label: 'end of speech → final', unit: 'ms', better: 'lower' },
  eotMs: { label: 'end of speech → end of turn', unit: 'ms', better: 'lower' },
  finalizeMs: { label: 'finalize → final', unit: 'ms', better: 'lower' },
  falseCutoffs: { label: 'false cut-offs', unit: 'count', better: 'lower' },
  pauses: { label: 'labelled pauses', unit: 'count' },
  revisions: { label: 'revisions a word', unit: 'ratio', better: 'lower' },
  wer: { label: 'word error rate', unit: 'ratio', better: 'lower' },
  roundTripMs: { label: 'end of speech in → first audio out', unit: 'ms', better: 'lower' },
  vendorFirstAudioMs: { label: "first audio by the vendor's own clock", unit: 'ms', better: 'lower' },
  rtf: { label: 'processing ÷ audio', unit: 'ratio', better: 'lower' },
  deliveryRate: { label: 'audio seconds a second', unit: 'ratio', better: 'higher' },
  audioMs: { label: 'audio', unit: 'ms' },
  processingMs: { label: 'processing', unit: 'ms', better: 'lower' },
  waitedMs: { label: 'waited for rate limits', unit: 'ms' },
  bytes: { label: 'bytes', unit: 'bytes' },
  chunks: { label: 'frames', unit: 'count' },
  chars: { label: 'characters', unit: 'count' },
  words: { label: 'words', unit: 'count' },
  referenceWords: { label: 'words of the reference', unit: 'count' },
  wordErrors: { label: 'word errors', unit: 'count', better: 'lower' },
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof figures;

/** The figures of one run. One that does not exist is left out, never 0. */
export type Figures = { readonly [Name in FigureName]?: number };

export const figureNames = Object.keys(figures).filter(isFigureName);

export function isFigureName(name: string): name is FigureName {
  return Object.hasOwn(figures, name);
}
