import { SpeechError } from '../errors.ts';

/** Whether a session goes on over another connection when one is lost, and how often. */
export interface ReconnectOptions {
  /** The most reconnects of a session. */
  readonly max: number;
  /** 0 (inclusive) to 1; `Math.random` unless a test wants to know it. */
  readonly random?: () => number;
}

/** Before the second attempt twice that, and so on, up to the most. */
const firstWaitMs = 250;
const mostWaitMs = 8_000;
/** So many attempts in a row that bring nothing are the last. */
const mostFruitless = 5;
/** A service that wants to be left alone for longer than this is not waited for. */
const mostRetryAfterMs = 60_000;

/**
 * Counts the losses of a session's connections, and says how long to wait before the next attempt. What may be tried
 * again is the error table's to say; the first connection of all is not tried again, for then nothing is lost yet.
 */
export class Reconnects {
  readonly #max: number;
  readonly #random: () => number;
  #made = 0;
  #fruitless = 0;
  #established = false;

  constructor({ max, random = Math.random }: ReconnectOptions = { max: 0 }) {
    this.#max = max;
    this.#random = random;
  }

  /** Losses can be made up for at all: what would be needed for that is kept. */
  get enabled(): boolean {
    return this.#max > 0;
  }

  /** A connection has become ready. */
  established(): void {
    this.#established = true;
  }

  /** Audio or a final has come: the waits begin anew. */
  borne(): void {
    this.#fruitless = 0;
  }

  /** How long to wait before the next attempt, ms, where one is to be made after this error. */
  next(error: SpeechError): number | undefined {
    if (!this.#established || !error.retryable) return undefined;
    if (this.#made >= this.#max || this.#fruitless >= mostFruitless) return undefined;
    const askedMs = 1000 * Number(error.detail.retryAfterS ?? 0);
    if (askedMs > mostRetryAfterMs) return undefined;
    const waitMs = Math.min(mostWaitMs, firstWaitMs * 2 ** this.#fruitless);
    this.#made++;
    this.#fruitless++;
    // Between half of it and all of it, so that those who were cut off together do not come back together.
    return Math.max(askedMs, waitMs * (0.5 + this.#random() / 2));
  }
}

/** The error of a refused upgrade with what the server said of when to come back (RFC 9110, 10.2.3), in seconds. */
export function withRetryAfter(error: SpeechError, headers: Readonly<Record<string, string>>): SpeechError {
  const retryAfterS = secondsOf(headers['retry-after']?.trim() ?? '', headers.date ?? '');
  if (retryAfterS === undefined) return error;
  const { code, message, todo, detail, cause } = error;
  return new SpeechError(code, message, { todo, detail: { ...detail, retryAfterS }, cause });
}

/** Seconds; or a date, which is held against the server's own, for clocks differ. */
function secondsOf(after: string, sentOn: string): number | undefined {
  if (/^\d{1,9}$/.test(after)) return Number(after);
  if (!/^[A-Z][a-z]{2}, \d\d /.test(after)) return undefined;
  const seconds = Math.ceil((Date.parse(after) - Date.parse(sentOn)) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
