import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';

/** A service of speech in that does what the test tells it to, when the test tells it to. One client. */
export interface HearingService {
  readonly wsUrl: string;
  /** The client's messages, but for the audio. */
  readonly messages: readonly { readonly type: string }[];
  /** Sizes of the frames that brought audio, bytes. */
  readonly frames: readonly number[];
  /** All audio so far. */
  audio(): Buffer;
  /** Resolves when the client has sent such a message. */
  asked(type: string): Promise<void>;
  /** Resolves when the audio is as wanted. */
  heard(wanted: (audio: Buffer) => boolean): Promise<void>;
  ready(): void;
  interim(text: string): void;
  final(text: string): void;
  say(message: object): void;
  /** Resolves when the client has read all that it was told: with false when it is gone instead. */
  read(): Promise<boolean>;
  hangUp(code: number, reason?: string): void;
  /** Breaks the connection without a word. */
  drop(): void;
  close(): Promise<void>;
}

export interface HearingHabits {
  /** Not ready before it is told to be. */
  readonly late?: boolean;
  /** What `finalize` is answered with; false: with nothing, and `close` as well. */
  readonly tail?: string | false;
}

/** Answers in the words of SLNG's bridge. */
export async function hearingService({ late = false, tail = '' }: HearingHabits = {}): Promise<HearingService> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  let socket: WebSocket | undefined;
  const messages: { type: string }[] = [];
  const pieces: Buffer[] = [];
  let waiting: (() => void)[] = [];
  const until = async (happened: () => boolean) => {
    while (!happened()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const say = (message: object) => socket?.send(JSON.stringify(message));
  const final = (transcript: string) => say({ type: 'final_transcript', transcript });
  const ready = () => say({ type: 'ready', session_id: 'session-1' });
  const answer = (type: string) => {
    if (type === 'init' && !late) ready();
    if (type === 'finalize' && tail !== false) final(tail);
    if (type === 'close' && tail !== false) socket?.close(1000);
  };
  server.on('connection', (opened) => {
    socket = opened;
    opened.on('error', () => {});
    opened.on('message', (data, binary) => {
      if (binary) pieces.push(Buffer.isBuffer(data) ? data : Buffer.from([]));
      else {
        const message: { type: string } = JSON.parse(String(data));
        messages.push(message);
        answer(message.type);
      }
      for (const wake of waiting.splice(0)) wake();
    });
  });
  return {
    wsUrl: `ws://127.0.0.1:${address.port}`,
    messages,
    get frames() {
      return pieces.map((piece) => piece.length);
    },
    audio: () => Buffer.concat(pieces),
    asked: (type) => until(() => messages.some((message) => message.type === type)),
    heard: (wanted) => until(() => wanted(Buffer.concat(pieces))),
    ready,
    interim: (transcript) => say({ type: 'partial_transcript', transcript }),
    final,
    say,
    read: () =>
      new Promise((resolve) => {
        if (socket?.readyState !== 1) return resolve(false);
        socket.once('pong', () => resolve(true)).once('close', () => resolve(false));
        socket.ping();
      }),
    hangUp: (code, reason) => socket?.close(code, reason),
    drop: () => socket?.terminate(),
    close: () =>
      new Promise((resolve) => {
        waiting = [];
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}
