import { type ClientRequest, Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { SpeechError } from '../errors.ts';
import { reasonOf } from './connect-errors.ts';
import { type NamedProxy, proxyBefore } from './proxy.ts';

/** The way to one address through the proxy of the environment, for one connection. */
export interface Tunnel {
  /** The proxy, for a person. */
  readonly proxy: string;
  /** Connects through it. What goes wrong on the way is a SpeechError, which names the proxy. */
  readonly agent: HttpAgent;
  /** Whether the proxy has let us through: what fails after that is the fault of what is behind it. */
  readonly isOpen: boolean;
}

/** Undefined where there is no proxy; throws E_USAGE where what is named is none. The signal ends only the connecting. */
export function tunnelTo(address: string, signal: AbortSignal): Tunnel | undefined {
  const proxy = proxyBefore(address);
  if (!proxy) return undefined;
  const target = new URL(address);
  const isSecure = /^(https|wss):$/.test(target.protocol);
  const place = `${target.hostname}:${target.port || (isSecure ? 443 : 80)}`;
  const agent = isSecure ? new HttpsAgent() : new HttpAgent();
  const tunnel = { proxy: proxy.name, agent, isOpen: false };
  agent.createConnection = (_, done) => {
    openTunnel(proxy, place, signal).then(
      (socket) => {
        tunnel.isOpen = true;
        done?.(null, isSecure ? encrypted(socket, target) : socket);
      },
      // Node looks at no socket beside a failure; its type wants one.
      (failure) => done?.(failure, new Socket()),
    );
    return undefined;
  };
  return tunnel;
}

/** TLS with what is behind the proxy. */
function encrypted(socket: Socket, { hostname }: URL) {
  const host = bare(hostname);
  return connectTls({ socket, host, servername: serverName(host), ALPNProtocols: ['http/1.1'] });
}

/**
 * Asks the proxy for a connection. Node's own parser reads the answer, with its own bound on the headers; an agent from
 * a package that was here before read it without one, and kept the socket of a proxy that said nothing.
 */
function openTunnel(proxy: NamedProxy, place: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const asked = ask(proxy, place);
    const onAbort = () => {
      reject(signal.reason);
      asked.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    asked.once('connect', (response, socket: Socket, head) => {
      signal.removeEventListener('abort', onAbort);
      const { statusCode = 0, statusMessage = '' } = response;
      if (statusCode >= 200 && statusCode < 300) {
        // What is behind the proxy may have spoken already.
        if (head.length > 0) socket.unshift(head);
        return resolve(socket);
      }
      socket.destroy();
      reject(refusal(proxy, place, statusCode, statusMessage));
    });
    // More than once, perhaps: a request that is destroyed tells that too.
    asked.on('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(unusable(proxy, error));
    });
    asked.end();
  });
}

function ask({ url, credentials }: NamedProxy, place: string): ClientRequest {
  const isSecure = url.protocol === 'https:';
  const host = bare(url.hostname);
  return (isSecure ? requestHttps : requestHttp)({
    method: 'CONNECT',
    host,
    port: url.port || (isSecure ? 443 : 80),
    path: place,
    headers: {
      Host: place,
      ...(credentials !== undefined && {
        'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    },
    agent: false,
    // Node would take the name from the header Host, which names another.
    ...(isSecure && { servername: serverName(host), ALPNProtocols: ['http/1.1'] }),
  });
}

/** An address of IPv6 without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** TLS names no addresses. */
function serverName(host: string): string {
  return isIP(host) ? '' : host;
}

/** A reason phrase may hold anything, a terminal's control characters too. */
function refusal(
  { name, variable, credentials }: NamedProxy,
  place: string,
  status: number,
  phrase: string,
): SpeechError {
  const said = phrase
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 100);
  const todos: Record<number, string> = {
    403: `ask who runs the proxy to let ${place} through, or name the host in NO_PROXY if it can be reached without`,
    407: credentials
      ? `check the user and the password in ${variable}`
      : `give a user and a password in ${variable}: http://USER:PASSWORD@HOST:PORT`,
  };
  return new SpeechError('E_CONNECT', `the proxy ${name} answered ${status}${said && ` ${said}`}`, {
    todo: todos[status] ?? `check --endpoint and the proxy, which ${variable} names; NO_PROXY names what needs none`,
    detail: { status, proxy: name },
  });
}

function unusable({ name, variable, url }: NamedProxy, thrown: Error): SpeechError {
  const isOfTls = 'code' in thrown && thrown.code === 'EPROTO' && url.protocol === 'https:';
  const reason = isOfTls ? 'no TLS there (write http:// for a proxy without it)' : reasonOf(thrown);
  return new SpeechError('E_CONNECT', `the proxy ${name} cannot be used: ${reason}`, {
    todo: `check ${variable}, which names the proxy; NO_PROXY names what is reached without one`,
    detail: { proxy: name },
    cause: thrown,
  });
}
