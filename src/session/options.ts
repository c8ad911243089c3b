import type { AudioChunk } from '../audio/format.ts';
import type { AudioSink } from '../audio/sink.ts';
import type { Clock } from '../clock.ts';
import type { SpeechError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Timeline } from '../metrics/timeline.ts';
import type { TurnInstants } from '../metrics/turn-meter.ts';
import type { Credentials } from '../speech/connect.ts';
import type { ListenCommand, ListenEvent, ListenSettings } from '../speech/listen.ts';
import type { Endpoint, Peer, SpeakService, Traits } from '../speech/service.ts';
import type { Boundary, Span } from '../speech/span.ts';
import type { SpeakCommand, SpeakEvent, SpeakSettings, TurnSettings, WordTime } from '../speech/speak.ts';
import type { CloseInfo, Connect, Frame, UpgradeRequest } from '../transport/transport.ts';
import type { Rates } from './rates.ts';
import type { ReconnectOptions } from './reconnects.ts';
import type { TurnResult } from './turn.ts';

export type ConnectionState = 'connecting' | 'handshaking' | 'ready' | 'draining' | 'closed';

/** All in ms. Every arrow of the state machine has one, and an error code (docs/session.md has the table). */
export interface SessionTimeouts {
  /** connecting and handshaking together, not what a connection warmed ahead waits between: E_CONNECT_TIMEOUT. */
  readonly connectMs: number;
  /** The longest wait for the service's next frame while something is owed: E_TIMEOUT. */
  readonly frameMs: number;
  /** A `finalize` that is not answered while nothing else comes: then the service is told that there is no more. */
  readonly finalMs: number;
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
  finalMs: 5_000,
  closeMs: 2_000,
  pingEveryMs: 30_000,
  pongMs: 10_000,
  interruptMs: 2_000,
};

export type AnySettings = SpeakSettings | ListenSettings;
export type AnyCommand = SpeakCommand | ListenCommand;
export type AnyEvent = SpeakEvent | ListenEvent;
/** What every direction has words for. */
export type CommonCommand = { readonly type: 'keepAlive' } | { readonly type: 'close' };

/** Sees what crosses a connection, as it crosses: the trace file is one, `--debug wire` another. */
export interface WireWatcher {
  /** A connection is being opened; what follows, up to `closed`, is its own. The request may hold a key. */
  opened(request: UpgradeRequest, settings: AnySettings): void;
  sent(frame: Frame, atMs: number): void;
  received(frame: Frame, atMs: number): void;
  command(command: AnyCommand): void;
  event(event: AnyEvent): void;
  closed(code: number, reason: string): void;
  /** One for another connection, which may be open beside this one's. Without it, one sees what crosses all of them. */
  another?(): WireWatcher;
}

/** As much of a service as a connection needs, in either direction of speech. */
export interface ClientService<Command, Event, Settings> {
  readonly traits: Traits;
  readonly endpoint: Pick<Endpoint<Settings>, 'build' | 'refused'>;
  client(settings: Settings): Peer<Command, Event>;
}

/** What a connection needs, in either direction of speech. */
export interface ConnectionOptions<Command, Event, Settings> {
  readonly service: ClientService<Command, Event, Settings>;
  readonly settings: Settings;
  readonly credentials: Credentials;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly log?: Log;
  readonly watcher?: WireWatcher;
  readonly timeouts?: Partial<SessionTimeouts>;
  /** Ends everything at once; what awaits rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Warnings of the service and of the session, once each, for a person. */
  readonly onWarning?: (warning: { code: string; message: string }) => void;
  /** Go on over another connection where one is lost; left out: a lost connection is an error. */
  readonly reconnect?: ReconnectOptions;
}

/** What a connection tells the session that made it. */
export interface ConnectionOwner<Event> {
  event(event: Event, atMs: number): void;
  /** Once, at the end: with an error where the connection failed, without where the peer closed it. */
  ended(info: CloseInfo, error: SpeechError | undefined): void;
}

export interface SessionOptions extends ConnectionOptions<SpeakCommand, SpeakEvent, SpeakSettings> {
  readonly service: SpeakService;
  /** The boundary at which the service is asked to flush, unless it needs none. */
  readonly flush?: Boundary;
  /** `off`: flushes and text do not wait for the service's limits a minute. Text is cut to what a message may hold all the same. */
  readonly limits?: 'on' | 'off';
  /** What was spent of the limits, where several sessions share it; left out, the session has its own. */
  readonly rates?: Rates;
  /** false: no connection is opened before it is needed. For what nobody interrupts, and nobody waits for. */
  readonly warmsAhead?: boolean;
}

/** What a turn gives, in the order in which it came. */
export type SpeakOutput =
  | { readonly type: 'audio'; readonly chunk: AudioChunk }
  | { readonly type: 'words'; readonly items: readonly WordTime[] }
  /** All that came before is whole, and is not taken back any more. Only with `takesBack`. */
  | { readonly type: 'checkpoint' }
  /** A connection was lost: what came since the last checkpoint, and words behind it, is void, and comes again. */
  | { readonly type: 'takeBack' };

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
  /**
   * Whoever takes the sound can take back what came since the last checkpoint. Without it, and for compressed audio,
   * a connection that is lost while a part has sounded that nothing acknowledged is the end of the turn.
   */
  readonly takesBack?: boolean;
  /** Takes the sound as it comes, in the socket's own handler, instead of the iteration: for who measures. */
  readonly take?: (chunk: AudioChunk, atMs: number) => void;
  /** Sound of the turn, in bytes, comes after it was interrupted, on whichever connection. For who measures. */
  readonly late?: (byteCount: number, atMs: number) => void;
}

/** Of a connection that is ready. */
export interface ReadyFacts {
  readonly timeline: Timeline;
  readonly requestId: string | undefined;
  readonly sessionId: string | undefined;
  /** The other end, as `host:port`. */
  readonly address: string | undefined;
  /** Protocol and cipher, where there is any. */
  readonly tls: string | undefined;
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
  /** As far as they have come about. */
  readonly instants: TurnInstants;
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
  /** Resolves when the connection is ready, opened where there is none; rejects with what ended it before. */
  ready(): Promise<ReadyFacts>;
  /** The round trip of a ping on the open connection, ms; undefined where there is none. */
  ping(): Promise<number | undefined>;
  speak(spans: AsyncIterable<Span> | Iterable<Span>, options?: TurnOptions): SpeakTurn;
  /** Interrupts what is being said, says goodbye and waits for the socket to be gone. */
  close(): Promise<void>;
}
