import type { SpeakEvent } from '../../speech/speak.ts';
import type { AudioIntake } from './audio-intake.ts';
import { note } from './step.ts';
import type { Answered, OpenTurn, TurnQueue } from './turns.ts';

/** From here sound cannot be told apart by its turn: better a new connection than the sound of an interrupted turn. */
function unclear([turn]: readonly OpenTurn[]): SpeakEvent {
  const message = 'it cannot be told which interruption the service has answered';
  return { type: 'error', ...(turn !== undefined && { turn: turn.id }), fault: { code: 'E_PROTOCOL', message } };
}

function interrupted(turns: readonly OpenTurn[]): SpeakEvent[] {
  return turns.map((turn) => ({ type: 'ended', turn: turn.id, why: 'interrupted' }));
}

/** What a service's answers without an id mean for the turns they are about. */
export class Answers {
  readonly #turns: TurnQueue;
  readonly #intake: AudioIntake;

  constructor(turns: TurnQueue, intake: AudioIntake) {
    this.#turns = turns;
    this.#intake = intake;
  }

  /** The answer to a flush; `kind` is the message's name, in lower case. */
  acknowledged(kind: string): SpeakEvent[] {
    this.#turns.reached();
    if (this.#turns.clearing !== undefined) return [note(kind, { dropped: true })];
    this.#intake.boundary();
    const answered = this.#turns.acknowledged(kind);
    return answered === undefined ? [note(kind)] : this.#progress(answered);
  }

  #progress({ turn, throughChar, done }: Answered): SpeakEvent[] {
    const progress: SpeakEvent = { type: 'progress', turn: turn.id, throughChar };
    if (!done) return [progress];
    return [...this.#intake.finish(turn), progress, { type: 'ended', turn: turn.id, why: 'done' }];
  }

  /** The answer to an interruption. */
  cleared(): SpeakEvent[] {
    this.#intake.boundary();
    const cleared = this.#turns.cleared();
    if (cleared.is === 'repeated') return [note('cleared')];
    return cleared.is === 'over' ? interrupted(cleared.turns) : [unclear(cleared.turns)];
  }

  /** Whose an error without an id is. */
  get concerned(): OpenTurn | undefined {
    const { clearing, sounding } = this.#turns;
    return clearing === undefined ? sounding : clearing[0];
  }

  /** Any close ends what was being interrupted. */
  lost(): SpeakEvent[] {
    return interrupted(this.#turns.abandoned());
  }

  /** And a normal one after audio answers the oldest flush, where a service says it so. */
  closed(code: number): SpeakEvent[] {
    const events = this.lost();
    const answered = code === 1000 || code === 1005 ? this.#turns.closedAfterAudio() : undefined;
    if (answered !== undefined) events.push(...this.#progress(answered));
    return events;
  }
}
