import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of a connection. */
export type Passage =
  | 'pass'
  /** Broken at once. */
  | 'gone'
  /** Broken, or passed no further (and open), once so many bytes of one of the two have gone through. */
  | { readonly cutAfter: number; readonly of: 'server' | 'client' }
  | { readonly stallAfter: number; readonly of: 'server' | 'client' }
  /** The upgrade is refused, by this and not by the server behind. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export interface Gate {
  /** The address of the server behind it, with the gate's port. */
  readonly wsUrl: string;
  /** When each connection came, performance.now(). */
  readonly arrivals: readonly number[];
  close(): Promise<void>;
}

/** Stands before a server; each connection fares as its passage says, and all later ones as the last. */
export async function gate(wsUrl: string, passages: readonly Passage[]): Promise<Gate> {
  const behind = new URL(wsUrl);
  const arrivals: number[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const passage = passages[Math.min(arrivals.length, passages.length - 1)] ?? 'pass';
    arrivals.push(performance.now());
    keep(client, open);
    if (passage === 'gone') client.destroy();
    else if (typeof passage === 'object' && 'status' in passage) refuse(client, passage);
    else {
      const upstream = connect(Number(behind.port), behind.hostname);
      keep(upstream, open);
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
      pass(client, upstream, 'client', passage);
      pass(upstream, client, 'server', passage);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gate has no port');
  return {
    wsUrl: `ws://127.0.0.1:${address.port}`,
    arrivals,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function keep(socket: Socket, open: Set<Socket>): void {
  open.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => open.delete(socket));
}

function refuse(client: Socket, { status, headers = {} }: Extract<Passage, { status: number }>): void {
  const fields = { 'content-length': '0', connection: 'close', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  client.once('data', () => client.end(`HTTP/1.1 ${status} No\r\n${lines.join('')}\r\n`));
}

function pass(from: Socket, to: Socket, who: 'server' | 'client', passage: Passage): void {
  const bound = typeof passage === 'object' && 'of' in passage && passage.of === who ? passage : undefined;
  let left = Number.POSITIVE_INFINITY;
  if (bound) left = 'cutAfter' in bound ? bound.cutAfter : bound.stallAfter;
  from.on('data', (data: Buffer) => {
    const passed = data.subarray(0, Math.min(data.length, left));
    left -= passed.length;
    const roomy = to.write(passed);
    if (left === 0) {
      from.pause();
      // What was passed on must arrive, so that it is cut there and not before.
      if (bound && 'cutAfter' in bound) to.end(() => from.destroy());
    } else if (!roomy) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
}
