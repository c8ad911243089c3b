import { type ErrorCode, SpeechError, toSpeechError } from '../errors.ts';
import type { ProbeTimes } from '../session/probe.ts';
import type { Check } from './check.ts';

/** A provider that is configured, and how to open a session with it, to speak or to be listened to. */
export interface ReachTarget {
  readonly provider: string;
  readonly direction: 'speak' | 'listen';
  /** Rejects with the SpeechError that a command would meet; `detail.proxy` is there what `proxy` is here. */
  reach(signal: AbortSignal): Promise<ProbeTimes & { readonly proxy?: string }>;
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

/** The name, and the stage, of the check. */
const stageOf = { speak: 'reach', listen: 'listen' } as const;

/** What is no fault of a service that does not listen, or not here: others may be all that is wanted of it. */
const deaf: Partial<Record<ErrorCode, 'skip' | 'warn'>> = {
  E_RECOGNISER: 'skip',
  E_UNSUPPORTED: 'warn',
  E_REQUEST: 'warn',
};

/** Opens a session with the provider and tells how long each step took. */
export function reachCheck({ provider, direction, reach, withinMs }: ReachTarget): Check {
  return {
    name: `${stageOf[direction]} ${provider}`,
    stage: stageOf[direction],
    withinMs,
    fault: 'E_CONNECT',
    async run(signal) {
      const times = await reach(signal).catch((thrown: unknown) => toSpeechError(thrown, 'E_CONNECT'));
      if (times instanceof SpeechError) {
        const status = direction === 'listen' ? deaf[times.code] : undefined;
        const message = withProxy(times.message, times.detail.proxy);
        if (status === undefined) {
          throw new SpeechError(times.code, message, { todo: times.todo, detail: times.detail, cause: times });
        }
        return { status, detail: message, code: times.code, ...(status === 'warn' && { todo: times.todo }) };
      }
      const taken = steps.flatMap(({ key, name }) => {
        const ms = times[key];
        return ms === undefined ? [] : [`${name} ${ms.toFixed(1)} ms`];
      });
      const remarks = times.warnings.map((warning) => `; ${warning}`).join('');
      return {
        status: times.warnings.length > 0 ? 'warn' : 'ok',
        detail: `${withProxy(taken.join(', '), times.proxy)}${remarks}`,
        data: { provider, direction, ...times },
      };
    },
  };
}

/** Says through which proxy, unless that is said already. */
function withProxy(told: string, proxy: string | number | undefined): string {
  const through = `the proxy ${proxy}`;
  return proxy === undefined || told.includes(through) ? told : `${told}, through ${through}`;
}
