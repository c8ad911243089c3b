import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What a network can do without breaking a connection. */
export interface Disturbance {
  /** After so many bytes to the client, nothing passes any more, and nobody is told. */
  readonly silentAfterBytes?: number;
  /** So many bytes a second to the client. */
  readonly bytesASecond?: number;
  /** Each piece to the client is up to so much later; none overtakes another. */
  readonly jitterMs?: number;
}

const pieceBytes = 100;

/** Stands between a client and the server on that port, and passes on what the disturbance lets through. */
export async function disturbingProxy(behind: number, disturbance: Disturbance) {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(behind, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    // Of one that has broken there is nothing more to pass.
    pass(upstream, client, disturbance).catch(() => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function pass(from: Socket, to: Socket, disturbance: Disturbance): Promise<void> {
  const { silentAfterBytes = Number.POSITIVE_INFINITY, bytesASecond, jitterMs } = disturbance;
  let passedBytes = 0;
  let draw = 1;
  for await (const data of from.iterator({ destroyOnReturn: false })) {
    const pieces = bytesASecond === undefined ? [data] : cut(data);
    for (const piece of pieces) {
      passedBytes += piece.length;
      if (passedBytes > silentAfterBytes) {
        from.pause();
        return;
      }
      if (bytesASecond !== undefined) await pause((1000 * piece.length) / bytesASecond);
      draw = (draw * 48_271) % 2_147_483_647;
      if (jitterMs !== undefined) await pause((jitterMs * draw) / 2_147_483_647);
      to.write(piece);
    }
  }
  to.end();
}

function cut(data: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length; at += pieceBytes) pieces.push(data.subarray(at, at + pieceBytes));
  return pieces;
}
