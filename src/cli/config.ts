import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { systemCode } from '../audio/sinks/write-error.ts';
import { SpeechError } from '../errors.ts';
import { readFault } from './input.ts';

const configShape = v.strictObject({
  provider: v.optional(v.string()),
  endpoint: v.optional(v.string()),
  voice: v.optional(v.string()),
  model: v.optional(v.string()),
  player: v.optional(v.string()),
  device: v.optional(v.string()),
  keys: v.optional(v.record(v.string(), v.string())),
});

/** The config file: what a user would otherwise type every time. Flags and the environment come before it. */
export type Config = v.InferOutput<typeof configShape>;

export interface LoadedConfig {
  readonly path: string;
  readonly found: boolean;
  readonly config: Config;
}

type Env = Readonly<Record<string, string | undefined>>;

/** `VOX_CONFIG`, else `voxwire/config.json` in the user's configuration folder. */
export function configPath(env: Env): string {
  if (env.VOX_CONFIG) return env.VOX_CONFIG;
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'voxwire', 'config.json');
}

/** Reads the config file; one that is not there is empty, one that cannot be understood is E_USAGE. */
export function loadConfig(env: Env): LoadedConfig {
  const path = configPath(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const missing = systemCode(thrown) === 'ENOENT' || systemCode(thrown) === 'ENOTDIR';
    if (missing && !env.VOX_CONFIG) return { path, found: false, config: {} };
    throw new SpeechError('E_FILE', `cannot read the config file ${path}: ${readFault(thrown)}`, { cause: thrown });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SpeechError('E_USAGE', `the config file ${path} is not JSON`, { todo: 'mend it, or move it away' });
  }
  const read = v.safeParse(configShape, json);
  if (read.success) return { path, found: true, config: read.output };
  const issue = read.issues[0];
  const where = v.getDotPath(issue) ?? '';
  // The issue's own words hold the value that was met, and that may be a key.
  throw new SpeechError('E_USAGE', `the config file ${path} has an unknown or wrong entry '${where}'`, {
    todo: `known entries: ${Object.keys(configShape.entries).join(', ')}`,
  });
}
