import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Matched, Refusal, SpeakService } from '../speech/service.ts';
import type { SpeakSettings } from '../speech/speak.ts';
import { type Answer, asRefusal, headersOf, noSuchPath, problem, unauthorized, urlOf } from './answer.ts';
import type { KeyCheck } from './keys.ts';

export interface Admitted {
  readonly service: SpeakService;
  readonly matched: Matched<SpeakSettings>;
  readonly request: IncomingMessage;
}

export interface UpgradeRules {
  readonly services: readonly SpeakService[];
  readonly keyIsRight: KeyCheck;
  /** Whether one more session fits. */
  readonly hasRoom: () => boolean;
}

/** Decides about an upgrade: the service that takes it, or the answer that it gets instead. */
export function admit(request: IncomingMessage, rules: UpgradeRules): Admitted | Refusal {
  const url = urlOf(request);
  if (url === undefined) return asRefusal(problem(400, 'Bad Request', 'The request target is no path'));
  const headers = headersOf(request);
  const subprotocols = subprotocolsOf(headers);
  for (const service of rules.services) {
    const matched = service.endpoint.match(url, headers, subprotocols);
    if (matched === undefined) continue;
    if ('status' in matched) return matched;
    if (!rules.keyIsRight(matched.credentials.key)) return asRefusal(unauthorized(matched.credentials.key));
    if (!rules.hasRoom()) return asRefusal(noRoom);
    return { service, matched, request };
  }
  return asRefusal(noSuchPath(url));
}

const noRoom: Answer = problem(503, 'Service Unavailable', 'This server has as many sessions as it takes', {
  'retry-after': '1',
});

function subprotocolsOf(headers: Readonly<Record<string, string>>): string[] {
  const offered = headers['sec-websocket-protocol'] ?? '';
  return offered
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Answers an upgrade over plain HTTP and ends the connection. */
export function refuse(socket: Duplex, { status, body, headers }: Refusal): void {
  const lines = Object.entries({
    'content-type': 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}\r\n${body}`);
}

/** The listener of `upgrade` events: admits, shakes hands, and hands the open socket on. */
export function createUpgrader(
  sockets: WebSocketServer,
  rules: UpgradeRules,
  events: { refused: (status: number) => void; opened: (socket: WebSocket, admitted: Admitted) => void },
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    // A client that vanishes during the handshake must not take the process with it.
    socket.on('error', () => socket.destroy());
    const decision = admit(request, rules);
    if ('status' in decision) {
      events.refused(decision.status);
      refuse(socket, decision);
      return;
    }
    subprotocolOf.set(request, decision.matched.subprotocol);
    sockets.handleUpgrade(request, socket, head, (open) => events.opened(open, decision));
  };
}

/** What the dialect answers to the subprotocols that a request offers; the ws package asks for it by request. */
const subprotocolOf = new WeakMap<IncomingMessage, string | undefined>();

export function chosenSubprotocol(request: IncomingMessage): string | false {
  return subprotocolOf.get(request) ?? false;
}
