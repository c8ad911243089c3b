import type { ListenEvent, Transcript } from '../speech/listen.ts';

type FinalEvent = Extract<ListenEvent, { type: 'final' }>;

/** Where in the audio a result ends, ms, as far as it tells. */
export function endOf({ endMs, words }: Transcript): number | undefined {
  return endMs ?? words?.at(-1)?.endMs;
}

/** Where finals lie in the audio. */
export class Segments {
  #lastEndMs = 0;

  /** The transcript with its place, and without what belongs to the event. `sentMs`: how much audio was sent. */
  place({ type, endOfUtterance, fromFinalize, ...transcript }: FinalEvent, sentMs: number) {
    const startMs = transcript.startMs ?? transcript.words?.[0]?.startMs ?? this.#lastEndMs;
    const endMs = Math.max(startMs, endOf(transcript) ?? sentMs);
    this.#lastEndMs = Math.max(this.#lastEndMs, endMs);
    const placed: Transcript & { startMs: number; endMs: number } = { ...transcript, startMs, endMs };
    return placed;
  }
}
