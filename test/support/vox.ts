import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const root = dirname(dirname(import.meta.dirname));
export const voxPath = join(root, 'bin', 'vox.js');

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string | undefined>;
  readonly input?: string | Uint8Array;
  /** Instead of `input`: called with the running child, to feed or to stop it. */
  readonly during?: (child: ChildProcess) => void | Promise<void>;
  /** One that has not ended by then is killed, and the run fails: it would have hung for ever. */
  readonly withinMs?: number;
}

/** The environment of a user with no key and no configuration. */
export function cleanEnv(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, XDG_CONFIG_HOME: join(tmpdir(), 'vox-no-config') };
  for (const name of Object.keys(env)) {
    if (
      /^(SLNG|DEEPGRAM|TELNYX)_API_KEY$|^VOX_(PROVIDER|ENDPOINT|SERVE_KEY|CONFIG)$|^(CI|NO_COLOR|FORCE_COLOR)$/.test(
        name,
      )
    )
      delete env[name];
  }
  return { ...env, ...extra };
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const spawning: SpawnOptions = { cwd: options.cwd ?? root, env: cleanEnv(options.env), stdio: 'pipe' };
  const child = spawn(program, args, spawning);
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  child.stdin?.on('error', () => {
    // The child may end before it has read all: that is its right.
  });
  const { withinMs = 25_000 } = options;
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, withinMs);
  const closed = once(child, 'close').finally(() => clearTimeout(limit));
  if (options.during) await options.during(child);
  else child.stdin?.end(options.input ?? '');
  const [code, signal] = await closed;
  if (hung) throw new Error(`${args.join(' ')} did not end within ${withinMs} ms; stderr: ${stderr}`);
  return { code, signal, stdout: Buffer.concat(stdout), stderr };
}

/** Runs the real command. */
export function vox(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run(process.execPath, [voxPath, ...args], options);
}

/** A `vox serve` in a process of its own, on a free port. */
export interface Served {
  readonly wsUrl: string;
  readonly url: string;
  /** All that it said when it was ready. */
  readonly told: Readonly<Record<string, unknown>>;
  readonly child: ChildProcess;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export async function serve(
  args: readonly string[] = [],
  env: Record<string, string | undefined> = {},
  cwd = root,
): Promise<Served> {
  const child = spawn(process.execPath, [voxPath, 'serve', '--port', '0', '--json', ...args], {
    cwd,
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let text = '';
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8');
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    closed.then(() => reject(new Error(`vox serve ended: ${complaint}`)));
  });
  const told = JSON.parse(line);
  const { url, wsUrl } = told;
  return {
    url,
    wsUrl,
    told,
    child,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await closed;
      return code;
    },
  };
}

/** A folder that is gone after the test file. */
export function scratch(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'vox-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
