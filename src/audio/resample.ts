import type { SpeexModule } from '@echogarden/speex-resampler-wasm/simd';
import { SpeechError } from '../errors.ts';

export interface ResamplerOptions {
  readonly fromHz: number;
  readonly toHz: number;
  readonly channels: 1;
  /** Speex's scale, 0 (fast) to 10. */
  readonly quality?: number;
}

/**
 * Changes the rate of one stream. The filter's delay is taken off: after `flush`, round(input · to / from) samples
 * have come out, however the input was cut. `flush` leaves it as `reset` does: like a fresh one. After `close`
 * (which frees it) nothing may be called.
 */
export interface Resampler {
  process(samples: Int16Array): Int16Array;
  flush(): Int16Array;
  reset(): void;
  close(): void;
}

/**
 * Stop band below -80 dB, pass band to 0.91 of the lower Nyquist frequency: finer than any voice here can show.
 * One second from 16 to 24 kHz takes 3 ms.
 */
const defaultQuality = 7;

/** Samples handed over in one call: 64 ms at 16 kHz. */
const blockSamples = 1024;

let loading: Promise<SpeexModule> | undefined;

/** Loads the package once; call it early to have it ready for the first `createResampler`. */
export function loadResampler(): Promise<SpeexModule> {
  loading ??= import('@echogarden/speex-resampler-wasm/simd').then((speex) => speex.default());
  return loading;
}

export async function createResampler(options: ResamplerOptions): Promise<Resampler> {
  if (options.fromHz === options.toHz) return unchanged;
  return new SpeexResampler(await loadResampler(), options);
}

const unchanged: Resampler = {
  process: (samples) => samples,
  flush: () => new Int16Array(0),
  reset: () => {},
  close: () => {},
};

class SpeexResampler implements Resampler {
  readonly #speex: SpeexModule;
  readonly #ratio: number;
  readonly #state: number;
  /** Two 32-bit lengths, then the input block, then the output block. */
  readonly #memory: number;
  readonly #input: number;
  readonly #output: number;
  readonly #outputSamples: number;
  #taken = 0;
  #given = 0;

  constructor(speex: SpeexModule, { fromHz, toHz, channels, quality = defaultQuality }: ResamplerOptions) {
    this.#speex = speex;
    this.#ratio = toHz / fromHz;
    this.#outputSamples = Math.ceil(blockSamples * this.#ratio) + 1;
    this.#memory = speex._malloc(8 + 2 * blockSamples + 2 * this.#outputSamples);
    this.#input = this.#memory + 8;
    this.#output = this.#input + 2 * blockSamples;
    this.#state = speex._speex_resampler_init(channels, fromHz, toHz, quality, this.#memory);
    if (this.#state === 0) {
      speex._free(this.#memory);
      throw new SpeechError('E_UNEXPECTED', `no resampler from ${fromHz} to ${toHz} Hz at quality ${quality}`);
    }
    speex._speex_resampler_skip_zeros(this.#state);
  }

  process(samples: Int16Array): Int16Array {
    this.#taken += samples.length;
    const out = this.#run(samples);
    this.#given += out.length;
    return out;
  }

  flush(): Int16Array {
    const missing = Math.round(this.#taken * this.#ratio) - this.#given;
    const latency = this.#speex._speex_resampler_get_input_latency(this.#state);
    const out = this.#run(new Int16Array(latency + Math.ceil(1 / this.#ratio) + 1));
    this.reset();
    return out.slice(0, missing);
  }

  reset(): void {
    this.#speex._speex_resampler_reset_mem(this.#state);
    this.#speex._speex_resampler_skip_zeros(this.#state);
    this.#taken = 0;
    this.#given = 0;
  }

  close(): void {
    this.#speex._speex_resampler_destroy(this.#state);
    this.#speex._free(this.#memory);
  }

  #run(samples: Int16Array): Int16Array {
    const out = new Int16Array(Math.ceil(samples.length * this.#ratio) + this.#outputSamples);
    let length = 0;
    let from = 0;
    while (from < samples.length) {
      const block = samples.subarray(from, from + blockSamples);
      this.#speex.HEAP16.set(block, this.#input >> 1);
      const { taken, given } = this.#step(block.length);
      out.set(given, length);
      length += given.length;
      from += taken;
    }
    return out.subarray(0, length);
  }

  /** One call of the library over what stands in the input block. */
  #step(inputSamples: number): { taken: number; given: Int16Array } {
    const speex = this.#speex;
    const lengths = this.#memory >> 2;
    speex.HEAPU32.set([inputSamples, this.#outputSamples], lengths);
    speex._speex_resampler_process_int(this.#state, 0, this.#input, this.#memory, this.#output, this.#memory + 4);
    const [taken = 0, given = 0] = speex.HEAPU32.subarray(lengths, lengths + 2);
    return { taken, given: speex.HEAP16.subarray(this.#output >> 1, (this.#output >> 1) + given) };
  }
}
