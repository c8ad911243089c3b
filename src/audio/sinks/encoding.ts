import type { Writable } from 'node:stream';
import type { Clock, Timer } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import { SpeechError, toSpeechError } from '../../errors.ts';
import type { CompressedContainer, EncodeStream } from '../ffmpeg.ts';
import { encodeStream } from '../ffmpeg.ts';
import type { AudioChunk, AudioFormat } from '../format.ts';
import type { AudioSink, PlayPosition } from '../sink.ts';
import type { FileSink } from './file.ts';
import { createFileSink } from './file.ts';
import { Intake } from './intake.ts';
import { createStreamSink } from './stream.ts';

export interface EncodingOptions {
  readonly container: CompressedContainer;
  /** What will be written: linear16, mulaw or alaw, and nothing else. */
  readonly input: AudioFormat;
  /** The program, as `findFfmpeg` found it. */
  readonly ffmpeg: string;
  readonly clock?: Clock;
}

export interface EncodingSinkOptions extends EncodingOptions {
  readonly path: string;
  /** Ends the wait for the reader of a FIFO. */
  readonly signal?: AbortSignal;
}

/** How long ffmpeg gets, after an abort, to write out what it has. It needs a few ms; a stuck one is killed. */
const graceMs = 2000;

/** ffmpeg's output goes into an ordinary raw sink: names, partial files and a full disk are that one's business. */
class EncodingSink implements FileSink {
  readonly path: string;
  readonly #file: FileSink;
  readonly #encoder: EncodeStream;
  readonly #intake: Intake;
  readonly #clock: Clock;
  readonly #output: AudioFormat;
  /** Ends, and never rejects, when ffmpeg is gone and all it made is with the file. */
  readonly #copied: Promise<void>;
  #failure: Error | undefined;
  #stopped = false;
  #grace: Timer | undefined;

  constructor(file: FileSink, options: EncodingOptions) {
    this.path = file.path;
    this.#file = file;
    this.#clock = options.clock ?? systemClock;
    this.#intake = new Intake(file.path, this.#clock, [options.input.encoding], options.input);
    this.#output = { ...options.input, encoding: options.container };
    this.#encoder = encodeStream(options.input, options.container, options.ffmpeg);
    this.#copied = this.#copy();
  }

  refuses(format: AudioFormat): string | undefined {
    return this.#intake.refuses(format);
  }

  async write(chunk: AudioChunk): Promise<void> {
    if (this.#stopped) return;
    this.#intake.admit(chunk);
    await this.#encode(() => this.#encoder.write(chunk.bytes));
  }

  async drain(): Promise<void> {
    if (this.#stopped) return;
    await this.#encode(() => this.#encoder.end());
    await this.#encode(() => this.#copied);
    if (!this.#stopped) await this.#file.drain();
  }

  abort(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#encoder.end().catch(() => {});
    this.#grace = this.#clock.after(graceMs, () => this.#halt(), { background: true });
    void this.#copied.then(() => this.#grace?.cancel());
  }

  position(): PlayPosition {
    return this.#intake.position();
  }

  async keepPartial(): Promise<string | undefined> {
    this.abort();
    await this.#copied;
    if (this.#intake.byteCount > 0) return this.#file.keepPartial();
    await this.#file.discard();
    return undefined;
  }

  async discard(): Promise<void> {
    this.abort();
    this.#halt();
    await this.#copied;
    await this.#file.discard();
  }

  #halt(): void {
    this.#encoder.kill();
    this.#file.abort();
  }

  /** The file's failure ends ffmpeg, and is the one to tell of; after an abort none is. */
  async #encode(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#failure ??= this.#named(thrown);
    }
    if (this.#failure && !this.#stopped) throw this.#failure;
  }

  async #copy(): Promise<void> {
    try {
      for await (const bytes of this.#encoder.output) {
        await this.#file.write({ format: this.#output, bytes, firstSample: undefined });
      }
    } catch (thrown) {
      this.#failure ??= this.#named(thrown);
      this.#encoder.kill();
    }
  }

  #named(thrown: unknown): Error {
    if (thrown instanceof SpeechError && thrown.code !== 'E_ENGINE') return thrown;
    if (!(thrown instanceof SpeechError) && thrown instanceof Error) return thrown;
    const { message, todo } = toSpeechError(thrown);
    return new SpeechError('E_FILE', `cannot write ${this.path}: ${message}`, { todo, cause: thrown });
  }
}

/**
 * A file of mp3, or of Opus in an Ogg container, made by the ffmpeg program from the audio written; otherwise like
 * `createFileSink`, temporary name and partial file included. Rejects with SpeechError E_FILE (ffmpeg's own last
 * line in it), E_DISK_FULL, E_FFMPEG, or with PipeClosed. Whatever happens, no ffmpeg is left behind.
 */
export async function createEncodingSink(options: EncodingSinkOptions): Promise<FileSink> {
  const { path, clock, signal } = options;
  const file = await createFileSink({ path, container: 'raw', clock, signal });
  try {
    return new EncodingSink(file, options);
  } catch (thrown) {
    await file.discard();
    throw thrown;
  }
}

/** The same into a pipe (`-o -`), which keeps nothing. The stream is not ended. */
export function createEncodingStreamSink(stream: Writable, options: EncodingOptions): AudioSink {
  const raw = createStreamSink(stream, { container: 'raw', clock: options.clock });
  const file: FileSink = {
    path: 'standard output',
    keepPartial: async () => undefined,
    discard: async () => raw.abort(),
    refuses: (format) => raw.refuses(format),
    write: (chunk) => raw.write(chunk),
    drain: () => raw.drain(),
    abort: () => raw.abort(),
    position: () => raw.position(),
  };
  return new EncodingSink(file, options);
}
