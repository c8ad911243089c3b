import type { ProbeTimes } from '../session/probe.ts';
import type { Check } from './check.ts';

/** A provider that is configured, and how to open a session with it. */
export interface ReachTarget {
  readonly provider: string;
  /** Rejects with the SpeechError that a command would meet. */
  reach(signal: AbortSignal): Promise<ProbeTimes>;
  /** The longest the session's own timeouts leave it, ms. */
  readonly withinMs: number;
}

const steps = [
  { key: 'dnsMs', name: 'DNS' },
  { key: 'tcpMs', name: 'TCP' },
  { key: 'tlsMs', name: 'TLS' },
  { key: 'upgradeMs', name: 'upgrade' },
  { key: 'handshakeMs', name: 'ready' },
] as const;

/** Opens a session with the provider and tells how long each step took. */
export function reachCheck({ provider, reach, withinMs }: ReachTarget): Check {
  return {
    name: `reach ${provider}`,
    stage: 'reach',
    withinMs,
    fault: 'E_CONNECT',
    async run(signal) {
      const times = await reach(signal);
      const taken = steps.flatMap(({ key, name }) => {
        const ms = times[key];
        return ms === undefined ? [] : [`${name} ${ms.toFixed(1)} ms`];
      });
      const remarks = times.warnings.map((warning) => `; ${warning}`).join('');
      return {
        status: times.warnings.length > 0 ? 'warn' : 'ok',
        detail: `${taken.join(', ')}${remarks}`,
        data: { provider, ...times },
      };
    },
  };
}
