import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cleanEnv, root, voxPath } from './vox.ts';

/** What a process holds when all that can be collected was. */
export interface Held {
  /** The heap's, and what stands outside of it for its objects. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
}

export interface WatchedServer {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  held(): Promise<Held>;
  /** Resolves when it holds no more, or as much, as that. */
  until(satisfied: (held: Held) => boolean): Promise<void>;
  /** Resolves when no session is left. */
  quiet(): Promise<void>;
  stop(): Promise<number | null>;
}

/** The real `vox serve` in a process of its own, whose memory can be asked for. */
export async function watchedServer(args: readonly string[], env: Record<string, string> = {}): Promise<WatchedServer> {
  const probe = pathToFileURL(join(root, 'test/support/memory-probe.mjs')).href;
  const words = ['--expose-gc', '--import', probe, voxPath, 'serve', '--port', '0', '--json', ...args];
  const child = spawn(process.execPath, words, {
    cwd: root,
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-4000);
  });
  const closed = once(child, 'close');
  const first = once(child.stdout ?? child, 'data');
  const [line] = await Promise.race([first, closed.then(() => Promise.reject(new Error(complaint)))]);
  const { url, wsUrl } = JSON.parse(String(line));
  const held = async (): Promise<Held> => {
    const answer = once(child, 'message');
    child.send('held');
    const [said] = await Promise.race([answer, closed.then(() => Promise.reject(new Error(complaint)))]);
    return said;
  };
  return {
    url,
    port: Number(new URL(wsUrl).port),
    child,
    held,
    async until(satisfied) {
      while (!satisfied(await held()));
    },
    async quiet() {
      for (;;) {
        const answer = await fetch(`${url}/healthz`, { headers: { connection: 'close' } });
        if ((await answer.text()).includes('"sessions":0,')) return;
      }
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await closed;
      return code;
    },
  };
}
