import { statSync } from 'node:fs';
import { openFiles } from '../audio/sinks/target.ts';
import type { Running } from './running.ts';

/**
 * For `--skip-existing`: leaves out those whose files are there. Files take their names when they are whole, so that
 * what is there is done, even when the run before was killed.
 */
export class Existing {
  skipped = 0;
  readonly #wanted: boolean;

  constructor(wanted: boolean | undefined) {
    this.#wanted = wanted === true;
  }

  /** Whether all of them are there, and nothing is to be made. */
  has(paths: readonly (string | undefined)[]): boolean {
    const done = this.#wanted && paths.length > 0 && paths.every((path) => path !== undefined && isFile(path));
    if (done) this.skipped++;
    return done;
  }

  tell({ reporter }: Pick<Running, 'reporter'>): void {
    if (this.skipped > 0) reporter.note(`left as it was, because its file is there: ${this.skipped}`);
  }
}

/** A pipe, a device or a folder of that name is no work that was done, and neither is what the shell opened for stdout. */
function isFile(path: string): boolean {
  return !openFiles.test(path) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
