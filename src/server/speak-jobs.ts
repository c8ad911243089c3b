import type { SynthesisOutput } from '../engine/engine.ts';
import type { SpeakEvent } from '../speech/speak.ts';

export interface Sentence {
  readonly kind: 'sentence';
  readonly turn: string;
  readonly text: string;
  started?: Synthesis;
}

/** A place in the text: when everything before it has been sent, its events follow, then perhaps the end. */
export interface Mark {
  readonly kind: 'mark';
  readonly turn: string;
  readonly events: readonly SpeakEvent[];
  readonly hangsUp: boolean;
}

export type Job = Sentence | Mark;

/** An engine may refuse at the call; the client is told where the sentence's turn comes. */
export type Synthesis = { readonly abort: AbortController } & (
  | { readonly outputs: AsyncIterable<SynthesisOutput> }
  | { readonly refusal: unknown }
);

/** What a job counts against `limits.waitingChars` beside its text: thousands of empty flushes are work as well. */
const jobChars = 64;

export function cost(job: Job): number {
  return jobChars + (job.kind === 'sentence' ? job.text.length : 0);
}

/** How long a character of text lasts when it is spoken, ms: a rough figure, for voices say 14 to 18 of them a second. */
const charMs = 60;

/** How long a text plays, roughly, ms; `speed` as in a request. */
export function roughMs({ length }: string, speed: number): number {
  return (length * charMs) / speed;
}
