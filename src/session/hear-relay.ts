import type { Clock } from '../clock.ts';
import type { ListenEvent } from '../speech/listen.ts';
import type { Leg } from './hear-leg.ts';
import { Lifetime } from './lifetime.ts';

/** A connection opened ahead waits for its turn only so long: without audio, services close it after ten seconds. */
const freshMs = 5_000;

type ResultEvent = Extract<ListenEvent, { type: 'interim' | 'final' | 'speechStarted' | 'utteranceEnd' }>;

/**
 * Says when another connection is to take over, where a service ends each after a time: near that end in a pause of
 * the speech, and at the last moment without one.
 */
export class Relay {
  readonly #clock: Clock;
  readonly #lifetime: Lifetime;
  readonly #open: () => Leg;
  #next: Leg | undefined;
  /** No word has come since the end of an utterance. */
  #pausing = false;

  constructor(clock: Clock, sessionMs: number | undefined, open: () => Leg) {
    this.#clock = clock;
    this.#lifetime = new Lifetime(clock, sessionMs, () => {});
    this.#open = open;
  }

  heard(event: ResultEvent): void {
    if (event.type === 'utteranceEnd') this.#pausing = true;
    else if (event.type === 'final') this.#pausing = event.endOfUtterance;
    else if (event.type === 'speechStarted' || event.text.trim() !== '') this.#pausing = false;
  }

  /** The connection that should take over from this one now, ready for it; undefined: none yet. */
  successor({ connection }: Leg): Leg | undefined {
    const age = this.#lifetime.age(connection.timeline.at('open') ?? this.#clock.now(), 0);
    if (age === 'young') return undefined;
    const wanted = this.#pausing || age === 'last';
    const next = this.#next;
    if (next?.isReady && wanted) {
      this.#next = undefined;
      return next;
    }
    if (next && this.#clock.now() - next.openedMs > freshMs) {
      next.connection.drop();
      this.#next = undefined;
    }
    if (wanted) this.#next ??= this.#open();
    return undefined;
  }
}
