import type { MPEGDecoder } from 'mpg123-decoder';
import type { ByteInput } from '../sources/byte-input.ts';
import type { Decoder, Warn } from './decoder.ts';
import { badAudio } from './decoder.ts';
import { interleaved } from './expand.ts';
import { hushed } from './hush.ts';
import { letGo } from './let-go.ts';
import type { Mp3Header } from './mp3-header.ts';
import { Mp3Walk } from './mp3-walk.ts';

/** `at` is where in the input the first frame begins: what stands before it is no audio. */
export async function openMp3(input: ByteInput, at: number, header: Mp3Header, warn: Warn): Promise<Decoder> {
  const { MPEGDecoder } = await import('mpg123-decoder');
  const mpg123 = new MPEGDecoder();
  await mpg123.ready;
  await input.skip(at);
  return new Mp3Decoder(input.name, mpg123, header, warn);
}

/** The package always gives two channels; the file says how many there are. It takes off what an encoder put in front. */
class Mp3Decoder implements Decoder {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** At 32 kbit/s, 4 s. */
  readonly blockBytes = 16 * 1024;
  readonly done = false;
  readonly #name: string;
  readonly #mpg123: MPEGDecoder;
  readonly #warn: Warn;
  readonly #walk: Mp3Walk;
  #faults = 0;

  constructor(name: string, mpg123: MPEGDecoder, { sampleRateHz, channels }: Mp3Header, warn: Warn) {
    this.#name = name;
    this.#mpg123 = mpg123;
    this.sampleRateHz = sampleRateHz;
    this.channels = channels;
    this.#warn = warn;
    this.#walk = new Mp3Walk(sampleRateHz);
  }

  async push(bytes: Uint8Array): Promise<Int16Array> {
    this.#walk.push(bytes);
    const decoded = await hushed(() => this.#mpg123.decode(bytes)).catch((thrown: unknown) => {
      throw badAudio(this.#name, 'is damaged: its MP3 frames cannot be decoded', thrown);
    });
    this.#faults += decoded.errors.length;
    if (decoded.samplesDecoded === 0) return new Int16Array();
    if (decoded.sampleRate !== this.sampleRateHz) {
      const rates = `${this.sampleRateHz} to ${decoded.sampleRate} Hz`;
      throw badAudio(this.#name, `changes its sample rate on the way, from ${rates}`);
    }
    return interleaved(decoded.channelData, this.channels, decoded.samplesDecoded);
  }

  end(): Int16Array {
    if (this.#faults > 0) this.#warn(`is damaged: ${this.#faults} of its MP3 frames could not be decoded`);
    else if (this.#walk.lostBytes > 0) {
      this.#warn(`is damaged: ${this.#walk.lostBytes} of its bytes belong to no MP3 frame, and are left out`);
    }
    return new Int16Array();
  }

  free(): void {
    letGo(this.#mpg123);
  }
}
