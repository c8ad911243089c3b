import type { SpeechError } from '../errors.ts';
import type { ListenReport } from '../metrics/listen-report.ts';
import type { ListenCommand, ListenEvent, ListenSettings, Segment, Transcript } from '../speech/listen.ts';
import type { ListenService } from '../speech/service.ts';
import type { ConnectionOptions } from './options.ts';

/** How fast audio goes out: as it comes (a microphone), as fast as it is taken, or so many times real time. */
export type Pace = 'live' | 'fast' | number;

export interface ListenOptions extends ConnectionOptions<ListenCommand, ListenEvent, ListenSettings> {
  readonly service: ListenService;
  /** By the service's trait where it is left out. */
  readonly pace?: Pace;
  readonly onProgress?: (progress: HearProgress) => void;
  readonly tap?: HearTap;
}

/** For who measures: the audio as it goes out, and what comes, in the socket's own handler. Times are clock ms. */
export interface HearTap {
  sent(bytes: Uint8Array, atMs: number): void;
  result(event: ListenEvent, atMs: number): void;
}

export interface HearProgress {
  /** Audio that was sent, ms. */
  readonly sentMs: number;
  /** Up to where results have come, ms of the audio; 0 where the service tells no places. */
  readonly throughMs: number;
}

/** What is heard, in the order in which it came. Finals without a word in them are left out. */
export type ListenOutput =
  | ({ readonly type: 'interim' } & Transcript)
  | ({ readonly type: 'final' } & Segment)
  | { readonly type: 'speechStarted'; readonly atMs?: number }
  | { readonly type: 'utteranceEnd'; readonly lastWordEndMs?: number };

export interface ListenResult {
  /** `interrupted`: whoever read it left its loop. */
  readonly why: 'done' | 'interrupted' | 'failed';
  readonly report: ListenReport;
  readonly error?: SpeechError;
  /** The other end of the first connection, as `host:port`, and its encryption; undefined where it never opened. */
  readonly address: string | undefined;
  readonly tls: string | undefined;
}

/**
 * One stream of audio being transcribed. Iterate it for what is heard; it fails with the error that ended it. To leave
 * the loop early ends all at once, the connection too; what waits to be read is gone.
 */
export interface Hearing extends AsyncIterable<ListenOutput> {
  readonly progress: HearProgress;
  /** Resolves when the last result has come and the connection is gone; never rejects. */
  readonly result: Promise<ListenResult>;
  /** Asks for the final of all that was sent so far. The stream goes on. */
  finalize(): void;
  /** Takes no more audio: what was sent is still transcribed, then all ends well. */
  finish(): void;
}
