import { join } from 'node:path';
import { type Ran, root, run } from '../support/vox.ts';
import { objects } from './workplace.ts';

/** What each program of `test/programs` is run with: the key, and where the server is, in the vendors' ways. */
export interface SdkPlace {
  readonly wsUrl: string;
  readonly url: string;
  readonly key: string;
  readonly cwd: string;
}

/** Runs one of the programs in a process of its own. */
export function runProgram(
  { wsUrl, url, key, cwd }: SdkPlace,
  file: string,
  args: readonly string[] = [],
  { env = {}, node = [] }: { env?: Record<string, string>; node?: readonly string[] } = {},
): Promise<Ran> {
  const path = join(root, 'test/programs', file);
  // Debian's python3-websockets belongs to Debian's own Python.
  const [program, ...before] = file.endsWith('.py') ? ['/usr/bin/python3'] : [process.execPath, ...node];
  return run(program ?? '', [...before, path, ...args], {
    cwd,
    env: {
      ...{ SLNG_API_KEY: key, SLNG_URL: wsUrl },
      ...{ DEEPGRAM_API_KEY: key, DEEPGRAM_URL: wsUrl },
      ...{ TELNYX_API_KEY: key, TELNYX_URL: file.endsWith('.mjs') ? `${url}/v2` : wsUrl },
      ...env,
    },
  });
}

/** What an SDK handed over, in order. The program must have ended well, and without a word of complaint. */
export function told({ code, stdout, stderr }: Ran): Record<string, unknown>[] {
  if (code !== 0 || stderr !== '') throw new Error(`the program ended with ${code}: ${stderr}`);
  return objects(stdout);
}

export function ofType(messages: readonly Record<string, unknown>[], type: string): Record<string, unknown>[] {
  return messages.filter((message) => message.type === type);
}
