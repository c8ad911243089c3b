import type { ListenEvent, ListenRequest, ListenSettings } from '../speech/listen.ts';
import type { Matched, ServerStyle, Step } from '../speech/service.ts';
import type { SpeakEvent, SpeakRequest, SpeakSettings } from '../speech/speak.ts';
import type { Frame } from '../transport/transport.ts';

interface Opened<Direction extends 'speak' | 'listen', Settings> {
  readonly direction: Direction;
  /** The name of the dialect. */
  readonly dialect: string;
  /** The target as it was asked for, a path with its query, and the headers, their names in lower case. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly matched: Matched<Settings>;
  readonly style: ServerStyle;
}

/** A connection that a client has opened, as its upgrade described it. The request and the credentials may hold a key. */
export type OpenedConnection = Opened<'speak', SpeakSettings> | Opened<'listen', ListenSettings>;

/** Sees what crosses one connection, and what its codec makes of it, in the order in which it happens. */
export interface ConnectionWatcher<Event, Request> {
  /** What the codec says before anything has come. */
  opened(step: Step<Request>): void;
  decoded(frame: Frame, step: Step<Request>): void;
  encoded(event: Event, step: Step<Request>): void;
  closed(code: number, reason: string): void;
}

/** One of any connection of the server, whichever way speech goes there. */
export type ServerWatcher = ConnectionWatcher<SpeakEvent | ListenEvent, SpeakRequest | ListenRequest>;
