import type { IncomingMessage } from 'node:http';
import type { Refusal } from '../speech/service.ts';

/** An answer over plain HTTP. No body, no `content-type`. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Problem extends Answer {
  readonly body: { readonly title: string; readonly status: number; readonly detail: string };
}

/** The shape in which SLNG's own routes refuse (PROTOCOLS 1.6): that of RFC 9457. */
export function problem(status: number, title: string, detail: string, headers?: Answer['headers']): Problem {
  return { status, body: { title, status, detail }, ...(headers && { headers }) };
}

export function unauthorized(shown: string | undefined): Problem {
  return problem(401, 'Unauthorized', shown === undefined ? 'No API key was given' : 'The API key is not valid', {
    'www-authenticate': 'Bearer',
  });
}

export function noSuchPath(url: URL): Answer {
  return problem(404, 'Not Found', `There is nothing at ${url.pathname.slice(0, 200)}`);
}

/** The same as an answer to an upgrade. */
export function asRefusal(answer: Answer): Refusal {
  return {
    status: answer.status,
    body: JSON.stringify(answer.body),
    headers: { 'content-type': 'application/json', ...answer.headers },
  };
}

/** Whose request it is, as far as the network says. Gone sockets have no address. */
export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

/** The request's target; undefined where it is no path (`*`, `http://`, nonsense). */
export function urlOf(request: IncomingMessage): URL | undefined {
  const target = request.url ?? '';
  if (!target.startsWith('/')) return undefined;
  try {
    // The host header is a stranger's word, and nothing here depends on it.
    return new URL(`http://localhost${target}`);
  } catch {
    return undefined;
  }
}

/** Names in lower case, values of a repeated header joined. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return Object.fromEntries(entries);
}
