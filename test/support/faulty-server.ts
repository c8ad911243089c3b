import { once } from 'node:events';
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** One thing that the service does. `drop` breaks the connection without a word, `dropOnceRead` when all before it was read. */
export type Act =
  /** Once, or again and again for as long as the connection is there. */
  | { readonly json: object; readonly everyMs?: number }
  | { readonly text: string }
  | { readonly audio: Uint8Array }
  | { readonly close: number; readonly reason?: string }
  | 'drop'
  | 'dropOnceRead';

/** What is done at the first, second, … message of a type on a connection; the last one stands for all later ones. */
export type Answers = readonly (readonly Act[])[];

/** Of HTTP; JSON unless it says otherwise. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** A service's misbehaviour, as data: what it does otherwise than one that works. */
export interface Scenario {
  /** Answers the upgrade like this, or never. */
  readonly refuse?: Answer | 'silence';
  /** Answers a plain request like this, or never. */
  readonly http?: Answer | 'silence';
  /** By the type of the client's message; a binary frame is one of the type `audio`, the connection's opening `open`. */
  readonly on?: Readonly<Record<string, Answers>>;
  /** By a word of the text that comes, before what is done for a text anyway. */
  readonly onWord?: Readonly<Record<string, readonly Act[]>>;
}

export type Message = Readonly<Record<string, unknown>> & { readonly type: string };

interface Request {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface FaultyServer {
  readonly wsUrl: string;
  /** Upgrades, and plain requests. */
  readonly requests: readonly Request[];
  /** Resolves at the first of them. */
  readonly asked: Promise<void>;
  /** What each connection was sent, in order. */
  readonly connections: readonly (readonly Message[])[];
  /** Resolves when so many messages of the type have come, and the client has read what they were answered with. */
  answered(type: string, times?: number): Promise<void>;
  close(): Promise<void>;
}

/** Where nobody listens. A port that was free a moment ago is soon somebody else's; this one is given to none. */
export const nobody = 'ws://127.0.0.1:2';

/** So many bytes of a sound that is none by accident: each says where it stands, and none begins like a header. */
export function sound(byteCount: number, from = 0): Uint8Array {
  return Uint8Array.from({ length: byteCount }, (_, i) => ((from + i) * 7 + 1) % 251);
}

export const ready: Act = { json: { type: 'ready', session_id: 'sess_1' } };
export const flushed: Act = { json: { type: 'flushed' } };

/** What is heard, and the answer to the client that asks for it. */
export const heard = (transcript: string): Act => ({ json: { type: 'final_transcript', transcript } });

/** A service that works. */
const usual: Record<string, Answers> = {
  init: [[ready]],
  finalize: [[heard('all of it')]],
  flush: [[{ audio: sound(960) }, flushed]],
  clear: [[{ json: { type: 'cleared' } }]],
  close: [[{ close: 1000 }]],
};

/** Speaks SLNG's words on loopback, or those given, as badly as the scenario has it. */
export async function faultyServer(
  scenario: Scenario = {},
  answers: Readonly<Record<string, Answers>> = usual,
): Promise<FaultyServer> {
  const service = new Service({ ...answers, ...scenario.on }, scenario.onWord ?? {});
  const sockets = new WebSocketServer({ noServer: true });
  const http = createServer((request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    tellAsked();
    if (scenario.http === 'silence') return;
    const { status, body, type = 'application/json' } = scenario.http ?? { status: 404, body: '{}' };
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  const requests: Request[] = [];
  const streams = new Set<Duplex>();
  let tellAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    tellAsked = resolve;
  });
  http.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    streams.add(stream);
    stream.on('error', () => stream.destroy());
    requests.push({ url: request.url ?? '', headers: request.headers });
    tellAsked();
    const { refuse } = scenario;
    if (refuse === 'silence') return;
    if (refuse) stream.end(refusal(refuse));
    else sockets.handleUpgrade(request, stream, head, (socket) => service.serve(socket));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    wsUrl: `ws://127.0.0.1:${port}`,
    requests,
    asked,
    connections: service.connections,
    answered: (type, times = 1) => service.answered(type, times),
    async close() {
      for (const stream of streams) stream.destroy();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

function refusal({ status, body, type = 'application/json' }: Answer): string {
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, `content-type: ${type}`, 'connection: close'];
  return `${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

class Service {
  readonly connections: Message[][] = [];
  readonly #answers: Readonly<Record<string, Answers>>;
  readonly #words: Readonly<Record<string, readonly Act[]>>;
  readonly #done = new Map<string, number>();
  #waiting: (() => void)[] = [];

  constructor(answers: Readonly<Record<string, Answers>>, words: Readonly<Record<string, readonly Act[]>>) {
    this.#answers = answers;
    this.#words = words;
  }

  serve(socket: WebSocket): void {
    const messages: Message[] = [];
    this.connections.push(messages);
    /** What waits for the client to have read it. Pongs come in the order of their pings. */
    const unread: string[] = [];
    const read = (types: readonly string[]) => {
      for (const type of types) this.#count(type);
    };
    socket.on('error', () => {});
    // A pong says that everything sent before its ping was read; what is closed has nothing more to read.
    socket.on('pong', (data) => (String(data) === lastPing ? socket.terminate() : read(unread.splice(0, 1))));
    socket.on('close', () => read(unread.splice(0)));
    for (const act of this.#answers.open?.[0] ?? []) perform(socket, act);
    socket.on('message', (data: Buffer, isBinary) => {
      const message: Message = isBinary ? { type: 'audio', bytes: data.length } : named(JSON.parse(String(data)));
      messages.push(message);
      const before = messages.filter(({ type }) => type === message.type).length - 1;
      const answers = this.#answers[message.type] ?? [];
      const heard = Object.entries(this.#words).filter(([word]) => String(message.text ?? '').includes(word));
      const acts = [...heard.flatMap(([, said]) => said), ...(answers[Math.min(before, answers.length - 1)] ?? [])];
      for (const act of acts) perform(socket, act);
      unread.push(message.type);
      if (socket.readyState === socket.OPEN) socket.ping();
    });
  }

  #count(type: string): void {
    this.#done.set(type, (this.#done.get(type) ?? 0) + 1);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async answered(type: string, times: number): Promise<void> {
    while ((this.#done.get(type) ?? 0) < times) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/** Telnyx's messages of speech out have no type: what they are their text says. */
function named(message: Partial<Message>): Message {
  const { type = typeOf(String(message.text), message.flush === true) } = message;
  return { ...message, type };
}

function typeOf(text: string, flushes: boolean): string {
  if (text === ' ') return 'handshake';
  if (text === '') return 'end';
  return flushes ? 'flush' : 'text';
}

/** Told from the pings behind every answer. */
const lastPing = 'the last';

function perform(socket: WebSocket, act: Act): void {
  if (act === 'drop') socket.terminate();
  else if (act === 'dropOnceRead') socket.ping(lastPing);
  else if ('json' in act) say(socket, JSON.stringify(act.json), act.everyMs);
  else if ('text' in act) socket.send(act.text);
  else if ('audio' in act) socket.send(act.audio);
  else socket.close(act.close, act.reason);
}

function say(socket: WebSocket, text: string, everyMs: number | undefined): void {
  socket.send(text);
  if (everyMs === undefined) return;
  const again = setInterval(() => socket.send(text), everyMs);
  socket.on('close', () => clearInterval(again));
}
