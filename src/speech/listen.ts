import type { AudioChunk, AudioFormat } from '../audio/format.ts';
import type { ConnectSettings, HangUp, ServiceEvent, ServiceFault } from './connect.ts';

/** What a session of speech in is asked for, neutral of any vendor. */
export interface ListenSettings extends ConnectSettings {
  /** Of the audio that is sent. */
  readonly format: AudioFormat;
  /** Results while a sentence is still being spoken. */
  readonly interim: boolean;
  /** Times of single words, where the service has them. */
  readonly words?: boolean;
  /** Who speaks, by number. */
  readonly diarize?: boolean;
  /** Events at the beginning of speech and at the end of an utterance. */
  readonly vad?: boolean;
  /** Silence after which the service takes an utterance for ended, ms; false: only when it is told to (`finalize`). */
  readonly endpointingMs?: number | false;
  /** Silence after which `utteranceEnd` follows, ms. */
  readonly utteranceEndMs?: number;
  /** How audio travels: as binary frames (default), or base64 in messages where the dialect has that. */
  readonly audioAs?: 'binary' | 'json';
}

/** Codecs get these in order. */
export type ListenCommand =
  /** Chunks carry their own number of samples; they come in order. */
  | { readonly type: 'audio'; readonly chunk: AudioChunk }
  /** Makes the service give its final result for all audio so far. The connection stays open. */
  | { readonly type: 'finalize' }
  | { readonly type: 'keepAlive' }
  /** No more audio: the service gives its last results, then closes. */
  | { readonly type: 'close' };

/** A recognised word. Times count from the start of the session's audio. `speaker` counts from 0. */
export interface TranscriptWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence?: number;
  readonly speaker?: number;
}

/** A stretch of recognised speech. What the service does not tell is left out. */
export interface Transcript {
  /** Empty where the stretch holds no speech. */
  readonly text: string;
  /** The stretch of audio that the result is about, from the start of the session's audio. */
  readonly startMs?: number;
  readonly endMs?: number;
  /** 0 to 1. */
  readonly confidence?: number;
  readonly language?: string;
  readonly words?: readonly TranscriptWord[];
}

/** What a service heard, neutral of any vendor. */
export type ListenEvent =
  | ServiceEvent<ListenSettings>
  /** May still change. It is about the audio behind the last final. */
  | ({ readonly type: 'interim' } & Transcript)
  /** Will not change any more. */
  | ({
      readonly type: 'final';
      /** The speaker has paused here: an utterance is over. A sentence may be several finals. */
      readonly endOfUtterance: boolean;
      /** It answers a `finalize`; undefined where the service does not tell. */
      readonly fromFinalize?: boolean;
    } & Transcript)
  | { readonly type: 'speechStarted'; readonly atMs?: number }
  | { readonly type: 'utteranceEnd'; readonly lastWordEndMs?: number }
  /** All results have come; the service closes. */
  | { readonly type: 'ended'; readonly audioMs: number };

/**
 * What a server's codec reads from a client: the neutral commands, the settings once they are known (SLNG sends them
 * in `init`, after the upgrade), and what it could not read. It numbers the samples of the audio from 0.
 */
export type ListenRequest =
  | { readonly type: 'configure'; readonly settings: ListenSettings }
  | ListenCommand
  | { readonly type: 'reject'; readonly fault: ServiceFault }
  | HangUp;

/** A final as a session gives it: where in the audio it lies is always known, and how long after its speech it came. */
export interface Segment extends Transcript {
  /** Where the service tells no place: from the end of the last segment (or 0) to the end of the audio sent by then. */
  readonly startMs: number;
  readonly endMs: number;
  readonly endOfUtterance: boolean;
  /** It came because it was asked for (`finalize`), not because the speaker paused. */
  readonly forced: boolean;
  /** The end of its speech sent → the segment received; undefined where no speech was heard in it. */
  readonly latencyMs?: number;
  /** Of a recording whose channels were sent apart, from 0. */
  readonly channel?: number;
}
