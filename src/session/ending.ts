import { deferred } from '../deferred.ts';
import type { ListenEvent } from '../speech/listen.ts';
import type { CloseInfo } from '../transport/transport.ts';
import { closedWell } from './closed.ts';

type FinalEvent = Extract<ListenEvent, { type: 'final' }>;

/** sending: audio goes out · finishing: its last final was asked for · leaving: the service was told that that was all. */
export type Stage = 'sending' | 'finishing' | 'leaving' | 'over';

/** How far a stream is on the way to its end, and what was asked for and has not come. */
export class Ending {
  #stage: Stage = 'sending';
  /** How much audio each `finalize` without an answer was about, bytes. */
  readonly #asked: number[] = [];
  #toldBytes = 0;
  /** How much audio the last `finalize` was about. */
  #askedBytes = 0;
  #guessed = false;
  #served = false;
  readonly #whole = deferred<void>();

  get stage(): Stage {
    return this.#stage;
  }

  get over(): boolean {
    return this.#stage === 'over';
  }

  /** A final was asked for, and has not come. */
  get owes(): boolean {
    return this.#asked.length > 0;
  }

  /** All that can be heard in so much audio has been told: the answer to a `finalize` behind it said that it is one. */
  get toldBytes(): number {
    return this.#toldBytes;
  }

  /** Resolves when all audio was sent and all that was asked for has come, or never will: the connection is gone. */
  get whole(): Promise<void> {
    return this.#whole.promise;
  }

  reach(stage: Stage): void {
    if (!this.over) this.#stage = stage;
    this.#settle();
  }

  /** Whether a `finalize` is to go out, when so much audio has: of what was asked for already there is no second final. */
  ask(sentBytes: number): boolean {
    if (this.#stage === 'leaving' || this.over || sentBytes === this.#askedBytes) return false;
    this.#askedBytes = sentBytes;
    this.#asked.push(sentBytes);
    return true;
  }

  /**
   * Whether a final was asked for. A service that does not tell answers the oldest `finalize` with its next final: one
   * that was under way is then taken for the answer.
   */
  answers({ fromFinalize }: FinalEvent): boolean {
    const owed = this.owes;
    const forced = fromFinalize ?? owed;
    if (forced && owed) {
      const aboutBytes = this.#asked.shift() ?? 0;
      if (fromFinalize) this.#toldBytes = aboutBytes;
      this.#guessed = fromFinalize === undefined;
      this.#settle();
    }
    return forced;
  }

  /** The service says that all results have come. That ends nothing while there is more to send. */
  serve(): void {
    this.#served = this.#stage !== 'sending';
    this.#settle();
  }

  #settle(): void {
    if (this.over || this.#served || (this.#stage !== 'sending' && !this.owes)) this.#whole.resolve();
  }

  /** Nothing more can come that belongs to the stream: the answer to the last `finalize` said that it is one. */
  get complete(): boolean {
    return this.#served || (this.#stage !== 'sending' && !this.owes && !this.#guessed);
  }

  /**
   * Whether a close leaves nothing missing: what was asked for has come for certain, or the service left willingly when
   * it was told to, or when what it sent last may be the answer.
   */
  endsWell(info: CloseInfo): boolean {
    if (this.#stage === 'sending' || this.over) return false;
    return this.complete || ((this.#stage === 'leaving' || !this.owes) && closedWell(info));
  }
}
