import type { ChildProcessByStdio } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SpeechError } from '../../errors.ts';
import { childEnv } from '../child-env.ts';
import { atExit } from '../sinks/at-exit.ts';

/** What is kept of what a player says on its stderr: the end, where the reason stands. */
const keptChars = 4000;

/**
 * A player program that runs. It never outlives this process, nor does a Ctrl-C at the terminal reach it: it is in a
 * group of its own, so that it ends when we say so, and not before we know why.
 */
export class PlayerChild {
  readonly name: string;
  /** Resolves when the program is gone, with undefined if it ended well and was not killed, else with the reason. */
  readonly ended: Promise<string | undefined>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #said = '';
  #killed = false;

  constructor(name: string, command: string, argv: readonly string[]) {
    this.name = name;
    this.#child = spawn(command, argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      detached: process.platform !== 'win32',
      // What Node was told for this process (an inspector, a loader) is not meant for a player that is one, too.
      env: { ...childEnv(), NODE_OPTIONS: '' },
    });
    this.#child.stdout.resume();
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-keptChars);
    });
    // A program that ends early closes its stdin: the reason is in its exit, not in our EPIPE.
    this.#child.stdin.on('error', () => {});
    const forget = atExit(() => this.#child.kill('SIGKILL'));
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (status, signal) => resolve(this.#reason(status, signal)));
    });
    void this.ended.then(forget);
  }

  get killed(): boolean {
    return this.#killed;
  }

  /** Resolves when the program has written this, to its stdout or its stderr, in as many pieces as it likes. */
  says(words: RegExp): Promise<void> {
    return new Promise((resolve) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        let said = '';
        const listen = (text: Buffer | string) => {
          said = (said + text).slice(-keptChars);
          if (!words.test(said)) return;
          stream.off('data', listen);
          resolve();
        };
        stream.on('data', listen);
      }
    });
  }

  /** A promise when the pipe is full: it resolves when there is room, or when nobody will ever read again. */
  write(bytes: Uint8Array): Promise<void> | void {
    if (this.#child.stdin.write(bytes)) return;
    return new Promise((resolve) => {
      this.#child.stdin.once('drain', resolve);
      this.#child.stdin.once('close', () => resolve());
    });
  }

  end(): void {
    this.#child.stdin.end();
  }

  /** Not to be caught or put off: what the program held is never heard. */
  kill(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
    this.#child.stdin.destroy();
  }

  failure(reason: string): SpeechError {
    const bare = reason.startsWith(`${this.name}: `) ? reason.slice(this.name.length + 2) : reason;
    return new SpeechError('E_DEVICE', `${this.name}: ${bare}`);
  }

  #reason(status: number | null, signal: NodeJS.Signals | null): string | undefined {
    if (status === 0) return undefined;
    if (signal) return `ended by ${signal}`;
    // A program of ours ends with a trace, in which the error's own line is the one to show.
    const thrown = /^\w*Error: (.+)$/m.exec(this.#said)?.[1];
    return thrown ?? (this.#said.trim().split('\n').at(-1) || `ended with status ${status}`);
  }
}

/** What a program writes to stdout and stderr when it is asked something; empty when it does not answer in 2 s. */
export function askProgram(name: string, argv: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(
      name,
      argv,
      { timeout: 2000, windowsHide: true, env: childEnv() },
      (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      },
    );
    child.stdin?.end();
  });
}
