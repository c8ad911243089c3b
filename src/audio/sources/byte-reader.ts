import { constants, openSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { SpeechError } from '../../errors.ts';
import { readFault } from '../read-fault.ts';

/** Where bytes come from. */
export interface ByteReader {
  readonly name: string;
  /** Of a regular file. */
  readonly sizeBytes: number | undefined;
  /** Undefined at the end. What it gave before may be overwritten. Rejects with SpeechError E_FILE. */
  read(): Promise<Uint8Array | undefined>;
  /** Lets go of the file or the stream; a `read` that waits then settles. Safe to call twice. */
  close(): Promise<void>;
}

/** As much of a stream of Node's as is needed here: who uses the library's types need not have Node's. */
export interface ByteStream extends AsyncIterable<unknown> {
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
}

/** 1.5 s of 44.1 kHz stereo: an hour takes 2400 reads. */
const blockBytes = 256 * 1024;

function unreadable(name: string, thrown: unknown): SpeechError {
  return new SpeechError('E_FILE', `cannot read ${name}: ${readFault(thrown)}`, { cause: thrown });
}

/** Rejects with SpeechError E_FILE where the system does not let it be read. */
export async function openBytes(path: string): Promise<ByteReader> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    // A thread that opens or reads a pipe that never speaks could not be called back: such a thing is polled.
    if (found.isFIFO()) return new StreamReader(path, openPipe(path));
    const file = await open(path, 'r');
    return new FileReader(path, file, found.isFile() ? found.size : undefined);
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

/** Opening such a pipe returns at once, whether or not anybody writes into it yet; the socket then has its descriptor. */
function openPipe(path: string): ByteStream {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

class FileReader implements ByteReader {
  readonly name: string;
  readonly sizeBytes: number | undefined;
  readonly #file: FileHandle;
  readonly #block = Buffer.allocUnsafeSlow(blockBytes);
  #closed = false;

  constructor(name: string, file: FileHandle, sizeBytes: number | undefined) {
    this.name = name;
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#closed) return undefined;
    try {
      const { bytesRead } = await this.#file.read(this.#block, 0, blockBytes, null);
      return bytesRead === 0 ? undefined : this.#block.subarray(0, bytesRead);
    } catch (thrown) {
      throw unreadable(this.name, thrown);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }
}

/** A pipe or stdin. Nothing is read from it before the first `read`, nor more than a stream's own buffer ahead. */
export class StreamReader implements ByteReader {
  readonly name: string;
  readonly sizeBytes = undefined;
  readonly #stream: ByteStream;
  readonly #pieces: AsyncIterator<unknown>;
  #closed = false;

  constructor(name: string, stream: ByteStream) {
    this.name = name;
    this.#stream = stream;
    this.#pieces = stream[Symbol.asyncIterator]();
    // After `close` nobody waits for what the stream has to say.
    stream.on('error', () => {});
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#closed) return undefined;
    try {
      for (;;) {
        const { done, value } = await this.#pieces.next();
        if (done) return undefined;
        const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value));
        if (bytes.length > 0) return bytes;
      }
    } catch (thrown) {
      if (this.#closed) return undefined;
      throw unreadable(this.name, thrown);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.destroy();
  }
}
