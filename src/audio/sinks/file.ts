import { format as joinPath, parse as splitPath } from 'node:path';
import type { Clock } from '../../clock.ts';
import { systemClock } from '../../clock.ts';
import { SpeechError } from '../../errors.ts';
import type { AudioChunk, AudioFormat } from '../format.ts';
import { frameBytes } from '../format.ts';
import type { AudioSink, PlayPosition } from '../sink.ts';
import { maxWavBytes, wavHeader } from '../wav-header.ts';
import type { Container } from './container.ts';
import { containerEncodings, emptyFormat } from './container.ts';
import { Intake } from './intake.ts';
import type { Target } from './target.ts';
import { openTarget } from './target.ts';

/**
 * A sink that ends as a file. `drain` gives the file its final name: only then does it exist, or replace one that
 * did. After a failure or `abort`, one of two calls says what becomes of the audio received so far; without either,
 * the temporary file is removed when the process exits.
 */
export interface FileSink extends AudioSink {
  readonly path: string;
  /**
   * Stops, and leaves what was received as a valid `NAME.partial.EXT`, whose path is returned; undefined, and no
   * file, when nothing was received, when the file is already whole, or when the target is no regular file.
   */
  keepPartial(): Promise<string | undefined>;
  /** Stops, and removes what was received. Does nothing to a file that is already whole. */
  discard(): Promise<void>;
}

export interface FileSinkOptions {
  readonly path: string;
  readonly container: Container;
  /** The most bytes that a WAV file may have (4 GiB, less a little). Raw files have no limit. */
  readonly maxBytes?: number;
  /** What the header of a turn without any audio says. */
  readonly format?: AudioFormat;
  readonly clock?: Clock;
  /** Ends the wait for the reader of a FIFO. */
  readonly signal?: AbortSignal;
}

/** Small chunks are gathered into writes of this size: 20 ms of audio are not worth a system call. */
const writeBytes = 64 * 1024;

/** `dir/name.wav` → `dir/name.partial.wav`; `otherwise` is the ending of a name that has none. */
export function partialPath(path: string, otherwise = ''): string {
  const { dir, name, ext } = splitPath(path);
  return joinPath({ dir, base: `${name}.partial${ext || otherwise}` });
}

class TargetSink implements FileSink {
  readonly path: string;
  readonly checkpoint: AudioSink['checkpoint'];
  readonly takeBack: AudioSink['takeBack'];
  readonly #target: Target;
  readonly #container: Container;
  readonly #intake: Intake;
  readonly #maxBytes: number;
  readonly #gathered: Uint8Array;
  #fill = 0;
  /** That of the first chunk; until then, what an empty file's header would say. */
  #format: AudioFormat;
  #headerBytes = 0;
  /** Audio up to the last checkpoint. */
  #wholeBytes = 0;
  #begun = false;
  #failure: Error | undefined;
  #stopped = false;
  #finished = false;
  /** The write or drain under way. */
  #work: Promise<void> = Promise.resolve();
  #end: Promise<string | undefined> | undefined;

  constructor(target: Target, options: FileSinkOptions) {
    this.path = options.path;
    this.#target = target;
    this.#container = options.container;
    const encodings = containerEncodings[options.container];
    this.#intake = new Intake(options.path, options.clock ?? systemClock, encodings);
    this.#maxBytes = options.container === 'wav' && target.whole ? (options.maxBytes ?? maxWavBytes) : Infinity;
    // A device or a pipe gets every chunk as it comes: somebody may be listening.
    this.#gathered = new Uint8Array(target.whole ? writeBytes : 0);
    this.#format = options.format ?? emptyFormat;
    if (!target.whole) return;
    this.checkpoint = () => {
      this.#wholeBytes = this.#intake.byteCount;
    };
    this.takeBack = () => this.#takeBack();
  }

  refuses(format: AudioFormat): string | undefined {
    return this.#intake.refuses(format);
  }

  write(chunk: AudioChunk): Promise<void> | void {
    if (this.#stopped) return;
    if (this.#failure) throw this.#failure;
    this.#intake.admit(chunk);
    const bytes = this.#begun ? chunk.bytes : Buffer.concat([this.#begin(chunk.format), chunk.bytes]);
    this.#checkSize();
    return this.#put(bytes);
  }

  async #takeBack(): Promise<void> {
    if (this.#stopped) return;
    const voidBytes = this.#intake.byteCount - this.#wholeBytes;
    this.#intake.takeBack(this.#wholeBytes);
    const storedBytes = voidBytes - this.#fill;
    this.#fill = Math.max(0, -storedBytes);
    if (storedBytes > 0) await this.#target.cut(this.#headerBytes + this.#wholeBytes);
  }

  drain(): Promise<void> {
    if (!this.#stopped) this.#work = this.#work.then(() => this.#finish());
    return this.#work;
  }

  abort(): void {
    this.#stopped = true;
    this.#target.release();
  }

  position(): PlayPosition {
    return this.#intake.position();
  }

  keepPartial(): Promise<string | undefined> {
    return this.#endOnce(() => this.#keep());
  }

  async discard(): Promise<void> {
    await this.#endOnce(() => this.#target.discard().then(() => undefined));
  }

  #endOnce(end: () => Promise<string | undefined>): Promise<string | undefined> {
    this.abort();
    // Whoever called `write` or `drain` has been told of its failure.
    this.#end ??= this.#work.catch(() => {}).then(() => (this.#finished ? undefined : end()));
    return this.#end;
  }

  #header(dataBytes: number | 'stream'): Uint8Array {
    return this.#container === 'raw' ? new Uint8Array(0) : wavHeader(this.#format, dataBytes);
  }

  /** The header as it stands until the length is known; for a target that is never patched, for good. */
  #begin(format: AudioFormat): Uint8Array {
    this.#begun = true;
    this.#format = format;
    const header = this.#header('stream');
    this.#headerBytes = header.length;
    return header;
  }

  #fileBytes(audioBytes: number): number {
    return this.#headerBytes + audioBytes + (this.#container === 'wav' ? audioBytes % 2 : 0);
  }

  #checkSize(): void {
    if (this.#fileBytes(this.#intake.byteCount) <= this.#maxBytes) return;
    this.#failure = new SpeechError('E_WAV_SIZE', `${this.path} would pass ${this.#maxBytes} bytes`);
    throw this.#failure;
  }

  #put(bytes: Uint8Array): Promise<void> | void {
    if (this.#fill + bytes.length < this.#gathered.length) {
      this.#gathered.set(bytes, this.#fill);
      this.#fill += bytes.length;
      return;
    }
    this.#work = this.#writeOut(bytes);
    return this.#work;
  }

  /** Writes what was gathered, then `bytes`. After an abort a failure no longer interests anyone. */
  async #writeOut(bytes: Uint8Array): Promise<void> {
    const gathered = this.#gathered.subarray(0, this.#fill);
    this.#fill = 0;
    try {
      if (gathered.length > 0) await this.#target.write(gathered);
      if (bytes.length > 0) await this.#target.write(bytes);
    } catch (thrown) {
      if (this.#stopped) return;
      this.#failure = thrown instanceof Error ? thrown : new Error(String(thrown));
      throw thrown;
    }
  }

  async #finish(): Promise<void> {
    if (this.#finished) return;
    if (this.#failure) throw this.#failure;
    await this.#writeOut(this.#begun ? new Uint8Array(0) : this.#begin(this.#format));
    if (this.#stopped) return;
    await this.#seal(this.#intake.byteCount);
    if (this.#stopped) return;
    await this.#target.commit();
    this.#finished = true;
  }

  /** Gives a WAV file its true length, and the pad byte that an odd one wants. */
  #seal(audioBytes: number): Promise<void> {
    return this.#target.seal(this.#fileBytes(audioBytes), this.#header(audioBytes));
  }

  /** After a full disk less was written than was received; the file then ends with its last whole sample. */
  async #keep(): Promise<string | undefined> {
    await this.#writeOut(new Uint8Array(0));
    const stored = Math.max(0, this.#target.bytesWritten - this.#headerBytes);
    const audioBytes = stored - (stored % (frameBytes(this.#format) ?? 1));
    if (audioBytes === 0) return this.#target.discard().then(() => undefined);
    await this.#seal(audioBytes);
    return this.#target.keepAs(partialPath(this.#target.path, this.#container === 'wav' ? '.wav' : ''));
  }
}

/**
 * Opens a file to write audio to, before any audio is there: what is wrong with the path is told at once
 * (SpeechError E_FILE, E_DISK_FULL). Later writes reject with these, with E_WAV_SIZE before a WAV file would pass
 * 4 GiB, or with PipeClosed where the target is a FIFO that nobody reads any more. What exists and is no regular
 * file (/dev/full, a FIFO, /dev/stdout) is written directly. The position counts samples received.
 */
export async function createFileSink(options: FileSinkOptions): Promise<FileSink> {
  const target = await openTarget(options.path, options.clock ?? systemClock, options.signal);
  return new TargetSink(target, options);
}
