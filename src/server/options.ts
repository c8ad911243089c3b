import type { Clock } from '../clock.ts';
import type { Synthesizer } from '../engine/engine.ts';
import type { Recogniser } from '../engine/recogniser.ts';
import type { Log } from '../log.ts';
import type { ListenService, ServerStyle, SpeakService } from '../speech/service.ts';
import type { OpenedConnection, ServerWatcher } from './watcher.ts';

/** Everything that a stranger could make grow, with its bound. None of these is a vendor's figure. */
export interface ServerLimits {
  /** WebSocket sessions at once; one more is answered with 503. */
  readonly sessions: number;
  /**
   * Connections that are being listened to at once: a decoder of the local recogniser takes 96 MB. One more is told so
   * when it gives its settings (`rate_limit`), and closed with 1013.
   */
  readonly listeners: number;
  /** The largest WebSocket message, bytes; a larger one closes the connection with 1009. */
  readonly messageBytes: number;
  /** The largest body of an HTTP request, bytes; a larger one is answered with 413. */
  readonly bodyBytes: number;
  /** Pronunciation dictionaries that are kept. */
  readonly dictionaries: number;
  /**
   * Text of one connection that waits to be spoken, UTF-16 units. Above this nothing more is read from it until half
   * is spoken: a book can be sent at once, and is held by the network, not here.
   */
  readonly waitingChars: number;
  /** Audio that was sent and not yet taken by the network, bytes; above this synthesis waits. */
  readonly unsentBytes: number;
  /**
   * Answers that are no audio (errors, acknowledgements, pongs) and were not yet taken by the network, messages. With
   * more, nothing further is read from the client.
   */
  readonly unreadReplies: number;
  /** A client that has taken nothing for so long while audio waits for it is disconnected. */
  readonly stalledMs: number;
  /** A connection without a message or ping for so long is closed, unless it is being spoken to. */
  readonly idleMs: number;
  /** Messages in a row that cannot be accepted (audio before the settings is one); then the connection is closed with 1008. */
  readonly badMessages: number;
  /** The longest that the headers of a request may take; a whole request may take three times that. */
  readonly handshakeMs: number;
  /** How long a closing handshake may take before the socket is dropped. */
  readonly closeMs: number;
}

export const defaultLimits: ServerLimits = {
  sessions: 256,
  listeners: 8,
  messageBytes: 1024 * 1024,
  bodyBytes: 1024 * 1024,
  dictionaries: 100,
  waitingChars: 128 * 1024,
  unsentBytes: 256 * 1024,
  unreadReplies: 1000,
  stalledMs: 60_000,
  idleMs: 15 * 60_000,
  badMessages: 50,
  handshakeMs: 10_000,
  closeMs: 2_000,
};

/** What `vox serve` does without switches: SLNG's lowercase messages, binary audio, one `flushed` a flush. */
export const defaultStyle: ServerStyle = { audio: 'binary', casing: 'slng', end: 'flushed', cancel: 'known' };

export type ServedService = SpeakService | ListenService;

export interface ServerOptions {
  /** 127.0.0.1 by default. Any other than a loopback address wants a key. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What clients must show. Without one every key is accepted, and none. */
  readonly key?: string;
  /** The dialects that are spoken; the first whose `endpoint.match` knows a path gets the connection. */
  readonly services: readonly ServedService[];
  /**
   * What speaks and what listens. Upgrades to the direction that is not there are answered with 501. Both stay the
   * caller's: they are not closed with the server.
   */
  readonly engine?: Synthesizer;
  readonly recogniser?: Recogniser;
  readonly clock: Clock;
  /** Names for sessions and dictionaries; each call gives a new one. */
  readonly ids: () => string;
  /** The time of day, for `created_at`. */
  readonly today: () => Date;
  readonly version?: string;
  readonly style?: Partial<ServerStyle>;
  readonly limits?: Partial<ServerLimits>;
  /** Hold clients to the limits in the traits of the services, as the vendors do. They are not by default. */
  readonly strictLimits?: boolean;
  readonly log?: Log;
  /** Gives each connection one that sees all of it. Without, nobody looks, and it costs nothing. */
  readonly watch?: (connection: OpenedConnection) => ServerWatcher;
}

/** Counts since the server was started, but for `sessions` and `listeners`, which are now. */
export interface ServerStats {
  readonly sessions: number;
  /** Sessions that are being listened to; `limits.listeners` is their bound. */
  readonly listeners: number;
  readonly sessionsTotal: number;
  /** Upgrades that were answered with something else than 101. */
  readonly refused: number;
  /** Flushes that clients asked for. */
  readonly turns: number;
  readonly interruptions: number;
  /** Final results with words in them that clients were sent. */
  readonly utterances: number;
  /** Error messages that clients were sent. */
  readonly faults: number;
}

export type Counters = { -readonly [Name in keyof ServerStats]: number };

export interface RunningServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `ws://127.0.0.1:PORT` */
  readonly wsUrl: string;
  readonly port: number;
  stats(): ServerStats;
  /**
   * Takes no more connections, closes the open ones with 1001, stops their work, and resolves when every socket is
   * gone, at the latest after `limits.closeMs`. Safe to call twice.
   */
  close(): Promise<void>;
}
