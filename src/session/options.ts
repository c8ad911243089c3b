import type { AudioChunk } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { SpeakService } from '../speech/service.ts';
import type { Boundary, Span } from '../speech/span.ts';
import type { Credentials, SpeakCommand, SpeakEvent, SpeakSettings, TurnSettings, WordTime } from '../speech/speak.ts';
import type { Connect, Frame, UpgradeRequest } from '../transport/transport.ts';
import type { TurnResult } from './turn.ts';

export type ConnectionState = 'connecting' | 'handshaking' | 'ready' | 'draining' | 'closed';

/** All in ms. Every arrow of the state machine has one, and an error code (docs/session.md has the table). */
export interface SessionTimeouts {
  /** connecting and handshaking together, not what a connection warmed ahead waits between: E_CONNECT_TIMEOUT. */
  readonly connectMs: number;
  /** The longest wait for the service's next frame while something is owed: E_TIMEOUT. */
  readonly frameMs: number;
  /** draining → closed; then the socket is dropped. */
  readonly closeMs: number;
  /** A ping is sent when nothing came for so long and nothing is owed (the seed's 30 s). */
  readonly pingEveryMs: number;
  /** A ping unanswered for so long: E_PEER_SILENT. */
  readonly pongMs: number;
  /** An interruption unacknowledged for so long: the connection is replaced. */
  readonly interruptMs: number;
}

export const defaultTimeouts: SessionTimeouts = {
  connectMs: 10_000,
  frameMs: 30_000,
  closeMs: 2_000,
  pingEveryMs: 30_000,
  pongMs: 10_000,
  interruptMs: 2_000,
};

/** Sees what crosses a connection, as it crosses: the trace file is one, `--debug wire` another. */
export interface WireWatcher {
  /** A connection is being opened; what follows, up to `closed`, is its own. The request may hold a key. */
  opened(request: UpgradeRequest, settings: SpeakSettings): void;
  sent(frame: Frame, atMs: number): void;
  received(frame: Frame, atMs: number): void;
  command(command: SpeakCommand): void;
  event(event: SpeakEvent): void;
  closed(code: number, reason: string): void;
}

export interface SessionOptions {
  readonly service: SpeakService;
  readonly settings: SpeakSettings;
  readonly credentials: Credentials;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly log?: Log;
  readonly watcher?: WireWatcher;
  readonly timeouts?: Partial<SessionTimeouts>;
  /** Ends everything at once; what awaits rejects with its reason. */
  readonly signal?: AbortSignal;
  /** The boundary at which the service is asked to flush, unless it needs none. */
  readonly flush?: Boundary;
  /** Warnings of the service and of the session, once each, for a person. */
  readonly onWarning?: (warning: { code: string; message: string }) => void;
}

/** What a turn gives, in the order in which it came. */
export type SpeakOutput =
  | { readonly type: 'audio'; readonly chunk: AudioChunk }
  | { readonly type: 'words'; readonly items: readonly WordTime[] };

export interface TurnOptions {
  /** Unique in the session; late frames of an interrupted turn are known by it. By default `turn-1`, `turn-2` … */
  readonly id?: string;
  readonly settings?: TurnSettings;
  /**
   * What plays the turn: stopped first on an interruption, and asked what was heard. One that plays turn after turn
   * must have played the last one when the next begins, or `heardMs` counts that in.
   */
  readonly sink?: Pick<AudioSink, 'abort' | 'position'>;
  readonly onProgress?: (progress: TurnProgress) => void;
}

export interface TurnProgress {
  /** Characters of the turn's source text whose sound is complete. */
  readonly throughChar: number;
  /** Characters of it that were sent. */
  readonly sentChar: number;
  /** Spans of those that end a sentence. */
  readonly sentences: number;
  readonly audioMs: number | undefined;
}

/** What a listener had heard when a turn was interrupted. */
export interface Heard {
  readonly heardMs: number;
  /**
   * The spoken text up to there, cut at a word: by word times where the service sends them, else by proportion between
   * checkpoints. Of a very long turn only the last two minutes or so, which is what is remembered.
   */
  readonly heardText: string;
}

/** One thing being said. Iterate it for its sound; it fails with the error that ended the turn. */
export interface SpeakTurn extends AsyncIterable<SpeakOutput> {
  readonly id: string;
  readonly progress: TurnProgress;
  /** Resolves when the service has said all and all has come, or the turn ended before; never rejects. */
  readonly result: Promise<TurnResult>;
  /**
   * Asks the service to speak what it was sent so far, without waiting for the next boundary. Text that still waits in
   * the source of the spans (a sentence that has not ended) was not sent.
   */
  flush(): void;
  /** Takes no more text; what was sent is still spoken. */
  end(): void;
  /** Stops at once: first what plays here, then the service. Answers what was heard. */
  interrupt(): Heard;
}

/** A session of speech out: turns one after another, over as many connections as that takes. */
export interface SpeakSession {
  /** Of the connection in use; idle where there is none. */
  readonly state: ConnectionState | 'idle';
  /** Opens the connection ahead of the first text. */
  warm(): void;
  speak(spans: AsyncIterable<Span> | Iterable<Span>, options?: TurnOptions): SpeakTurn;
  /** Interrupts what is being said, says goodbye and waits for the socket to be gone. */
  close(): Promise<void>;
}
