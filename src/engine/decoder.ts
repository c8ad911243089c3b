import type { RecognisedWord } from './recogniser.ts';

/**
 * Samples to words, one utterance after the other: linear16, mono, 16 kHz. What it finds in an utterance depends on
 * the samples since `begin` and on how they were cut, and on nothing before. Times count from the utterance's first
 * sample. Throws an Error where the library fails.
 */
export interface Decoder {
  begin(): void;
  push(samples: Int16Array): void;
  /** What it makes of the utterance so far. Confidences are not known before the end, and 0. */
  words(): RecognisedWord[];
  /** Ends the utterance. The words are final. */
  end(): RecognisedWord[];
  /** Nothing may be called afterwards. */
  free(): void;
}

export const decoderRateHz = 16_000;
