import { type Middleman, middleman, passOn } from './middleman.ts';

/** What a proxy of the environment does with a client that asks it for a connection. */
export interface Hop {
  /** Its answer to CONNECT, a status and a phrase; null: none at all. Only a yes lets through. */
  readonly answer: string | null;
  /** It breaks the connection when so many bytes have passed to the client, so many times. */
  readonly cut?: { readonly afterBytes: number; readonly times: number };
}

/** A name that only the proxy knows: whoever reaches it went through the proxy. */
export const hopHost = 'speech.invalid';

/** Stands before a server as a proxy that clients speak to. */
export function hopBefore(wsUrl: string, { answer, cut }: Hop): Promise<Middleman> {
  let cuts = 0;
  return middleman(wsUrl, ({ client, reach }) => {
    client.once('data', () => {
      if (answer === null) return;
      client.write(`HTTP/1.1 ${answer}\r\n\r\n`);
      if (!answer.startsWith('2')) {
        client.end();
        return;
      }
      const upstream = reach();
      const isCut = cut !== undefined && cuts < cut.times;
      passOn(client, upstream);
      passOn(upstream, client, isCut ? { bytes: cut.afterBytes } : undefined, () => {
        cuts++;
        upstream.destroy();
      });
    });
  });
}
