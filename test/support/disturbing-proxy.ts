import type { Socket } from 'node:net';
import { type Middleman, middleman, passOn } from './middleman.ts';

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

/** Stands before a server, and passes on what the disturbance lets through. */
export function disturbingProxy(wsUrl: string, disturbance: Disturbance): Promise<Middleman> {
  return middleman(wsUrl, ({ client, reach }) => {
    const upstream = reach();
    passOn(client, upstream);
    // Of one that has broken there is nothing more to pass.
    pass(upstream, client, disturbance).catch(() => client.destroySoon());
  });
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function pass(from: Socket, to: Socket, disturbance: Disturbance): Promise<void> {
  const { silentAfterBytes = Number.POSITIVE_INFINITY, bytesASecond, jitterMs } = disturbance;
  let passedBytes = 0;
  let draw = 1;
  for await (const data of from.iterator({ destroyOnReturn: false })) {
    const pieces = bytesASecond === undefined ? [data] : inPieces(data);
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
  to.destroySoon();
}

function inPieces(data: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length; at += pieceBytes) pieces.push(data.subarray(at, at + pieceBytes));
  return pieces;
}
