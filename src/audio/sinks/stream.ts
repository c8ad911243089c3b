import type { Writable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import type { AudioChunk, AudioFormat } from '../format.ts';
import type { AudioSink, PlayPosition } from '../sink.ts';
import { wavHeader } from '../wav-header.ts';
import type { Container } from './container.ts';
import { containerEncodings, emptyFormat } from './container.ts';
import { Intake } from './intake.ts';
import { PipeWriter } from './pipe-writer.ts';

export { PipeClosed } from './write-error.ts';

export interface StreamSinkOptions {
  readonly container: Container;
  /** What the header of a turn without any audio says. */
  readonly format?: AudioFormat;
  /** What errors call the stream. */
  readonly name?: string;
  readonly clock?: Clock;
}

class StreamSink implements AudioSink {
  readonly #writer: PipeWriter;
  readonly #intake: Intake;
  readonly #headless: boolean;
  readonly #format: AudioFormat;
  #begun = false;
  #stopped = false;

  constructor(stream: Writable, options: StreamSinkOptions) {
    const name = options.name ?? 'standard output';
    this.#writer = new PipeWriter(stream, name);
    this.#intake = new Intake(name, options.clock ?? systemClock, containerEncodings[options.container]);
    this.#headless = options.container === 'raw';
    this.#format = options.format ?? emptyFormat;
  }

  refuses(format: AudioFormat): string | undefined {
    return this.#intake.refuses(format);
  }

  write(chunk: AudioChunk): Promise<void> | void {
    if (this.#stopped) return;
    this.#intake.admit(chunk);
    const header = this.#header(chunk.format);
    return this.#writer.write(header ? Buffer.concat([header, chunk.bytes]) : chunk.bytes);
  }

  async drain(): Promise<void> {
    if (this.#stopped) return;
    const header = this.#header(this.#format);
    if (header) await this.#writer.write(header);
    await this.#writer.flushed();
  }

  abort(): void {
    this.#stopped = true;
    this.#writer.release();
  }

  position(): PlayPosition {
    return this.#intake.position();
  }

  /** The header, the first time it is asked for, where there is one. */
  #header(format: AudioFormat): Uint8Array | undefined {
    if (this.#begun || this.#headless) return undefined;
    this.#begun = true;
    return wavHeader(format, 'stream');
  }
}

/**
 * Writes to a pipe (`-o -`), with a header that a pipe can carry: its sizes say "until the end". Each chunk goes out
 * as it comes; the stream is not ended. Rejects with PipeClosed when nobody reads any more, with SpeechError
 * E_DISK_FULL or E_FILE where the stream is a file. The position counts samples handed to the stream.
 */
export function createStreamSink(stream: Writable, options: StreamSinkOptions): AudioSink {
  return new StreamSink(stream, options);
}
