import type { Clock } from '../clock.ts';
import type { Io } from './io.ts';

/** What the program hands to each command: the process's ends, time, and where the exit code goes. */
export interface CommandContext {
  readonly io: Io;
  readonly clock: Clock;
  exit(code: number): void;
}
