import type { Decoder } from '../decode/decoder.ts';
import { badAudio } from '../decode/decoder.ts';
import type { ByteInput } from './byte-input.ts';

/** The samples of one input, block after block: 16 bits, the channels in turn. */
export class AudioReader {
  readonly #input: ByteInput;
  readonly #decoder: Decoder;
  #ended = false;
  #any = false;
  #closed: Promise<void> | undefined;
  #working: Promise<unknown> = Promise.resolve();

  constructor(input: ByteInput, decoder: Decoder) {
    this.#input = input;
    this.#decoder = decoder;
  }

  /** Valid until the next call; undefined at the end. One call at a time. Rejects with SpeechError; E_AUDIO where no audio comes at all. */
  next(): Promise<Int16Array | undefined> {
    const block = this.#next();
    this.#working = block.catch(() => {});
    return block;
  }

  /** Lets go of the input and the decoder; a `next` that waits then settles. Safe to call twice. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#input.close();
    // Memory that a decoder is working in must not be taken from it.
    await this.#working;
    this.#decoder.free();
  }

  async #next(): Promise<Int16Array | undefined> {
    while (!this.#ended && !this.#closed) {
      const bytes = this.#decoder.done ? undefined : await this.#input.next(this.#decoder.blockBytes);
      if (this.#closed) break;
      this.#ended = bytes === undefined;
      const samples = await (bytes === undefined ? this.#decoder.end() : this.#decoder.push(bytes));
      this.#any ||= samples.length > 0;
      if (samples.length > 0) return samples;
      if (this.#ended && !this.#any) throw badAudio(this.#input.name, 'holds no audio');
    }
    return undefined;
  }
}
