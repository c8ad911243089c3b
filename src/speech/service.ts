import type { AudioFormat, Encoding } from '../audio/format.ts';
import type { SpeechError } from '../errors.ts';
import type { CloseInfo, Frame, UpgradeRefusal, UpgradeRequest } from '../transport/transport.ts';
import type { Credentials, SpeakCommand, SpeakEvent, SpeakSettings, TurnSettings } from './speak.ts';

/** What a codec answers with: frames to send, events to report, both in order. Either may be empty. */
export interface Step<Out> {
  readonly frames: readonly Frame[];
  readonly events: readonly Out[];
}

/**
 * One end of one connection. Deterministic: no I/O, no clock, no randomness. `decode` never throws on what came
 * over the wire: it gives `unknown` or `malformed`.
 */
export interface Peer<In, Out> {
  opened(): Step<Out>;
  encode(input: In): Step<Out>;
  decode(frame: Frame): Step<Out>;
  closed(info: CloseInfo): Step<Out>;
}

/** How a service behaves, as data that the session reads. */
export interface SpeakTraits {
  /** How an interruption is acknowledged: by a message, by an id on each frame, or not at all. */
  readonly interrupt: 'ack' | 'id' | 'swapSocket';
  /** The service cuts sentences itself and starts without a flush; then none is sent before the end. */
  readonly startsWithoutFlush: boolean;
  /** Several turns may share a connection at once. */
  readonly contexts: boolean;
  /** The service's own keep-alive message, sent while idle every so many ms, beside the WebSocket ping. */
  readonly keepAliveMs?: number;
  /** The session is dropped when no text comes so many ms after its first message. */
  readonly textWithinMs?: number;
  readonly limits: {
    /** The longest text in one message, in characters. */
    readonly textChars?: number;
    readonly flushesPerMinute?: number;
    readonly charsPerMinute?: number;
  };
  readonly turnSettings: readonly (keyof TurnSettings)[];
  readonly encodings: readonly Encoding[];
  readonly sampleRatesHz: readonly number[];
  /** Dictionaries by name (`--pronunciation NAME`). */
  readonly namedPronunciation: boolean;
  readonly defaults: {
    readonly baseUrl: string;
    readonly model: string;
    readonly voice?: string;
    readonly format: AudioFormat;
  };
}

/** A server's no to an upgrade, before any session exists. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an upgrade asked for, read by the server: the settings in its URL and headers, and the key it came with. */
export interface Matched<Settings> {
  readonly settings: Settings;
  readonly credentials: Credentials;
  /** The subprotocol to answer with, where one was offered. */
  readonly subprotocol?: string;
}

export interface Endpoint<Settings> {
  build(settings: Settings, credentials: Credentials): UpgradeRequest;
  /** Undefined where the path is not this dialect's. Header names are in lower case. */
  match(
    url: URL,
    headers: Readonly<Record<string, string>>,
    subprotocols: readonly string[],
  ): Matched<Settings> | Refusal | undefined;
  refused(refusal: UpgradeRefusal): SpeechError;
}

/** Switches of a server that speaks a dialect: what different deployments of a vendor are known to do. */
export interface ServerStyle {
  readonly audio: 'binary' | 'json';
  readonly casing: 'slng' | 'deepgram';
  /** What a flush is answered with. `close` sends `flushed` and then closes with 1000 (rime/arcana). */
  readonly end: 'flushed' | 'audioEnd' | 'close';
  /** Whether `cancel` is known, as in the seeds, or answered with an error, as in the newest specification. */
  readonly cancel: 'known' | 'unknown';
}

/** One dialect, speech out. */
export interface SpeakService {
  readonly name: string;
  readonly traits: SpeakTraits;
  readonly endpoint: Endpoint<SpeakSettings>;
  client(settings: SpeakSettings): Peer<SpeakCommand, SpeakEvent>;
  /** `ids` supplies the names that the server's side needs (session ids). */
  server(settings: SpeakSettings, style: ServerStyle): Peer<SpeakEvent, SpeakRequest>;
}

/**
 * What a server's codec reads from a client: the neutral commands, the settings once they are known (SLNG sends
 * them in `init`, after the upgrade), and what it could not read.
 */
export type SpeakRequest =
  | { readonly type: 'configure'; readonly settings: SpeakSettings }
  | SpeakCommand
  | { readonly type: 'reject'; readonly fault: import('./speak.ts').ServiceFault };
