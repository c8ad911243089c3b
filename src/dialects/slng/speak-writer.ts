import type { Step } from '../../speech/service.ts';
import type { PronunciationRef, SpeakCommand, SpeakEvent, SpeakSettings } from '../../speech/speak.ts';
import type { AudioIntake } from '../shapes/audio-intake.ts';
import { jsonFrame, nothing, sending } from '../shapes/step.ts';
import { TurnWriter } from '../shapes/turn-writer.ts';
import type { OpenTurn, TurnQueue } from '../shapes/turns.ts';
import { initMessage, pronunciationObject, saysReady } from './speak-init.ts';

type Out = Step<SpeakEvent>;
type TextCommand = Extract<SpeakCommand, { type: 'text' }>;

const stays: SpeakEvent = {
  type: 'warning',
  code: 'pronunciation_stays',
  message: 'the last turn’s pronunciation dictionary stays in force: SLNG has no word to unset it',
};

/** Commands into messages. */
export class SpeakWriter {
  readonly #settings: SpeakSettings;
  readonly #writer: TurnWriter;
  #initialised = false;
  /** Of a turn's own settings, until a text has carried it. */
  readonly #ownPronunciation = new WeakMap<OpenTurn, PronunciationRef>();
  /** The dictionary that the service uses now; a turn without one of its own gets the session's back. */
  #pronunciation: PronunciationRef | undefined;

  constructor(settings: SpeakSettings, turns: TurnQueue, intake: AudioIntake) {
    this.#settings = settings;
    // Both words, as seed 001 has it; only `clear`, today's, once `cancel` was refused.
    this.#writer = new TurnWriter(turns, intake, {
      flush: { type: 'flush' },
      interrupt: () => (turns.cancelRefused ? [{ type: 'clear' }] : [{ type: 'cancel' }, { type: 'clear' }]),
    });
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
        return this.#writer.flush(command.turn);
      case 'end':
        return this.#writer.end(command.turn);
      case 'interrupt':
        return this.#writer.interrupt(command.turn);
      case 'keepAlive':
        return this.#initialised ? sending({ type: 'keepalive' }) : nothing;
      case 'close':
        return sending({ type: 'close' });
    }
  }

  #begin(id: string, pronunciation: PronunciationRef | undefined): Out {
    const turn = this.#writer.begin(id);
    if (pronunciation) this.#ownPronunciation.set(turn, pronunciation);
    if (this.#initialised) return nothing;
    this.#initialised = true;
    const events: SpeakEvent[] = saysReady(this.#settings) ? [] : [{ type: 'ready' }];
    return { frames: [jsonFrame(initMessage(this.#settings))], events };
  }

  #text(command: TextCommand): Out {
    return this.#writer.text(command, (turn) => {
      const { change, unset } = this.#pronunciationFor(turn);
      const message = {
        type: 'text',
        text: command.text,
        ...(change && { pronunciation: pronunciationObject(change) }),
      };
      return { frames: [jsonFrame(message)], events: unset ? [stays] : [] };
    });
  }

  /**
   * What a text must name so that the turn's own dictionary is in force, or the session's again after a turn that had
   * its own: the service keeps the last one it was told of (PROTOCOLS 1.4).
   */
  #pronunciationFor(turn: OpenTurn): { change?: PronunciationRef; unset?: boolean } {
    const own = this.#ownPronunciation.get(turn);
    this.#ownPronunciation.delete(turn);
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
}
