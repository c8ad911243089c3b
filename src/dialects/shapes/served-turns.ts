import type { SpeakRequest, TurnSettings } from '../../speech/speak.ts';

/**
 * Turns as a server sees them, in a protocol that has no word for one: a turn begins with the first text or flush after
 * the start or an interruption. It names them, `t1`, `t2` …, and pairs interruptions with their answers.
 */
export class ServedTurns {
  #count = 0;
  /** The turn that takes text; undefined before the first and after an interruption. */
  #turn: string | undefined;
  #chars = 0;
  /** Text came that no flush has asked for yet. */
  #unflushed = false;
  /** Turns whose interruption the handler has not confirmed. */
  readonly #interrupting = new Set<string>();
  /** Interruptions of nothing that came between another and its answer: answered behind that one. */
  #emptyInterruptions = 0;

  /** `settings` are those in force; `anew`: the text itself changes them. */
  text(text: string, settings?: TurnSettings, anew = false): SpeakRequest[] {
    const { turn, events } = this.#open(settings, anew);
    this.#chars += text.length;
    this.#unflushed = true;
    return [...events, { type: 'text', turn, text, throughChar: this.#chars }];
  }

  #open(settings: TurnSettings | undefined, anew: boolean): { turn: string; events: SpeakRequest[] } {
    const turn = this.#turn ?? `t${++this.#count}`;
    if (this.#turn !== undefined && !anew) return { turn, events: [] };
    if (this.#turn === undefined) this.#chars = 0;
    this.#turn = turn;
    return { turn, events: [{ type: 'begin', turn, ...(settings && { settings }) }] };
  }

  /** Also of nothing: the handler answers in its turn, and hangs up where the style wants that. */
  flush(settings?: TurnSettings): SpeakRequest[] {
    const { turn, events } = this.#open(settings, false);
    this.#unflushed = false;
    return [...events, { type: 'flush', turn }];
  }

  /** All that was said is to be heard, and that is all. Nothing where no turn is open. */
  end(): SpeakRequest[] {
    const turn = this.#turn;
    if (turn === undefined) return [];
    const flush = this.#unflushed ? this.flush() : [];
    this.#turn = undefined;
    return [...flush, { type: 'end', turn }];
  }

  /** What an interruption asks of the handler; undefined where there is nothing to interrupt, and an answer is due now. */
  interrupt(): SpeakRequest[] | undefined {
    const turn = this.#turn;
    if (turn !== undefined) {
      this.#turn = undefined;
      this.#unflushed = false;
      this.#interrupting.add(turn);
      return [{ type: 'interrupt', turn }];
    }
    if (this.#interrupting.size === 0) return undefined;
    this.#emptyInterruptions++;
    return [];
  }

  /** The handler has interrupted a turn: how many answers are due. */
  interrupted(turn: string): number {
    this.#interrupting.delete(turn);
    if (this.#turn === turn) this.#turn = undefined;
    const empty = this.#interrupting.size === 0 ? this.#emptyInterruptions : 0;
    this.#emptyInterruptions -= empty;
    return 1 + empty;
  }
}
