import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { errorTable } from '../../src/errors.ts';
import { type FaultyServer, faultyServer, type Scenario } from '../support/faulty-server.ts';
import { type Ran, type RunOptions, run, scratch, vox, voxPath } from '../support/vox.ts';
import { humming } from './spoken.ts';

/** The key of every run here. It must never be seen. */
export const key = 'sk-0123456789-never-shown';

/** A folder to run vox in, with a key in the environment. What holds for every run is checked after each. */
export interface Workplace {
  readonly path: string;
  file(name: string): string;
  /** Writes a file, and answers with its path. */
  put(name: string, content: string | Uint8Array): string;
  /** What is in the folder, in order. */
  names(): string[];
  vox(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** A line of bash, with `$VOX` for the command. A pipe fails with its first failure. */
  shell(line: string, options?: RunOptions): Promise<Ran>;
  /** `vox synth "Hello there."` at a service of that kind, into `x.wav` unless there are other arguments. */
  synth(scenario: Scenario, args?: readonly string[], options?: RunOptions): Promise<Served>;
  /** `vox transcribe heard.wav`, a recording of so many ms, by a service of that kind. */
  transcribe(scenario: Scenario, audioMs: number, args: readonly string[]): Promise<Served>;
  remove(): void;
}

export interface Served {
  readonly ran: Ran;
  readonly server: FaultyServer;
}

export function workplace(): Workplace {
  const { path, remove } = scratch();
  const file = (name: string) => join(path, name);
  const names = () => readdirSync(path).sort();
  const checked = async (running: Promise<Ran>): Promise<Ran> => {
    const ran = await running;
    expect(ran.stderr).not.toContain('    at ');
    expect(ran.stderr).not.toContain(key);
    expect(ran.stdout.includes(key)).toBe(false);
    // Under a temporary name nothing is left, however it ended.
    expect(names().filter((name) => name.endsWith('.tmp'))).toEqual([]);
    return ran;
  };
  const env = (options: RunOptions) => ({ ...options, cwd: path, env: { SLNG_API_KEY: key, ...options.env } });
  const served = async (scenario: Scenario, args: readonly string[], options: RunOptions): Promise<Served> => {
    const server = await faultyServer(scenario);
    try {
      return { ran: await workplace.vox([...args, '--endpoint', server.wsUrl], options), server };
    } finally {
      await server.close();
    }
  };
  const workplace: Workplace = {
    path,
    file,
    names,
    remove,
    put(name, content) {
      writeFileSync(file(name), content);
      return file(name);
    },
    vox: (args, options = {}) => checked(vox(args, env(options))),
    shell: (line, options = {}) => {
      const VOX = `${JSON.stringify(process.execPath)} ${JSON.stringify(voxPath)}`;
      const words = ['-o', 'pipefail', '-c', line.replaceAll('$VOX', VOX)];
      return checked(run('bash', words, env(options)));
    },
    synth(scenario, args = ['-o', 'x.wav'], options = {}) {
      const text = options.during || options.input !== undefined ? [] : ['Hello there.'];
      return served(scenario, ['synth', ...text, ...args], options);
    },
    transcribe(scenario, audioMs, args) {
      workplace.put('heard.wav', humming(audioMs));
      return served(scenario, ['transcribe', 'heard.wav', ...args], {});
    },
  };
  return workplace;
}

/** What a run said when it failed: exactly one error, in its two lines. */
export function failure(ran: Ran): { code: string; message: string; todo: string; kept: string | undefined } {
  const errors = [...ran.stderr.matchAll(/^vox: (?!warning:)(.*) \[(E_\w+)\]\n {2}→ (.+)\n(?: {2}kept: (.+)\n)?/gm)];
  expect(errors, ran.stderr).toHaveLength(1);
  const [, message = '', code = '', todo = '', kept] = errors[0] ?? [];
  return { message, code, todo, kept };
}

/** The run failed with this code, the exit code of the table, and something to do. */
export function expectFailure(ran: Ran, code: keyof typeof errorTable, says: RegExp | string = ''): void {
  const said = failure(ran);
  expect({ code: said.code, exit: ran.code }).toEqual({ code, exit: errorTable[code].exit });
  expect(said.message).toMatch(says);
}

/** The JSON objects of a stream, one a line. */
export function objects(text: string | Buffer): Record<string, unknown>[] {
  return String(text)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The bytes of sound in a WAV file of ours, whose header must say their number. */
export function wavBytes(path: string): Buffer {
  expect(existsSync(path), path).toBe(true);
  const file = readFileSync(path);
  expect(file.toString('latin1', 0, 4)).toBe('RIFF');
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  const data = file.subarray(44);
  expect(file.readUInt32LE(40)).toBe(data.length);
  return data;
}
