import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** One end of a connection that goes through it. */
export type End = 'server' | 'client';

/** A TCP server that clients meet in place of another one. */
export interface Middleman {
  readonly port: number;
  /** The address of the server behind it, with this one's port. */
  readonly wsUrl: string;
  /** Breaks all that are open, without a word. */
  cutNow(): void;
  close(): Promise<void>;
}

export interface Met {
  readonly client: Socket;
  /** A connection to the server behind. */
  reach(): Socket;
}

/** Stands before a server; `meet` says what becomes of each connection. */
export async function middleman(behind: string, meet: (met: Met) => void): Promise<Middleman> {
  const { hostname, port } = new URL(behind);
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    meet({
      client,
      reach: () => keep(connect(Number(port), hostname)),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  const cutNow = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: address.port,
    wsUrl: `ws://127.0.0.1:${address.port}`,
    cutNow,
    async close() {
      cutNow();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface Bound {
  /** So many bytes go through. */
  readonly bytes: number;
  /** They count from behind the first piece in which this stands; from the first byte where it is left out. */
  readonly after?: RegExp;
}

const unbounded: Bound = { bytes: Number.POSITIVE_INFINITY };

/**
 * Passes on what comes from one to the other, up to the bound; then `reached` once, and nothing more. When the one ends,
 * or is broken, so is the other, once what was passed on to it has arrived: it is cut there and not before.
 */
export function passOn(from: Socket, to: Socket, bound: Bound = unbounded, reached: () => void = () => {}): void {
  const { bytes, after } = bound;
  let counts = after === undefined;
  let left = bytes;
  from.on('close', () => to.destroySoon());
  from.on('data', (data: Buffer) => {
    const passed = counts ? data.subarray(0, Math.min(data.length, left)) : data;
    if (counts) left -= passed.length;
    else counts = after?.test(data.toString('latin1')) === true;
    const roomy = to.write(passed);
    if (left === 0) {
      from.pause();
      reached();
    } else if (!roomy) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
}
