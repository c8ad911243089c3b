import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atExit } from './at-exit.ts';
import type { Target } from './target.ts';
import { writeError } from './write-error.ts';

/** In the directory of the final name, so that the rename stays within one file system. */
function temporaryName(path: string): string {
  return join(dirname(path), `.vox-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was renamed or removed a moment ago, or its directory is gone.
  }
}

class TemporaryFile implements Target {
  readonly whole = true;
  readonly path: string;
  readonly writePath: string;
  readonly #handle: FileHandle;
  readonly #forget: () => void;
  #bytesWritten = 0;

  constructor(path: string, writePath: string, handle: FileHandle) {
    this.path = path;
    this.writePath = writePath;
    this.#handle = handle;
    this.#forget = atExit(() => unlinkQuietly(writePath));
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#named(async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, this.#bytesWritten);
        done += bytesWritten;
        this.#bytesWritten += bytesWritten;
      }
    });
  }

  async cut(lengthBytes: number): Promise<void> {
    await this.#named(() => this.#handle.truncate(lengthBytes));
    this.#bytesWritten = lengthBytes;
  }

  async seal(lengthBytes: number, start: Uint8Array): Promise<void> {
    await this.#named(async () => {
      if (lengthBytes !== this.#bytesWritten) await this.#handle.truncate(lengthBytes);
      if (start.length > 0) await this.#handle.write(start, 0, start.length, 0);
    });
  }

  async commit(): Promise<void> {
    await this.keepAs(this.path);
  }

  async keepAs(path: string): Promise<string> {
    await this.#named(async () => {
      await this.#handle.close();
      await rename(this.writePath, path);
    });
    this.#forget();
    return path;
  }

  async discard(): Promise<void> {
    await this.#named(async () => {
      await this.#handle.close();
      await rm(this.writePath, { force: true });
    });
    this.#forget();
  }

  release(): void {}

  async #named(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      throw writeError(thrown, this.path);
    }
  }
}

/**
 * Makes an empty file beside `path` that takes this name when it is whole. `mode` is that of the file to be
 * replaced, if there is one. It is removed when the process exits before that. Rejects with the system's error.
 */
export async function createTemporaryFile(path: string, mode = 0o666): Promise<Target> {
  const writePath = temporaryName(path);
  return new TemporaryFile(path, writePath, await open(writePath, 'wx', mode & 0o777));
}
