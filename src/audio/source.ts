import type { AudioChunk, AudioFormat } from './format.ts';

/** Where sound to be heard comes from: a file, a pipe, a microphone. */
export interface AudioSource {
  /** For a person: the file's name, `stdin`, `microphone`. */
  readonly name: string;
  /** What the chunks are: linear16, mono. */
  readonly format: AudioFormat;
  /** It comes as it is heard (a microphone): nobody needs to pace it. */
  readonly live: boolean;
  /** The whole length, ms, where the container tells it. */
  readonly totalMs?: number;
  /**
   * To be iterated once. All chunks but the last hold the same number of samples; `firstSample` counts from 0. What the
   * reader does not take is not read (a file, a pipe), or kept, bounded (a microphone). Rejects with a SpeechError, or
   * with the signal's reason. Leaving the loop early lets go of the file or the recorder.
   */
  chunks(signal: AbortSignal): AsyncIterable<AudioChunk>;
  /** Lets go of what was opened and is not to be read. Does nothing to one that was read. */
  close?(): Promise<void>;
}
