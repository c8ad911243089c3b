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
