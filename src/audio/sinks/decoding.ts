import { SpeechError } from '../../errors.ts';
import { decodeStream } from '../decode-stream.ts';
import type { AudioChunk, AudioFormat, Encoding } from '../format.ts';
import { formatName, frameBytes, sameFormat } from '../format.ts';
import { linearToAlaw, linearToMulaw } from '../g711.ts';
import type { AudioSink, PlayPosition } from '../sink.ts';
import { HandOver } from './hand-over.ts';

export interface DecodingOptions {
  /** What the sink behind takes. */
  readonly wanted: AudioFormat;
  /** Takes what a person should know of sound that is damaged, and decoded all the same. */
  readonly onWarning?: (text: string) => void;
}

/** What errors and warnings call the audio. */
const soundName = "the service's sound";

/** Samples as bytes of their own, in the encodings that can be made here. */
const toBytes: Partial<Record<Encoding, (samples: Int16Array) => Uint8Array>> = {
  linear16: (samples) => new Uint8Array(samples.slice().buffer),
  mulaw: linearToMulaw,
  alaw: linearToAlaw,
};

/** Compressed audio says itself what it is, so that there its rate is no reason not to pass it on. */
function fits(format: AudioFormat, wanted: AudioFormat): boolean {
  return frameBytes(wanted) === undefined ? format.encoding === wanted.encoding : sameFormat(format, wanted);
}

class DecodingSink implements AudioSink {
  /** Of what passes as it is. (What is decoded is compressed, and no turn takes that back.) */
  readonly checkpoint: AudioSink['checkpoint'];
  readonly takeBack: AudioSink['takeBack'];
  readonly #sink: AudioSink;
  readonly #wanted: AudioFormat;
  readonly #onWarning: (text: string) => void;
  /** What comes: that of the first chunk. */
  #format: AudioFormat | undefined;
  #input: HandOver | undefined;
  /** Settles, and never rejects, when all that was decoded is written. */
  #decoded: Promise<void> = Promise.resolve();
  #samples = 0;
  #failure: Error | undefined;
  #stopped = false;

  constructor(sink: AudioSink, { wanted, onWarning = () => {} }: DecodingOptions) {
    this.#sink = sink;
    this.checkpoint = sink.checkpoint && (() => sink.checkpoint?.());
    this.takeBack = sink.takeBack && (() => sink.takeBack?.());
    this.#wanted = wanted;
    this.#onWarning = onWarning;
  }

  refuses(format: AudioFormat): string | undefined {
    if (this.#format && !sameFormat(this.#format, format)) {
      return `${soundName} changes on the way, from ${formatName(this.#format)} to ${formatName(format)}`;
    }
    if (fits(format, this.#wanted)) return this.#sink.refuses(format);
    if (toBytes[this.#wanted.encoding]) return undefined;
    return `${soundName} is ${formatName(format)}: that cannot be made into ${this.#wanted.encoding} here`;
  }

  write(chunk: AudioChunk): Promise<void> | void {
    if (this.#stopped) return;
    const refusal = chunk.format === this.#format ? undefined : this.refuses(chunk.format);
    if (refusal) throw new SpeechError('E_UNSUPPORTED', refusal);
    this.#format = chunk.format;
    return fits(chunk.format, this.#wanted) ? this.#sink.write(chunk) : this.#decode(chunk);
  }

  async drain(): Promise<void> {
    await this.#input?.close();
    await this.#decoded;
    if (this.#stopped) return;
    if (this.#failure) throw this.#failure;
    await this.#sink.drain();
  }

  abort(): void {
    this.#stopped = true;
    this.#sink.abort();
    // The decoder is let go of when it has ended.
    void this.#input?.close();
  }

  position(): PlayPosition {
    return this.#sink.position();
  }

  async #decode({ format, bytes }: AudioChunk): Promise<void> {
    const input = this.#input ?? this.#start(format);
    await input.give(bytes);
    if (this.#failure && !this.#stopped) throw this.#failure;
  }

  #start(format: AudioFormat): HandOver {
    const input = new HandOver(soundName);
    this.#input = input;
    this.#decoded = this.#copy(input, format).catch((thrown: unknown) => {
      this.#failure = named(thrown);
      return input.close();
    });
    return input;
  }

  async #copy(input: HandOver, format: AudioFormat): Promise<void> {
    const { sampleRateHz } = this.#wanted;
    const warn = (text: string) => {
      if (!this.#stopped) this.#onWarning(`${soundName} ${text}`);
    };
    for await (const samples of decodeStream(input, { format, sampleRateHz, warn })) {
      const bytes = toBytes[this.#wanted.encoding]?.(samples);
      if (!bytes || bytes.length === 0 || this.#stopped) continue;
      await this.#sink.write({ format: this.#wanted, bytes, firstSample: this.#samples });
      this.#samples += samples.length;
    }
  }
}

/** What is to be done about a recording that cannot be read is nothing to do about a service. */
function named(thrown: unknown): Error {
  if (thrown instanceof SpeechError && thrown.code === 'E_AUDIO') {
    return new SpeechError('E_PROTOCOL', thrown.message, { cause: thrown });
  }
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/**
 * A sink that takes more than the one behind it: sound of another format than `wanted` (mp3, Opus in Ogg, PCM of
 * another kind or rate) is decoded, mixed to one channel and resampled on its way; what is wanted passes as it is. For
 * one turn, of one format. Throws, besides what that sink throws, SpeechError E_UNSUPPORTED for what cannot be
 * decoded, or made into what is wanted and E_PROTOCOL for what is too damaged.
 */
export function decodingSink(sink: AudioSink, options: DecodingOptions): AudioSink {
  return new DecodingSink(sink, options);
}
