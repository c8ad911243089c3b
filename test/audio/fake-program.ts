import { readFile, writeFile } from 'node:fs/promises';

/** A shell script in the place of a program. Returns its path. */
export async function fakeProgram(path: string, script: string): Promise<string> {
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

/** The process id that such a script left in a file. */
export async function pidIn(path: string): Promise<number> {
  return Number.parseInt(await readFile(path, 'utf8'), 10);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
