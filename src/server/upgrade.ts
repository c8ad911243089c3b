import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import type { Synthesizer } from '../engine/engine.ts';
import type { Recogniser } from '../engine/recogniser.ts';
import type { ListenSettings } from '../speech/listen.ts';
import type { ListenService, Matched, Refusal, SpeakService } from '../speech/service.ts';
import type { SpeakSettings } from '../speech/speak.ts';
import { addressOf, asRefusal, headersOf, noSuchPath, type Problem, problem, unauthorized, urlOf } from './answer.ts';
import type { FaultInjector } from './faults/injector.ts';
import type { KeyCheck } from './keys.ts';
import type { ServedService } from './options.ts';
import { wantsWebSocket } from './other-upgrade.ts';
import type { Guard } from './strangers.ts';
import type { WrongKeys } from './wrong-keys.ts';

interface ToSpeak {
  readonly direction: 'speak';
  readonly service: SpeakService;
  readonly matched: Matched<SpeakSettings>;
}

interface ToListen {
  readonly direction: 'listen';
  readonly service: ListenService;
  readonly matched: Matched<ListenSettings>;
}

/** An upgrade that is taken, and by what. */
export type Admitted = { readonly request: IncomingMessage; readonly sessionId: string } & (
  | (ToSpeak & { readonly engine: Synthesizer })
  | (ToListen & { readonly recogniser: Recogniser })
);

/** One that is not, and how long it waits for its answer. */
export type Declined = Refusal & { readonly afterMs?: number };

export interface UpgradeRules {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly services: readonly ServedService[];
  readonly engine: Synthesizer | undefined;
  readonly recogniser: Recogniser | undefined;
  readonly keyIsRight: KeyCheck;
  readonly wrongKeys: WrongKeys;
  /** Whether one more session fits. */
  readonly hasRoom: () => boolean;
  /** Names a session; some vendors tell the name in the headers of the answer. */
  readonly sessionName: (direction: 'speak' | 'listen') => string;
  /** How long a client may take to read why it is refused, ms. */
  readonly closeMs: number;
  /** What goes wrong because it was asked for. */
  readonly faults: FaultInjector | undefined;
  /** Whether a request that came over the socket before has no answer yet. */
  readonly owes: (socket: Duplex) => boolean;
}

/** Decides about an upgrade: the service that takes it, or the answer that it gets instead. */
export function admit(request: IncomingMessage, rules: UpgradeRules): Admitted | Declined {
  const turnedAway = rules.guard(request);
  if (turnedAway) return asRefusal(turnedAway);
  const url = urlOf(request);
  if (url === undefined) return asRefusal(problem(400, 'Bad Request', 'The request target is no path'));
  const headers = headersOf(request);
  const subprotocols = subprotocolsOf(headers);
  for (const service of rules.services) {
    const found = match(service, url, headers, subprotocols);
    if (found === undefined) continue;
    const sessionId = rules.sessionName(service.direction);
    const no = (why: Problem) => service.endpoint.refuse?.(why.status, why.body.detail, sessionId) ?? asRefusal(why);
    const { key } = 'status' in found ? found.credentials : found.matched.credentials;
    if (!rules.keyIsRight(key)) {
      const afterMs = key === undefined ? 0 : rules.wrongKeys.delayMs(addressOf(request));
      return { ...no(unauthorized(key)), afterMs };
    }
    if ('status' in found) return found.named?.(sessionId) ?? found;
    if (!rules.hasRoom()) return no(noRoom);
    const { engine, recogniser } = rules;
    if (found.direction === 'speak') return engine ? { ...found, engine, request, sessionId } : no(mute);
    return recogniser ? { ...found, recogniser, request, sessionId } : no(deaf);
  }
  return asRefusal(noSuchPath(url));
}

function match(service: ServedService, ...asked: Parameters<SpeakService['endpoint']['match']>) {
  if (service.direction === 'speak') {
    const matched = service.endpoint.match(...asked);
    return matched && ('status' in matched ? matched : { direction: service.direction, service, matched });
  }
  const matched = service.endpoint.match(...asked);
  return matched && ('status' in matched ? matched : { direction: service.direction, service, matched });
}

/** Not 503: to try again would not help. */
const mute = problem(501, 'Not Implemented', 'This server does not speak: it was started without an engine');
const deaf = problem(501, 'Not Implemented', 'This server does not listen: it was started without a recogniser');

const noRoom = problem(503, 'Service Unavailable', 'This server has as many sessions as it takes', {
  'retry-after': '1',
});

function subprotocolsOf(headers: Readonly<Record<string, string>>): string[] {
  const offered = headers['sec-websocket-protocol'] ?? '';
  return offered
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

type Patience = Pick<UpgradeRules, 'clock' | 'closeMs'>;

/** Answers an upgrade over plain HTTP and ends the connection. */
export function refuse(socket: Duplex, { status, body, headers }: Refusal, { clock, closeMs }: Patience): void {
  const lines = Object.entries({
    'content-type': 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  const late = clock.after(closeMs, () => socket.destroy(), { background: true });
  socket.once('close', () => late.cancel());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}\r\n${body}`);
}

function refuseLater(socket: Duplex, declined: Declined, patience: Patience): void {
  const { afterMs = 0 } = declined;
  if (afterMs === 0) {
    refuse(socket, declined, patience);
    return;
  }
  const timer = patience.clock.after(afterMs, () => refuse(socket, declined, patience), { background: true });
  socket.once('close', () => timer.cancel());
  endWithClient(socket);
}

/** Nobody reads it any more, and that its client has gone is seen only by reading; it would stay half open. */
function endWithClient(socket: Duplex): void {
  socket.once('end', () => socket.destroy()).resume();
}

interface UpgradeEvents {
  refused(status: number): void;
  opened(socket: WebSocket, admitted: Admitted): void;
  /** It is another protocol's. */
  other(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The listener of `upgrade` events: admits, shakes hands, and hands the open socket on. */
export function createUpgrader(
  sockets: WebSocketServer,
  rules: UpgradeRules,
  events: UpgradeEvents,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    // A client that vanishes during the handshake must not take the process with it.
    socket.on('error', () => socket.destroy());
    // That answer would be written into the middle of the WebSocket. No client asks for both at once.
    if (rules.owes(socket)) {
      socket.destroy();
      return;
    }
    if (!wantsWebSocket(request)) {
      events.other(request, socket, head);
      return;
    }
    const decide = (taken: (admitted: Admitted) => void) => {
      const decision = admit(request, rules);
      if (!('status' in decision)) {
        taken(decision);
        return;
      }
      events.refused(decision.status);
      refuseLater(socket, decision, rules);
    };
    const take = (admitted: Admitted) => {
      greetings.set(request, { subprotocol: admitted.matched.subprotocol, headers: headersOfGreeting(admitted) });
      sockets.handleUpgrade(request, socket, head, (open) => {
        rules.faults?.opened(open, socket, admitted);
        events.opened(open, admitted);
      });
    };
    decide((admitted) => {
      const hindrance = rules.faults?.upgrade(admitted);
      if (hindrance === undefined) {
        take(admitted);
      } else if ('status' in hindrance) {
        events.refused(hindrance.status);
        refuse(socket, hindrance, rules);
      } else if (Number.isFinite(hindrance.afterMs)) {
        // By then there may be no room for it any more.
        const timer = rules.clock.after(hindrance.afterMs, () => decide(take), { background: true });
        socket.once('close', () => timer.cancel());
      } else {
        endWithClient(socket);
      }
    });
  };
}

/** What stands in the 101: the answer to the subprotocols that were offered, and the dialect's headers. */
interface Greeting {
  readonly subprotocol: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** The ws package asks for them by request. */
const greetings = new WeakMap<IncomingMessage, Greeting>();

function headersOfGreeting(admitted: Admitted): Greeting['headers'] {
  const { sessionId } = admitted;
  const headers =
    admitted.direction === 'speak'
      ? admitted.service.endpoint.accepted?.(admitted.matched.settings, sessionId)
      : admitted.service.endpoint.accepted?.(admitted.matched.settings, sessionId);
  return headers ?? {};
}

export function chosenSubprotocol(request: IncomingMessage): string | false {
  return greetings.get(request)?.subprotocol ?? false;
}

export function greetingLines(request: IncomingMessage): string[] {
  return Object.entries(greetings.get(request)?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
}
