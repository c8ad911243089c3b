import type { ByteReader } from '../sources/byte-reader.ts';

/** Bytes from one who has them to one who asks for them, a piece at a time: the giver waits for the reader. */
export class HandOver implements ByteReader {
  readonly name: string;
  readonly sizeBytes = undefined;
  #piece: Uint8Array | undefined;
  #ended = false;
  #given = () => {};
  #taken = () => {};

  constructor(name: string) {
    this.name = name;
  }

  /** Resolves when the reader is done with the bytes and wants more, or wants no more at all. One call at a time. */
  give(bytes: Uint8Array): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#piece = bytes;
      this.#taken = resolve;
      this.#given();
    });
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#piece === undefined) {
      this.#taken();
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#given = resolve;
      });
    }
    const piece = this.#piece;
    this.#piece = undefined;
    return piece;
  }

  /** No more comes, or no more is wanted. */
  async close(): Promise<void> {
    this.#ended = true;
    this.#given();
    this.#taken();
  }
}
