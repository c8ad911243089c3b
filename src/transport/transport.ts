import type { SpeechError } from '../errors.ts';

/** What a WebSocket carries: a message of text, or bytes. */
export type Frame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array };

export interface CloseInfo {
  /** The WebSocket close code; 1006 when the connection broke without one. */
  readonly code: number;
  readonly reason: string;
  /** What broke it, where something did. */
  readonly error?: SpeechError;
}

/** Called in the socket's own data handler, with the clock's time at which the frame came, before it is parsed. */
export interface FrameHandler {
  frame(frame: Frame, atMs: number): void;
  closed(info: CloseInfo): void;
}

/**
 * One open connection. Frames are pushed, not pulled: an async iterator a frame costs more than the frame
 * (measured, docs/metrics.md). A receiver that cannot keep up calls `pause`; the socket then stops reading.
 */
export interface Transport {
  /** Frames that came before the handler are kept and given to it at once. */
  receive(handler: FrameHandler): void;
  send(frame: Frame): void;
  /** Bytes accepted by `send` that the network has not taken. */
  readonly bufferedBytes: number;
  /** Resolves when `bufferedBytes` is low again, or the connection has closed. */
  drained(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Sends a ping and resolves with the round trip in ms when its pong comes; never, if it does not come. */
  ping(): Promise<number>;
  /** Closes with a WebSocket close handshake, bounded in time. */
  close(code?: number, reason?: string): void;
  /** Drops the connection at once. */
  terminate(): void;
  readonly closed: Promise<CloseInfo>;
}

/** Marks of one connection attempt, clock ms. Undefined where a step did not happen (no TLS on ws://). */
export interface ConnectTimes {
  readonly startMs: number;
  readonly dnsMs?: number;
  readonly tcpMs?: number;
  readonly tlsMs?: number;
  readonly openMs: number;
}

export interface UpgradeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly subprotocols: readonly string[];
}

/** A server's answer to an upgrade that is not 101. Header names are in lower case. */
export interface UpgradeRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Opened {
  readonly transport: Transport;
  readonly times: ConnectTimes;
  /** Headers of the 101, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The other end: `127.0.0.1:8080`, `[::1]:8080`. */
  readonly address?: string;
  /** Protocol and cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`. */
  readonly tls?: string;
}

/** How a connection is opened. */
export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Makes the error of an answer that is not 101. */
  readonly refused: (refusal: UpgradeRefusal) => SpeechError;
  /** Told at once the name of the proxy that it goes through, if one is in the way: it may be what never answers. */
  readonly proxied?: (proxy: string) => void;
}

/** Opens a connection. Rejects with a SpeechError. */
export type Connect = (request: UpgradeRequest, options: ConnectOptions) => Promise<Opened>;
