import { openArriving } from './decode/arriving.ts';
import type { Warn } from './decode/decoder.ts';
import type { AudioFormat } from './format.ts';
import { mixdown } from './mixdown.ts';
import { createResampler } from './resample.ts';
import { AudioReader } from './sources/audio-reader.ts';
import { ByteInput } from './sources/byte-input.ts';
import type { ByteReader } from './sources/byte-reader.ts';

export interface DecodeOptions {
  /** What the bytes are; what compressed audio says of its own rate and channels is what counts. */
  readonly format: AudioFormat;
  /** Of what comes out. */
  readonly sampleRateHz: number;
  readonly warn: Warn;
}

/**
 * The samples (16 bits, mono) of a stream, as soon as they can be known. A block is valid until the next is asked for.
 * Rejects as `openArriving` does. The reader is closed at the end, whatever it was.
 */
export async function* decodeStream(reader: ByteReader, options: DecodeOptions): AsyncGenerator<Int16Array> {
  const input = new ByteInput(reader);
  try {
    const decoder = await openArriving(input, options.format, options.warn);
    const audio = new AudioReader(input, decoder);
    const rates = { fromHz: decoder.sampleRateHz, toHz: options.sampleRateHz };
    const resampler = await createResampler({ ...rates, channels: 1 });
    try {
      for (let block = await audio.next(); block; block = await audio.next()) {
        yield resampler.process(mixdown(block, decoder.channels));
      }
      yield resampler.flush();
    } finally {
      resampler.close();
      await audio.close();
    }
  } finally {
    await input.close();
  }
}
