import { getProxyForUrl } from 'proxy-from-env';
import { SpeechError } from '../errors.ts';

/** A proxy that the environment names. */
export interface NamedProxy {
  readonly url: URL;
  /** For a person: without its password. */
  readonly name: string;
  /** The variable that names it. */
  readonly variable: string;
  /** As the proxy wants it to be decoded: `user:password`; undefined where none is given. */
  readonly credentials?: string;
}

/**
 * The proxy that the environment names for an address (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY; NO_PROXY says where none is
 * used); undefined where there is none. This machine itself is reached without one. Throws E_USAGE where what is named
 * is no proxy that we can speak to: without it, a key would go another way than was asked for.
 */
export function proxyBefore(address: string): NamedProxy | undefined {
  if (!URL.canParse(address)) return undefined;
  const target = new URL(address);
  if (loopback.test(target.hostname)) return undefined;
  // A WebSocket's first words are HTTP's, and the variables are named after that.
  const asHttp = target.href.replace(/^ws/, 'http');
  // Asked for the rules of NO_PROXY; it does not say which variable it took.
  if (getProxyForUrl(asHttp) === '') return undefined;
  const variable = variableFor(new URL(asHttp).protocol.slice(0, -1));
  return variable === undefined ? undefined : readProxy(variable, process.env[variable] ?? '');
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** In the order in which proxy-from-env looks at them. */
function variableFor(protocol: string): string | undefined {
  const names = [`${protocol}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  return names.find((name) => process.env[name]);
}

/** A value without a scheme is one of HTTP, as curl has it. */
function readProxy(variable: string, value: string): NamedProxy {
  const whole = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(whole)) throw noProxy(variable, 'holds what is no address of a proxy');
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw noProxy(variable, 'names a proxy of a kind that vox does not speak to');
  }
  const credentials = credentialsOf(url);
  if (credentials === undefined) throw noProxy(variable, 'holds a user or a password with a stray % (write %25)');
  return { url, name: `${url.protocol}//${url.host}`, variable, ...(credentials !== '' && { credentials }) };
}

/** '' where there are none, undefined where they cannot be read. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return '';
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
}

/** The value is not shown: a password may be anywhere in what cannot be read. */
function noProxy(variable: string, why: string): SpeechError {
  return new SpeechError('E_USAGE', `${variable} ${why}`, {
    todo: 'it takes http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before HOST where the proxy asks for it; NO_PROXY names what is reached without',
  });
}
