import type { Matched, ServerStyle, SpeakRequest, Step } from '../speech/service.ts';
import type { SpeakEvent, SpeakSettings } from '../speech/speak.ts';
import type { Frame } from '../transport/transport.ts';

/** A connection that a client has opened, as its upgrade described it. The request and the credentials may hold a key. */
export interface OpenedConnection {
  /** The name of the dialect. */
  readonly dialect: string;
  /** The target as it was asked for, a path with its query, and the headers, their names in lower case. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly matched: Matched<SpeakSettings>;
  readonly style: ServerStyle;
}

/** Sees what crosses one connection of the server, and what its codec makes of it, in the order in which it happens. */
export interface ServerWatcher {
  /** What the codec says before anything has come. */
  opened(step: Step<SpeakRequest>): void;
  decoded(frame: Frame, step: Step<SpeakRequest>): void;
  encoded(event: SpeakEvent, step: Step<SpeakRequest>): void;
  closed(code: number, reason: string): void;
}
