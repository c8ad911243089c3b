import { createVad, type Vad, vadFrameMs } from './vad.ts';

/**
 * Speech in a row after which it is taken for speech, ms. Measured: a click, a hum or noise that begins makes the
 * detector say so for 70 ms (what it holds on by), now and then for 90.
 */
const beginMs = 100;

/** How long the detector holds on to speech that has ended, ms: one loud frame among zeros gives 70 ms of speech. */
const holdMs = 60;

/**
 * Follows where speech begins and how long it has been quiet, over one stream of linear16 mono samples. Times count
 * from the first sample (or the last `reset`), in steps of `vadFrameMs`.
 */
export class SpeechTracker {
  readonly #vad: Vad;
  #heardMs = 0;
  #runMs = 0;
  #startMs: number | undefined;
  #endMs = 0;

  constructor(vad: Vad) {
    this.#vad = vad;
  }

  /** The audio so far, in whole frames. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** The speech, or what may become speech, that lasts until now. */
  get runMs(): number {
    return this.#runMs;
  }

  /** Where the first speech began, ms; undefined as long as there was none. */
  get speechStartMs(): number | undefined {
    return this.#startMs;
  }

  /** Since the end of the last speech, ms; before the first, since the start. */
  get quietMs(): number {
    return this.#heardMs - this.#endMs;
  }

  push(samples: Int16Array): void {
    for (const speech of this.#vad.frames(samples)) this.#step(speech);
  }

  reset(): void {
    this.#vad.reset();
    this.#heardMs = 0;
    this.#runMs = 0;
    this.#startMs = undefined;
    this.#endMs = 0;
  }

  close(): void {
    this.#vad.close();
  }

  #step(speech: boolean): void {
    const runMs = speech ? this.#runMs + vadFrameMs : 0;
    if (runMs >= beginMs) {
      this.#startMs ??= this.#heardMs + vadFrameMs - runMs;
      this.#endMs = this.#heardMs + vadFrameMs;
    } else if (!speech && this.#runMs >= beginMs) {
      this.#endMs -= holdMs;
    }
    this.#runMs = runMs;
    this.#heardMs += vadFrameMs;
  }
}

/** Rejects with E_UNSUPPORTED for a rate other than 8000, 16000, 32000 and 48000 Hz. */
export async function createSpeechTracker({ sampleRateHz }: { sampleRateHz: number }): Promise<SpeechTracker> {
  // Of its four modes the one that hears no speech in steady noise, and cuts no word of the test recordings in two.
  return new SpeechTracker(await createVad({ sampleRateHz, mode: 2 }));
}
