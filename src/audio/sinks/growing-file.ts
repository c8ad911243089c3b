import { open, stat } from 'node:fs/promises';
import type { Clock } from '../../clock.ts';
import { openTarget } from './target.ts';
import { writeError } from './write-error.ts';

/** A file that is read while it grows: it has its final name from the start. */
export interface GrowingFile {
  /** Appends; in the file when it resolves. Rejects with SpeechError E_FILE or E_DISK_FULL. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Empties the file, or makes it; what is no regular file (a FIFO, /dev/stdout) is written to as it is. The signal ends
 * the wait for a FIFO's reader. Rejects with SpeechError E_FILE where it cannot be written.
 */
export async function createGrowingFile(path: string, clock: Clock, signal?: AbortSignal): Promise<GrowingFile> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile() && !found.isDirectory()) {
    const target = await openTarget(path, clock, signal);
    return { append: (text) => target.write(Buffer.from(text, 'utf8')), close: () => target.commit() };
  }
  const named = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw writeError(thrown, path);
    }
  };
  const handle = await named(() => open(path, 'w'));
  return {
    append: (text) => named(() => handle.appendFile(text, 'utf8')),
    close: () => named(() => handle.close()),
  };
}
