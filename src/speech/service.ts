import type { AudioFormat, Encoding } from '../audio/format.ts';
import type { SpeechError } from '../errors.ts';
import type { CloseInfo, Frame, UpgradeRefusal, UpgradeRequest } from '../transport/transport.ts';
import type { Credentials } from './connect.ts';
import type { ListenCommand, ListenEvent, ListenRequest, ListenSettings } from './listen.ts';
import type { SpeakCommand, SpeakEvent, SpeakRequest, SpeakSettings, TurnSettings } from './speak.ts';

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

/** How a service behaves, as data that the session reads: what both directions have. */
export interface Traits {
  /** The service's own keep-alive message, sent while we send nothing else every so many ms, beside the WebSocket ping. */
  readonly keepAliveMs?: number;
  readonly encodings: readonly Encoding[];
  readonly sampleRatesHz: readonly number[];
  readonly defaults: {
    readonly baseUrl: string;
    readonly model: string;
    readonly format: AudioFormat;
    /** Where the dialect has several. */
    readonly route?: string;
  };
}

export interface SpeakTraits extends Traits {
  /** How an interruption is acknowledged: by a message, by an id on each frame, or not at all. */
  readonly interrupt: 'ack' | 'id' | 'swapSocket';
  /** The service cuts sentences itself and starts without a flush; then none is sent before the end. */
  readonly startsWithoutFlush: boolean;
  /** Several turns may share a connection at once. */
  readonly contexts: boolean;
  /** The session is dropped when no text comes so many ms after its first message. */
  readonly textWithinMs?: number;
  readonly limits: {
    /** The longest text in one message, in characters. */
    readonly textChars?: number;
    readonly flushesPerMinute?: number;
    readonly charsPerMinute?: number;
    /** The longest life of a connection; then the service closes it, whatever it is doing. */
    readonly sessionMs?: number;
  };
  /** A connection ends with its turn: after an `end` it takes no other. */
  readonly endsWithTurn?: boolean;
  readonly turnSettings: readonly (keyof TurnSettings)[];
  /** Dictionaries by name (`--pronunciation NAME`). */
  readonly namedPronunciation: boolean;
  readonly defaults: Traits['defaults'] & { readonly voice?: string };
}

export interface ListenTraits extends Traits {
  readonly limits?: {
    /** The longest that a connection may last, ms. */
    readonly sessionMs?: number;
    /** A connection on which neither audio nor a keep-alive comes for so long is closed, ms. */
    readonly idleMs?: number;
  };
  /** How fast recorded audio may be sent: as fast as it is taken, or so many times real time. */
  readonly pace: 'fast' | number;
  /**
   * The most audio that may be out without a result about it, ms: a peer that reads nothing swallows two minutes of it
   * before the socket shows that. Beyond this, audio goes out in real time.
   */
  readonly aheadMs: number;
  /** Times of single words, and speakers, come with the results. */
  readonly words: boolean;
  readonly diarize: boolean;
}

/** A server's no to an upgrade, before any session exists. */
export interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The no to a request that is wrong in itself. Its key is looked at first: who has none is told no more than that. */
export interface RefusedRequest extends Refusal {
  readonly credentials: Credentials;
  /** The same with the session's name in it, where the vendor tells it. */
  named?(sessionId: string): Refusal;
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
  ): Matched<Settings> | RefusedRequest | undefined;
  refused(refusal: UpgradeRefusal): SpeechError;
  /** A server's headers of the 101; `sessionId` is what the session's `ready` will say. None where it is missing. */
  accepted?(settings: Settings, sessionId: string): Readonly<Record<string, string>>;
  /** A server's no for a reason that is not the dialect's (the key, no room), in the vendor's own shape. */
  refuse?(status: number, message: string, sessionId: string): Refusal;
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

/** A limit of `traits.limits` that a client has passed, under which a server that is strict stops it. */
export type Limit = 'flushes' | 'chars' | 'text' | 'session' | 'idle';

/** How a server tells that. For `flushes` it is a warning, and `code` the vendor's word; else the connection is closed. */
export interface LimitWords {
  readonly code: number | string;
  readonly reason: string;
}

/** One dialect in one direction of speech. */
export interface Service<Command, Event, Request, Settings, Of extends Traits> {
  /** The dialect's. */
  readonly name: string;
  readonly traits: Of;
  readonly endpoint: Endpoint<Settings>;
  client(settings: Settings): Peer<Command, Event>;
  server(settings: Settings, style: ServerStyle): Peer<Event, Request>;
  /** The vendor's own words for a limit that is passed; undefined where it has none, or they are not known. */
  limitWords?(limit: Limit): LimitWords | undefined;
}

/** Speech out. The session supplies the names of turns; its server's side the names of sessions. */
export interface SpeakService extends Service<SpeakCommand, SpeakEvent, SpeakRequest, SpeakSettings, SpeakTraits> {
  readonly direction: 'speak';
}

/** Speech in. */
export interface ListenService
  extends Service<ListenCommand, ListenEvent, ListenRequest, ListenSettings, ListenTraits> {
  readonly direction: 'listen';
}
