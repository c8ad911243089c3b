import type { ByteReader } from './byte-reader.ts';

const nothing = new Uint8Array();

/**
 * Bytes to be read in order, with a look ahead. What `next` gives is valid until the next call of any method: the
 * memory may be used again.
 */
export class ByteInput {
  readonly name: string;
  /** Of a regular file. */
  readonly sizeBytes: number | undefined;
  readonly #reader: ByteReader;
  #held: Uint8Array = nothing;
  /** What is held lies in the reader's memory, which its next read may use again. */
  #borrowed = false;
  #ended = false;
  #taken = 0;

  constructor(reader: ByteReader) {
    this.name = reader.name;
    this.sizeBytes = reader.sizeBytes;
    this.#reader = reader;
  }

  /** How many bytes were taken or skipped so far. */
  get position(): number {
    return this.#taken;
  }

  /** Whether the end was met; bytes may still be held. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The next bytes, at least so many unless the input ends before; they stay to be read. */
  async peek(least: number): Promise<Uint8Array> {
    while (this.#held.length < least && !this.#ended) {
      if (this.#borrowed) this.#held = new Uint8Array(this.#held);
      this.#borrowed = false;
      const bytes = await this.#reader.read();
      if (bytes === undefined) this.#ended = true;
      else this.#held = Buffer.concat([this.#held, bytes]);
    }
    return this.#held;
  }

  /** Drops bytes, reading on where they are not here yet. Resolves with how many there were. */
  async skip(count: number): Promise<number> {
    let left = count;
    while (left > 0) {
      const bytes = await this.next(left);
      if (bytes === undefined) break;
      left -= bytes.length;
    }
    return count - left;
  }

  /** Between 1 and `most` bytes; undefined at the end. */
  async next(most: number): Promise<Uint8Array | undefined> {
    while (this.#held.length === 0 && !this.#ended) {
      const bytes = await this.#reader.read();
      if (bytes === undefined) this.#ended = true;
      else this.#held = bytes;
      this.#borrowed = true;
    }
    if (this.#held.length === 0) return undefined;
    const bytes = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(bytes.length);
    this.#taken += bytes.length;
    return bytes;
  }

  close(): Promise<void> {
    this.#held = nothing;
    return this.#reader.close();
  }
}
