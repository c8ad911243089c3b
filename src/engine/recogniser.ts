/** What a stream of audio is opened with. */
export interface RecogniserSettings {
  /** Of the linear16 mono samples that will be written, Hz. */
  readonly sampleRateHz: number;
  /** In a client's own vendor's words. */
  readonly model?: string;
  /** BCP 47 or ISO 639-1. */
  readonly language?: string;
  /** Results while an utterance is still being spoken. */
  readonly interim: boolean;
  /** Silence that ends an utterance, ms; false: only `finalize` and `end` do. */
  readonly endpointingMs: number | false;
  /** Silence after the last word that is reported as `utteranceEnd`, ms; left out: it is not reported. */
  readonly utteranceEndMs?: number;
}

/** Times count from the first sample written. */
export interface RecognisedWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0 to 1. */
  readonly confidence: number;
}

interface Stretch {
  /** The audio that the result is about: it begins where the last final ended, and ends with the audio heard so far. */
  readonly startMs: number;
  readonly endMs: number;
  /** Empty where nothing was said. */
  readonly text: string;
  readonly words: readonly RecognisedWord[];
  /** 0 to 1; 0 where there are no words. */
  readonly confidence: number;
}

/** In the order of the audio. */
export type Recognition =
  | { readonly type: 'speechStarted'; readonly atMs: number }
  /** May still change. About once a second in silence too, with no text: it tells how far the engine is. */
  | ({ readonly type: 'interim' } & Stretch)
  | ({
      readonly type: 'final';
      /** A pause ended it, not `finalize` or `end`. */
      readonly endOfUtterance: boolean;
      /** It answers a `finalize`: there is exactly one for each, with no text where nothing was open. */
      readonly fromFinalize: boolean;
    } & Stretch)
  | { readonly type: 'utteranceEnd'; readonly lastWordEndMs: number };

/** Results that may wait for who reads them, before who writes is asked to wait. */
export const mostUnreadResults = 64;

/** One stream of audio being recognised. */
export interface RecogniserStream {
  /** What of the settings was replaced, for the user. */
  readonly warnings: readonly string[];
  /** To be iterated once; ends after `end` or `close`. Throws SpeechError E_ENGINE where the engine fails. */
  readonly results: AsyncIterable<Recognition>;
  /**
   * Keeps no reference to the samples. With a promise, it has more than it should, or its results are not read: write on
   * when that resolves.
   */
  write(samples: Int16Array): Promise<void> | undefined;
  /** Gives the final result of all that was written. The stream goes on. */
  finalize(): void;
  /** No more audio: the last results come, then `results` ends. */
  end(): void;
  /** Stops at once; `results` ends. Safe to call twice. */
  close(): void;
}

/**
 * Sound to text on this machine, as it arrives. What is recognised of an utterance depends on its samples alone,
 * whatever was heard before it and however the audio was cut. Several streams may be open at once.
 */
export interface Recogniser {
  readonly name: string;
  /** BCP 47 tags of what it understands. */
  readonly languages: readonly string[];
  /** Rejects with E_UNSUPPORTED for a language it does not have, E_RECOGNISER where it is not installed. */
  open(settings: RecogniserSettings): Promise<RecogniserStream>;
  /** Ends every stream and thread. Safe to call twice. */
  close(): Promise<void>;
}
