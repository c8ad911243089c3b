import type { OpenTurn } from './turns.ts';

interface Interruption {
  readonly turns: readonly OpenTurn[];
  /** `cancel` was sent as well, and no error has come for it. */
  refusable: boolean;
  /** How many `cleared` are to come, as far as is known. */
  due: number;
}

/** What a `cleared` says: nothing new, that an interruption is over, or that it cannot be told which one is meant. */
export type Cleared =
  | { readonly is: 'repeated' }
  | { readonly is: 'over' | 'unclear'; readonly turns: readonly OpenTurn[] };

/**
 * The interruptions of a connection that are not answered. The two words of one (`cancel`, `clear`) get one `cleared`
 * or two, which is documented nowhere. It shows after the first: by a second one, or by sound of a later turn, before
 * which the second would have come. Until then an answer to the next interruption cannot be told from that second one.
 */
export class Interruptions {
  /** The service does not know `cancel`, or is not to be asked. */
  cancelRefused = false;
  #open: Interruption[] = [];
  /** Whether each of the two words gets an answer; undefined before the service has shown it. */
  #answersBoth: boolean | undefined;
  /** The two words got an answer, and nothing that came since says whether there is another. */
  #anotherMayCome = false;

  /** The turns of the one that is being answered: what arrives now is still theirs. */
  get turns(): readonly OpenTurn[] | undefined {
    return this.#open[0]?.turns;
  }

  begin(turns: readonly OpenTurn[]): void {
    const refusable = !this.cancelRefused;
    this.#open.push({ turns, refusable, due: refusable && this.#answersBoth ? 2 : 1 });
  }

  /** Something came that the service can have sent only after every answer to what was asked before it. */
  passed(): void {
    if (!this.#anotherMayCome) return;
    this.#anotherMayCome = false;
    this.#answersBoth = false;
  }

  /** An error came: whether it can be the answer to a `cancel`, of which there is one at most. */
  refuseCancel(): boolean {
    const [oldest] = this.#open;
    if (!oldest?.refusable) return false;
    oldest.refusable = false;
    oldest.due = 1;
    this.cancelRefused = true;
    return true;
  }

  cleared(): Cleared {
    const [oldest] = this.#open;
    if (oldest === undefined) {
      this.#anotherMayCome = false;
      this.#answersBoth = true;
      return { is: 'repeated' };
    }
    if (this.#anotherMayCome) return { is: 'unclear', turns: oldest.turns };
    oldest.due--;
    if (oldest.due > 0) return { is: 'repeated' };
    this.#anotherMayCome = oldest.refusable && this.#answersBoth === undefined;
    this.#open.shift();
    return { is: 'over', turns: oldest.turns };
  }

  /** Nothing more will come: gives the turns of all that were open. */
  abandon(): readonly OpenTurn[] {
    return this.#open.splice(0).flatMap(({ turns }) => turns);
  }
}
