/** The characters that a bare base64 string of so many bytes has, without padding. */
function unpaddedChars(byteCount: number): number {
  return Math.ceil((byteCount * 4) / 3);
}

function paddingChars(data: string): number {
  if (!data.endsWith('=')) return 0;
  return data.endsWith('==') ? 2 : 1;
}

/**
 * Bytes of a base64 string; undefined where it holds anything that is no base64. Node skips such characters in
 * silence, which shows in the length: so that the common case costs one comparison, only a length that is off is
 * looked at again, without the white space that some encoders put in.
 */
export function fromBase64(data: string): Uint8Array | undefined {
  const bytes = Buffer.from(data, 'base64');
  if (unpaddedChars(bytes.length) === data.length - paddingChars(data)) return bytes;
  const bare = data.replace(/\s/g, '');
  return unpaddedChars(bytes.length) === bare.length - paddingChars(bare) ? bytes : undefined;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * The numbers that `audio_chunk` messages carry. Where they begin (0 or 1) and whether they begin again after an
 * acknowledgement is not documented, so either is taken; only a hole or a repetition inside a run is reported.
 */
export class SequenceCheck {
  #last: number | undefined;
  #mayRestart = true;

  /** An acknowledgement or a new turn: the numbers may begin again. */
  boundary(): void {
    this.#mayRestart = true;
  }

  /** How many are missing before this one (positive), 0 where it follows, -1 where it was here before. */
  missing(sequence: number): number {
    const last = this.#last;
    const restart = this.#mayRestart && sequence <= 1;
    this.#mayRestart = false;
    if (last === undefined || restart) {
      this.#last = sequence;
      return 0;
    }
    if (sequence <= last) return -1;
    this.#last = sequence;
    return sequence - last - 1;
  }
}
