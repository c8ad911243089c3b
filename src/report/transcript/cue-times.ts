/** When a cue stands on the screen, whole ms. */
export interface CueTimes {
  readonly startMs: number;
  readonly endMs: number;
}

/** A cue is shown at least so long, when there is silence behind it. */
const readableMs = 1000;
/** What another speaker's cue pushes back is shown at least so long (or as long as it lasts itself). */
const squeezedMs = 500;

/**
 * Gives one cue after the other its place: none begins before the one before has ended, and each has a length,
 * whatever the times that come in. Two who speak at once are shown one after the other.
 */
export class CueSchedule {
  #lastEndMs = 0;

  /** `silentUntilMs`: up to where nothing else is said, as far as is known. */
  place(startMs: number, endMs: number, silentUntilMs: number): CueTimes {
    const start = Math.max(whole(startMs), this.#lastEndMs);
    const own = Math.min(whole(endMs) - whole(startMs), squeezedMs);
    const said = Math.max(whole(endMs), start + own, start + 1);
    const end = Math.max(said, Math.min(start + readableMs, Math.floor(silentUntilMs) || 0));
    this.#lastEndMs = end;
    return { startMs: start, endMs: end };
  }
}

function whole(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : 0;
}
