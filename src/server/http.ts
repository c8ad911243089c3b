import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.ts';
import { type Log, noLog } from '../log.ts';
import { type Answer, addressOf, headersOf, noSuchPath, problem, unauthorized, urlOf } from './answer.ts';
import { type KeyCheck, shownKey } from './keys.ts';
import type { ServedService } from './options.ts';
import type { Guard } from './strangers.ts';
import type { WrongKeys } from './wrong-keys.ts';

export interface Call {
  readonly url: URL;
  /** What stands behind the path of a `named` route, decoded. */
  readonly name: string;
  /** Reads the body, bounded, as JSON. */
  json(): Promise<unknown>;
}

export interface Route {
  readonly path: string;
  /** The path is a prefix, and what follows it (one segment) the name of a thing. */
  readonly named?: boolean;
  /** Wants no key. */
  readonly open?: boolean;
  readonly methods: Readonly<Partial<Record<string, (call: Call) => Answer | Promise<Answer>>>>;
  /** This route's own words for a missing key and for a body that is not JSON. */
  readonly unauthorized?: () => Answer;
  readonly notJson?: () => Answer;
}

export interface HttpOptions {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly routes: readonly Route[];
  readonly services: readonly ServedService[];
  readonly keyIsRight: KeyCheck;
  readonly wrongKeys: WrongKeys;
  readonly bodyBytes: number;
  readonly log?: Log;
}

/** An answer that is thrown, from wherever it becomes certain. */
class Answered extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`answered with ${answer.status}`);
    this.answer = answer;
  }
}

export interface Http {
  /** The listener of `request` events: everything that is no upgrade. */
  readonly respond: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whether a request that came over the socket has not been answered yet. */
  readonly owes: (socket: Duplex) => boolean;
}

export function createHttp(options: HttpOptions): Http {
  const log = options.log ?? noLog;
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await answerTo(request, options).catch((thrown: unknown): Answer | undefined => {
      if (thrown instanceof Answered) return thrown.answer;
      // It went, or was sent away, before its body was there; that is no failure of ours.
      if (request.destroyed && !request.complete) return undefined;
      log('server', () => `${request.method}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
      return problem(500, 'Internal Server Error', 'The server failed; its log says more');
    });
    const status = answer?.status ?? 'gone before its end';
    log('server', () => `${request.method} ${urlOf(request)?.pathname ?? '?'}: ${status}`);
    if (answer) await write(response, answer);
  };
  return oneAtATime(respond);
}

type Respond = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Requests that a client sends without waiting are looked at one after another, each when the answer to the one before
 * has been taken: else a packet of small requests, and nobody who reads, is a hundred answers stored.
 */
function oneAtATime(respond: Respond): Http {
  const last = new WeakMap<Duplex, Promise<void>>();
  const next: Http['respond'] = (request, response) => {
    const { socket } = request;
    const before = last.get(socket);
    const work =
      before === undefined
        ? respond(request, response)
        : before.then(() => (socket.destroyed ? undefined : respond(request, response)));
    const done = work.finally(() => {
      if (last.get(socket) === done) last.delete(socket);
    });
    last.set(socket, done);
  };
  return { respond: next, owes: (socket) => last.has(socket) };
}

async function answerTo(request: IncomingMessage, options: HttpOptions): Promise<Answer> {
  const turnedAway = options.guard(request);
  if (turnedAway) return turnedAway;
  const url = urlOf(request);
  if (url === undefined) return problem(400, 'Bad Request', 'The request target is no path');
  const headers = headersOf(request);
  const found = findRoute(url, options.routes);
  if (found === undefined) return speaks(url, headers, options.services) ? upgradeWanted : noSuchPath(url);
  const { route, name } = found;
  const shown = shownKey(url, headers);
  if (!route.open && !options.keyIsRight(shown)) {
    if (shown !== undefined) await delayed(request, options);
    return route.unauthorized?.() ?? unauthorized(shown);
  }
  // Node leaves out the body of an answer to HEAD.
  const handle = route.methods[request.method === 'HEAD' ? 'GET' : (request.method ?? '')];
  if (handle === undefined) {
    const allow = Object.keys(route.methods).join(', ');
    return problem(405, 'Method Not Allowed', `This path takes ${allow}`, { allow });
  }
  return handle({ url, name, json: () => readJson(request, options.bodyBytes, route) });
}

/** Several wrong keys from one address wait for their answers. */
async function delayed(request: IncomingMessage, { clock, wrongKeys }: HttpOptions): Promise<void> {
  const delayMs = wrongKeys.delayMs(addressOf(request));
  if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve, { background: true }));
}

function findRoute(url: URL, routes: readonly Route[]): { route: Route; name: string } | undefined {
  for (const route of routes) {
    if (!route.named && url.pathname === route.path) return { route, name: '' };
    if (!route.named || !url.pathname.startsWith(route.path)) continue;
    const name = decoded(url.pathname.slice(route.path.length));
    if (name !== undefined && name !== '' && !name.includes('/')) return { route, name };
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const upgradeWanted = problem(426, 'Upgrade Required', 'This path speaks over WebSocket', { upgrade: 'websocket' });

function speaks(url: URL, headers: Record<string, string>, services: readonly ServedService[]): boolean {
  return services.some((service) => service.endpoint.match(url, headers, []) !== undefined);
}

async function readJson(request: IncomingMessage, maxBytes: number, route: Route): Promise<unknown> {
  const text = await readBody(request, maxBytes);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new Answered(route.notJson?.() ?? problem(400, 'Bad Request', 'The body is not JSON'));
  }
}

/** A body that is somewhat too large is read to its end and dropped, or the client would never see the answer. */
const patience = 4;

async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  // One buffer that grows: of a body that comes byte by byte each would cost a hundred times its size.
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Buffer)) continue;
    const total = bytes + chunk.length;
    if (total <= maxBytes) {
      if (total > kept.length) kept = grown(kept, Math.min(maxBytes, Math.max(total, kept.length * 2)));
      chunk.copy(kept, bytes);
    }
    bytes = total;
    if (bytes > maxBytes * patience) break;
  }
  if (bytes <= maxBytes) return kept.toString('utf8', 0, bytes);
  throw new Answered(problem(413, 'Content Too Large', `A body may have ${maxBytes} bytes`, { connection: 'close' }));
}

function grown(bytes: Buffer, length: number): Buffer {
  const more = Buffer.alloc(length);
  bytes.copy(more);
  return more;
}

/** Resolves when the network has taken it, or the client has gone. */
function write(response: ServerResponse, { status, body, headers }: Answer): Promise<void> {
  const json = body === undefined ? undefined : JSON.stringify(body);
  response.writeHead(status, {
    ...(json !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
    ...headers,
  });
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.end(json);
  });
}
