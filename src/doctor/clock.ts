import type { Check, Finding } from './check.ts';

/** What a service that was reached told of the time: the `Date` of its answer. */
export interface ServiceTime {
  readonly provider: string;
  /** The service's time, and this machine's when its answer came; ms since 1970. */
  readonly thereMs: number;
  readonly hereMs: number;
}

export interface ClockParts {
  /** Of all services that were reached before this check runs. */
  readonly times: () => readonly ServiceTime[];
  /** Providers whose certificate is not valid at this machine's time: they are not reached, and tell no time. */
  readonly distrusted: () => readonly string[];
  /** The clock that all latencies are measured with, ms. */
  readonly now: () => number;
}

/** Beyond that a certificate may not be valid yet, and a signed request is too old; nobody notices less. */
const mostOffMs = 30_000;
/** A header tells whole seconds: on average half of one has passed. */
const halfSecondMs = 500;
/** Latencies are told in tenths of a millisecond; one that is known no finer than this is of no use to `vox bench`. */
const mostStepMs = 1;

const readings = 100_000;
const wantedSteps = 100;

const setClock = 'set the clock of this machine, or let it be set over the network (NTP)';

/** Holds the time of day to that of services, and looks at the clock that latencies are measured with. */
export function clockCheck({ times, distrusted, now }: ClockParts): Check {
  return {
    name: 'clock',
    stage: 'clock',
    withinMs: 5000,
    fault: 'E_UNEXPECTED',
    run() {
      const day = timeOfDay(times(), distrusted());
      const steps = stepsOf(now);
      const todo = day.todo ?? steps.todo;
      return {
        status: todo === undefined ? 'ok' : 'warn',
        detail: `${day.detail}; ${steps.detail}`,
        ...(todo !== undefined && { todo }),
        data: { ...day.data, ...steps.data },
      };
    },
  };
}

type Part = Pick<Finding, 'detail' | 'todo' | 'data'>;

function timeOfDay(times: readonly ServiceTime[], distrusted: readonly string[]): Part {
  const [best] = times
    .map(({ provider, thereMs, hereMs }) => ({ provider, offMs: hereMs - thereMs - halfSecondMs }))
    // A service's clock may be the one that is wrong: agreeing with one of them is enough.
    .sort((one, other) => Math.abs(one.offMs) - Math.abs(other.offMs));
  if (best) {
    // No minus zero.
    const offS = Math.round(best.offMs / 1000) || 0;
    const way = offS > 0 ? 'ahead of' : 'behind';
    const detail = Math.abs(offS) <= 1 ? `as ${best.provider}'s` : `${Math.abs(offS)} s ${way} ${best.provider}'s`;
    const wrong = Math.abs(best.offMs) > mostOffMs;
    return { detail, ...(wrong && { todo: setClock }), data: { provider: best.provider, offS } };
  }
  const [provider] = distrusted;
  if (provider === undefined) return { detail: 'no service told the time of day' };
  const detail = `the certificate of ${provider} is not valid at this machine's time`;
  return { detail, todo: setClock, data: { provider } };
}

/** How fine the clock is: the least step between two readings. It must never go back. */
function stepsOf(now: () => number): Part {
  let stepMs = Number.POSITIVE_INFINITY;
  let steps = 0;
  let lastMs = now();
  for (let i = 0; i < readings && steps < wantedSteps; i++) {
    const atMs = now();
    if (atMs < lastMs) return { detail: `went back by ${lastMs - atMs} ms`, todo: 'measure on another machine' };
    if (atMs > lastMs) {
      steps++;
      stepMs = Math.min(stepMs, atMs - lastMs);
    }
    lastMs = atMs;
  }
  if (steps === 0) return { detail: 'stood still', todo: 'measure on another machine' };
  const rounded = Number(stepMs.toPrecision(2));
  const detail = `steps of ${rounded} ms, forward`;
  return { detail, ...(stepMs > mostStepMs && { todo: 'measure on another machine' }), data: { stepMs: rounded } };
}
