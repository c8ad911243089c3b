import { SpeechError } from '../../errors.ts';
import type { Refusal } from '../../speech/service.ts';

const sockets: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };

/**
 * The socket's URL: a base URL (scheme, host, an optional prefix and query) with a dialect's path behind it. Throws
 * E_USAGE where the base is no URL of a socket; `example` is the vendor's own, to name in what to do.
 */
export function socketUrl(baseUrl: string, path: string, example: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const protocol = url && sockets[url.protocol];
  if (!url || !protocol) {
    throw new SpeechError('E_USAGE', `no endpoint: ${baseUrl}`, {
      todo: `give a URL such as ${example} or ws://127.0.0.1:8080`,
    });
  }
  // A URL refuses to become another scheme's in place (http to ws), so it is written anew.
  return new URL(`${protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}${path}${url.search}`);
}

/** The way back, for a server: what stands in front of the dialect's path in the URL of an upgrade. */
export function baseUrlOf(url: URL, prefix = ''): string {
  return `${sockets[url.protocol] ?? 'ws:'}//${url.host}${prefix}`;
}

export function jsonRefusal(status: number, body: object, headers: Refusal['headers'] = {}): Refusal {
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
}
