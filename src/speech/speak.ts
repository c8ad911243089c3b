import type { AudioChunk, AudioFormat } from '../audio/format.ts';

/** A rule of a pronunciation dictionary: whole words, case-insensitive, longest match first, not recursive. */
export interface PronunciationRule {
  readonly match: string;
  readonly replace: string;
}

/** A dictionary that the service keeps, by its name or its id. (Rules of a file are applied before this layer.) */
export type PronunciationRef = { readonly name: string } | { readonly id: string };

/** What may change from turn to turn, where the service's traits say so. */
export interface TurnSettings {
  readonly pronunciation?: PronunciationRef;
}

/** What a session of speech out is asked for, neutral of any vendor. */
export interface SpeakSettings extends TurnSettings {
  readonly format: AudioFormat;
  readonly model?: string;
  readonly voice?: string;
  readonly language?: string;
  /** 1 is the voice's own pace. */
  readonly speed?: number;
  /** Vendor's own words, passed through untouched (`--param`). */
  readonly params?: Readonly<Record<string, string>>;
  /** Where to connect: scheme, host, an optional prefix; the dialect adds its path. */
  readonly baseUrl: string;
  /** The dialect's own choice of route, `bridge` or `direct` for SLNG. */
  readonly route?: string;
  readonly region?: string;
  readonly worldPart?: string;
  /** Extra headers of the upgrade (`-H`). */
  readonly headers?: Readonly<Record<string, string>>;
  /** The words of an interruption where a service has an older and a newer one (SLNG). */
  readonly interruptWith?: 'cancel' | 'clear';
}

export interface Credentials {
  readonly key?: string;
  /** How the key travels: in the Authorization header (default) or in the query. */
  readonly via?: 'header' | 'query';
}

/**
 * What a user wants. Codecs get these in order. `throughChar` is the position in the turn's source text up to which
 * the text sent so far reaches, this one's end included.
 */
export type SpeakCommand =
  | { readonly type: 'begin'; readonly turn: string; readonly settings?: TurnSettings }
  | { readonly type: 'text'; readonly turn: string; readonly text: string; readonly throughChar: number }
  | { readonly type: 'flush'; readonly turn: string }
  /** No more text for this turn. The session has flushed before, where the trait wants a flush. */
  | { readonly type: 'end'; readonly turn: string }
  | { readonly type: 'interrupt'; readonly turn: string; readonly heardMs?: number }
  | { readonly type: 'keepAlive' }
  | { readonly type: 'close' };

export interface WordTime {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Position in the turn's source text, where it is known. */
  readonly char?: number;
}

/** Why a turn ended: all was said, it was interrupted, or it failed. */
export type TurnEnd = 'done' | 'interrupted' | 'failed';

/** A failure as a service told it, already mapped to our table by the dialect. */
export interface ServiceFault {
  readonly code: import('../errors.ts').ErrorCode;
  readonly message: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/** What a service said, neutral of any vendor. `turn` is undefined for what belongs to the connection. */
export type SpeakEvent =
  /** The session may be used. `warnings` are the service's remarks on the settings (a voice it replaced, say). */
  | {
      readonly type: 'ready';
      readonly sessionId?: string;
      readonly requestId?: string;
      readonly warnings?: readonly string[];
    }
  | { readonly type: 'audio'; readonly turn: string; readonly chunk: AudioChunk }
  /** Sound is complete up to this character of the turn's source text: a checkpoint. */
  | { readonly type: 'progress'; readonly turn: string; readonly throughChar: number }
  | { readonly type: 'words'; readonly turn: string; readonly items: readonly WordTime[] }
  | { readonly type: 'ended'; readonly turn: string; readonly why: TurnEnd }
  /** `learned` is for the session to remember and to hand to the next connection's codec. */
  | {
      readonly type: 'warning';
      readonly code: string;
      readonly message: string;
      readonly learned?: Partial<SpeakSettings>;
    }
  | { readonly type: 'error'; readonly turn?: string; readonly fault: ServiceFault }
  /** Understood, and of no consequence (segment_start): for traces and `--debug`. */
  | { readonly type: 'note'; readonly name: string; readonly detail?: Readonly<Record<string, unknown>> }
  | { readonly type: 'unknown'; readonly name: string }
  | { readonly type: 'malformed'; readonly why: string };
