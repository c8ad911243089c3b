import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnv, root, scratch, voxPath } from '../support/vox.ts';

/** How long something may take to appear; nothing here takes a tenth of it. */
const patienceMs = 20_000;

/** A terminal with somebody in front of it, by tmux: what vox shows there, and keys for it. */
export class Screen {
  readonly #folder = scratch();
  readonly #env: NodeJS.ProcessEnv;
  #watcher: ChildProcess | undefined;
  #waiting = new Set<() => void>();

  /** Runs `vox` with these arguments on a screen of 100 columns; behind it stands its exit code. */
  static async of(args: readonly string[], env: Record<string, string> = {}, columns = 100): Promise<Screen> {
    const screen = new Screen(env);
    // The shell must survive a Ctrl-C, which is meant for vox; `cat` keeps the screen as it is.
    const script = 'trap : INT; "$@"; echo "exit code $?"; exec cat';
    const command = ['sh', '-c', script, 'sh', process.execPath, voxPath, ...args];
    await screen.#tmux('new-session', '-d', '-s', 'vox', '-x', String(columns), '-y', '40', '-c', root, ...command);
    screen.#watch();
    return screen;
  }

  private constructor(env: Record<string, string>) {
    this.#env = cleanEnv({ ...env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color', TMUX: undefined });
  }

  /** The rows down to the last that is not empty. With `escapes`, colours and all. */
  async rows({ escapes = false } = {}): Promise<string[]> {
    const text = await this.#tmux('capture-pane', '-p', '-t', 'vox', ...(escapes ? ['-e'] : []));
    return text.trimEnd().split('\n');
  }

  /** Resolves with the rows when one of them is as wanted. */
  async until(wanted: RegExp): Promise<string[]> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const news = new Promise<void>((resolve) => this.#waiting.add(resolve));
      const rows = await this.rows();
      if (rows.some((row) => wanted.test(row))) return rows;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new Error(`${wanted} did not come; the screen shows:\n${rows.join('\n')}`);
      const timer = setTimeout(() => this.#wake(), leftMs);
      await news;
      clearTimeout(timer);
    }
  }

  /** Whether the terminal is as a shell leaves it: what is typed is shown, comes line by line, and Ctrl-C is a signal. */
  async isUsual(): Promise<boolean> {
    const terminal = await this.#tmux('display-message', '-p', '-t', 'vox', '#{pane_tty}');
    const { stdout } = await promisify(execFile)('stty', ['-F', terminal.trim(), '-a']);
    return ['echo', 'icanon', 'isig', 'icrnl'].every((name) => new RegExp(`(^|\\s)${name}\\b`).test(stdout));
  }

  /** Presses keys, by tmux's names (`C-c`, `Enter`) or as text. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', '-t', 'vox', ...keys);
  }

  async close(): Promise<void> {
    // A server does not end while a client of this kind has not read all that it was told.
    this.#watcher?.kill('SIGKILL');
    // Whatever still runs on it ends with it.
    await this.#tmux('kill-server').catch(() => {});
    this.#folder.remove();
  }

  /** A client that is told of every change. It has no size of its own. */
  #watch(): void {
    const args = [...this.#socket(), '-C', 'attach-session', '-t', 'vox', '-f', 'ignore-size,read-only'];
    this.#watcher = spawn('tmux', args, { env: this.#env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#watcher.stdout?.on('data', () => this.#wake());
    this.#watcher.stdin?.on('error', () => {});
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const resolve of waiting) resolve();
  }

  #socket(): string[] {
    return ['-u', '-f', '/dev/null', '-S', join(this.#folder.path, 'tmux')];
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('tmux', [...this.#socket(), ...args], { env: this.#env });
    return stdout;
  }
}
