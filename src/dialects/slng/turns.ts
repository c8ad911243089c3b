import type { PcmStream } from '../../audio/pcm-stream.ts';
import type { PronunciationRef } from '../../speech/speak.ts';

/** A turn on a connection, from its begin to its end. */
export interface OpenTurn {
  readonly id: string;
  readonly audio: PcmStream;
  /** Of the turn's own settings, until a text has carried it. */
  pronunciation: PronunciationRef | undefined;
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

/** An interruption whose answer is open. `refusable`: `cancel` was sent, and no error has come for it yet. */
interface Clearing {
  readonly turns: readonly OpenTurn[];
  refusable: boolean;
}

/**
 * Which turn a message without an id belongs to. The service answers in the order in which it was asked, so flushes
 * and interruptions are queues, and every rule here is about their heads.
 */
export class TurnQueue {
  /** The service does not know `cancel`, or is not to be asked. */
  cancelRefused = false;
  #turns: OpenTurn[] = [];
  #flushes: Flush[] = [];
  #clearings: Clearing[] = [];
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
      pronunciation: undefined,
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
    this.#flushes.push({ turn, throughChar: turn.sentChar });
    turn.owed++;
    turn.unflushed = false;
  }

  remove(turn: OpenTurn): void {
    this.#turns = this.#turns.filter((other) => other !== turn);
  }

  /** The interruption that is being answered: what arrives now is still of its turns. */
  get clearing(): Pick<Clearing, 'turns'> | undefined {
    return this.#clearings[0];
  }

  /** Whose audio arrives: the turn of the oldest open flush, else (text streamed ahead of it) the oldest open turn. */
  get sounding(): OpenTurn | undefined {
    return this.#flushes[0]?.turn ?? this.#turns.find((turn) => turn.sentText);
  }

  /** Audio of an open turn came: from here an acknowledgement is a new one. */
  heard(): void {
    if (this.#kinds.size > 0) this.#kinds.clear();
    this.#audioSinceAnswer = true;
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
    const flush = this.#flushes.shift();
    if (flush === undefined) return undefined;
    flush.turn.owed--;
    const done = flush.turn.closing && flush.turn.owed === 0;
    if (done) this.remove(flush.turn);
    return { ...flush, done };
  }

  /** `clear` has no id: everything that was sent is dropped by the service, the turns queued behind included. */
  interrupt(): void {
    const turns = this.#turns.filter((turn) => turn.sentText);
    this.#clearings.push({ turns, refusable: !this.cancelRefused });
    this.#turns = this.#turns.filter((turn) => !turn.sentText);
    this.#flushes = [];
  }

  /** An error came: whether it can be the answer to a `cancel`, of which there is one at most. */
  refuseCancel(): boolean {
    const clearing = this.#clearings[0];
    if (!clearing?.refusable) return false;
    clearing.refusable = false;
    this.cancelRefused = true;
    return true;
  }

  /** The oldest interruption is over; undefined where none was open. */
  cleared(): readonly OpenTurn[] | undefined {
    const clearing = this.#clearings.shift();
    if (clearing === undefined) return undefined;
    this.#kinds.clear();
    this.#audioSinceAnswer = false;
    return clearing.turns;
  }
}
