import { betweenMs, sinceMs } from '../metrics/latency.ts';
import type { Timeline } from '../metrics/timeline.ts';
import { toldFault } from './closed.ts';
import { Connection } from './connection.ts';
import type { ListenOptions } from './listen-options.ts';
import type { AnyCommand, AnyEvent, AnySettings, CommonCommand, ConnectionOptions, SessionOptions } from './options.ts';

/** How long each step of reaching a service took, ms. A step that did not happen (no TLS on ws://) is left out. */
export interface ProbeTimes {
  readonly dnsMs?: number;
  readonly tcpMs?: number;
  readonly tlsMs?: number;
  /** From the last step below it to the server's 101. */
  readonly upgradeMs?: number;
  /** All of the above together. */
  readonly connectMs?: number;
  /** From the dialect's first message to the service's ready. */
  readonly handshakeMs?: number;
  readonly requestId?: string;
  /** What the service remarked on the settings. */
  readonly warnings: readonly string[];
}

/**
 * Opens a session as a turn would, says nothing, and closes it once the service is ready. Rejects with the SpeechError
 * that a turn would have met; bounded by the timeouts of the options.
 */
export function probeConnection(options: SessionOptions): Promise<ProbeTimes> {
  return probe(options, { type: 'begin', turn: 'probe' });
}

/** The same of a service of speech in, whose codec speaks first by itself; no audio is sent. */
export function probeListening(options: ListenOptions): Promise<ProbeTimes> {
  return probe(options, undefined);
}

async function probe<Command extends AnyCommand, Event extends AnyEvent, Settings extends AnySettings>(
  options: ConnectionOptions<Command | CommonCommand, Event, Settings>,
  first: Command | undefined,
): Promise<ProbeTimes> {
  const warnings: string[] = [];
  const connection = new Connection<Command, Event, Settings>(options, options.settings, {
    event(event: AnyEvent) {
      if (event.type === 'ready') warnings.push(...(event.warnings ?? []));
      if (event.type === 'warning') warnings.push(event.message);
      if (event.type === 'error') connection.fail(toldFault(event.fault));
    },
    ended() {},
  });
  if (first) connection.command(first);
  connection.awaitReady();
  await connection.ready;
  const { requestId } = connection;
  await connection.close();
  return { ...stepTimes(connection.timeline), ...(requestId !== undefined && { requestId }), warnings };
}

function stepTimes(line: Timeline): Omit<ProbeTimes, 'warnings' | 'requestId'> {
  const steps = {
    dnsMs: betweenMs(line, 'connectStart', 'dns'),
    tcpMs: sinceMs(line.at('dns') ?? line.at('connectStart'), line.at('tcp')),
    tlsMs: betweenMs(line, 'tcp', 'tls'),
    upgradeMs: sinceMs(line.at('tls') ?? line.at('tcp') ?? line.at('connectStart'), line.at('open')),
    connectMs: betweenMs(line, 'connectStart', 'open'),
    handshakeMs: betweenMs(line, 'handshakeStart', 'ready'),
  };
  const known = Object.entries(steps).filter((step): step is [string, number] => step[1] !== undefined);
  // Finer digits than a thousandth are noise.
  return Object.fromEntries(known.map(([name, ms]) => [name, Math.round(ms * 1000) / 1000]));
}
