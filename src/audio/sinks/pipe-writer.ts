import type { Writable } from 'node:stream';
import { PipeClosed, writeError } from './write-error.ts';

const nothing = new Uint8Array(0);

/**
 * Writes to a Node stream with back-pressure, and with its failures as rejections of the write that meets them
 * (PipeClosed, or a SpeechError naming `name`). Bytes belong to the stream until it has written them. It never ends
 * the stream: standard output is not ours to close.
 */
export class PipeWriter {
  readonly #stream: Writable;
  readonly #name: string;
  #failure: Error | undefined;
  #released = false;
  #waiting: (() => void)[] = [];

  constructor(stream: Writable, name: string) {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', (error) => this.#fail(error));
    stream.on('close', () => this.#fail());
    stream.on('drain', () => this.#wake());
  }

  /** Returns at once while the stream has room, else when it has room again. Throws or rejects once it has failed. */
  write(bytes: Uint8Array): Promise<void> | void {
    this.#check();
    if (this.#released || this.#stream.write(bytes)) return;
    return this.#woken();
  }

  /** Resolves when everything has left the stream. */
  flushed(): Promise<void> {
    const woken = this.#woken();
    if (this.#stream.destroyed || this.#released) this.#wake();
    else this.#stream.write(nothing, (error) => (error ? this.#fail(error) : this.#wake()));
    return woken;
  }

  /** Lets whoever waits go, and takes no more. What the stream already has cannot be taken back. */
  release(): void {
    this.#released = true;
    this.#wake();
  }

  async #woken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
    this.#check();
  }

  #check(): void {
    if (this.#released) return;
    // A destroyed stream takes writes without a word: no callback, no event.
    if (this.#stream.destroyed) this.#fail(this.#stream.errored ?? undefined);
    if (this.#failure) throw this.#failure;
  }

  /** An end without an error is that of the reader. */
  #fail(error?: Error): void {
    this.#failure ??= error ? writeError(error, this.#name) : new PipeClosed(`${this.#name} was closed`);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
