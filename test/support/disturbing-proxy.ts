import type { Socket } from 'node:net';
import { type Middleman, middleman } from './middleman.ts';
import { randomFrom } from './random.ts';

/** What a network can do without breaking a connection, in both directions. */
export interface Disturbance {
  /** After so many bytes to the client, nothing passes any more, and nobody is told. */
  readonly silentAfterBytes?: number;
  /** So many bytes a second to the client. */
  readonly bytesASecond?: number;
  /** And so many from it. */
  readonly upBytesASecond?: number;
  /** Each piece is up to so much later; none overtakes another. */
  readonly jitterMs?: number;
}

const pieceBytes = 100;

/** Stands before a server, and passes on what the disturbance lets through. */
export function disturbingProxy(wsUrl: string, disturbance: Disturbance, seed: number): Promise<Middleman> {
  return middleman(wsUrl, ({ client, reach }) => {
    const upstream = reach();
    const { silentAfterBytes = Number.POSITIVE_INFINITY } = disturbance;
    const random = randomFrom(seed);
    let leftBytes = silentAfterBytes;
    const { upBytesASecond } = disturbance;
    const line = { ...disturbance, random, isSilent: () => leftBytes <= 0 };
    const passed = (bytes: number) => {
      leftBytes -= bytes;
    };
    // Of one that has broken there is nothing more to pass.
    pass(client, upstream, { ...line, bytesASecond: upBytesASecond, passed: () => {} }).catch(() =>
      upstream.destroySoon(),
    );
    pass(upstream, client, { ...line, passed }).catch(() => client.destroySoon());
  });
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Line {
  readonly bytesASecond?: number | undefined;
  readonly jitterMs?: number;
  readonly random: () => number;
  readonly isSilent: () => boolean;
  readonly passed: (bytes: number) => void;
}

async function pass(from: Socket, to: Socket, line: Line): Promise<void> {
  const { bytesASecond, jitterMs } = line;
  for await (const data of from.iterator({ destroyOnReturn: false })) {
    const pieces = bytesASecond === undefined ? [data] : inPieces(data);
    for (const piece of pieces) {
      line.passed(piece.length);
      if (line.isSilent()) {
        from.pause();
        return;
      }
      if (bytesASecond !== undefined) await pause((1000 * piece.length) / bytesASecond);
      if (jitterMs !== undefined) await pause(jitterMs * line.random());
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
