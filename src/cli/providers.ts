import { readFileSync } from 'node:fs';
import { SpeechError } from '../errors.ts';
import type { Credentials } from '../speech/connect.ts';
import type { LoadedConfig } from './config.ts';
import { readFault } from './input.ts';
import type { Running } from './running.ts';
import { isSecretName } from './secrets.ts';

/** The providers, and the variable that holds each one's key. `local` needs none. */
export const providers = {
  local: { keyVariable: undefined },
  slng: { keyVariable: 'SLNG_API_KEY' },
  deepgram: { keyVariable: 'DEEPGRAM_API_KEY' },
  telnyx: { keyVariable: 'TELNYX_API_KEY' },
} as const;

export type ProviderName = keyof typeof providers;

const keyed = Object.entries(providers).flatMap(([name, { keyVariable }]) => (keyVariable === undefined ? [] : [name]));

export interface ProviderFlags {
  readonly provider?: string;
  readonly endpoint?: string;
  readonly apiKeyFile?: string;
  readonly auth?: 'header' | 'query' | 'subprotocol';
  readonly insecure?: boolean;
  /** `-H`: a vendor's own key may be among them. */
  readonly header?: readonly string[];
}

export interface ProviderChoice {
  readonly provider: ProviderName;
  /** Why this one, for a person. */
  readonly why: string;
  readonly endpoint?: string;
  readonly credentials: Credentials;
}

type Env = Readonly<Record<string, string | undefined>>;

export function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(providers, name);
}

export interface FoundKey {
  readonly provider: ProviderName;
  readonly key: string;
  /** A variable's name, or the config file's path. */
  readonly from: string;
}

/** The keys there are, by provider, with where each was found. */
export function findKeys(env: Env, { config, path }: LoadedConfig): FoundKey[] {
  const found: FoundKey[] = [];
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
  const { provider, why } = named(flags, env, loaded) ?? byEndpoint(endpoint) ?? byKey(keys, flags.apiKeyFile);
  if (provider === 'local') {
    if (flags.endpoint)
      throw new SpeechError('E_USAGE', "the provider 'local' has no --endpoint", {
        todo: 'use --provider slng, or leave one of them out',
      });
    return { provider, why, credentials: {} };
  }
  const key = flags.apiKeyFile ? keyOfFile(flags.apiKeyFile) : keyOf(provider, keys);
  if (key === undefined && !endpoint) {
    throw new SpeechError('E_KEY', `no key for ${provider}`, {
      todo: `set ${providers[provider].keyVariable}, or use --api-key-file FILE or --provider local`,
    });
  }
  const secretHeader = flags.header?.some((header) => isSecretName(header.split(':', 1)[0] ?? ''));
  if (endpoint) checkEndpoint(endpoint, (key !== undefined || secretHeader === true) && !flags.insecure);
  return {
    provider,
    why,
    credentials: { ...(key !== undefined && { key }), via: flags.auth ?? 'header' },
    ...(endpoint && { endpoint }),
  };
}

/** The same for a command that runs; a key that comes from a file is noted as one that must not be shown. */
export function choose(flags: ProviderFlags, { io, loaded, secrets }: Pick<Running, 'io' | 'loaded' | 'secrets'>) {
  const choice = chooseProvider(flags, io.env, loaded);
  secrets.add(choice.credentials.key);
  return choice;
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

function byKey(keys: readonly FoundKey[], keyFile: string | undefined): { provider: ProviderName; why: string } {
  const [first, second] = keys;
  if (first && second) {
    throw new SpeechError('E_USAGE', `several keys are set (${keys.map((key) => key.from).join(', ')})`, {
      todo: `say which with --provider or VOX_PROVIDER: ${keys.map((key) => key.provider).join(', ')}`,
    });
  }
  if (first) return { provider: first.provider, why: `${first.from} is set` };
  if (keyFile === undefined) return { provider: 'local', why: 'no key is set' };
  // A key in a file does not say whose it is.
  throw new SpeechError('E_USAGE', 'the key of --api-key-file may be of several providers', {
    todo: `say which with --provider: ${keyed.join(', ')}`,
  });
}

function keyOf(provider: ProviderName, keys: readonly FoundKey[]): string | undefined {
  const found = keys.find((candidate) => candidate.provider === provider);
  return found && checkedKey(found.key, found.from, 'copy it once more, alone');
}

function keyOfFile(path: string): string {
  try {
    return checkedKey(readFileSync(path, 'utf8').trim(), path, 'the file holds the key alone');
  } catch (thrown) {
    if (thrown instanceof SpeechError) throw thrown;
    throw new SpeechError('E_FILE', `cannot read the key file ${path}: ${readFault(thrown)}`, { cause: thrown });
  }
}

/** A header takes no other characters, and no vendor's key has any. */
function checkedKey(key: string, from: string, todo: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new SpeechError('E_KEY', `${from} does not hold one key`, { todo });
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function checkEndpoint(endpoint: string, keyTravels: boolean): void {
  if (!URL.canParse(endpoint)) {
    throw new SpeechError('E_USAGE', `the endpoint is not a URL: ${endpoint}`, {
      todo: 'write it like ws://127.0.0.1:8080',
    });
  }
  const url = new URL(endpoint);
  if (!/^(wss?|https?):$/.test(url.protocol)) {
    throw new SpeechError('E_USAGE', `the endpoint has the scheme ${url.protocol}//`, {
      todo: 'use ws:// or wss:// (http:// and https:// mean the same)',
    });
  }
  if (keyTravels && /^(ws|http):$/.test(url.protocol) && !loopback.test(url.hostname)) {
    throw new SpeechError('E_INSECURE', `a key would go to ${url.host} unencrypted`);
  }
}
