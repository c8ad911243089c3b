import { durationMs } from '../audio/format.ts';
import type { Clock, Timer } from '../clock.ts';
import type { ListenEvent, ListenRequest } from '../speech/listen.ts';
import type { Limit, LimitWords, ListenService, SpeakService } from '../speech/service.ts';
import type { SpeakEvent, SpeakRequest } from '../speech/speak.ts';
import type { Handler } from './connection.ts';
import type { Outlet } from './outlet.ts';

const minuteMs = 60_000;

/** What a close frame can hold beside its code (RFC 6455, 5.5). */
const reasonBytes = 123;

/** Where a dialect has no words of its own. */
const usualWords: Readonly<Record<Limit, { readonly code: number | string; readonly reason: string }>> = {
  flushes: { code: 'excessive_flush', reason: 'too many flushes within a minute; this one is not done' },
  chars: { code: 1008, reason: 'too much text within a minute' },
  text: { code: 1009, reason: 'the text of a message is too long' },
  session: { code: 1011, reason: 'the session has reached its longest duration' },
  idle: { code: 1011, reason: 'no audio and no keep-alive came in time' },
};

interface Strictness<Event, Of> {
  readonly service: Of;
  readonly outlet: Outlet<Event>;
  readonly clock: Clock;
}

/** How much came within the last minute, while it was not too much. */
class Minute {
  readonly #clock: Clock;
  readonly #most: number;
  #taken: { readonly atMs: number; readonly amount: number }[] = [];

  constructor(clock: Clock, most = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.#most = most;
  }

  takes(amount: number): boolean {
    // What nobody limits, and what is nothing, is not kept: a client could send it by the million.
    if (this.#most === Number.POSITIVE_INFINITY || amount === 0) return true;
    const atMs = this.#clock.now();
    this.#taken = this.#taken.filter((taken) => taken.atMs > atMs - minuteMs);
    const sum = this.#taken.reduce((total, taken) => total + taken.amount, amount);
    if (sum > this.#most) return false;
    this.#taken.push({ atMs, amount });
    return true;
  }
}

/** Ends a connection that has passed a limit, in its vendor's words. */
class Limits<Event, Of extends SpeakService | ListenService> {
  readonly #means: Strictness<Event, Of>;
  readonly #end: Timer | undefined;

  constructor(means: Strictness<Event, Of>, sessionMs: number | undefined) {
    this.#means = means;
    if (sessionMs === undefined) return;
    this.#end = means.clock.after(sessionMs, () => this.passed('session'), { background: true });
  }

  words(limit: Limit): LimitWords {
    return this.#means.service.limitWords?.(limit) ?? usualWords[limit];
  }

  passed(limit: Limit): void {
    const { code, reason } = this.words(limit);
    const short = Buffer.from(reason)
      .subarray(0, reasonBytes)
      .toString()
      .replace(/\ufffd+$/, '');
    this.#means.outlet.hangUp(Number(code), short);
  }

  stop(): void {
    this.#end?.cancel();
  }
}

/** Holds a client of speech out to the limits of the service's traits, before its requests are done. */
export class StrictSpeakHandler implements Handler<SpeakRequest> {
  readonly #inner: Handler<SpeakRequest>;
  readonly #means: Strictness<SpeakEvent, SpeakService>;
  readonly #limits: Limits<SpeakEvent, SpeakService>;
  readonly #flushes: Minute;
  readonly #chars: Minute;

  constructor(inner: Handler<SpeakRequest>, means: Strictness<SpeakEvent, SpeakService>) {
    const { sessionMs, flushesPerMinute, charsPerMinute } = means.service.traits.limits;
    this.#inner = inner;
    this.#means = means;
    this.#limits = new Limits(means, sessionMs);
    this.#flushes = new Minute(means.clock, flushesPerMinute);
    this.#chars = new Minute(means.clock, charsPerMinute);
  }

  get busy(): boolean {
    return this.#inner.busy;
  }

  handle(request: SpeakRequest): Promise<void> | undefined {
    if (request.type === 'text' && !this.#mayBeSpoken([...request.text].length)) return undefined;
    if (request.type === 'flush' && !this.#flushes.takes(1)) {
      const { code, reason } = this.#limits.words('flushes');
      this.#means.outlet.event({ type: 'warning', code: String(code), message: reason });
      return undefined;
    }
    return this.#inner.handle(request);
  }

  #mayBeSpoken(chars: number): boolean {
    const { textChars = Number.POSITIVE_INFINITY } = this.#means.service.traits.limits;
    const limit = chars > textChars ? 'text' : this.#chars.takes(chars) ? undefined : 'chars';
    if (limit) this.#limits.passed(limit);
    return limit === undefined;
  }

  stop(): void {
    this.#limits.stop();
    this.#inner.stop();
  }
}

/** Holds a client of speech in to the limits of the service's traits. */
export class StrictListenHandler implements Handler<ListenRequest> {
  readonly #inner: Handler<ListenRequest>;
  readonly #means: Strictness<ListenEvent, ListenService>;
  readonly #limits: Limits<ListenEvent, ListenService>;
  #heardMs: number;
  #audioMs = 0;
  #idle: Timer | undefined;

  constructor(inner: Handler<ListenRequest>, means: Strictness<ListenEvent, ListenService>) {
    const { limits } = means.service.traits;
    this.#inner = inner;
    this.#means = means;
    this.#limits = new Limits(means, limits?.sessionMs);
    this.#heardMs = means.clock.now();
    if (limits?.idleMs !== undefined) this.#watch(limits.idleMs, limits.idleMs);
  }

  get busy(): boolean {
    return this.#inner.busy;
  }

  handle(request: ListenRequest): Promise<void> | undefined {
    if (request.type === 'audio') {
      this.#heardMs = this.#means.clock.now();
      this.#audioMs += durationMs(request.chunk.format, request.chunk.bytes.length) ?? 0;
    }
    // It does not keep a connection alive that never had audio (PROTOCOLS 2.3).
    if (request.type === 'keepAlive' && this.#audioMs > 0) this.#heardMs = this.#means.clock.now();
    return this.#inner.handle(request);
  }

  /** One timer, which looks only when it is due: audio comes in twenty messages a second. */
  #watch(idleMs: number, restMs: number): void {
    this.#idle = this.#means.clock.after(restMs, () => this.#look(idleMs), { background: true });
  }

  #look(idleMs: number): void {
    const { clock, outlet } = this.#means;
    // A client that has said all waits for its last results, and has nothing to say.
    const restMs = this.#inner.busy ? idleMs : this.#heardMs + idleMs - clock.now();
    if (restMs > 0) {
      this.#watch(idleMs, restMs);
      return;
    }
    outlet.event({ type: 'ended', audioMs: this.#audioMs });
    this.#limits.passed('idle');
  }

  stop(): void {
    this.#idle?.cancel();
    this.#limits.stop();
    this.#inner.stop();
  }
}
