import { betweenMs, sinceMs } from './latency.ts';
import type { Timeline } from './timeline.ts';

/** What a meter needs to know of the connection that carried it. */
export interface ConnectionFacts {
  readonly timeline: Timeline;
  readonly requestId?: string;
}

/** The names of what `connectFigures` gives. */
export const connectFigureNames = [...(['connectMs', 'dnsMs', 'tcpMs', 'tlsMs', 'upgradeMs', 'handshakeMs'] as const)];

/** How long each step of connecting took, ms. */
export function connectFigures(line: Timeline) {
  return {
    connectMs: tidy(betweenMs(line, 'connectStart', 'open')),
    dnsMs: tidy(betweenMs(line, 'connectStart', 'dns')),
    tcpMs: tidy(sinceMs(line.at('dns') ?? line.at('connectStart'), line.at('tcp'))),
    tlsMs: tidy(betweenMs(line, 'tcp', 'tls')),
    upgradeMs: tidy(sinceMs(line.at('tls') ?? line.at('tcp'), line.at('open'))),
    handshakeMs: tidy(betweenMs(line, 'handshakeStart', 'ready')),
  };
}

/** Figures are kept to a thousandth: finer digits are noise. */
export function tidy(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
