import type { AudioFormat, Encoding } from '../../audio/format.ts';
import { headerMismatch, PcmStream } from '../../audio/pcm-stream.ts';

/** What a WAV file may hold that our server can read. */
const readable: readonly Encoding[] = ['linear16', 'mulaw', 'alaw'];

/** One byte a sample: nothing behind the header is held back. */
const bytewise: AudioFormat = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };

type Opened = { readonly format: AudioFormat; readonly rest: Uint8Array } | { readonly why: string };

/** The first bytes of audio that says itself what it is, until its WAV header is whole, wherever the frames are cut. */
export class WavOpening {
  #format: AudioFormat | undefined;
  #why = 'the audio has no header that is known here, and the URL does not say what it is';
  readonly #stream = new PcmStream(bytewise, ({ sampleRateHz, channels, ...found }) => {
    const asIs = { sampleRateHz, channels };
    const encoding = readable.find(
      (name) => headerMismatch({ ...found, ...asIs }, { encoding: name, ...asIs }) === undefined,
    );
    if (encoding === undefined) this.#why = 'the WAV file holds no linear16, mulaw or alaw';
    else this.#format = { encoding, ...asIs };
  });

  /** Undefined while it cannot be told yet. */
  push(bytes: Uint8Array): Opened | undefined {
    const chunk = this.#stream.push(bytes);
    if (this.#format !== undefined) return { format: this.#format, rest: chunk?.bytes ?? new Uint8Array(0) };
    return chunk === undefined ? undefined : { why: this.#why };
  }
}
