import type { Socket } from 'node:net';
import { type End, type Middleman, middleman, passOn } from './middleman.ts';

/** What becomes of a connection. */
export type Passage =
  | 'pass'
  /** Broken at once. */
  | 'gone'
  /** Broken, or passed no further (and open), once so many bytes of one of the two have gone through. */
  | { readonly cutAfter: number; readonly of: End }
  | { readonly stallAfter: number; readonly of: End }
  /** The upgrade is refused, by this and not by the server behind. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export interface Gate extends Middleman {
  /** When each connection came, performance.now(). */
  readonly arrivals: readonly number[];
}

/** Stands before a server; each connection fares as its passage says, and all later ones as the last. */
export async function gate(wsUrl: string, passages: readonly Passage[]): Promise<Gate> {
  const arrivals: number[] = [];
  const server = await middleman(wsUrl, ({ client, reach }) => {
    const passage = passages[Math.min(arrivals.length, passages.length - 1)] ?? 'pass';
    arrivals.push(performance.now());
    if (passage === 'gone') {
      client.destroy();
    } else if (typeof passage === 'object' && 'status' in passage) {
      refuse(client, passage);
    } else {
      const upstream = reach();
      pass(client, upstream, 'client', passage);
      pass(upstream, client, 'server', passage);
    }
  });
  return { ...server, arrivals };
}

function refuse(client: Socket, { status, headers = {} }: Extract<Passage, { status: number }>): void {
  const fields = { 'content-length': '0', connection: 'close', ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  client.once('data', () => client.end(`HTTP/1.1 ${status} No\r\n${lines.join('')}\r\n`));
}

function pass(from: Socket, to: Socket, who: End, passage: Passage): void {
  const bound = typeof passage === 'object' && 'of' in passage && passage.of === who ? passage : undefined;
  let bytes = Number.POSITIVE_INFINITY;
  if (bound) bytes = 'cutAfter' in bound ? bound.cutAfter : bound.stallAfter;
  passOn(from, to, { bytes }, () => {
    if (bound && 'cutAfter' in bound) from.destroy();
  });
}
