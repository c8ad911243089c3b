import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import type { ConnectSettings, HangUp, ServiceEvent, ServiceFault } from './connect.ts';

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
export interface SpeakSettings extends ConnectSettings, TurnSettings {
  readonly format: AudioFormat;
  readonly voice?: string;
  /** 1 is the voice's own pace. */
  readonly speed?: number;
  /** The sound is to be made anew, where the service could answer out of a cache and says how not to. */
  readonly noCache?: boolean;
  /** The words of an interruption where a service has an older and a newer one (SLNG). */
  readonly interruptWith?: 'cancel' | 'clear';
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

/** What a service said, neutral of any vendor. */
export type SpeakEvent =
  | ServiceEvent<SpeakSettings>
  | { readonly type: 'audio'; readonly turn: string; readonly chunk: AudioChunk }
  /**
   * Sound is complete up to this character of the turn's source text: a checkpoint. A server that was asked to tell of
   * every sentence (`configure`) gives its text, as it was spoken, with it; without a text all that came is spoken.
   */
  | { readonly type: 'progress'; readonly turn: string; readonly throughChar: number; readonly text?: string }
  | { readonly type: 'words'; readonly turn: string; readonly items: readonly WordTime[] }
  /** Sound of a turn that was interrupted, on its way when it was: dropped by the codec, and told for who measures. */
  | { readonly type: 'late'; readonly turn: string; readonly bytes: number }
  /** What a service says of how it made the turn's sound: out of a cache, and how soon by its own clock, ms. */
  | { readonly type: 'made'; readonly turn: string; readonly cached: boolean; readonly firstAudioMs?: number }
  | { readonly type: 'ended'; readonly turn: string; readonly why: TurnEnd };

/**
 * What a server's codec reads from a client: the neutral commands, the settings once they are known (SLNG sends
 * them in `init`, after the upgrade), and what it could not read.
 */
export type SpeakRequest =
  | {
      readonly type: 'configure';
      readonly settings: SpeakSettings;
      /** What to send where the settings' format cannot be made here: the client named none. */
      readonly elseFormat?: AudioFormat;
      /** The service takes markdown for markup, and does not speak it. */
      readonly markdown?: boolean;
      /**
       * The client is told where each sentence's sound ends: a `progress` with its text. What ends like a sentence is
       * spoken when nothing follows it for a while, without a flush.
       */
      readonly sentences?: boolean;
    }
  | SpeakCommand
  | { readonly type: 'reject'; readonly fault: ServiceFault }
  | HangUp;
