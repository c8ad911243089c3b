import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder of programs that vox finds on its PATH instead of those of the machine. */
export interface FakePrograms {
  /** For the environment. */
  readonly PATH: string;
  /** A program is a script, in sh. */
  put(name: string, script: string): void;
}

export function fakePrograms(folder: string): FakePrograms {
  mkdirSync(folder, { recursive: true });
  return {
    PATH: folder,
    put: (name, script) => writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 }),
  };
}

/** Gives this audio, and then nothing more until it is ended; tells its parent's number to a file beside it. */
export function recordingOf(path: string): string {
  return `echo $PPID > "$0.parent"\n/bin/cat '${path}'\nexec /usr/bin/tail -f /dev/null`;
}

/** Gives this audio over and over, as a microphone does, until it is ended. */
export function endlessRecordingOf(path: string): string {
  return `echo $PPID > "$0.parent"\nwhile /bin/cat '${path}'; do /bin/sleep 0.5; done`;
}

/** Gives this audio, and then ends like that: `kill -9 $$`, `exit 3`. */
export function brokenRecordingOf(path: string, end: string): string {
  return `/bin/cat '${path}'\n${end}`;
}
