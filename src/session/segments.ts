import type { ListenEvent, Transcript } from '../speech/listen.ts';

export interface Place {
  readonly startMs: number;
  readonly endMs: number;
}

export type Placed = Transcript & Place;

type FinalEvent = Extract<ListenEvent, { type: 'final' }>;

/** Where in the audio a result ends, ms, as far as it tells. */
export function endOf({ endMs, words }: Transcript): number | undefined {
  return endMs ?? words?.at(-1)?.endMs;
}

/** Where finals lie in the audio. */
export class Segments {
  #lastEndMs = 0;

  /**
   * The transcript with its place, and without what belongs to the event. Where the service tells none it is that of
   * the utterance which is heard in the audio itself, if one is, else all up to `sentMs`, the audio sent by then.
   */
  place({ type, endOfUtterance, fromFinalize, ...transcript }: FinalEvent, sentMs: number, heard?: Place): Placed {
    const startMs = transcript.startMs ?? transcript.words?.[0]?.startMs ?? heard?.startMs ?? this.#lastEndMs;
    const endMs = Math.max(startMs, endOf(transcript) ?? heard?.endMs ?? sentMs);
    this.#lastEndMs = Math.max(this.#lastEndMs, endMs);
    return { ...transcript, startMs, endMs };
  }
}
