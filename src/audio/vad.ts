import type { FvadModule } from '@echogarden/fvad-wasm';
import { SpeechError } from '../errors.ts';

export interface VadOptions {
  /** 8000, 16000, 32000 or 48000. */
  readonly sampleRateHz: number;
  /** How sure it must be to say speech: 0 (it takes more noise for speech) to 3 (it misses more soft speech). */
  readonly mode: 0 | 1 | 2 | 3;
}

/** Samples are looked at in frames of this length, the shortest that the library takes. */
export const vadFrameMs = 10;

/**
 * WebRTC's detector of voice activity, over one stream of linear16 mono samples. It learns what silence sounds like
 * here, and holds on to speech for some frames after it has ended. What it says depends on the samples since the
 * beginning (or the last `reset`) alone, however they were cut. After `close`, which frees it, nothing may be called.
 */
export interface Vad {
  /** One answer for each frame that is now whole: speech or not. */
  frames(samples: Int16Array): boolean[];
  /** Whether there is speech in the last whole frame. */
  push(samples: Int16Array): boolean;
  reset(): void;
  close(): void;
}

let loading: Promise<FvadModule> | undefined;

/** Rejects with E_UNSUPPORTED for a rate that the detector does not have. */
export async function createVad(options: VadOptions): Promise<Vad> {
  loading ??= import('@echogarden/fvad-wasm').then((fvad) => fvad.default());
  return new WebRtcVad(await loading, options);
}

class WebRtcVad implements Vad {
  readonly #fvad: FvadModule;
  readonly #options: VadOptions;
  readonly #state: number;
  readonly #memory: number;
  /** The frame that is being filled. */
  readonly #frame: Int16Array;
  #filled = 0;
  #speech = false;

  constructor(fvad: FvadModule, options: VadOptions) {
    this.#fvad = fvad;
    this.#options = options;
    this.#frame = new Int16Array((options.sampleRateHz * vadFrameMs) / 1000);
    this.#state = fvad._fvad_new();
    this.#memory = fvad._malloc(this.#frame.byteLength);
    if (this.#set()) return;
    this.close();
    const { sampleRateHz, mode } = options;
    throw new SpeechError('E_UNSUPPORTED', `no detector of speech for ${sampleRateHz} Hz in mode ${mode}`);
  }

  frames(samples: Int16Array): boolean[] {
    const answers: boolean[] = [];
    let from = 0;
    while (from < samples.length) {
      const part = samples.subarray(from, from + this.#frame.length - this.#filled);
      this.#frame.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === this.#frame.length) answers.push(this.#look());
    }
    return answers;
  }

  push(samples: Int16Array): boolean {
    this.frames(samples);
    return this.#speech;
  }

  reset(): void {
    this.#fvad._fvad_reset(this.#state);
    this.#set();
    this.#filled = 0;
    this.#speech = false;
  }

  close(): void {
    this.#fvad._fvad_free(this.#state);
    this.#fvad._free(this.#memory);
  }

  #set(): boolean {
    const { mode, sampleRateHz } = this.#options;
    const wrong = [
      this.#fvad._fvad_set_mode(this.#state, mode),
      this.#fvad._fvad_set_sample_rate(this.#state, sampleRateHz),
    ];
    return !wrong.includes(-1);
  }

  #look(): boolean {
    this.#fvad.HEAP16.set(this.#frame, this.#memory >> 1);
    this.#speech = this.#fvad._fvad_process(this.#state, this.#memory, this.#frame.length) === 1;
    this.#filled = 0;
    return this.#speech;
  }
}
