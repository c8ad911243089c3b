import type { Step } from '../../speech/service.ts';
import type { SpeakCommand, SpeakEvent } from '../../speech/speak.ts';
import type { AudioIntake } from './audio-intake.ts';
import { note, nothing, sending, telling } from './step.ts';
import type { OpenTurn, TurnQueue } from './turns.ts';

type Out = Step<SpeakEvent>;
type TextCommand = Extract<SpeakCommand, { type: 'text' }>;

/** A dialect's messages for what needs nothing but a message. */
export interface TurnWords {
  readonly flush: object;
  /** Of the interruption that was just begun. */
  interrupt(): readonly object[];
}

/** The commands of turns, for a protocol that has no word for a turn: what is sent, and what is kept in mind. */
export class TurnWriter {
  readonly #turns: TurnQueue;
  readonly #intake: AudioIntake;
  readonly #words: TurnWords;

  constructor(turns: TurnQueue, intake: AudioIntake, words: TurnWords) {
    this.#turns = turns;
    this.#intake = intake;
    this.#words = words;
  }

  begin(id: string): OpenTurn {
    return this.#turns.find(id) ?? this.#turns.begin(id, this.#intake.open());
  }

  /** Notes a text, and makes its message; the caller may want to know more of the turn before it has sent any. */
  text({ turn: id, throughChar }: TextCommand, message: (turn: OpenTurn) => Out): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return telling(note('text_of_no_turn', { turn: id }));
    const out = message(turn);
    turn.sentChar = throughChar;
    turn.sentText = true;
    turn.unflushed = true;
    return out;
  }

  flush(id: string): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return telling(note('flush_of_no_turn', { turn: id }));
    this.#turns.flushed(turn);
    return sending(this.#words.flush);
  }

  /** No message of its own; text that nobody flushed would never be spoken, so a flush is sent for it. */
  end(id: string): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return nothing;
    turn.closing = true;
    if (turn.unflushed) return this.flush(id);
    if (turn.owed > 0) return nothing;
    this.#turns.remove(turn);
    return telling(...this.#intake.finish(turn), { type: 'ended', turn: id, why: 'done' });
  }

  interrupt(id: string): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return nothing;
    if (!turn.sentText) {
      this.#turns.remove(turn);
      return telling({ type: 'ended', turn: id, why: 'interrupted' });
    }
    this.#turns.interrupt();
    return sending(...this.#words.interrupt());
  }
}
