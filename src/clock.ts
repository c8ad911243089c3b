/** A timer that was started and can be called off. */
export interface Timer {
  cancel(): void;
}

/**
 * The only way to time in this project: real code gets `systemClock`, tests get one that they move by hand.
 * Times are milliseconds on a monotonic clock; only differences have a meaning.
 */
export interface Clock {
  now(): number;
  /** Calls `fn` once after `delayMs`. With `background`, the timer alone does not keep the process alive. */
  after(delayMs: number, fn: () => void, options?: { background?: boolean }): Timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, fn, options) {
    const handle = setTimeout(fn, delayMs);
    if (options?.background) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason when that comes first. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Resolves at that instant of the clock or later, never before: a timer may ring up to a ms early. Rejects as `pause`
 * does.
 */
export async function pauseUntil(clock: Clock, atMs: number, signal?: AbortSignal): Promise<void> {
  for (let restMs = atMs - clock.now(); restMs > 0; restMs = atMs - clock.now()) await pause(clock, restMs, signal);
}

/** Resolves when the event loop has turned: what waits for the network or a timer has had its chance. No time to speak of. */
export function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
