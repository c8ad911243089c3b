/** What one turn of the exact-delay server does (server.mjs). Times are ms; `atMs` counts in the audio. */
export interface Plan {
  /** `init` → `ready`; that of the first plan is every session's. */
  readonly readyMs: number;
  /** The flush → the first frame. */
  readonly firstByteMs: number;
  /** Digital silence before the tone. */
  readonly silenceMs: number;
  readonly audioMs: number;
  /** What a frame holds, and how long after the one before it is due. */
  readonly frameMs: number;
  readonly paceMs: number;
  /** The frames from this place in the audio on come so much later. */
  readonly pauses: readonly { readonly atMs: number; readonly forMs: number }[];
  /** A `cancel` → the last frame that is still sent. */
  readonly stopsAfterMs: number;
}

const plain = { readyMs: 30, frameMs: 20, paceMs: 20, stopsAfterMs: 80 };

/**
 * No two alike, so that a figure which were always the same could not pass. Each has a stall within its silence (which
 * parts `ttfaMs` from `ttfaSumMs`) and a gap within its sound; some come faster than they play, one slower. They are an
 * odd number, and no frame is due near the end of an interruption, so that a median lies within the runs of one plan:
 * between two it would be one or the other by chance. One has enough frames for a percentile of its gaps.
 */
export const plans: readonly Plan[] = [
  { ...plain, firstByteMs: 90, silenceMs: 130, audioMs: 700, pauses: pausesAt(60, 110, 400, 90) },
  { ...plain, firstByteMs: 140, silenceMs: 205, audioMs: 800, paceMs: 14, pauses: pausesAt(100, 160, 500, 260) },
  { ...plain, firstByteMs: 60, silenceMs: 87, audioMs: 660, paceMs: 17, pauses: pausesAt(40, 75, 300, 140) },
  { ...plain, firstByteMs: 200, silenceMs: 310, audioMs: 2100, paceMs: 10, pauses: pausesAt(220, 240, 600, 330) },
  { ...plain, firstByteMs: 115, silenceMs: 58, audioMs: 600, paceMs: 23, pauses: pausesAt(20, 130, 440, 60) },
];

function pausesAt(inSilenceMs: number, stallMs: number, inSoundMs: number, gapMs: number): Plan['pauses'] {
  return [
    { atMs: inSilenceMs, forMs: stallMs },
    { atMs: inSoundMs, forMs: gapMs },
  ];
}
