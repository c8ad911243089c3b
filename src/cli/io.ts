import type { Readable, Writable } from 'node:stream';
import { readKeys } from './keys.ts';

/** A stream that may be a terminal. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

/** Everything a command touches of the process, so that a test can run one without a process. */
export interface Io {
  readonly stdin: Readable & Terminal;
  readonly stdout: Writable & Terminal;
  readonly stderr: Writable & Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `first` on the first signal to stop, and `again` on every later one. Returns what takes it back. */
  onStop(first: (signal: StopSignal) => void, again: () => void): () => void;
  /**
   * Calls `onKey` for each key pressed at the terminal of stdin, until what it returns is called; Ctrl-C stays a signal.
   * Undefined where stdin is no terminal, or somebody else's.
   */
  onKeys(onKey: (key: string) => void): (() => void) | undefined;
  /** Ends the process at once. Unlike the signal itself it lets temporary files be removed. */
  quit(exitCode: number): void;
}

/** `quit` is bin's, the only place that ends the process. */
export function processIo(quit: (exitCode: number) => void): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    quit,
    onKeys: readKeys,
    onStop(first, again) {
      let stopping = false;
      const onSignal = (signal: StopSignal) => {
        if (stopping) return again();
        stopping = true;
        first(signal);
      };
      for (const signal of stopSignals) process.on(signal, onSignal);
      return () => {
        for (const signal of stopSignals) process.off(signal, onSignal);
      };
    },
  };
}
