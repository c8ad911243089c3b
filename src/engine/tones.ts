/** How the scripted engine speaks: a tone for each byte of the text, whose loudness tells its two halves. */
export const defaultMsPerChar = 10;

/** The loudness of a half-byte, 0 to 15: from 1000 up, in steps that 8-bit encodings tell apart. */
const levelStep = 1.25;
export const level = (nibble: number): number => Math.round(1000 * levelStep ** nibble);

/** The half-byte whose level comes nearest. */
export function nibbleOf(sample: number): number {
  const heard = Math.max(1, Math.abs(sample));
  return Math.min(15, Math.max(0, Math.round(Math.log(heard / level(0)) / Math.log(levelStep))));
}

/** Less is silence. */
export const quietestTone = level(0) * 0.94;

/** Whether a sample has the loudness of a half-byte, or so nearly that an 8-bit encoding may lie between. */
function isLevel(sample: number, nibble: number): boolean {
  return Math.abs(Math.abs(sample) / level(nibble) - 1) < 0.06;
}

/** The half-byte that these samples say, first and last aside (a tone may begin between two samples). */
function readHalf(samples: Int16Array): number | undefined {
  const inner = samples.subarray(1, -1);
  const nibble = nibbleOf(inner[0] ?? 0);
  return inner.length > 0 && inner.every((sample) => isLevel(sample, nibble)) ? nibble : undefined;
}

/** The byte that a tone says; undefined where it is no tone. */
export function readTone(samples: Int16Array): number | undefined {
  const middle = Math.round(samples.length / 2);
  const high = readHalf(samples.subarray(0, middle));
  const low = high === undefined ? undefined : readHalf(samples.subarray(middle));
  return high === undefined || low === undefined ? undefined : (high << 4) | low;
}
