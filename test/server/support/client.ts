import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';

export type Message = Readonly<Record<string, unknown>>;

/** What came, in order: a message, or audio. */
export type Came = { readonly message: Message } | { readonly audio: Buffer };

function asMessage(text: string): Message {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error(`no message: ${text}`);
  return { ...value };
}

/** A plain `ws` client that keeps what came, and lets a test wait for what it needs, never for time. */
export class Client {
  readonly socket: WebSocket;
  readonly came: Came[] = [];
  readonly messages: Message[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  isClosed = false;
  #waiting: { satisfied: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.came.push({ audio: data });
      else this.#message(asMessage(data.toString()));
      this.#look();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.isClosed = true;
        resolve({ code, reason: reason.toString() });
        for (const { reject } of this.#waiting.splice(0)) reject(new Error(`closed with ${code}: ${this.story}`));
      });
    });
    socket.on('error', () => {});
  }

  static open(url: string, headers: Record<string, string> = {}, subprotocols: string[] = []): Promise<Client> {
    const socket = new WebSocket(url, subprotocols, { headers });
    const client = new Client(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
    });
  }

  /** The answer to an upgrade that is not taken. */
  static refused(url: string, headers: Record<string, string> = {}): Promise<Refused> {
    const socket = new WebSocket(url, { headers });
    socket.on('error', () => {});
    return new Promise((resolve, reject) => {
      socket.once('open', () => reject(new Error('the upgrade was taken')));
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: asMessage(body), headers: { ...response.headers } });
        });
      });
    });
  }

  send(...messages: (object | string)[]): this {
    for (const message of messages) this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return this;
  }

  #message(message: Message): void {
    this.messages.push(message);
    this.came.push({ message });
  }

  get types(): unknown[] {
    return this.messages.map((message) => message.type);
  }

  /** All audio, from binary frames or from base64, in order. */
  get audio(): Buffer {
    return Buffer.concat(
      this.came.map((item) => {
        if ('audio' in item) return item.audio;
        const { type, data } = item.message;
        return type === 'audio_chunk' && typeof data === 'string' ? Buffer.from(data, 'base64') : Buffer.alloc(0);
      }),
    );
  }

  /** The order of things, with audio frames in a row as one `audio`. */
  get story(): unknown[] {
    const names = this.came.map((item) => ('audio' in item ? 'audio' : item.message.type));
    return names.filter((name, i) => name !== 'audio' || names[i - 1] !== 'audio');
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ satisfied, resolve }) => {
      if (!satisfied()) return true;
      resolve();
      return false;
    });
  }

  until(satisfied: () => boolean): Promise<void> {
    if (satisfied()) return Promise.resolve();
    if (this.isClosed) return Promise.reject(new Error(`closed: ${this.story}`));
    return new Promise((resolve, reject) => this.#waiting.push({ satisfied, resolve, reject }));
  }

  /** Resolves when so many messages of a type have come, with the last of them. */
  async got(type: string, count = 1): Promise<Message> {
    const found = () => this.messages.filter((message) => message.type === type);
    await this.until(() => found().length >= count);
    const message = found()[count - 1];
    if (message === undefined) throw new Error(`no ${type}`);
    return message;
  }

  close(): Promise<unknown> {
    this.socket.close();
    return this.closed;
  }
}

export interface Refused {
  readonly status: number;
  readonly body: Message;
  readonly headers: Readonly<Record<string, unknown>>;
}
