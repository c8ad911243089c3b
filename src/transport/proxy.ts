import type { Agent } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';

/**
 * The proxy that the environment names for an address (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY; NO_PROXY says where none is
 * used), without its password; undefined where there is none. This machine itself is reached without one.
 */
export function proxyName(address: string): string | undefined {
  const proxy = proxyOf(address);
  return proxy && `${proxy.protocol}//${proxy.host}`;
}

/** Makes connections to an address go through its proxy (by CONNECT); undefined where there is none. */
export function proxyAgent(address: string): Agent | undefined {
  const proxy = proxyOf(address);
  return proxy && new HttpsProxyAgent(proxy);
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function proxyOf(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const target = new URL(address);
  if (loopback.test(target.hostname)) return undefined;
  // A WebSocket's first words are HTTP's, and the variables are named after that.
  const named = getProxyForUrl(target.href.replace(/^ws/, 'http'));
  return named !== '' && URL.canParse(named) ? new URL(named) : undefined;
}
