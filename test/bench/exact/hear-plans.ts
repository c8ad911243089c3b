/** What one session of the exact hearing server does (hear-server.mjs), ms. Words end at those places of the speech. */
export interface HearPlan {
  /** The frame in which speech begins → the first interim, which is about no word that stays. */
  readonly interimMs: number;
  /** The frame in which each word ends → the interim that first shows it. */
  readonly wordMs: readonly [number, number, number];
  /** The frame in which speech ends → its final, and the event that says that the turn is over. */
  readonly finalMs: number;
  readonly turnMs: number;
  /** `Finalize` → the final that answers it. */
  readonly answerMs: number;
}

/** What is said: a tone without a gap, so that only the words' places part it. */
export const speech = { leadMs: 250, wordEndsMs: [300, 600, 900], trailMs: 50 } as const;

/** An odd number, no two alike, and none of a word's later than what follows it (plans.ts says why). */
export const hearPlans: readonly HearPlan[] = [
  { interimMs: 60, wordMs: [40, 70, 55], finalMs: 130, turnMs: 310, answerMs: 95 },
  { interimMs: 145, wordMs: [95, 30, 80], finalMs: 220, turnMs: 245, answerMs: 170 },
  { interimMs: 205, wordMs: [25, 140, 110], finalMs: 165, turnMs: 400, answerMs: 260 },
  { interimMs: 95, wordMs: [120, 85, 35], finalMs: 90, turnMs: 180, answerMs: 125 },
  { interimMs: 250, wordMs: [75, 50, 150], finalMs: 280, turnMs: 520, answerMs: 210 },
];
