import { constants, openSync } from 'node:fs';
import { access, open, realpath, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Clock } from '../../clock.ts';
import { pause } from '../../clock.ts';
import { SpeechError } from '../../errors.ts';
import { PipeWriter } from './pipe-writer.ts';
import { createTemporaryFile } from './temporary-file.ts';
import { PipeClosed, systemCode, writeError } from './write-error.ts';

/** Where a file sink's bytes go. One call at a time; everything rejects with what `writeError` makes. */
export interface Target {
  /**
   * True for a file under a temporary name, which can be sealed, renamed and thrown away. False for what exists and
   * is no regular file: its bytes are gone when they are written.
   */
  readonly whole: boolean;
  /** What it will be called, symbolic links followed. */
  readonly path: string;
  /** Where the bytes are now. */
  readonly writePath: string;
  readonly bytesWritten: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Cuts the file to that length; what is written next follows there. Only where `whole`. */
  cut(lengthBytes: number): Promise<void>;
  /** Makes the file that long (cut, or filled with zeros) and overwrites its start. Nothing where not `whole`. */
  seal(lengthBytes: number, start: Uint8Array): Promise<void>;
  /** All is written: closes it, and gives it its final name. */
  commit(): Promise<void>;
  /** Closes it and gives it another name, which is returned; undefined where not `whole`. */
  keepAs(path: string): Promise<string | undefined>;
  /** Closes it, and removes it where `whole`. */
  discard(): Promise<void>;
  /** Ends a wait in `write`, at once. Only one of the three calls that close may follow. */
  release(): void;
}

/** The names under which a process finds its own open files: they mean the open file, not the one behind it. */
export const openFiles = /^\/(dev\/(stdout|stderr|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/;
/** How often a FIFO is looked at for a reader. */
const fifoPollMs = 20;

interface Outlet {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Resolves when all that was written is gone, before `close`. */
  flushed(): Promise<void>;
}

/** What exists already, and gets every byte as it comes: there is nothing to seal, to rename or to take back. */
function directTarget(path: string, { write, close, flushed }: Outlet): Target {
  let bytesWritten = 0;
  return {
    whole: false,
    path,
    writePath: path,
    get bytesWritten() {
      return bytesWritten;
    },
    async write(bytes) {
      await write(bytes);
      bytesWritten += bytes.length;
    },
    cut: async () => {},
    seal: async () => {},
    commit: () => flushed().finally(close),
    keepAs: async () => {
      await close();
      return undefined;
    },
    discard: close,
    release: () => void close(),
  };
}

/** A device, or an open file by its name in /dev. Appends, so that what `>>` left there stays. */
async function openDevice(path: string): Promise<Target> {
  const handle = await open(path, constants.O_WRONLY | constants.O_APPEND);
  return directTarget(path, {
    write: (bytes) =>
      handle.writeFile(bytes).catch((thrown: unknown) => {
        throw writeError(thrown, path);
      }),
    flushed: async () => {},
    close: () => handle.close(),
  });
}

/**
 * Opens a FIFO without the call that blocks until there is a reader: in Node such a call cannot be called off, and
 * while it or a write hangs, the process cannot exit.
 */
async function openFifo(path: string, clock: Clock, signal: AbortSignal | undefined): Promise<Target> {
  for (;;) {
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return fifoTarget(path, new Socket({ fd, readable: false, writable: true }));
    } catch (thrown) {
      if (systemCode(thrown) !== 'ENXIO') throw thrown;
      if (openFiles.test(path)) throw new PipeClosed(`${path} is read by nobody`);
    }
    await pause(clock, fifoPollMs, signal);
  }
}

function fifoTarget(path: string, socket: Socket): Target {
  const writer = new PipeWriter(socket, path);
  return directTarget(path, {
    write: async (bytes) => writer.write(bytes),
    flushed: () => writer.flushed(),
    async close() {
      writer.release();
      socket.destroy();
    },
  });
}

/**
 * Opens what a path means: a new file under a temporary name in the same directory, which takes the final name when
 * whole (also over an existing file, its mode kept, symbolic links followed); or, where the path is no regular file
 * (/dev/full, a FIFO, /dev/stdout), that itself. Waits for a FIFO's reader, until the signal says otherwise.
 * Rejects with SpeechError E_FILE or E_DISK_FULL, or with PipeClosed.
 */
export async function openTarget(path: string, clock: Clock, signal?: AbortSignal): Promise<Target> {
  if (/[/\\]$|^$/.test(path)) throw new SpeechError('E_FILE', `cannot write '${path}': that names no file`);
  try {
    const found = await stat(path).catch((thrown: unknown) => {
      if (systemCode(thrown) === 'ENOENT') return undefined;
      throw thrown;
    });
    if (found?.isFIFO()) return await openFifo(path, clock, signal);
    if (found && (openFiles.test(path) || !found.isFile())) return await openDevice(path);
    // Renaming over a file asks nobody whether it may be written.
    if (found) await access(path, constants.W_OK);
    return await createTemporaryFile(found ? await realpath(path) : path, found?.mode);
  } catch (thrown) {
    if (signal?.aborted) throw signal.reason;
    throw writeError(thrown, path);
  }
}
