import { type SpeechError, toSpeechError } from '../errors.ts';
import type { PronunciationRef, SpeakCommand } from '../speech/speak.ts';
import type { Dictionary, DictionaryStore } from './dictionary-store.ts';
import type { Counters } from './options.ts';
import { SpeakWork, type SpeakWorkOptions } from './speak-work.ts';
import { speakable, TextIntake } from './text-intake.ts';

export interface SpeakerOptions extends SpeakWorkOptions {
  readonly dictionaries: DictionaryStore;
  /** The session's own dictionary, in force until a text names another. */
  readonly dictionary?: Dictionary;
  readonly counters: Counters;
  readonly closesAfterFlush: boolean;
}

export type TurnCommand = Exclude<SpeakCommand, { type: 'keepAlive' | 'close' }>;

/** Turns a client's commands into sentences for the engine, and marks between them. */
export class Speaker {
  readonly #options: SpeakerOptions;
  #work: SpeakWork;
  #text: TextIntake;
  /** The dictionary that is in force: the last one that was named (PROTOCOLS 1.4). */
  #dictionary: Dictionary | undefined;
  /** The text that comes next named a dictionary that does not exist; it is not spoken. */
  #skipsText = false;
  #throughChar = 0;
  /** The client has ended its turn and begun no other. */
  #ended = false;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#dictionary = options.dictionary;
    this.#work = new SpeakWork(options);
    this.#text = new TextIntake(options.request.language);
  }

  get busy(): boolean {
    return this.#work.busy;
  }

  command(command: TurnCommand): void {
    switch (command.type) {
      case 'begin':
        this.#begin(command.turn, command.settings?.pronunciation);
        break;
      case 'text':
        this.#speak(command);
        break;
      case 'flush':
        this.#flush(command.turn);
        break;
      case 'end':
        this.#cut(command.turn, this.#text.flush());
        this.#work.mark(command.turn, [{ type: 'ended', turn: command.turn, why: 'done' }]);
        this.#ended = true;
        break;
      case 'interrupt':
        this.#interrupt(command.turn);
    }
  }

  /** A dictionary holds for the text after it, so what came before is cut off here; the same one changes nothing. */
  #begin(turn: string, ref: PronunciationRef | undefined): void {
    if (ref === undefined) return;
    try {
      const found = this.#options.dictionaries.get(ref);
      if (found !== this.#dictionary) this.#cut(turn, this.#text.flush());
      this.#dictionary = found;
    } catch (thrown) {
      this.#skipsText = true;
      this.#fault(toSpeechError(thrown), turn);
    }
  }

  #speak({ turn, text, throughChar }: Extract<TurnCommand, { type: 'text' }>): void {
    this.#ended = false;
    this.#throughChar = throughChar;
    if (!this.#skipsText) this.#cut(turn, this.#text.push(text));
    this.#skipsText = false;
  }

  #cut(turn: string, sentences: readonly string[]): void {
    for (const sentence of sentences) {
      const spoken = speakable(this.#dictionary?.rewrite(sentence) ?? sentence);
      if (spoken !== undefined) this.#work.sentence(turn, spoken);
    }
  }

  #flush(turn: string): void {
    this.#options.counters.turns++;
    this.#cut(turn, this.#text.flush());
    this.#work.mark(turn, [{ type: 'progress', turn, throughChar: this.#throughChar }], this.#options.closesAfterFlush);
  }

  #interrupt(turn: string): void {
    const { counters, outlet, request } = this.#options;
    counters.interruptions++;
    this.#work.abort();
    this.#work = new SpeakWork(this.#options);
    this.#text = new TextIntake(request.language);
    this.#skipsText = false;
    this.#throughChar = 0;
    this.#ended = false;
    outlet.event({ type: 'ended', turn, why: 'interrupted' });
  }

  #fault({ code, message, detail }: SpeechError, turn: string): void {
    this.#options.outlet.event({ type: 'error', turn, fault: { code, message, detail } });
  }

  /** Where the client has ended its turn, hangs up when that has been said; says whether it will. */
  hangUpAfterEnd(): boolean {
    if (this.#ended) this.#work.mark('', [], true);
    return this.#ended;
  }

  stop(): void {
    this.#work.abort();
  }
}
