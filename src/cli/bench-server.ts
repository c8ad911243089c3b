import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { childEnv } from '../audio/child-env.ts';
import { type Clock, pause } from '../clock.ts';
import { type ErrorCode, errorTable, SpeechError } from '../errors.ts';

/** A `vox serve` in a process of its own, so that it takes no time from the one that measures. */
export interface LocalServer {
  readonly wsUrl: string;
  readonly key: string;
  /** Ends it, and resolves when it is gone. */
  close(): Promise<void>;
}

export interface LocalServerOptions {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How many are listened to at once; left out: as many as `vox serve` does. */
  readonly maxListeners?: number;
  /** It ended by itself, while it was wanted. */
  readonly onLost: (words: string) => void;
  /** The executable of vox, for tests. */
  readonly voxPath?: string;
}

/** Time to start, and to end once it is told to. */
const startMs = 20_000;
const endMs = 3000;
/** Of what it complained about. */
const keptChars = 2000;

/**
 * Where the executable is: beside the bundle, wherever that is installed. In tests this is a source file, with the
 * same folder two steps up.
 */
function ownExecutable(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith('.ts') ? '../../bin/vox.js' : '../bin/vox.js', here));
}

/** Starts it, and waits until it serves. Rejects with its own error, in its own words. */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const { clock, env, signal, maxListeners, onLost, voxPath = ownExecutable() } = options;
  if (signal.aborted) throw signal.reason;
  const key = randomBytes(24).toString('base64url');
  const listeners = maxListeners === undefined ? [] : ['--max-listeners', String(maxListeners)];
  const args = [voxPath, 'serve', '--port', '0', '--json', '--until-stdin-ends', ...listeners];
  const child = spawn(process.execPath, args, {
    // The key in the environment: arguments are seen by everyone.
    env: { ...childEnv(env), VOX_SERVE_KEY: key },
    // Its stdin is the rope: it breaks when this process ends, even by SIGKILL, and then the server ends too.
    stdio: ['pipe', 'pipe', 'pipe'],
    // Not in our group: a Ctrl-C at the terminal must not take it away from runs that are being ended.
    detached: true,
    windowsHide: true,
  });
  const { ended, complaint } = watch(child);
  const close = async () => {
    child.stdin?.end();
    const late = new AbortController();
    await Promise.race([ended, pause(clock, endMs, late.signal).catch(() => {})]);
    late.abort();
    child.kill('SIGKILL');
    await ended;
  };
  try {
    const wsUrl = await served(child, { ended, complaint, clock, signal });
    let closing = false;
    void ended.then(() => {
      if (!closing) onLost(`the local server has ended${complaint()}`);
    });
    return {
      wsUrl,
      key,
      close: () => {
        closing = true;
        return close();
      },
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Collects what it says on stderr, which is not mixed into ours, and its end, which never rejects. */
function watch(child: ChildProcess) {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-keptChars);
  });
  child.stdin?.on('error', () => {
    // It has ended before: that is told by its end.
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      said = error.message;
      resolve();
    });
  });
  return { ended, complaint: () => (said.trim() === '' ? '' : `: ${said.trim().split('\n').at(-1) ?? ''}`) };
}

interface Starting {
  readonly ended: Promise<void>;
  readonly complaint: () => string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The address, from the first line of its stdout. */
async function served(child: ChildProcess, { ended, complaint, clock, signal }: Starting): Promise<string> {
  const done = new AbortController();
  const tooLate = pause(clock, startMs, AbortSignal.any([signal, done.signal])).then(() => {
    throw failed(`did not start in ${startMs / 1000} s${complaint()}`);
  });
  const early = ended.then(() => {
    throw failed(`did not start${complaint()}`);
  });
  try {
    const line = await Promise.race([firstLine(child), early, tooLate]);
    return addressIn(line);
  } finally {
    // What has not won is looked at by nobody.
    early.catch(() => {});
    tooLate.catch(() => {});
    done.abort();
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      // All that follows is read and dropped: a pipe that is full would stop it.
      if (text.includes('\n')) return;
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

/** What `vox serve --json` says first: where it is, or why it is not. */
function addressIn(line: string): string {
  let told: unknown;
  try {
    told = JSON.parse(line);
  } catch {
    throw failed('did not say where it is');
  }
  const read = (name: string): unknown =>
    typeof told === 'object' && told !== null ? Reflect.get(told, name) : undefined;
  const wsUrl = read('wsUrl');
  if (typeof wsUrl === 'string') return wsUrl;
  const [code, message, todo] = [read('code'), read('message'), read('todo')];
  if (!isErrorCode(code) || typeof message !== 'string') throw failed('did not say where it is');
  const options = typeof todo === 'string' ? { todo } : {};
  throw new SpeechError(code, `the local server did not start: ${message}`, options);
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorTable, code);
}

function failed(words: string): SpeechError {
  return new SpeechError('E_ENGINE', `the local server ${words}`, { todo: 'see what `vox serve` says by itself' });
}
