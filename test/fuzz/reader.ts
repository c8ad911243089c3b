/** One reader of bytes from outside. */
export interface Reader {
  /** What is mutated; made when it is asked for. */
  readonly seeds: () => readonly Uint8Array[];
  /** What makes the seeds, where it is a program. */
  readonly from?: 'ffmpeg';
  /**
   * Reads it to its end. Throws a SpeechError where it is no good, or CommanderError's kin for a flag; anything else
   * that is thrown, also what is not as it must be, is a fault.
   */
  read(bytes: Uint8Array): unknown;
}

export const utf8 = (...texts: string[]) => texts.map((text) => new Uint8Array(Buffer.from(text)));
export const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');
export const must = (holds: boolean, what: string) => {
  if (!holds) throw new Error(`it must be so: ${what}`);
};

/** In pieces of all lengths, as a pipe gives them. */
export async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0, length = 1; at < bytes.length; at += length, length = 1 + ((length * 7) % 997)) {
    yield bytes.subarray(at, at + length);
  }
}
