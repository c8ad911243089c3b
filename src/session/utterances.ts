import type { ListenMeter } from '../metrics/listen-meter.ts';
import type { Place } from './segments.ts';

/** So much silence parts two utterances where nobody said how much does: shorter than most services' own endpointing. */
export const utterancePauseMs = 300;
/** So much of a pause belongs to the utterance before it, ms, where the pause is long. */
const breathMs = 150;
/** No silence that is shorter is the end of an utterance, ms: a word may have one in it. */
const leastPauseMs = 100;
/** No service is further behind with its finals, ms, than this and what may be sent ahead of it. */
const mostBehindMs = 10_000;

export interface UtterancesSetup {
  readonly meter: ListenMeter;
  /** The silence that was asked for as the end of an utterance, ms; `utterancePauseMs` where none was. */
  readonly pauseMs: number;
  /** So much may be sent ahead of the results, ms. */
  readonly aheadMs: number;
  /** Up to where the connection in use was sent the audio, ms. */
  readonly sentMs: () => number;
}

/**
 * Finds in the audio itself the utterances that finals are about, where the service does not tell: each is taken to be
 * about the next. How far what was told reaches for certain is another matter: never into speech that goes on, for the
 * service may have heard a pause in it.
 */
export class Utterances {
  readonly #setup: UtterancesSetup;
  /** Up to there finals are taken to reach. */
  #toldMs = 0;
  #boundaryMs = 0;
  /** The service has heard from there on, at least in real time, since then. */
  #fromMs = 0;
  #fromAtMs: number | undefined;

  constructor(setup: UtterancesSetup) {
    this.#setup = setup;
  }

  /** The utterance that a final of now is about. Undefined where none is heard. */
  next(atMs: number): Place | undefined {
    const { meter, pauseMs, sentMs } = this.#setup;
    this.#fromAtMs ??= atMs;
    const place = meter.utteranceAfter(this.#toldMs, pauseMs);
    if (!place || place.startMs >= sentMs()) return undefined;
    const heard = { startMs: place.startMs, endMs: Math.min(place.endMs, sentMs()) };
    this.#toldMs = this.behind(heard);
    // Where all is loud there is no pause, and what is kept must not grow for it.
    this.#boundaryMs = Math.max(this.#boundaryMs, Math.min(this.#toldMs, this.surelyHeardMs(atMs)));
    return heard;
  }

  /** Where the utterance ends that words of now are about, ms, at the latest. */
  get nextEndMs(): number {
    const { meter, pauseMs } = this.#setup;
    return meter.utteranceAfter(this.#toldMs, pauseMs)?.endMs ?? Number.POSITIVE_INFINITY;
  }

  /** Further no final of now can reach, ms, where audio goes out in real time: what is being said has had no pause. */
  get mostMs(): number {
    const { meter, sentMs } = this.#setup;
    let mostMs = this.#boundaryMs;
    for (;;) {
      const place = meter.utteranceAfter(mostMs, leastPauseMs);
      if (!place || sentMs() < place.endMs + leastPauseMs) return mostMs;
      mostMs = place.endMs;
    }
  }

  /** Up to there all was told, ms: into the pause behind the last such utterance, once that pause has been sent. */
  get boundaryMs(): number {
    const { meter, pauseMs } = this.#setup;
    for (;;) {
      const place = meter.utteranceAfter(this.#boundaryMs, pauseMs);
      if (!place || place.endMs > this.#toldMs || !this.#isOver(place)) return this.#boundaryMs;
      this.#boundaryMs = this.behind(place);
    }
  }

  /** All up to there was told, ms. */
  through(ms: number): void {
    this.#toldMs = Math.max(this.#toldMs, ms);
    this.#boundaryMs = Math.max(this.#boundaryMs, ms);
  }

  /** The audio from there on, ms, is sent again. */
  again(fromMs: number, atMs: number): void {
    this.#toldMs = fromMs;
    this.#boundaryMs = fromMs;
    this.#fromMs = fromMs;
    this.#fromAtMs = atMs;
  }

  /**
   * Into the pause behind it: what is sent again from its very end has its last breath in it, and a recogniser may make
   * a final of that, which would be taken for the next utterance.
   */
  behind(place: Place): number {
    return this.#isOver(place) ? place.endMs + Math.min(breathMs, this.#setup.pauseMs / 2) : place.endMs;
  }

  #isOver({ endMs }: Place): boolean {
    return this.#setup.sentMs() >= endMs + this.#setup.pauseMs;
  }

  /** Up to there, ms, the service has heard all, and told what it has to: it is not further behind than that. */
  surelyHeardMs(atMs: number): number {
    const { aheadMs, sentMs } = this.#setup;
    const inRealTimeMs = this.#fromMs + atMs - (this.#fromAtMs ?? atMs);
    return Math.min(inRealTimeMs, sentMs() - aheadMs) - mostBehindMs;
  }
}
