/**
 * What one turn measured, in ms where a name ends so. The names are stable: `--json` prints them as they stand, and
 * docs/metrics.md defines each. A figure that does not exist (mp3 has no sample clock, say) is left out.
 */
export interface TurnReport {
  readonly turn: string;
  /** Why the turn ended: done, interrupted, failed. */
  readonly ended: string;
  readonly connectMs?: number;
  readonly dnsMs?: number;
  readonly tcpMs?: number;
  readonly tlsMs?: number;
  readonly upgradeMs?: number;
  readonly handshakeMs?: number;
  readonly ttfbMs?: number;
  readonly ttfbFlushMs?: number;
  readonly ttfbFirstTextMs?: number;
  readonly leadingSilenceMs?: number;
  readonly ttfaMs?: number;
  readonly ttfaSumMs?: number;
  readonly coldTtfaMs?: number;
  readonly audioMs?: number;
  /** From t0 to the last audio frame. */
  readonly processingMs?: number;
  readonly rtf?: number;
  readonly deliveryRate?: number;
  readonly gapMaxMs?: number;
  readonly gapP95Ms?: number;
  readonly bytes: number;
  readonly chunks: number;
  readonly chars: number;
  readonly connections: number;
  /** How often another connection took the place of one that was lost; left out where none was. */
  readonly reconnects?: number;
  readonly requestId?: string;
  /** The service says that it had this answer already. */
  readonly cached?: boolean;
  /** The time to its first audio by the service's own clock, where it tells one. */
  readonly vendorFirstAudioMs?: number;
  /** How long text and flushes waited for the service's rate limits; left out where they did not. */
  readonly waitedMs?: number;
}
