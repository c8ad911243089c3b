import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What made it an offer, and what depends on that. */
const ofTheOffer: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings', 'keep-alive']);

export function wantsWebSocket({ headers: { upgrade = '' } }: IncomingMessage): boolean {
  return upgrade.toLowerCase() === 'websocket';
}

/**
 * An offer of another protocol need not be taken, and the request is then one like any other (RFC 9110, 7.8): curl
 * with --http2 and Java's HttpClient offer h2c with every first one. Node takes all for upgrades where one is listened
 * for, and looks at nothing behind their headers; so it gets the request anew, without the offer.
 */
export function withoutOffer(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  const { rawHeaders } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!ofTheOffer.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  // The socket's requests and its listeners would be counted from 0 with each offer.
  lines.push('Connection: close');
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
