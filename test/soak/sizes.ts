/** What README promises. */
export const sizes = { speakers: 40, listeners: 10, minutesInTests: 2, minutes: 10 } as const;
