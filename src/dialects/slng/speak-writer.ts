import type { PronunciationRef, SpeakCommand, SpeakEvent, SpeakSettings } from '../../speech/speak.ts';
import type { AudioIntake } from './audio-intake.ts';
import { initMessage, pronunciationObject, saysReady } from './init.ts';
import type { Out } from './step.ts';
import { jsonFrame, note, nothing, sending, telling } from './step.ts';
import type { OpenTurn, TurnQueue } from './turns.ts';

type TextCommand = Extract<SpeakCommand, { type: 'text' }>;

const stays: SpeakEvent = {
  type: 'warning',
  code: 'pronunciation_stays',
  message: 'the last turn’s pronunciation dictionary stays in force: SLNG has no word to unset it',
};

/** Commands into messages. */
export class SpeakWriter {
  readonly #settings: SpeakSettings;
  readonly #turns: TurnQueue;
  readonly #intake: AudioIntake;
  #initialised = false;
  /** The dictionary that the service uses now; a turn without one of its own gets the session's back. */
  #pronunciation: PronunciationRef | undefined;

  constructor(settings: SpeakSettings, turns: TurnQueue, intake: AudioIntake) {
    this.#settings = settings;
    this.#turns = turns;
    this.#intake = intake;
    this.#pronunciation = settings.pronunciation;
    if (settings.interruptWith === 'clear') turns.neverCancel();
  }

  write(command: SpeakCommand): Out {
    switch (command.type) {
      case 'begin':
        return this.#begin(command.turn, command.settings?.pronunciation);
      case 'text':
        return this.#text(command);
      case 'flush':
        return this.#flush(command.turn);
      case 'end':
        return this.#end(command.turn);
      case 'interrupt':
        return this.#interrupt(command.turn);
      case 'keepAlive':
        return this.#initialised ? sending({ type: 'keepalive' }) : nothing;
      case 'close':
        return sending({ type: 'close' });
    }
  }

  #begin(id: string, pronunciation: PronunciationRef | undefined): Out {
    const turn = this.#turns.find(id) ?? this.#turns.begin(id, this.#intake.open());
    turn.pronunciation = pronunciation ?? turn.pronunciation;
    if (this.#initialised) return nothing;
    this.#initialised = true;
    const events: SpeakEvent[] = saysReady(this.#settings) ? [] : [{ type: 'ready' }];
    return { frames: [jsonFrame(initMessage(this.#settings))], events };
  }

  #text({ turn: id, text, throughChar }: TextCommand): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return telling(note('text_of_no_turn', { turn: id }));
    const { change, unset } = this.#pronunciationFor(turn);
    turn.sentChar = throughChar;
    turn.sentText = true;
    turn.unflushed = true;
    const message = { type: 'text', text, ...(change && { pronunciation: pronunciationObject(change) }) };
    return { frames: [jsonFrame(message)], events: unset ? [stays] : [] };
  }

  /**
   * What a text must name so that the turn's own dictionary is in force, or the session's again after a turn that had
   * its own: the service keeps the last one it was told of (PROTOCOLS 1.4).
   */
  #pronunciationFor(turn: OpenTurn): { change?: PronunciationRef; unset?: boolean } {
    const own = turn.pronunciation;
    turn.pronunciation = undefined;
    const wanted = own ?? (turn.sentText ? this.#pronunciation : this.#settings.pronunciation);
    if (wanted === undefined) {
      const unset = this.#pronunciation !== undefined;
      this.#pronunciation = undefined;
      return { unset };
    }
    const change = own !== undefined || wanted !== this.#pronunciation ? wanted : undefined;
    this.#pronunciation = wanted;
    return change ? { change } : {};
  }

  #flush(id: string): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return telling(note('flush_of_no_turn', { turn: id }));
    this.#turns.flushed(turn);
    return sending({ type: 'flush' });
  }

  /** No message of its own; text that nobody flushed would never be spoken, so a flush is sent for it. */
  #end(id: string): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return nothing;
    turn.closing = true;
    if (turn.unflushed) return this.#flush(id);
    if (turn.owed > 0) return nothing;
    this.#turns.remove(turn);
    return telling(...this.#intake.finish(turn), { type: 'ended', turn: id, why: 'done' });
  }

  /** `cancel` and `clear`, as seed 001 has it; only `clear`, today's word, once `cancel` was refused. */
  #interrupt(id: string): Out {
    const turn = this.#turns.find(id);
    if (turn === undefined) return nothing;
    if (!turn.sentText) {
      this.#turns.remove(turn);
      return telling({ type: 'ended', turn: id, why: 'interrupted' });
    }
    this.#turns.interrupt();
    return this.#turns.cancelRefused ? sending({ type: 'clear' }) : sending({ type: 'cancel' }, { type: 'clear' });
  }
}
