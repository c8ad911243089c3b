import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Everything a command touches of the process, so that a test can run one without a process. */
export interface Io {
  readonly stdin: Readable & Terminal;
  readonly stdout: Writable & Terminal;
  readonly stderr: Writable & Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `fn` on the first SIGINT or SIGTERM; the next one ends the process. Returns what takes it back. */
  onStop(fn: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
}

export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onStop(fn) {
      const off = () => {
        process.off('SIGINT', onInt);
        process.off('SIGTERM', onTerm);
      };
      const onInt = () => {
        off();
        fn('SIGINT');
      };
      const onTerm = () => {
        off();
        fn('SIGTERM');
      };
      process.on('SIGINT', onInt);
      process.on('SIGTERM', onTerm);
      return off;
    },
  };
}
