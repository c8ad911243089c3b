import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';

/** A service that says what the test tells it to, when the test tells it to: the network's good and bad moments. */
export interface ScriptedService {
  readonly wsUrl: string;
  /** Resolves when a client has sent text and asked for its sound. */
  readonly asked: Promise<void>;
  /** So many samples of 16 bit. */
  sound(samples: Int16Array): void;
  /** All that was asked for has sounded. */
  done(): void;
  close(): Promise<void>;
}

/** Answers in SLNG's words. One client, one turn. */
export async function scriptedService(): Promise<ScriptedService> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  let socket: WebSocket | undefined;
  let flushed = () => {};
  const asked = new Promise<void>((resolve) => {
    flushed = resolve;
  });
  const say = (message: object) => socket?.send(JSON.stringify(message));
  server.on('connection', (opened) => {
    socket = opened;
    opened.on('message', (data) => {
      const { type }: { type: string } = JSON.parse(data.toString());
      if (type === 'init') say({ type: 'ready', session_id: 'scripted' });
      if (type === 'flush') flushed();
      if (type === 'close') opened.close(1000);
    });
  });
  return {
    wsUrl: `ws://127.0.0.1:${address.port}`,
    asked,
    sound: (samples) => socket?.send(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)),
    done: () => say({ type: 'flushed' }),
    close: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}
