import type { AudioFormat } from '../audio/format.ts';

/** A text to be spoken: one text and one flush. */
export interface Prompt {
  readonly id: string;
  /** `short`, `sentence`, `paragraph`, or the name of the user's file. */
  readonly set: string;
  readonly text: string;
}

/** A recording to be heard, linear16 mono. Times are ms from its beginning. */
export interface Clip {
  readonly id: string;
  readonly set: string;
  readonly format: AudioFormat;
  readonly bytes: Uint8Array;
  /** What is said in it, where that is known. */
  readonly reference?: string;
  /** Pauses within it at which the speaker is not done. */
  readonly pauses?: readonly { readonly startMs: number; readonly endMs: number }[];
}
