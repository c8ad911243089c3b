import type { ErrorCode } from '../errors.ts';

/** Where and how to connect: what both directions of speech have in common, neutral of any vendor. */
export interface ConnectSettings {
  /** Scheme, host, an optional prefix; the dialect adds its path. */
  readonly baseUrl: string;
  readonly model?: string;
  readonly language?: string;
  /** Vendor's own words, passed through untouched (`--param`). */
  readonly params?: Readonly<Record<string, string>>;
  /** The dialect's own choice of route, `bridge` or `direct` for SLNG. */
  readonly route?: string;
  readonly region?: string;
  readonly worldPart?: string;
  /** Extra headers of the upgrade (`-H`). */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly key?: string;
  /** How the key travels: in the Authorization header (default), in the query, or as a WebSocket subprotocol. */
  readonly via?: 'header' | 'query' | 'subprotocol';
}

/** A failure as a service told it, already mapped to our table by the dialect. */
export interface ServiceFault {
  readonly code: ErrorCode;
  readonly message: string;
  /** What to do about it, where the dialect knows better than our table. */
  readonly todo?: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/**
 * A server's codec has read what its protocol answers with a close: the connection ends with this code and reason,
 * after the frames that came with it.
 */
export interface HangUp {
  readonly type: 'hangUp';
  readonly code: number;
  readonly reason: string;
}

/** What a service says that is neither speech nor text. `Settings` are those of the direction. */
export type ServiceEvent<Settings> =
  /** The session may be used. `warnings` are the service's remarks on the settings (a voice it replaced, say). */
  | {
      readonly type: 'ready';
      readonly sessionId?: string;
      readonly requestId?: string;
      readonly warnings?: readonly string[];
    }
  /** `learned` is for the session to remember and to hand to the next connection's codec. */
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly learned?: Partial<Settings>;
    }
  /** `turn` is undefined for what belongs to the connection. */
  | { readonly type: 'error'; readonly turn?: string; readonly fault: ServiceFault }
  /** Understood, and of no consequence (segment_start): for traces and `--debug`. */
  | { readonly type: 'note'; readonly name: string; readonly detail?: Readonly<Record<string, unknown>> }
  | { readonly type: 'unknown'; readonly name: string }
  | { readonly type: 'malformed'; readonly why: string };
