import { connect, type Socket } from 'node:net';

/** What a service is asked for by a client that no library holds back. */
export interface Route {
  readonly path: string;
  /** As the vendor's clients show a key. */
  authorization(key: string): string;
  /** What begins a session, and a turn or an utterance that is never ended. */
  readonly opening: readonly (string | Buffer)[];
  /** What asks for the end of what was said. */
  readonly flush: string;
  more(text: string): string | Buffer;
}

const json = JSON.stringify;
const bearer = (key: string) => `Bearer ${key}`;
const token = (key: string) => `Token ${key}`;
/** Noise, for a recogniser: what it holds is what it was not asked to finish. */
const noise = Buffer.from(Uint8Array.from({ length: 16_000 }, (_, i) => (i * 7919) % 256));

/** Every dialect, in both directions of speech. */
export const routes = {
  'slng, speaking': {
    path: '/v1/tts/slng/deepgram/aura:2-en',
    authorization: bearer,
    opening: [json({ type: 'init', config: { encoding: 'linear16', sample_rate: 24_000 } })],
    flush: json({ type: 'flush' }),
    more: (text) => json({ type: 'text', text }),
  },
  'deepgram, speaking': {
    path: '/v1/speak?model=aura-2-thalia-en&encoding=linear16&sample_rate=24000',
    authorization: token,
    opening: [],
    flush: json({ type: 'Flush' }),
    more: (text) => json({ type: 'Speak', text }),
  },
  'telnyx, speaking': {
    path: '/v2/text-to-speech/speech?voice=Telnyx.NaturalHD.astra&audio_format=linear16&sample_rate=24000',
    authorization: bearer,
    opening: [json({ text: ' ' })],
    flush: json({ text: 'That is all.', flush: true }),
    more: (text) => json({ text }),
  },
  'slng, hearing': {
    path: '/v1/bridges/unmute/stt/slng/deepgram/nova:3-en',
    authorization: bearer,
    opening: [json({ type: 'init', config: { encoding: 'linear16', sample_rate: 16_000 } })],
    flush: json({ type: 'finalize' }),
    more: () => noise,
  },
  'deepgram, hearing': {
    path: '/v1/listen?model=nova-3&encoding=linear16&sample_rate=16000&interim_results=true',
    authorization: token,
    opening: [],
    flush: json({ type: 'Finalize' }),
    more: () => noise,
  },
  'telnyx, hearing': {
    path: '/v2/speech-to-text/transcription?transcription_engine=Deepgram&input_format=linear16&sample_rate=16000',
    authorization: bearer,
    opening: [],
    flush: json({ type: 'Finalize' }),
    more: () => noise,
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;
export const routeNames: readonly RouteName[] = ['slng', 'deepgram', 'telnyx'].flatMap((name) =>
  [`${name}, speaking`, `${name}, hearing`].filter((one): one is RouteName => Object.hasOwn(routes, one)),
);

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Buffer;
  readonly fin?: boolean;
  readonly rsv1?: boolean;
  readonly masked?: boolean;
  /** What the header says; more than there is, where the rest never comes. */
  readonly length?: number;
}

/** A client's frame, by the letter of RFC 6455 or not. The mask is zero: it changes nothing. */
export function frame({ opcode, payload = Buffer.alloc(0), ...parts }: FrameParts): Buffer {
  const { fin = true, rsv1 = false, masked = true, length = payload.length } = parts;
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  if (length < 126) head[1] = mask | length;
  else if (length < 65_536) {
    head[1] = mask | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = mask | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

/** A message as a session would be sent it. */
export function message(said: string | Buffer): Buffer {
  return typeof said === 'string'
    ? frame({ opcode: 1, payload: Buffer.from(said) })
    : frame({ opcode: 2, payload: said });
}

/** A TCP connection of which a test sees every byte, and the end. */
export class RawSocket {
  readonly socket: Socket;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  readonly opened: Promise<void>;
  readonly #keptBytes: number;
  #came = Buffer.alloc(0);
  #looking: (() => void)[] = [];
  gone = false;

  constructor(port: number, keptBytes = 4096) {
    this.#keptBytes = keptBytes;
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('error', () => {});
    this.opened = new Promise((resolve) => {
      this.socket.once('connect', () => resolve());
      this.socket.once('close', () => resolve());
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.gone = true;
        this.#look();
        resolve();
      });
    });
    this.socket.on('data', (bytes: Buffer) => {
      if (this.#came.length < this.#keptBytes) this.#came = Buffer.concat([this.#came, bytes]);
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#looking.splice(0)) look();
  }

  write(...parts: (string | Buffer)[]): this {
    for (const part of parts) if (!this.gone && this.socket.writable) this.socket.write(part);
    return this;
  }

  upgrade(route: Route, key = '', headers: readonly string[] = []): this {
    const lines = [
      `GET ${route.path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ...(key === '' ? [] : [`Authorization: ${route.authorization(key)}`]),
      ...headers,
    ];
    return this.write(`${lines.join('\r\n')}\r\n\r\n`);
  }

  say(...messages: (string | Buffer)[]): this {
    return this.write(...messages.map(message));
  }

  /** The first bytes that came. */
  get came(): Buffer {
    return this.#came;
  }

  get status(): number | undefined {
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(this.#came.toString('latin1', 0, 20)) ?? [];
    return status === undefined ? undefined : Number(status);
  }

  /** Resolves when as much has come, or the connection is gone. */
  async until(satisfied: (came: Buffer) => boolean): Promise<void> {
    while (!this.gone && !satisfied(this.#came)) await new Promise<void>((resolve) => this.#looking.push(resolve));
  }

  /** Resolves when the answer's headers are there. */
  async answered(): Promise<void> {
    await this.until((came) => came.includes('\r\n\r\n'));
  }

  /** A message after the answer to the upgrade, or the end. */
  async anything(): Promise<void> {
    await this.until((came) => came.length > came.indexOf('\r\n\r\n') + 4);
  }

  /** What the server closed the session with, where it did and what came is small enough to have been kept. */
  get closeCode(): number | undefined {
    const start = this.#came.indexOf('\r\n\r\n');
    let at = start + 4;
    while (start >= 0 && at + 2 <= this.#came.length) {
      const opcode = (this.#came[at] ?? 0) & 15;
      let length = (this.#came[at + 1] ?? 0) & 127;
      let headBytes = 2;
      if (length === 126) {
        length = this.#came.readUInt16BE(at + 2);
        headBytes = 4;
      } else if (length === 127) {
        length = Number(this.#came.readBigUInt64BE(at + 2));
        headBytes = 10;
      }
      if (opcode === 8) return length < 2 ? 1005 : this.#came.readUInt16BE(at + headBytes);
      at += headBytes + length;
    }
    return undefined;
  }

  drop(): void {
    this.socket.resetAndDestroy();
  }
}
