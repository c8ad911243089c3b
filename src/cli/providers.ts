import { readFileSync } from 'node:fs';
import { SpeechError } from '../errors.ts';
import type { Credentials } from '../speech/speak.ts';
import type { LoadedConfig } from './config.ts';

/** The providers, and the variable that holds each one's key. `local` needs none. */
export const providers = {
  local: { keyVariable: undefined },
  slng: { keyVariable: 'SLNG_API_KEY' },
} as const;

export type ProviderName = keyof typeof providers;

export interface ProviderFlags {
  readonly provider?: string;
  readonly endpoint?: string;
  readonly apiKeyFile?: string;
  readonly auth?: 'header' | 'query';
  readonly insecure?: boolean;
}

export interface ProviderChoice {
  readonly provider: ProviderName;
  /** Why this one, for a person. */
  readonly why: string;
  readonly endpoint?: string;
  readonly credentials: Credentials;
  /** Where the key was found; never the key. */
  readonly keyFrom?: string;
}

type Env = Readonly<Record<string, string | undefined>>;

export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(providers, name);
}

/** The keys there are, by provider, with where each was found. */
export function findKeys(
  env: Env,
  { config, path }: LoadedConfig,
): { provider: ProviderName; key: string; from: string }[] {
  const found: { provider: ProviderName; key: string; from: string }[] = [];
  for (const [name, { keyVariable }] of Object.entries(providers)) {
    if (!keyVariable || !isProvider(name)) continue;
    const fromEnv = env[keyVariable]?.trim();
    const fromFile = config.keys?.[name]?.trim();
    if (fromEnv) found.push({ provider: name, key: fromEnv, from: keyVariable });
    else if (fromFile) found.push({ provider: name, key: fromFile, from: path });
  }
  return found;
}

/**
 * Which provider, where, with which key: a flag comes before the environment, that before the config file; else the
 * one whose key is set; else `local`. With an endpoint and no provider the dialect is SLNG's.
 */
export function chooseProvider(flags: ProviderFlags, env: Env, loaded: LoadedConfig): ProviderChoice {
  const endpoint = flags.endpoint ?? (env.VOX_ENDPOINT?.trim() || undefined) ?? loaded.config.endpoint;
  const keys = findKeys(env, loaded);
  const { provider, why } = named(flags, env, loaded) ?? byEndpoint(endpoint) ?? byKey(keys);
  if (provider === 'local') {
    if (flags.endpoint)
      throw new SpeechError('E_USAGE', "the provider 'local' has no --endpoint", {
        todo: 'use --provider slng, or leave one of them out',
      });
    return { provider, why, credentials: {} };
  }
  const key = flags.apiKeyFile
    ? keyOfFile(flags.apiKeyFile)
    : keys.find((candidate) => candidate.provider === provider)?.key;
  const keyFrom = flags.apiKeyFile ?? keys.find((candidate) => candidate.provider === provider)?.from;
  if (key === undefined && !endpoint) {
    throw new SpeechError('E_KEY', `no key for ${provider}`, {
      todo: `set ${providers[provider].keyVariable}, or use --api-key-file FILE or --provider local`,
    });
  }
  if (endpoint) checkEndpoint(endpoint, key !== undefined && !flags.insecure);
  return {
    provider,
    why,
    credentials: { ...(key !== undefined && { key }), via: flags.auth ?? 'header' },
    ...(endpoint && { endpoint }),
    ...(keyFrom && { keyFrom }),
  };
}

function named(flags: ProviderFlags, env: Env, { config, path }: LoadedConfig) {
  const ways: [string | undefined, string][] = [
    [flags.provider, '--provider'],
    [env.VOX_PROVIDER?.trim() || undefined, 'VOX_PROVIDER'],
    // An endpoint typed now says more than a provider written down long ago.
    [flags.endpoint ? undefined : config.provider, path],
  ];
  for (const [name, from] of ways) {
    if (name === undefined) continue;
    if (!isProvider(name)) {
      throw new SpeechError('E_USAGE', `unknown provider '${name}' (${from})`, {
        todo: `one of: ${Object.keys(providers).join(', ')}`,
      });
    }
    return { provider: name, why: from };
  }
  return undefined;
}

function byEndpoint(endpoint: string | undefined) {
  return endpoint === undefined ? undefined : { provider: 'slng' as const, why: 'an endpoint is given' };
}

function byKey(keys: readonly { provider: ProviderName; from: string }[]): { provider: ProviderName; why: string } {
  const [first, second] = keys;
  if (first && second) {
    throw new SpeechError('E_USAGE', `several keys are set (${keys.map((key) => key.from).join(', ')})`, {
      todo: `say which with --provider or VOX_PROVIDER: ${keys.map((key) => key.provider).join(', ')}`,
    });
  }
  return first
    ? { provider: first.provider, why: `${first.from} is set` }
    : { provider: 'local', why: 'no key is set' };
}

function keyOfFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new SpeechError('E_FILE', `cannot read the key file ${path}`, { cause: thrown });
  }
  if (text === '' || /\s/.test(text))
    throw new SpeechError('E_KEY', `${path} does not hold one key`, { todo: 'the file holds the key alone' });
  return text;
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function checkEndpoint(endpoint: string, keyTravels: boolean): void {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new SpeechError('E_USAGE', `--endpoint is not a URL: ${endpoint}`, {
      todo: 'for example ws://127.0.0.1:8080',
    });
  }
  if (!/^(wss?|https?):$/.test(url.protocol)) {
    throw new SpeechError('E_USAGE', `--endpoint has the scheme ${url.protocol}//`, {
      todo: 'use ws:// or wss:// (http:// and https:// mean the same)',
    });
  }
  if (keyTravels && /^(ws|http):$/.test(url.protocol) && !loopback.test(url.hostname)) {
    throw new SpeechError('E_INSECURE', `a key would go to ${url.host} unencrypted`);
  }
}
