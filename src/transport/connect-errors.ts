import { SpeechError } from '../errors.ts';

/** What Node's codes mean to somebody who wants to reach a service. */
const connectReasons: Record<string, string> = {
  ECONNREFUSED: 'connection refused (is the server running?)',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  EPROTO: 'no TLS there (use ws:// for a server without it)',
};

/** Why a connection could not be made, in words. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Happy Eyeballs (several addresses tried) reports an AggregateError without a message.
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  if (code?.startsWith('HPE_')) return 'what answers there does not speak HTTP';
  return (code && connectReasons[code]) ?? thrown.message;
}

/** What of a way through a proxy is told: who it is, and whether it has let us through. */
interface WayThrough {
  readonly proxy: string;
  readonly isOpen: boolean;
}

export function cannotConnect(url: string, reason: string, cause: unknown, way?: WayThrough): SpeechError {
  return cannot(`connect to ${bareUrl(url)}`, reason, cause, way);
}

/** The error of a connection that was not made; `what` was to be done. */
export function cannot(what: string, reason: string, cause: unknown, way?: WayThrough): SpeechError {
  // A proxy that does not let us through is named in the reason, and its error knows better what to do.
  const own = way && !way.isOpen && cause instanceof SpeechError ? cause : undefined;
  return new SpeechError('E_CONNECT', `cannot ${what}${own ? '' : throughProxy(way)}: ${reason}`, {
    ...(own && { todo: own.todo }),
    ...(way && { detail: { ...own?.detail, proxy: way.proxy } }),
    cause,
  });
}

/** Stands behind the name of what is behind a proxy. */
export function throughProxy(way: WayThrough | undefined): string {
  return way === undefined ? '' : `, through the proxy ${way.proxy}`;
}

/** The error of a socket; one of the tunnel's passes through. ws names what a peer did wrong WS_ERR_…; everything else is the network's. */
export function socketError(thrown: Error): SpeechError {
  if (thrown instanceof SpeechError) return thrown;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return new SpeechError(code.startsWith('WS_ERR_') ? 'E_PROTOCOL' : 'E_CONNECT', reasonOf(thrown), { cause: thrown });
}

/** The URL without what may hold a key: its query, and a user's name and password. */
function bareUrl(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([a-z+]+:\/\/)[^/]*@/i, '$1');
}
