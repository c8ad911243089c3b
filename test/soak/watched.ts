import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cleanEnv, root, voxPath } from '../support/vox.ts';
import type { Reading } from './record.ts';

/** A process that can be asked what it holds on to. */
export interface Watched {
  readonly name: string;
  readonly child: ChildProcess;
  read(): Promise<Reading>;
  /** Its exit code; it is expected to end by itself. */
  readonly ended: Promise<number | null>;
}

/** The next message of its kind; rejects where the process ends before. */
export function messageOf<Kind extends string, Message>(watched: Watched, kind: Kind): Promise<Message> {
  const { child, name, ended } = watched;
  return new Promise((resolve, reject) => {
    const listener = (message: object) => {
      if (!(kind in message)) return;
      child.off('message', listener);
      resolve(message as Message);
    };
    child.on('message', listener);
    ended.then((code) => reject(new Error(`${name} ended with ${code}`)));
  });
}

const probe = join(root, 'test/soak/probe.cjs');

export function watch(name: string, args: readonly string[]): Watched {
  const child = spawn(process.execPath, ['--expose-gc', '--require', probe, ...args], {
    cwd: root,
    env: cleanEnv(),
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const watched: Watched = {
    name,
    child,
    ended,
    async read() {
      const answer = messageOf<'reading', { reading: Reading }>(watched, 'reading');
      child.send({ ask: 'reading' });
      return (await answer).reading;
    },
  };
  return watched;
}

export interface WatchedServer extends Watched {
  readonly wsUrl: string;
}

/** A `vox serve`, which ends when its stdin does: with this process at the latest. */
export async function watchServer(name: string, args: readonly string[]): Promise<WatchedServer> {
  const watched = watch(name, [voxPath, 'serve', '--port', '0', '--json', '--until-stdin-ends', ...args]);
  const { stdout } = watched.child;
  if (!stdout) throw new Error('no stdout');
  const line = new Promise<string>((resolve) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(text);
    });
  });
  const died = watched.ended.then((code) => Promise.reject(new Error(`${name} ended with ${code}`)));
  const { wsUrl } = JSON.parse(await Promise.race([line, died]));
  return { ...watched, wsUrl };
}
