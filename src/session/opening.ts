import type { Timeline } from '../metrics/timeline.ts';
import type { Opened } from '../transport/transport.ts';
import type { AnyCommand, AnyEvent, AnySettings, ConnectionOptions } from './options.ts';
import { withRetryAfter } from './reconnects.ts';

/** What stands between here and the service, filled in while that is still being reached. */
export interface Way {
  proxy?: string;
}

/** Opens the socket of a connection and marks its steps. Rejects with a SpeechError, or with the signal's reason. */
export async function openTransport<Command extends AnyCommand, Event extends AnyEvent, Settings extends AnySettings>(
  options: ConnectionOptions<Command, Event, Settings>,
  settings: Settings,
  timeline: Timeline,
  signal: AbortSignal,
  way: Way,
): Promise<Opened> {
  const { service, credentials, connect, clock, watcher } = options;
  const request = service.endpoint.build(settings, credentials);
  timeline.mark('connectStart', clock.now());
  watcher?.opened(request, settings);
  const opened = await connect(request, {
    signal,
    proxied: (proxy) => {
      way.proxy = proxy;
    },
    refused: (refusal) => withRetryAfter(service.endpoint.refused(refusal), refusal.headers),
  });
  const { dnsMs, tcpMs, tlsMs, openMs } = opened.times;
  if (dnsMs !== undefined) timeline.mark('dns', dnsMs);
  if (tcpMs !== undefined) timeline.mark('tcp', tcpMs);
  if (tlsMs !== undefined) timeline.mark('tls', tlsMs);
  timeline.mark('open', openMs);
  return opened;
}
