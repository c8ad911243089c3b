import type { Clock } from '../clock.ts';
import { errorTable, SpeechError, toSpeechError } from '../errors.ts';
import { type Check, type CheckResult, type DoctorResult, type Finding, stages } from './check.ts';

export interface DoctorOptions {
  readonly checks: readonly Check[];
  readonly clock: Clock;
  /** Ends the examination; `runDoctor` then rejects with its reason. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Runs every check, stage after stage, and answers in the order in which they were given. */
export async function runDoctor({ checks, clock, signal, onProgress }: DoctorOptions): Promise<DoctorResult> {
  const results = new Map<Check, CheckResult>();
  for (const stage of stages) {
    const current = checks.filter((check) => check.stage === stage);
    await Promise.all(
      current.map(async (check) => {
        results.set(check, await examine(check, clock, signal));
        onProgress?.(results.size, checks.length);
      }),
    );
  }
  const inOrder = checks.map((check) => results.get(check)).filter((result) => result !== undefined);
  return { ok: inOrder.every(({ status }) => status !== 'fail'), checks: inOrder };
}

/** The exit code of `vox doctor`: 0 when nothing failed, else that of the first failure's error. */
export function doctorExitCode({ checks }: DoctorResult): number {
  const failure = checks.find(({ status }) => status === 'fail');
  return failure ? errorTable[failure.code ?? 'E_UNEXPECTED'].exit : 0;
}

async function examine(check: Check, clock: Clock, signal: AbortSignal | undefined): Promise<CheckResult> {
  const startMs = clock.now();
  const finding = await withinTime(check, clock, signal).catch((thrown) => {
    signal?.throwIfAborted();
    return failure(thrown, check);
  });
  const ms = Math.round((clock.now() - startMs) * 1000) / 1000;
  return { name: check.name, ...finding, ...(finding.status !== 'skip' && { ms }) };
}

async function withinTime(check: Check, clock: Clock, signal: AbortSignal | undefined): Promise<Finding> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const timer = clock.after(check.withinMs, () =>
    over.abort(new SpeechError(check.fault, `no answer within ${check.withinMs / 1000} s`)),
  );
  const onAbort = () => over.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const aborted = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(over.signal.reason), { once: true });
  });
  try {
    return await Promise.race([(async () => check.run(over.signal))(), aborted]);
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

function failure(thrown: unknown, { fault }: Check): Finding {
  const { code, message, todo, detail } = toSpeechError(thrown, fault);
  const data = Object.keys(detail).length === 0 ? undefined : detail;
  return { status: 'fail', detail: message, todo, code, ...(data && { data }) };
}
