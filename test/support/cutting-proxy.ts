import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A proxy that breaks connections. */
export interface CuttingProxy {
  /** The address of the server behind it, with this proxy's port. */
  readonly wsUrl: string;
  /** How often it has cut so far. */
  readonly cuts: number;
  readonly connections: number;
  /** Breaks all that are open, without a word. */
  cutNow(): void;
  close(): Promise<void>;
}

export interface Cutting {
  /** So often; what comes after that passes whole. */
  readonly cuts: number;
  /** A connection is cut when so many bytes have passed on it: drawn evenly between the two, at any byte of a frame. */
  readonly bytes: readonly [least: number, most: number];
  /** Which of the two ways is counted: what the server says, or what the client does. */
  readonly of: 'server' | 'client';
  readonly seed: number;
  /** The bytes count from behind the first piece in which this stands; from the first byte where it is left out. */
  readonly after?: RegExp;
}

/** Mulberry32: what is cut where is the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Passes bytes on, both ways, until it is time to cut; half of a frame may have gone through by then. */
export async function cuttingProxy(
  wsUrl: string,
  { cuts: most, bytes, of, seed, after }: Cutting,
): Promise<CuttingProxy> {
  const behind = new URL(wsUrl);
  const random = randomFrom(seed);
  const open = new Set<Socket>();
  let cuts = 0;
  let connections = 0;
  const server = createServer((client) => {
    connections++;
    const upstream = connect(Number(behind.port), behind.hostname);
    const [least, largest] = bytes;
    let left = cuts < most ? Math.floor(least + random() * (largest - least)) : Number.POSITIVE_INFINITY;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    const [counted, other] = of === 'server' ? [upstream, client] : [client, upstream];
    let counts = after === undefined;
    counted.on('data', (data: Buffer) => {
      if (!counts) {
        counts = after?.test(data.toString('latin1')) === true;
        other.write(data);
        return;
      }
      const passed = data.subarray(0, Math.min(data.length, left));
      left -= passed.length;
      const roomy = other.write(passed);
      if (left === 0) {
        cuts++;
        // What was passed on must arrive, so that it is cut there and not before.
        other.end(end);
        counted.destroy();
      } else if (!roomy) {
        counted.pause();
        other.once('drain', () => counted.resume());
      }
    });
    other.pipe(counted);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const through = new URL(wsUrl);
  through.port = String(address.port);
  return {
    wsUrl: through.href.replace(/\/$/, ''),
    get cuts() {
      return cuts;
    },
    get connections() {
      return connections;
    },
    cutNow() {
      for (const socket of open) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
