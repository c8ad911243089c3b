import type { PcmStream } from '../../audio/pcm-stream.ts';
import { type Cleared, Interruptions } from './interruptions.ts';

/** A turn on a connection, from its begin to its end. */
export interface OpenTurn {
  readonly id: string;
  readonly audio: PcmStream;
  /** How far into the turn's source text the text sent reaches. */
  sentChar: number;
  sentText: boolean;
  /** Text went out that no flush has asked for yet. */
  unflushed: boolean;
  /** Flushes that are not answered. */
  owed: number;
  /** No more text will come. */
  closing: boolean;
}

interface Flush {
  readonly turn: OpenTurn;
  readonly throughChar: number;
}

/** A flush that was answered; `done` where it was the last one of a turn that gets no more text. */
export interface Answered extends Flush {
  readonly done: boolean;
}

/**
 * Which turn a message without an id belongs to. The service answers in the order in which it was asked, so flushes
 * and interruptions are queues, and every rule here is about their heads.
 */
export class TurnQueue {
  /** Of the oldest open flush: at hand, since every frame of sound asks for it. */
  #flushed: OpenTurn | undefined;
  /** Made with the first: of nearly all sound that comes there was none. */
  #interruptions: Interruptions | undefined;
  #turns: OpenTurn[] = [];
  #flushes: readonly Flush[] = [];
  /** The kinds of acknowledgement since the last audio: another kind than these answers the same flush once more. */
  #kinds = new Set<string>();
  #audioSinceAnswer = false;

  find(id: string): OpenTurn | undefined {
    return this.#turns.find((turn) => turn.id === id);
  }

  begin(id: string, audio: PcmStream): OpenTurn {
    const turn: OpenTurn = {
      id,
      audio,
      sentChar: 0,
      sentText: false,
      unflushed: false,
      owed: 0,
      closing: false,
    };
    this.#turns.push(turn);
    return turn;
  }

  flushed(turn: OpenTurn): void {
    this.#owe([...this.#flushes, { turn, throughChar: turn.sentChar }]);
    turn.owed++;
    turn.unflushed = false;
  }

  /** The service did not take the last flush: nothing will answer it. Gives its turn, whose text still waits for one. */
  refuseFlush(): OpenTurn | undefined {
    const turn = this.#flushes.at(-1)?.turn;
    if (turn === undefined) return undefined;
    this.#owe(this.#flushes.slice(0, -1));
    turn.owed--;
    turn.unflushed = true;
    return turn;
  }

  #owe(flushes: readonly Flush[]): void {
    this.#flushes = flushes;
    this.#flushed = flushes[0]?.turn;
  }

  remove(turn: OpenTurn): void {
    this.#turns = this.#turns.filter((other) => other !== turn);
  }

  get #watched(): Interruptions {
    this.#interruptions ??= new Interruptions();
    return this.#interruptions;
  }

  /** The turns of the interruption that is being answered: what arrives now is still theirs. */
  get clearing(): readonly OpenTurn[] | undefined {
    return this.#interruptions?.turns;
  }

  /** Whose audio arrives: the turn of the oldest open flush, else (text streamed ahead of it) the oldest open turn. */
  get sounding(): OpenTurn | undefined {
    return this.#flushed ?? this.#turns.find((turn) => turn.sentText);
  }

  /** Sound or an acknowledgement came; where a turn is there that it can be of, it says how far the service is. */
  reached(): void {
    if (this.#interruptions && (this.sounding ?? this.clearing) !== undefined) this.#interruptions.passed();
  }

  /** Audio of an open turn came: from here an acknowledgement is a new one. */
  heard(): void {
    if (this.#audioSinceAnswer) return;
    this.#audioSinceAnswer = true;
    this.#kinds.clear();
  }

  /**
   * An acknowledgement came. Services differ: some send `audio_end` and then `flushed` for one flush, some only one of
   * them (PROTOCOLS 1.5). So another kind than those since the last audio repeats the last answer; the same kind again
   * is a new one. Undefined where nothing was open to be answered, or it was such a repetition.
   */
  acknowledged(kind: string): Answered | undefined {
    if (this.#kinds.size > 0 && !this.#kinds.has(kind)) {
      this.#kinds.add(kind);
      return undefined;
    }
    this.#kinds = new Set([kind]);
    return this.#answer();
  }

  /** A normal close after audio says as much as an acknowledgement. */
  closedAfterAudio(): Answered | undefined {
    return this.#audioSinceAnswer ? this.#answer() : undefined;
  }

  #answer(): Answered | undefined {
    this.#audioSinceAnswer = false;
    const [flush, ...later] = this.#flushes;
    if (flush === undefined) return undefined;
    this.#owe(later);
    flush.turn.owed--;
    const done = flush.turn.closing && flush.turn.owed === 0;
    if (done) this.remove(flush.turn);
    return { ...flush, done };
  }

  /** `clear` has no id: everything that was sent is dropped by the service, the turns queued behind included. */
  interrupt(): void {
    this.#watched.begin(this.#turns.filter((turn) => turn.sentText));
    this.#turns = this.#turns.filter((turn) => !turn.sentText);
    this.#owe([]);
  }

  get cancelRefused(): boolean {
    return this.#interruptions?.cancelRefused ?? false;
  }

  neverCancel(): void {
    this.#watched.cancelRefused = true;
  }

  refuseCancel(): boolean {
    return this.#interruptions?.refuseCancel() ?? false;
  }

  cleared(): Cleared {
    const cleared = this.#watched.cleared();
    if (cleared.is === 'over') this.#forgetAnswers();
    return cleared;
  }

  /** The connection has closed: gives the turns whose interruption was not answered. */
  abandoned(): readonly OpenTurn[] {
    const turns = this.#watched.abandon();
    if (turns.length > 0) this.#forgetAnswers();
    return turns;
  }

  #forgetAnswers(): void {
    this.#kinds.clear();
    this.#audioSinceAnswer = false;
  }
}
