import { type Clock, loopTurn, type Timer } from '../clock.ts';
import { type SpeechError, toSpeechError } from '../errors.ts';
import type { PronunciationRef, SpeakCommand, SpeakEvent } from '../speech/speak.ts';
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
  readonly clock: Clock;
  /**
   * As in `configure`: markdown is not spoken; each sentence is told when its sound is complete, and is spoken without a
   * flush, also where nothing follows that would show its end.
   */
  readonly markdown?: boolean;
  readonly sentences?: boolean;
}

export type TurnCommand = Exclude<SpeakCommand, { type: 'keepAlive' | 'close' }>;

/**
 * A text that ends like a sentence and is followed by nothing for so long is taken for whole. Ours: tokens of a model
 * come faster, and who waits for the sound does not wait noticeably longer.
 */
export const settledMs = 400;

/**
 * A message may be a book, and what came at once many messages: so much is cut into sentences before it is looked
 * whether more of them may wait, and before others have their turn.
 */
const sliceChars = 4096;

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
  #settling: Timer | undefined;
  /** What was cut since the event loop has turned. */
  #cutChars = 0;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#dictionary = options.dictionary;
    this.#work = new SpeakWork(options);
    this.#text = this.#intake();
  }

  #intake(): TextIntake {
    const { request, markdown = false } = this.#options;
    return new TextIntake({ language: request.language, markdown });
  }

  get busy(): boolean {
    return this.#work.busy;
  }

  /** With a promise, there is text of this command left, which waits for room. */
  command(command: TurnCommand): Promise<void> | undefined {
    this.#settling?.cancel();
    switch (command.type) {
      case 'text':
        return this.#speak(command);
      case 'begin':
        this.#begin(command.turn, command.settings?.pronunciation);
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
    return undefined;
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

  #speak({ turn, text, throughChar }: Extract<TurnCommand, { type: 'text' }>): Promise<void> | undefined {
    this.#ended = false;
    this.#throughChar = throughChar;
    const skips = this.#skipsText;
    this.#skipsText = false;
    if (!skips) this.#cutSlice(turn, text.slice(0, sliceChars), true);
    return this.#speakOn(turn, skips ? '' : text, sliceChars);
  }

  /** The rest of a text that is longer than a slice. */
  #speakOn(turn: string, text: string, from: number): Promise<void> | undefined {
    const pause = (from < text.length ? this.#work.room() : undefined) ?? this.#turnOfOthers();
    if (pause) return pause.then(() => (this.#work.aborted ? undefined : this.#speakOn(turn, text, from)));
    if (from < text.length) {
      this.#cutSlice(turn, text.slice(from, from + sliceChars), false);
      return this.#speakOn(turn, text, from + sliceChars);
    }
    this.#settle(turn);
    return undefined;
  }

  #cutSlice(turn: string, slice: string, isFirst: boolean): void {
    this.#cutChars += slice.length;
    this.#cut(turn, isFirst ? this.#text.push(slice) : this.#text.pushOn(slice));
  }

  /** Cutting and rewriting is work on the one thread that there is: other clients wait no longer than a slice takes. */
  #turnOfOthers(): Promise<void> | undefined {
    if (this.#cutChars < sliceChars) return undefined;
    this.#cutChars = 0;
    return loopTurn();
  }

  #settle(turn: string): void {
    if (!this.#options.sentences || !this.#text.endsLikeSentence) return;
    this.#settling = this.#options.clock.after(settledMs, () => this.#complete(turn), { background: true });
  }

  #cut(turn: string, sentences: readonly string[]): void {
    for (const sentence of sentences) {
      const spoken = speakable(this.#dictionary?.rewrite(sentence) ?? sentence);
      if (spoken === undefined) continue;
      this.#work.sentence(turn, spoken);
      if (this.#options.sentences) this.#work.mark(turn, [this.#told(turn, spoken)]);
    }
  }

  /** How far the text had come when the sentence was cut is all that is known of its place. */
  #told(turn: string, text: string): SpeakEvent {
    return { type: 'progress', turn, throughChar: this.#throughChar, text };
  }

  #flush(turn: string): void {
    this.#options.counters.turns++;
    this.#complete(turn, this.#options.closesAfterFlush);
  }

  /** All that came so far is spoken, and then it is said that it was. */
  #complete(turn: string, hangsUp = false): void {
    this.#cut(turn, this.#text.flush());
    this.#work.mark(turn, [{ type: 'progress', turn, throughChar: this.#throughChar }], hangsUp);
  }

  #interrupt(turn: string): void {
    const { counters, outlet } = this.#options;
    counters.interruptions++;
    this.#work.abort();
    this.#work = new SpeakWork(this.#options);
    this.#text = this.#intake();
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
    this.#settling?.cancel();
    this.#work.abort();
  }
}
