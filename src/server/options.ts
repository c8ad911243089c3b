import type { Clock } from '../clock.ts';
import type { Synthesizer } from '../engine/engine.ts';
import type { Recogniser } from '../engine/recogniser.ts';
import type { Log } from '../log.ts';
import type { ListenService, ServerStyle, SpeakService } from '../speech/service.ts';
import type { ServerLimits } from './bounds.ts';
import type { FaultInjector } from './faults/injector.ts';
import type { OpenedConnection, ServerWatcher } from './watcher.ts';

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
  /** Pages and names that are let in beside the server's own (strangers.ts). */
  readonly origins?: readonly string[];
  readonly hosts?: readonly string[];
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
  /** What goes wrong because it was asked for. */
  readonly faults?: FaultInjector;
  readonly log?: Log;
  /** Gives each connection one that sees all of it. Without, nobody looks, and it costs nothing. */
  readonly watch?: (connection: OpenedConnection) => ServerWatcher;
}

/** Counts since the server was started, but for `sessions`, `listeners` and `encoders`, which are now. */
export interface ServerStats {
  readonly sessions: number;
  /** Sessions that are being listened to; `limits.listeners` is their bound. */
  readonly listeners: number;
  /** Sessions whose sound an encoder makes; `limits.encoders` is their bound. */
  readonly encoders: number;
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
