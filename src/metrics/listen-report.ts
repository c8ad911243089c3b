/**
 * What one session of speech in measured, in ms where a name ends so. The names are stable: `--json` prints them as
 * they stand, and docs/metrics.md defines each. A figure that does not exist is left out.
 */
export interface ListenReport {
  /** Why the session ended: done, interrupted, failed. */
  readonly ended: string;
  readonly connectMs?: number;
  readonly dnsMs?: number;
  readonly tcpMs?: number;
  readonly tlsMs?: number;
  readonly upgradeMs?: number;
  readonly handshakeMs?: number;
  /** Of the audio that was sent. */
  readonly audioMs: number;
  /** From the first audio sent to the last result. */
  readonly processingMs?: number;
  /** Finals with words in them. */
  readonly segments: number;
  readonly words: number;
  readonly ttfiMs?: number;
  readonly wordLatencyMs?: number;
  readonly ttfsMs?: number;
  readonly eotMs?: number;
  readonly finalizeMs?: number;
  readonly rttMs?: number;
  readonly rtf?: number;
  readonly revisions?: number;
  /** How often another connection took the place of one that was lost; left out where none was. */
  readonly reconnects?: number;
  /** Of the audio, and the frames that carried it. */
  readonly bytes: number;
  readonly chunks: number;
  readonly requestId?: string;
}
