import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { SpeechError } from '../errors.ts';
import { type Problem, problem } from './answer.ts';

export interface StrangerRules {
  /** The address that is listened on. */
  readonly host: string;
  /** Pages that may use the server, `https://app.example`. */
  readonly origins?: readonly string[];
  /** Names beside its own that the server answers to, without a port. */
  readonly hosts?: readonly string[];
}

/** Looks at a request before anything else does, an upgrade or not; the answer of one that is turned away. */
export type Guard = (request: Pick<IncomingMessage, 'headersDistinct'>) => Problem | undefined;

export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === 'localhost' || host.endsWith('.localhost') || shortest(host) === '::1';
}

/** An IPv6 address can be written in many ways; browsers write the shortest. Anything else is left as it is. */
function shortest(name: string): string {
  const url = `http://[${name}]`;
  return isIP(name) === 6 && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : name;
}

/** Of a stranger's header so much is repeated. */
const shownChars = 100;

/**
 * Keeps web pages away. A browser says whose page asks (`Origin`, which programs leave out), and by which name it found
 * the server (`Host`): a name that its owner has pointed at this machine after the page was loaded is no name of ours.
 * Throws E_USAGE for what can be no origin or no name.
 */
export function createGuard({ host, origins = [], hosts = [] }: StrangerRules): Guard {
  const pages = new Set(origins.map(originOf));
  const names = new Set([shortest(host.toLowerCase()), ...hosts.map(nameOf)]);
  // Where every address of the machine is listened on, any may be asked for: an address cannot be pointed elsewhere.
  const anyAddress = host === '0.0.0.0' || host === '::';
  const isOurs = (name: string) => isLoopback(name) || names.has(name) || (anyAddress && isIP(name) !== 0);
  return ({ headersDistinct: { host: asked = [], origin: from = [] } }) => {
    const [authority = ''] = asked;
    const name = asked.length === 1 ? hostName(authority) : undefined;
    if (name === undefined || !isOurs(name)) return misdirected(authority);
    const foreign = from.find((page) => !pages.has(page.toLowerCase()) && !isSame(page, authority));
    return foreign === undefined ? undefined : forbidden(foreign);
  };
}

/**
 * The name in a `Host` header, in lower case, without brackets, port and the dot of the root. In brackets there is an
 * address or nothing.
 */
function hostName(authority: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:[\]]+?)\.?)(?::\d{1,5})?$/.exec(authority) ?? [];
  if (bracketed === undefined) return plain?.toLowerCase();
  return isIP(bracketed) === 6 ? shortest(bracketed.toLowerCase()) : undefined;
}

/** Python's websocket-client names the server itself as the origin. No page has it: this server serves none. */
function isSame(page: string, authority: string): boolean {
  const scheme = /^https?:/.exec(page)?.[0];
  const own = `${scheme}//${authority}`;
  return scheme !== undefined && URL.canParse(own) && new URL(own).origin === page;
}

function misdirected(authority: string): Problem {
  const detail = `This server is not called ${JSON.stringify(authority.slice(0, shownChars))}; --allow-host lets it be`;
  return problem(421, 'Misdirected Request', detail);
}

function forbidden(page: string): Problem {
  const detail = `Pages of ${page.slice(0, shownChars)} may not use this server; --allow-origin lets them`;
  return problem(403, 'Forbidden', detail);
}

function originOf(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+\/?$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    const todo = 'give scheme and host, such as https://app.example';
    throw new SpeechError('E_USAGE', `${JSON.stringify(text)} is no origin of a page`, { todo });
  }
  // Of an extension of a browser there is no origin by the letter of URL.
  return url.origin === 'null' ? text.toLowerCase() : url.origin;
}

function nameOf(text: string): string {
  const name = shortest(text.toLowerCase());
  if (isIP(name) !== 0 || /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u.test(name)) return name;
  const todo = 'give the name alone, such as speech.example, without scheme and port';
  throw new SpeechError('E_USAGE', `${JSON.stringify(text)} is no name of a host`, { todo });
}
